import { Script } from './script.js';

/**
 * A node stops, having heard everything. What it should still hold, because its last changes did
 * not get through, is left to the others, at once.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node
 */
export const leave = new Script(`
local nodes = ARGV[1] .. ':nodes'
redis.call('DEL', ARGV[1] .. ':unheard:' .. ARGV[2])
if redis.call('EXISTS', ARGV[1] .. ':node:' .. ARGV[2]) == 1 then
  return redis.call('ZADD', nodes, 0, ARGV[2])
end
return redis.call('ZREM', nodes, ARGV[2])
`);
