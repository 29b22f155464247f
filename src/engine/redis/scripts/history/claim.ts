import { PAGE_BYTES } from '../../../../history/sizes.js';
import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Messages that nobody acknowledged in time become those of whoever asks, for the time of a lease.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, lease in ms, most messages
 *
 * Answers uid and entry of each.
 */
export const claim = new Script(`${PREAMBLE}
local answer, bytes = {}, 0

local function entryOf(epoch, offset, uid)
  local stream = call('HMGET', streams .. uid, 'e', 't')
  if stream[1] == epoch and call('ZSCORE', oldest, uid) then
    local index = offset - stream[2] + call('LLEN', kepts .. uid) - 1
    if index >= 0 then return call('LINDEX', kepts .. uid, index) end
  end
  return call('HGET', owed, dueName(epoch, offset, uid))
end

for _, name in ipairs(call('ZRANGE', due, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[3])) do
  if bytes >= ${PAGE_BYTES} then break end
  local epoch, offset, uid = string.match(name, '^(%S+) (%d+) (.*)$')
  local entry = entryOf(epoch, offset, uid)
  if entry then
    call('ZADD', due, now + ARGV[2], name)
    answer[#answer + 1] = uid
    answer[#answer + 1] = entry
    bytes = bytes + #entry
  else
    call('ZREM', due, name)
  end
end
return answer
`);
