import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * What is kept of a message, by its id.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, id, uid ('': any), most answers
 *
 * Answers for each uid: uid, highest acknowledged offset, time, notes, entry.
 */
export const explain = new Script(`${PREAMBLE}
local prefix = ARGV[2] .. ' '
if ARGV[3] ~= '' then prefix = prefix .. ARGV[3] .. '\\n' end
local answer = {}
for _, name in ipairs(call('ZRANGE', ids, '[' .. prefix, '(' .. prefix .. '\\255', 'BYLEX',
    'LIMIT', 0, ARGV[4])) do
  local uid, offset = string.match(name, '^%S+ (.*)\\n(%d+)$')
  local epoch, top = find(uid)
  local index = tonumber(offset) - (top or 0) + call('LLEN', kepts .. uid) - 1
  if epoch and index >= 0 then
    answer[#answer + 1] = { uid, tonumber(call('HGET', streams .. uid, 'm') or 0), now,
      call('LRANGE', notes .. uid, 0, -1), call('LINDEX', kepts .. uid, index) }
  end
end
return answer
`);
