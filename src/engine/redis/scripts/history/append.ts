import { MESSAGE_BYTES } from '../../../../history/sizes.js';
import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * Appends a message to the stream of each uid and publishes it on the uid's channel: the same
 * server and the same step as for messages that are only published, so their order is kept.
 *
 * An entry is the line `flags epoch offset at expires bytes settledBy`, and after it the members
 * of the envelope from `"id"` to the closing brace. Flags: `-` none, `f` the first acknowledgement
 * settles it, `d` it is to be acknowledged in time, `s` it is settled, `u` it was handed over as
 * undelivered.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, own ttl in ms and flags and ms within which it is to be acknowledged and 1 for
 *         the names of nodes, envelope without position, then the uids
 *
 * Answers how many nodes got it, for several uids the sum; or their names, each once; then epoch
 * and offset for each uid.
 */
export const append = new Script(`${PREAMBLE}
local ownTtl, flags, within, isNamed = string.match(ARGV[2], '(%d+) (%S+) (%d+) (%d)')
local text = ARGV[3]
-- Quotes within strings are escaped, so this can only be the member itself.
local data = string.find(text, ',"data":', 1, true)
local begins, _, id = string.find(text, '"id":"([^"]*)"')
local size = ${MESSAGE_BYTES - ',"data":}'.length} + #text - data + 1
local before, after = string.sub(text, 1, data - 1), string.sub(text, data)
local stored = ' ' .. now .. ' ' .. now + ownTtl .. ' ' .. size .. ' \\n' .. string.sub(text, begins)
local answer, reached = { 0 }, {}

local function await(uid, epoch, offset)
  if has(flags, 'f') then call('ZADD', opens .. uid, offset, 'f' .. offset) end
  if has(flags, 'd') then
    call('ZADD', opens .. uid, offset, 'd' .. offset)
    call('ZADD', due, now + within, dueName(epoch, offset, uid))
  end
  call('PEXPIRE', opens .. uid, 4 * ttl)
end

-- What is too old is left to others: it is in nobody's way.
local function add(uid)
  local stream = call('HMGET', streams .. uid, 'e', 't', 'l')
  local epoch, offset = stream[1], 1
  if epoch then
    live(uid, tonumber(stream[3]))
    offset = stream[2] + 1
  else
    epoch = begin(uid)
  end
  local place = epoch .. ' ' .. offset
  call('HSET', streams .. uid, 't', offset)
  local length = call('RPUSH', kepts .. uid, flags .. ' ' .. place .. stored)
  if call('ZADD', oldest, 'NX', now, uid) == 1 then
    -- The shard's own keys were lost because no node was here for long: the others are old.
    if length > 1 then call('LTRIM', kepts .. uid, -1, -1) end
    call('PEXPIRE', kepts .. uid, 4 * ttl)
    length = 1
  end
  call('ZADD', ids, 0, id .. ' ' .. uid .. '\\n' .. offset)
  if flags ~= '-' then await(uid, epoch, offset) end
  local bytes, total = count(uid, size)
  while length > 1 and (length > maxLength or bytes > maxBytes) do
    pop(uid, true)
    reindex(uid)
    length = length - 1
    bytes, total = tonumber(call('HGET', sizes, uid)), call('HGET', totals, 'bytes')
  end
  keepTotal(total)
  return epoch, offset
end

for i = 4, #ARGV do
  local uid = ARGV[i]
  local epoch, offset = add(uid)
  local nodes = call(publish, base .. ':uid:' .. uid,
    before .. ',"epoch":"' .. epoch .. '","offset":' .. offset .. after)
  answer[1] = answer[1] + nodes
  if isNamed == '1' and nodes > 0 then
    for _, conn in ipairs(call('ZRANGE', base .. ':conns:' .. uid, 0, -1)) do
      reached[string.sub(conn, 2, 11)] = true
    end
  end
  answer[#answer + 1] = epoch
  answer[#answer + 1] = offset
end

if isNamed == '1' then
  answer[1] = {}
  for node in pairs(reached) do table.insert(answer[1], node) end
end
return answer
`);
