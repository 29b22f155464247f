import { Script } from './script.js';

/**
 * A node stops, having heard everything. What it should still hold, because its last changes did
 * not get through, is left to the others, at once.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node
 */
export const leave = new Script(`
local base, node = ARGV[1], ARGV[2]
local nodes, unheard = base .. ':nodes', base .. ':unheard'
for _, entry in ipairs(redis.call('ZRANGE', unheard, 0, -1)) do
  if cjson.decode(entry)[1] == node then redis.call('ZREM', unheard, entry) end
end
if redis.call('EXISTS', base .. ':node:' .. node) == 1 then
  return redis.call('ZADD', nodes, 0, node)
end
redis.call('HDEL', base .. ':calls', node)
return redis.call('ZREM', nodes, node)
`);
