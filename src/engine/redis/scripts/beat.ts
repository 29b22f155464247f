import { PREAMBLE, Script } from './script.js';

/**
 * A node's sign of life, with which it also cleans up after nodes that gave none: every node does,
 * and since each removal is atomic each uid is reported offline by exactly one.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node, call, lease, delay, an epoch if there is none yet, most entries to clean up
 *         (0: none, and no dead node is touched), ms by which a uid's offline delay must have
 *         passed, the epoch that this node knows ('': none)
 *
 * Answers the events; the epoch, which changes when Redis has lost its data; 1 if this node was
 * known and its lease had not ended; 1 if there is more to clean up; 1 if it has not yet said that
 * it emitted all events of earlier calls.
 */
export const beat = new Script(`${PREAMBLE}
local budget, overdue = tonumber(ARGV[7]), tonumber(ARGV[8])

redis.call('HSETNX', state, 'epoch', ARGV[6])
local epoch = redis.call('HGET', state, 'epoch')
if ARGV[9] ~= '' and ARGV[9] ~= epoch then redis.call('HSETNX', state, 'lost', now) end
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

-- What the dead node never heard, as far as anybody knows, is emitted in its place.
local function inherit(dead)
  local unheard = base .. ':unheard:' .. dead
  for _, kept in ipairs(redis.call('ZRANGE', unheard, 0, -1)) do
    for _, event in ipairs(cjson.decode(kept)[2]) do events[#events + 1] = event end
  end
  redis.call('DEL', unheard)
end

local function cleanUp(dead)
  local held = base .. ':node:' .. dead
  local entries = redis.call('HRANDFIELD', held, budget, 'WITHVALUES')
  for i = 1, #entries, 2 do
    local conn, uid = entries[i], entries[i + 1]
    redis.call('HDEL', held, conn)
    if redis.call('ZREM', base .. ':conns:' .. uid, conn) == 1 then lost(uid) end
  end
  budget = budget - #entries / 2
  if redis.call('EXISTS', held) == 0 then redis.call('ZREM', nodes, dead) end
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

if budget > 0 then
  local due = redis.call('ZRANGE', untold, '-inf', now, 'BYSCORE', 'LIMIT', 0, budget)
  for _, uid in ipairs(due) do
    redis.call('ZREM', untold, uid)
    events[#events + 1] = '+' .. uid
  end
  budget = budget - #due
end

return answer(epoch, expiry > now and 1 or 0, budget > 0 and 0 or 1,
  redis.call('EXISTS', base .. ':unheard:' .. node))
`);
