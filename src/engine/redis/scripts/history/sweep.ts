import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Takes out what is too old of uids that nobody asks for, and lets the shard's own keys live on.
 * These live for a shorter time than any list of messages: where they are gone the lists are old.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, most messages to take out
 *
 * Answers 1 if there is more.
 */
export const sweep = new Script(`${PREAMBLE}
local budget = tonumber(ARGV[2])
while budget > 0 do
  local uid = call('ZRANGE', oldest, '-inf', now - ttl, 'BYSCORE', 'LIMIT', 0, 1)[1]
  if not uid then break end
  pop(uid, true)
  reindex(uid)
  budget = budget - 1
end
local late = call('ZRANGE', due, '-inf', now - ttl, 'BYSCORE', 'LIMIT', 0, budget)
for _, name in ipairs(late) do
  local epoch, offset, uid = string.match(name, '^(%S+) (%d+) (.*)$')
  call('ZREM', opens .. uid, 'd' .. offset)
  release(epoch, offset, uid)
end
call('ZREMRANGEBYSCORE', known, '-inf', now - ttl - slack)
for _, key in ipairs({ known, oldest, sizes, ids, due, owed, totals }) do
  call('PEXPIRE', key, 2 * ttl)
end
return budget > #late and 0 or 1
`);
