import { Script } from './script.js';

/**
 * KEYS[1] any key of the shard
 * ARGV    base, uid
 *
 * Answers 1 if the uid is online, and the step as of which that is known: that with which it came
 * online, or the last one that was taken.
 */
export const presenceOf = new Script(`
local at = redis.call('ZSCORE', ARGV[1] .. ':uids', ARGV[2])
local last = redis.call('HGET', ARGV[1] .. ':state', 'seq')
return { at and 1 or 0, tonumber(at or last or 0) }
`);
