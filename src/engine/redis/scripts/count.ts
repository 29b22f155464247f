import { Script } from './script.js';

/**
 * KEYS[1] any key of the shard
 * ARGV    base
 *
 * Answers how many connections and uids the shard has, and how many nodes live.
 */
export const count = new Script(`
local base = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local connections = 0
for _, node in ipairs(redis.call('ZRANGE', base .. ':nodes', 0, -1)) do
  connections = connections + redis.call('HLEN', base .. ':node:' .. node)
end
return { connections, redis.call('ZCARD', base .. ':uids'),
  redis.call('ZCOUNT', base .. ':nodes', '(' .. now, '+inf') }
`);
