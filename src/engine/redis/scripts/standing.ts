import { Script } from './script.js';

/**
 * How it stands with uids that a node watches.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, for how long after a loss of data nodes may say what they know, in ms, uids
 *
 * Answers per uid: 1 if it is online; the step as of which that is known, that with which it came
 * online, or the last one that was taken; 1 if it is so for certain, and 0 if it may turn out that
 * something else was told, after a loss of data.
 */
export const standing = new Script(`
local base, patience = ARGV[1], tonumber(ARGV[2])
local state, uids, unsettled = base .. ':state', base .. ':uids', base .. ':unsettled'
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local kept = redis.call('HMGET', state, 'epoch', 'seq', 'since', 'lost')
local seq, since, lost = tonumber(kept[2] or 0), tonumber(kept[3] or 0), tonumber(kept[4])
local isSettling = not kept[1] or (lost and now < lost + patience)

local replies = {}
for i = 3, #ARGV do
  local at = tonumber(redis.call('ZSCORE', uids, ARGV[i]))
  local isOpen = isSettling or redis.call('HEXISTS', unsettled, ARGV[i]) == 1
  local isCertain = not isOpen and (not at or at > since)
  replies[i - 2] = { at and 1 or 0, at or seq, isCertain and 1 or 0 }
end
return replies
`);
