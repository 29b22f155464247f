import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * The lease of undelivered messages begins anew.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, lease in ms, then per message: epoch, offset, uid
 */
export const keep = new Script(`${PREAMBLE}
for i = 3, #ARGV, 3 do
  call('ZADD', due, 'XX', now + ARGV[2], dueName(ARGV[i], ARGV[i + 1], ARGV[i + 2]))
end
`);
