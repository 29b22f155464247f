import { PREAMBLE, Script } from './script.js';

/**
 * Connections come and go: any number of changes in one step, each atomic with the limit.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node, lease, delay, publishing command, message that closes a connection
 *         (with %s for its id), then per change:
 *         '+', connectionId, uid, limit (0: none), 'refuse' or 'close-oldest'
 *         '-', connectionId, uid
 *         '?', '', uid           was online when Redis lost its data, has no connection here
 *
 * Answers per change: for '+' a list of whether it was admitted, whether the uid is newly
 * online, and its groups; for the others what lost() says.
 */
export const place = new Script(`${PREAMBLE}
local publish, close = ARGV[5], ARGV[6]
local held = base .. ':node:' .. node
local replies = {}

local function add(conn, uid, max, beyond)
  local conns = base .. ':conns:' .. uid
  if max > 0 and not redis.call('ZSCORE', conns, conn) then
    local excess = redis.call('ZCARD', conns) + 1 - max
    if excess > 0 and beyond == 'refuse' then return {0} end
    if excess > 0 then
      local oldest = redis.call('ZPOPMIN', conns, excess)
      for i = 1, #oldest, 2 do
        local owner = base .. ':node:' .. string.sub(oldest[i], 2, 11)
        redis.call('HDEL', owner, oldest[i])
        redis.call(publish, owner, string.format(close, oldest[i]))
      end
    end
  end
  redis.call('ZADD', conns, 'NX', redis.call('HINCRBY', base .. ':state', 'seq', 1), conn)
  redis.call('HSET', held, conn, uid)
  redis.call('ZREM', leaving, uid)
  local reply = redis.call('SMEMBERS', base .. ':groups:' .. uid)
  table.insert(reply, 1, redis.call('ZADD', uids, 0, uid))
  table.insert(reply, 1, 1)
  return reply
end

redis.call('ZADD', nodes, now + lease, node)
local i = 7
while i <= #ARGV do
  local change, conn, uid = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if change == '+' then
    replies[#replies + 1] = add(conn, uid, tonumber(ARGV[i + 3]), ARGV[i + 4])
    i = i + 5
  elseif change == '-' then
    redis.call('HDEL', held, conn)
    local had = redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1
    replies[#replies + 1] = had and lost(uid) or 0
    i = i + 3
  else
    if redis.call('ZADD', uids, 0, uid) == 1 then redis.call('ZADD', leaving, now + lease, uid) end
    replies[#replies + 1] = 0
    i = i + 3
  end
end
return replies
`);
