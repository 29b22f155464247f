import { PREAMBLE } from './preamble.js';
import { Script } from './script.js';

/**
 * A node's sign of life, with which it also cleans up after nodes that gave none: every node does,
 * and since each removal is atomic each uid is reported offline by exactly one.
 *
 * It finds out that data was lost, and begins another epoch then: there is none; it is not whole;
 * it is older than what this node was answered, or of another epoch than this node has restored,
 * which is not that of a loss which is being settled just now.
 *
 * KEYS[1] any key of the shard
 * ARGV    the preamble's (the epoch is the one that this node has restored, '' for none), an epoch
 *         if another one begins, most entries to clean up (0: none, and no dead node is touched),
 *         ms by which a uid's offline delay must have passed, the last call of this node that was
 *         answered, the highest step that it knows, and as JSON its last beats with data that was
 *         lost: epoch, how many ms ago, the nodes after which nobody had begun to clean up
 *
 * Answers the events; the epoch; 1 if this node was known and nobody has cleaned up after it; 1 if
 * there is more to clean up; 1 if it has not yet said that it emitted all events of earlier calls;
 * 1 if not everything is settled; the nodes after which nobody has begun to clean up. Nothing at all
 * to an old call that comes late.
 */
export const beat = new Script(`${PREAMBLE}
local past = base .. ':past'
local budget, overdue = tonumber(ARGV[10]), tonumber(ARGV[11])
local answered = tonumber(ARGV[12])
if call <= lastCall then return {} end

local expiry = tonumber(redis.call('ZSCORE', nodes, node) or 0)
local current = kept[1]
local isOther = epoch ~= '' and epoch ~= current
local isOld = not isOther and (seq < tonumber(ARGV[13]) or expiry > 0 and lastCall < answered)
seq = math.max(seq, tonumber(ARGV[13]))
if not current or not isWhole or isOld or (isOther and not isSettling()) then
  current, since, lost = ARGV[9], step(), kept[3] and now
  redis.call('HSET', state, 'epoch', current, 'since', string.format('%.0f', since))
  redis.call('HDEL', state, 'lost')
  redis.call('DEL', unheard, unsettled, past)
  isOther = epoch ~= ''
end
-- Who comes late gets the time to say what it knows.
if isOther then lost = math.max(lost or now, now - patience / 2) end
if lost then redis.call('HSET', state, 'lost', lost) end

-- When data that was lost was last known to be there, and after whom nobody had cleaned up then.
for _, of in ipairs(isOther and cjson.decode(ARGV[14]) or {}) do
  local known = redis.call('HGET', past, of[1])
  local seen = now - of[2]
  if not known or cjson.decode(known)[1] < seen then
    redis.call('HSET', past, of[1], cjson.encode({ seen, of[3] }))
  end
end

-- Whether others may have cleaned up after the node, of which it would not know.
local function isDoubtful(node, last, of)
  local seen, spared = unpack(cjson.decode(redis.call('HGET', past, of) or '[0,[]]'))
  if last >= seen then return false end
  for _, one in ipairs(spared) do if one == node then return false end end
  return true
end

redis.call('ZADD', nodes, now + lease, node)
redis.call('HSET', calls, node, call)

-- Nobody has beaten for longer than any one node would wait: Redis was away, and not the nodes.
-- They get the time of a lease to say that they are still there.
local last = tonumber(redis.call('HGET', state, 'beat') or now)
redis.call('HSET', state, 'beat', now)
if now - last > lease / 2 then
  for _, one in ipairs(redis.call('ZRANGE', nodes, '(0', '+inf', 'BYSCORE')) do
    redis.call('ZADD', nodes, now + lease, one)
  end
end

-- What the dead node never heard, as far as anybody knows, is emitted in its place.
local function inherit(dead)
  for _, entry in ipairs(redis.call('ZRANGE', unheard, 0, -1)) do
    local of = cjson.decode(entry)
    if of[1] == dead then
      for _, event in ipairs(of[3]) do events[#events + 1] = event end
      redis.call('ZREM', unheard, entry)
    end
  end
end

-- With 0 as the end of its lease it knows that somebody has begun to clean up after it.
local function cleanUp(dead)
  local held = base .. ':node:' .. dead
  redis.call('ZADD', nodes, 0, dead)
  local entries = redis.call('HRANDFIELD', held, budget, 'WITHVALUES')
  for i = 1, #entries, 2 do
    local conn, uid = entries[i], entries[i + 1]
    redis.call('HDEL', held, conn)
    if redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1 then departed(uid) end
  end
  budget = budget - #entries / 2
  if redis.call('EXISTS', held) == 0 then
    redis.call('ZREM', nodes, dead)
    redis.call('HDEL', calls, dead)
  end
end

for _, dead in ipairs(redis.call('ZRANGE', nodes, '-inf', now, 'BYSCORE')) do
  if budget <= 0 then break end
  inherit(dead)
  cleanUp(dead)
end

if budget > 0 then
  local due = redis.call('ZRANGE', leaving, '-inf', now - overdue, 'BYSCORE', 'LIMIT', 0, budget)
  for _, uid in ipairs(due) do
    redis.call('ZREM', leaving, uid)
    if redis.call('EXISTS', base .. ':conns:' .. uid) == 0 then offline(uid) end
  end
  budget = budget - #due
end

-- Told is what differs from the newest claim.
local function settle(uid, claim)
  local change, last, by, of = string.match(claim, '^(.)%d+ (%d+) (%w+) (.+)$')
  local wasTold = change == '+' and not isDoubtful(by, tonumber(last), of)
  local isHere = redis.call('EXISTS', base .. ':conns:' .. uid) == 1
    or redis.call('ZSCORE', leaving, uid)
  redis.call('HDEL', unsettled, uid)
  if isHere then redis.call('ZADD', uids, step(), uid) else redis.call('ZREM', uids, uid) end
  if isHere and not wasTold then tell('+', uid, seq) end
  if wasTold and not isHere then tell('-', uid, step()) end
end

if budget > 0 and not isSettling() then
  local open = redis.call('HRANDFIELD', unsettled, budget, 'WITHVALUES')
  for i = 1, #open, 2 do settle(open[i], open[i + 1]) end
  budget = budget - #open / 2
end

local isUnheard = 0
for _, entry in ipairs(redis.call('ZRANGE', unheard, 0, -1)) do
  if cjson.decode(entry)[1] == node then isUnheard = 1 end
end
local isUnsettled = isSettling() or redis.call('EXISTS', unsettled) == 1
return answer(current, expiry > 0 and 1 or 0, budget > 0 and 0 or 1, isUnheard,
  isUnsettled and 1 or 0, redis.call('ZRANGE', nodes, '(0', '+inf', 'BYSCORE'))
`);
