import { Script } from './script.js';

/**
 * What a key holds is replaced by another text or, without one, taken away, if it is still what was
 * claimed.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, key, claimed text, and the other text and its time in ms
 */
export const replaceClaim = new Script(`
local base, key, claimed, text, ttl = unpack(ARGV)
local name = base .. ':once:' .. key
if redis.call('GET', name) ~= claimed then return end
if text then
  redis.call('SET', name, text, 'PX', ttl)
else
  redis.call('DEL', name)
end
`);
