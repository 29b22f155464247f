import { Script } from './script.js';

/**
 * Publishes one message for several uids: once to each node that holds one of them, on the node's
 * own channel. The same server and the same step as for messages to single uids, so their order
 * is kept.
 *
 * A node that listens for a uid of which nothing is known yet is about to place its connection:
 * what goes to the uid alone reaches it, and so must this. It goes to the uid's own channel then,
 * after all others, where those that have had it already skip it.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, publishing command, message, then the uids
 *
 * Answers what names the nodes that got it, each once as far as it is known which they are.
 */
export const publishToUids = new Script(`
local base, publish, message = ARGV[1], ARGV[2], ARGV[3]
local numsub = publish == 'SPUBLISH' and 'SHARDNUMSUB' or 'NUMSUB'
local reached, asked, placing = {}, {}, {}
for i = 4, #ARGV do
  local holding, count = {}, 0
  for _, conn in ipairs(redis.call('ZRANGE', base .. ':conns:' .. ARGV[i], 0, -1)) do
    local node = string.sub(conn, 2, 11)
    if not holding[node] then
      holding[node] = true
      count = count + 1
    end
    if not asked[node] then
      asked[node] = true
      if redis.call(publish, base .. ':node:' .. node, message) > 0 then
        reached[#reached + 1] = node
      end
    end
  end
  local channel = base .. ':uid:' .. ARGV[i]
  local others = redis.call('PUBSUB', numsub, channel)[2] - count
  if others > 0 then placing[#placing + 1] = { channel, others } end
end
for _, place in ipairs(placing) do
  redis.call(publish, place[1], message)
  for i = 1, place[2] do reached[#reached + 1] = place[1] .. ' ' .. i end
end
return reached
`);
