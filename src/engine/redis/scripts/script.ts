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
 * node, its lease in ms and the offline delay in ms.
 *
 * Time is the server's: clocks of nodes need not agree.
 */
export const PREAMBLE = `
local base, node = ARGV[1], ARGV[2]
local lease, delay = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local nodes, uids, leaving = base .. ':nodes', base .. ':uids', base .. ':leaving'

-- The uid has lost a connection. Answers 1 if it is offline by that, the time at which it will be
-- unless it comes back before, 0 if it has others.
local function lost(uid)
  if redis.call('EXISTS', base .. ':conns:' .. uid) == 1 then return 0 end
  if delay > 0 then
    if redis.call('ZSCORE', uids, uid) then redis.call('ZADD', leaving, now + delay, uid) end
    return now + delay
  end
  return redis.call('ZREM', uids, uid)
end
`;
