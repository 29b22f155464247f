import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Undelivered messages have been handed over.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, then per message: epoch, offset, uid
 */
export const done = new Script(`${PREAMBLE}
for i = 2, #ARGV, 3 do
  local epoch, offset, uid = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  release(epoch, offset, uid)
  local current, top = find(uid)
  if current == epoch then
    call('ZREM', opens .. uid, 'd' .. offset)
    local index = offset - top + call('LLEN', kepts .. uid) - 1
    local entry = index >= 0 and call('LINDEX', kepts .. uid, index)
    if entry then call('LSET', kepts .. uid, index, (string.gsub(entry, '^%S+', '%0u'))) end
  end
end
`);
