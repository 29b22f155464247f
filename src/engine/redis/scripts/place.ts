import { GUARD, PREAMBLE } from './preamble.js';
import { Script } from './script.js';

/**
 * Connections come and go: any number of changes in one step, each atomic with the limit.
 *
 * KEYS[1] any key of the shard
 * ARGV    the preamble's, message that closes a connection (with %s for its id), then per change:
 *         '+', connectionId, uid, limit (0: none), 'refuse' or 'close-oldest'
 *         '-', connectionId, uid
 *         '!', '+<step>' or '-<step>', uid, ms, epoch: what was told as of that step, before a
 *         loss, and how long ago the node's last contact with the data of that epoch was
 *
 * Answers the events, and a reply per change. For '+' a list: 1, or 0 for the limit, or -1 for the
 * limit on account of nodes without a sign of life; the step as of which the uid is online, or -1
 * while that is not settled; the groups of the uid. For the others what departed() says.
 */
export const place = new Script(`${PREAMBLE}${GUARD}
local close = ARGV[9]
local held = base .. ':node:' .. node
local replies = {}
local isBroken = false

-- Its own channel has no listener, or it has missed two beats.
local function isSilent(owner)
  if not hasListener(base .. ':node:' .. owner) then return true end
  return tonumber(redis.call('ZSCORE', nodes, owner) or 0) < now + lease / 2
end

local function ownerOf(conn) return string.sub(conn, 2, 11) end

local function refuse(conns, max)
  local living = 0
  for _, conn in ipairs(redis.call('ZRANGE', conns, 0, -1)) do
    if not isSilent(ownerOf(conn)) then living = living + 1 end
  end
  return { living < max and -1 or 0 }
end

local function closeOldest(conns, count)
  local oldest = redis.call('ZPOPMIN', conns, count)
  for i = 1, #oldest, 2 do
    local owner = base .. ':node:' .. ownerOf(oldest[i])
    redis.call('HDEL', owner, oldest[i])
    redis.call(publish, owner, string.format(close, oldest[i]))
  end
end

local function add(conn, uid, max, beyond)
  local conns = base .. ':conns:' .. uid
  local count = redis.call('ZCARD', conns)
  if count == 0 and stands(uid) and not redis.call('ZSCORE', leaving, uid) then isBroken = true end
  if max > 0 and count >= max and not redis.call('ZSCORE', conns, conn) then
    if beyond == 'refuse' then return refuse(conns, max) end
    closeOldest(conns, count + 1 - max)
  end
  redis.call('ZADD', conns, 'NX', redis.call('HINCRBY', state, 'arrivals', 1), conn)
  redis.call('HSET', held, conn, uid)
  redis.call('ZREM', leaving, uid)
  online(uid)
  local reply = redis.call('SMEMBERS', base .. ':groups:' .. uid)
  table.insert(reply, 1, isOpen(uid) and -1 or tonumber(redis.call('ZSCORE', uids, uid)))
  table.insert(reply, 1, 1)
  return reply
end

local function remove(conn, uid)
  local wasHeld = redis.call('HDEL', held, conn) == 1
  local wasThere = redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1
  if wasHeld and not wasThere then isBroken = true end
  if wasThere then return departed(uid) end
  -- It may be gone from here because its key is, with the uid left behind.
  local isOver = redis.call('ZSCORE', leaving, uid) or not redis.call('ZSCORE', uids, uid)
  return isOver and 0 or departed(uid)
end

local function claim(told, uid, age, of)
  if stands(uid) or not (isSettling() or isOpen(uid)) then return 0 end
  local isOnline = string.sub(told, 1, 1) == '+'
  unsettle(uid, string.format('%s %.0f %s %s', told, now - age + lease, node, of))
  if not isOnline or delay == 0 or redis.call('ZSCORE', uids, uid) then return 0 end
  redis.call('ZADD', uids, step(), uid)
  redis.call('ZADD', leaving, now + delay, uid)
  return now + delay
end

local i = 10
while i <= #ARGV do
  local change, what, uid = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if change == '-' then
    replies[#replies + 1] = remove(what, uid)
    i = i + 3
  else
    local enact = change == '+' and add or claim
    replies[#replies + 1] = enact(what, uid, tonumber(ARGV[i + 3]), ARGV[i + 4])
    i = i + 5
  end
  -- Part of it was lost: all nodes are to say again what they know, this one this as well.
  if isBroken then return lose() end
end
return answer(replies)
`);
