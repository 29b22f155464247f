import { PAGE_BYTES } from '../../../../history/sizes.js';
import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * What is kept of a uid after an offset, whatever its state.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, uid, offset, most messages
 *
 * Answers epoch, end, the highest acknowledged offset, the time, the notes and the entries; null if
 * there is no stream.
 */
export const list = new Script(`${PREAMBLE}
local uid, limit = ARGV[2], tonumber(ARGV[4])
local epoch, top = find(uid)
if not epoch then return false end
local index = math.max(0, ARGV[3] - top + call('LLEN', kepts .. uid))
local entries, bytes = {}, 0
for _, entry in ipairs(call('LRANGE', kepts .. uid, index, index + limit - 1)) do
  if bytes >= ${PAGE_BYTES} then break end
  entries[#entries + 1] = entry
  bytes = bytes + #entry
end
return { epoch, top, tonumber(call('HGET', streams .. uid, 'm') or 0), now,
  call('LRANGE', notes .. uid, 0, -1), entries }
`);
