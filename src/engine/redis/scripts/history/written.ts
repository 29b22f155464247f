import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Messages were handed to sockets.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, then per note: uid, epoch, connectionId, device ('': none), first and last
 *         offset, '1' if it is a text connection
 */
export const written = new Script(`${PREAMBLE}
for i = 2, #ARGV, 7 do
  local uid, from, to = ARGV[i], tonumber(ARGV[i + 4]), tonumber(ARGV[i + 5])
  local epoch, top = find(uid)
  if epoch == ARGV[i + 1] and to <= top then
    if ARGV[i + 6] == '1' then
      local stream = streams .. uid
      if to > tonumber(call('HGET', stream, 'x') or 0) then call('HSET', stream, 'x', to) end
      acknowledge(uid, epoch, to)
    end
    note('w', uid, top, from, to, ARGV[i + 2], ARGV[i + 3])
  end
end
`);
