import { Script } from './script.js';

/**
 * KEYS[1] any key of the shard
 * ARGV    base
 *
 * Answers the names of the nodes whose lease has not ended.
 */
export const living = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return redis.call('ZRANGE', ARGV[1] .. ':nodes', '(' .. now, '+inf', 'BYSCORE')
`);
