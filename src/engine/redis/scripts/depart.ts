import { GUARD, PREAMBLE } from './preamble.js';
import { Script } from './script.js';

/**
 * The offline delay of these uids has passed. Whoever came back in time is not in `leaving` and
 * has a connection, or is there with another end, which is of another departure.
 *
 * KEYS[1] any key of the shard
 * ARGV    the preamble's, then per uid: uid, end of its delay
 *
 * Answers the events.
 */
export const depart = new Script(`${PREAMBLE}${GUARD}
for i = 9, #ARGV, 2 do
  local uid, ends = ARGV[i], tonumber(ARGV[i + 1])
  local due = tonumber(redis.call('ZSCORE', leaving, uid) or ends)
  if ends <= now and due == ends and redis.call('EXISTS', base .. ':conns:' .. uid) == 0 then
    redis.call('ZREM', leaving, uid)
    offline(uid)
  end
end
return answer()
`);
