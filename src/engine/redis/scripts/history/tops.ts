import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Where streams end. One that ends before the position that a node has of it has lost messages,
 * and begins anew.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, then per uid: uid, epoch and offset that the node knows ('' and 0: none)
 *
 * Answers epoch and end of each.
 */
export const tops = new Script(`${PREAMBLE}
local answer = {}
for i = 2, #ARGV, 3 do
  local uid = ARGV[i]
  local epoch, top = touch(uid)
  if epoch == ARGV[i + 1] and top < tonumber(ARGV[i + 2]) then
    begin(uid)
    epoch, top = touch(uid)
  end
  answer[#answer + 1] = epoch
  answer[#answer + 1] = top
end
return answer
`);
