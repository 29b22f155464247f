import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Begins the uid's stream if there is none, and reads a page.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, uid, device ('': none), from where: 'at' a position, 'unread',
 *         'unwritten', or '' for no page; epoch, offset, most messages
 *
 * Answers epoch and end of the stream, and the page: the offset behind which it begins, the one up
 * to which it goes, and the entries; or why there is none, 'epoch' or 'trimmed'.
 */
export const open = new Script(`${PREAMBLE}
local uid, device, from, epoch, after = ARGV[2], ARGV[3], ARGV[4], ARGV[5], tonumber(ARGV[6])
local current, top = touch(uid)
local stream = streams .. uid
if from == '' then return { current, top } end
if from == 'unread' then
  epoch = current
  local cursor = call('HGET', stream, device == '' and 'c' or 'd' .. device)
  after = tonumber(string.match(cursor or '0', '^%d+'))
elseif from == 'unwritten' then
  epoch = current
  local seen = call('HMGET', stream, 'm', 'x')
  after = math.max(tonumber(seen[1] or 0), tonumber(seen[2] or 0),
    top - call('LLEN', kepts .. uid))
end
return { current, top, page(uid, current, top, epoch, after, tonumber(ARGV[7])) }
`);
