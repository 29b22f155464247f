import { Script } from './script.js';

/**
 * Publishes one message for several uids: once to each node that holds one of them, on the node's
 * own channel. The same server and the same step as for messages to single uids, so their order
 * is kept.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, publishing command, message, then the uids
 *
 * Answers the nodes that got it.
 */
export const publishToUids = new Script(`
local base, publish, message = ARGV[1], ARGV[2], ARGV[3]
local reached, asked = {}, {}
for i = 4, #ARGV do
  for _, conn in ipairs(redis.call('ZRANGE', base .. ':conns:' .. ARGV[i], 0, -1)) do
    local node = string.sub(conn, 2, 11)
    if not asked[node] then
      asked[node] = true
      if redis.call(publish, base .. ':node:' .. node, message) > 0 then
        reached[#reached + 1] = node
      end
    end
  end
end
return reached
`);
