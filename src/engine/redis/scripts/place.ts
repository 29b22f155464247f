import { PREAMBLE, Script } from './script.js';

/**
 * Connections come and go: any number of changes in one step, each atomic with the limit.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node, call, lease, delay, publishing command, message that closes a connection
 *         (with %s for its id), then per change:
 *         '+', connectionId, uid, limit (0: none), 'refuse' or 'close-oldest'
 *         '=', the same          was announced before Redis lost its data: no event
 *         '-', connectionId, uid
 *         '?', '', uid           was online when Redis lost its data, has no connection here
 *
 * Answers the events, and a list with a reply per change: for '+' and '=' a list of whether it was
 * admitted and the groups of its uid; for the others what lost() says; and the step as of which
 * those are the groups.
 */
export const place = new Script(`${PREAMBLE}
local publish, close = ARGV[6], ARGV[7]
local held = base .. ':node:' .. node
local lostAt = tonumber(redis.call('HGET', state, 'lost') or -lease)
local replies = {}

-- The uid has come online, as far as this data knows. If other data was lost shortly before, a
-- node that has not spoken since may have told of it already: a beat tells of it unless one does.
local function online(uid)
  if now < lostAt + lease then redis.call('ZADD', untold, now + lease, uid)
  else events[#events + 1] = '+' .. uid end
end

local function add(conn, uid, max, beyond, wasTold)
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
  redis.call('ZADD', conns, 'NX', redis.call('HINCRBY', state, 'seq', 1), conn)
  redis.call('HSET', held, conn, uid)
  redis.call('ZREM', leaving, uid)
  local isNew = redis.call('ZADD', uids, 0, uid) == 1
  if wasTold then redis.call('ZREM', untold, uid)
  elseif isNew then online(uid) end
  local reply = redis.call('SMEMBERS', base .. ':groups:' .. uid)
  table.insert(reply, 1, 1)
  return reply
end

redis.call('ZADD', nodes, now + lease, node)
local i = 8
while i <= #ARGV do
  local change, conn, uid = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if change == '+' or change == '=' then
    replies[#replies + 1] = add(conn, uid, tonumber(ARGV[i + 3]), ARGV[i + 4], change == '=')
    i = i + 5
  elseif change == '-' then
    redis.call('HDEL', held, conn)
    local had = redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1
    replies[#replies + 1] = had and lost(uid) or 0
    i = i + 3
  else
    if redis.call('ZADD', uids, 0, uid) == 1 then redis.call('ZADD', leaving, now + lease, uid) end
    redis.call('ZREM', untold, uid)
    replies[#replies + 1] = 0
    i = i + 3
  end
end
return answer(replies, tonumber(redis.call('HGET', state, 'seq') or 0))
`);
