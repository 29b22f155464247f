import { PREAMBLE, Script } from './script.js';

/**
 * The offline delay of these uids has passed. Whoever came back in time is not in `leaving`, or is
 * there with another end, which is of another departure.
 *
 * KEYS[1] any key of the shard
 * ARGV    base, node, call, lease, delay, then per uid: uid, end of its delay
 *
 * Answers the events.
 */
export const depart = new Script(`${PREAMBLE}
for i = 6, #ARGV, 2 do
  local uid, ends = ARGV[i], tonumber(ARGV[i + 1])
  if ends <= now and tonumber(redis.call('ZSCORE', leaving, uid) or 0) == ends then
    redis.call('ZREM', leaving, uid)
    offline(uid)
  end
end
return answer()
`);
