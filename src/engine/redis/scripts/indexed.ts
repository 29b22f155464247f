import { Script } from './script.js';

/**
 * The group's shard has heard of a change: it need not be kept, unless a later one came.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, what is kept of the change, group, then the uids
 */
export const indexed = new Script(`
local unindexed = ARGV[1] .. ':unindexed'
for i = 4, #ARGV do
  local field = ARGV[3] .. '\\n' .. ARGV[i]
  if redis.call('HGET', unindexed, field) == ARGV[2] then redis.call('HDEL', unindexed, field) end
end
return 0
`);
