import { PREAMBLE, Script } from './script.js';

/**
 * A node's sign of life, with which it also cleans up after nodes that gave none: every node does,
 * and since each removal is atomic each uid is reported offline by exactly one.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node, lease, delay, an epoch if there is none yet, most entries to clean up,
 *         ms by which a uid's offline delay must have passed
 *
 * Answers the epoch, which changes when Redis has lost its data; 1 if this node was known and its
 * lease had not ended; 1 if there is more to clean up; and the uids that are offline by it.
 */
export const beat = new Script(`${PREAMBLE}
local budget, overdue = tonumber(ARGV[6]), tonumber(ARGV[7])
local offline = {}

local state = base .. ':state'
redis.call('HSETNX', state, 'epoch', ARGV[5])
local last = tonumber(redis.call('HGET', state, 'beat') or now)
redis.call('HSET', state, 'beat', now)
local expiry = tonumber(redis.call('ZSCORE', nodes, node) or 0)
redis.call('ZADD', nodes, now + lease, node)

-- Nobody has beaten for longer than any one node would wait: Redis was away, and not the nodes.
-- They get the time of a lease to say that they are still there.
if now - last > lease / 2 then
  for _, one in ipairs(redis.call('ZRANGE', nodes, 0, -1)) do
    redis.call('ZADD', nodes, now + lease, one)
  end
end

for _, dead in ipairs(redis.call('ZRANGE', nodes, '-inf', now, 'BYSCORE')) do
  local held = base .. ':node:' .. dead
  local entries = budget > 0 and redis.call('HRANDFIELD', held, budget, 'WITHVALUES') or {}
  for i = 1, #entries, 2 do
    local conn, uid = entries[i], entries[i + 1]
    redis.call('HDEL', held, conn)
    if redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1 and lost(uid) == 1 then
      offline[#offline + 1] = uid
    end
  end
  budget = budget - #entries / 2
  if redis.call('EXISTS', held) == 0 then redis.call('ZREM', nodes, dead) end
end

if budget > 0 then
  local due = redis.call('ZRANGE', leaving, '-inf', now - overdue, 'BYSCORE', 'LIMIT', 0, budget)
  for _, uid in ipairs(due) do
    redis.call('ZREM', leaving, uid)
    if redis.call('EXISTS', base .. ':conns:' .. uid) == 0 and redis.call('ZREM', uids, uid) == 1 then
      offline[#offline + 1] = uid
    end
  end
  budget = budget - #due
end

return { redis.call('HGET', state, 'epoch'), expiry > now and 1 or 0, budget > 0 and 0 or 1, offline }
`);
