import { Script } from './script.js';

/**
 * Uids join or leave a group, in one step of the shard that is theirs: it decides. The nodes that
 * hold them hear of it in the order of the steps.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, publishing command, 'join' or 'leave', group, the order to nodes up to the number
 *         of the step, '1' if the group is of this shard as well, then the uids
 *
 * Answers the step, and how many nodes got the order. Where the group is of another shard, what
 * that one is to hear of is kept in `unindexed` until it has.
 */
export const changeMembers = new Script(`
local base, publish, task, group, order = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local isHome = ARGV[6] == '1'
local state = base .. ':state'
local time = redis.call('TIME')
local last = tonumber(redis.call('HGET', state, 'seq') or 0)
local step = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('HSET', state, 'seq', step)

local change = task == 'join' and 'SADD' or 'SREM'
local reached, asked = 0, {}
for i = 7, #ARGV do
  local uid = ARGV[i]
  redis.call(change, base .. ':groups:' .. uid, group)
  if isHome then redis.call(change, base .. ':members:' .. group, uid)
  else redis.call('HSET', base .. ':unindexed', group .. '\\n' .. uid, task .. ' ' .. step) end
  for _, conn in ipairs(redis.call('ZRANGE', base .. ':conns:' .. uid, 0, -1)) do
    local node = string.sub(conn, 2, 11)
    if not asked[node] then
      asked[node] = true
      local got = redis.call(publish, base .. ':node:' .. node, order .. step .. '}')
      if got > 0 then reached = reached + 1 end
    end
  end
end
return { tonumber(step), reached }
`);
