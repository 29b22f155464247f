import { Script } from './script.js';

/**
 * Tells a group's shard what the shard of the uids has decided. Of two changes of a uid the one of
 * the later step wins, whichever comes first.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, 'join' or 'leave', group, step, ms for which a change may be under way, the uids
 */
export const indexMembers = new Script(`
local base, task, group, step, keep = ARGV[1], ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])
local members, recent = base .. ':members:' .. group, base .. ':recent:' .. group
local change = task == 'join' and 'SADD' or 'SREM'
for i = 6, #ARGV do
  local uid = ARGV[i]
  if tonumber(step) > tonumber(redis.call('ZSCORE', recent, uid) or 0) then
    redis.call(change, members, uid)
    redis.call('ZADD', recent, step, uid)
  end
end
redis.call('ZREMRANGEBYSCORE', recent, '-inf', string.format('%.0f', step - keep * 1000))
redis.call('PEXPIRE', recent, keep)
return 0
`);
