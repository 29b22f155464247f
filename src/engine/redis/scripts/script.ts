import { createHash } from 'node:crypto';

/** A Lua script, known to a server by its digest once it was loaded there. */
export class Script {
  readonly sha: string;

  constructor(readonly source: string) {
    this.sha = createHash('sha1').update(source).digest('hex');
  }
}

/**
 * Begins every script that deals with presence. The first arguments are the shard's base, the
 * node, the number of the call, the node's lease in ms and the offline delay in ms.
 *
 * Time is the server's: clocks of nodes need not agree.
 *
 * Every script ends with `answer`, which begins with the events that it decided, `+uid` and
 * `-uid`, in their order. They are kept until the node has said that it emitted them, should the
 * answer be lost on its way.
 */
export const PREAMBLE = `
local base, node, call = ARGV[1], ARGV[2], ARGV[3]
local lease, delay = tonumber(ARGV[4]), tonumber(ARGV[5])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nodes, uids, state = base .. ':nodes', base .. ':uids', base .. ':state'
local leaving, untold = base .. ':leaving', base .. ':untold'
local events = {}

local function answer(...)
  if #events > 0 then
    redis.call('ZADD', base .. ':unheard:' .. node, call, cjson.encode({ call, events }))
  end
  return { events, ... }
end

local function offline(uid)
  if redis.call('ZREM', uids, uid) == 1 and redis.call('ZREM', untold, uid) == 0 then
    events[#events + 1] = '-' .. uid
  end
end

-- The uid has lost a connection. Answers the time at which it will be offline unless it comes back
-- before; 0 if it has others, or is offline at once.
local function lost(uid)
  if redis.call('EXISTS', base .. ':conns:' .. uid) == 1 then return 0 end
  if delay > 0 then
    if redis.call('ZSCORE', uids, uid) then redis.call('ZADD', leaving, now + delay, uid) end
    return now + delay
  end
  offline(uid)
  return 0
end
`;
