/**
 * Begins every script by which a node says what it holds. The first arguments are the shard's
 * base, the node, the number of the call, the epoch for which it is meant, the node's lease, the
 * offline delay, for how long after a loss of data nodes may say what they know, in ms, and the
 * publishing command.
 *
 * Time is the server's: clocks of nodes need not agree. Each event takes a step: a number that
 * only grows, since it is also the time in microseconds; nodes bring along the highest that they
 * have seen, should data and clock be lost together.
 *
 * After a loss of data (see `beat`) only living nodes know of whom was told that they are online.
 * What becomes of a uid then is not told until it is settled: it is put into `unsettled`, with the
 * newest claim of a node. What `uids` holds from before the loss counts for nothing.
 *
 * Every script ends with `answer`: the highest step, the step before which every event was
 * emitted, and the events that it decided (`+<step> <uid>` or `-<step> <uid>`). These are kept in
 * `unheard` until the node has said that it emitted them, should the answer be lost on its way.
 */
export const PREAMBLE = `
local base, node, call, epoch = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local lease, delay, patience = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local publish = ARGV[8]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nodes, calls, state = base .. ':nodes', base .. ':calls', base .. ':state'
local uids, leaving = base .. ':uids', base .. ':leaving'
local unsettled, unheard = base .. ':unsettled', base .. ':unheard'
local events = {}

local kept = redis.call('HMGET', state, 'epoch', 'seq', 'since', 'online', 'lost')
local seq, since, lost = tonumber(kept[2] or 0), tonumber(kept[3] or 0), tonumber(kept[5])
local lastCall = tonumber(redis.call('HGET', calls, node) or 0)
-- Each script ends by writing down how many uids there are: a key was evicted, or somebody else
-- has written.
local isWhole = redis.call('ZCARD', uids) == tonumber(kept[4] or 0)

local function step()
  seq = math.max(seq + 1, time[1] * 1000000 + time[2])
  return seq
end

local function isSettling()
  return lost and now < lost + patience
end

local function save()
  redis.call('HSET', state, 'seq', string.format('%.0f', seq), 'online', redis.call('ZCARD', uids))
end

local function answer(...)
  save()
  if #events > 0 then
    local entry = cjson.encode({ node, call, events })
    redis.call('ZADD', unheard, string.match(events[1], '%d+'), entry)
  end
  local oldest = redis.call('ZRANGE', unheard, 0, 0, 'WITHSCORES')
  return { seq, tonumber(oldest[2] or seq + 1), events, ... }
end

local function hasListener(channel)
  local listeners = publish == 'SPUBLISH' and 'SHARDNUMSUB' or 'NUMSUB'
  return redis.call('PUBSUB', listeners, channel)[2] > 0
end

-- Asked once: as long as nobody watches anybody, a change costs no more than that.
local isWatched

local function tell(change, uid, at)
  events[#events + 1] = string.format('%s%.0f %s', change, at, uid)
  if isWatched == nil then isWatched = hasListener(base .. ':watching') end
  if isWatched then
    local text = string.format('{"online":%s,"seq":%.0f}', tostring(change == '+'), at)
    redis.call(publish, base .. ':presence:' .. uid, text)
  end
end

-- A claim is '+<step> <until> <node> <epoch>', or the same with '-': as of that step online or
-- offline was told, and until then nobody can have taken the node for dead, with the data of that
-- epoch. With this data nobody tells the contrary of it.
local function claimHere(at)
  return string.format('+%.0f %d %s %s', at, 0, node, kept[1])
end

local function newer(one, other)
  local at, last = string.match(one, '(%d+) (%d+)')
  local otherAt, otherLast = string.match(other, '(%d+) (%d+)')
  at, otherAt = tonumber(at or 0), tonumber(otherAt or 0)
  if at ~= otherAt then return at > otherAt end
  return tonumber(last or 0) > tonumber(otherLast or 0)
end

local isAnyOpen = redis.call('EXISTS', unsettled) == 1

local function unsettle(uid, claim)
  isAnyOpen = true
  local known = redis.call('HGET', unsettled, uid)
  if not known or newer(claim, known) then redis.call('HSET', unsettled, uid, claim) end
end

local function isOpen(uid)
  return isAnyOpen and redis.call('HEXISTS', unsettled, uid) == 1
end

-- Whether the uid is online, and that was decided with this data.
local function stands(uid)
  local at = tonumber(redis.call('ZSCORE', uids, uid))
  return at and at > since and not isOpen(uid)
end

-- The uid has a connection.
local function online(uid)
  if stands(uid) then return end
  local at = redis.call('ZSCORE', uids, uid)
  if at or isSettling() or isOpen(uid) then
    unsettle(uid, '')
    if not at then redis.call('ZADD', uids, step(), uid) end
    return
  end
  redis.call('ZADD', uids, step(), uid)
  tell('+', uid, seq)
end

-- The uid has no connection, and none is waited for.
local function offline(uid)
  local at = tonumber(redis.call('ZSCORE', uids, uid))
  if not at then return end
  redis.call('ZREM', uids, uid)
  if isOpen(uid) then return end
  if isSettling() then unsettle(uid, at > since and claimHere(at) or '')
  elseif at > since then tell('-', uid, step()) end
end

-- The uid has lost a connection. Answers the time at which it will be offline unless it comes back
-- before; 0 if it has others, or is offline at once.
local function departed(uid)
  if redis.call('EXISTS', base .. ':conns:' .. uid) == 1 then return 0 end
  if delay > 0 then
    if redis.call('ZSCORE', uids, uid) then redis.call('ZADD', leaving, now + delay, uid) end
    return now + delay
  end
  offline(uid)
  return 0
end
`;

/**
 * Goes on with what a node says of its connections. It is refused, by an empty answer, when the
 * node is to begin with a beat and to say again what it holds: its lease had ended, so that others
 * may have cleaned up after it; the data is not what it takes it for; or it is an old call that
 * comes late, after the node has been back.
 */
export const GUARD = `
local function lose()
  redis.call('HDEL', state, 'epoch')
  save()
  return {}
end

if epoch ~= kept[1] or call <= lastCall then return {} end
if tonumber(redis.call('ZSCORE', nodes, node) or 0) <= now then return {} end
if not isWhole then return lose() end
redis.call('ZADD', nodes, now + lease, node)
redis.call('HSET', calls, node, call)
`;
