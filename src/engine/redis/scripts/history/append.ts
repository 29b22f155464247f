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
 * ARGV    base, limits, publishing command, own ttl in ms, flags, ms within which it is to be
 *         acknowledged, envelope up to where the position belongs, rest of the envelope, '1' for
 *         the names of nodes, then the uids
 *
 * Answers how many nodes got it, for several uids the sum; or their names, each once; then epoch
 * and offset for each uid.
 */
export const append = new Script(`${PREAMBLE}
local publish, expires, flags, within = ARGV[3], now + ARGV[4], ARGV[5], ARGV[6]
local head, rest, isNamed = ARGV[7], ARGV[8], ARGV[9] == '1'
local size = ${MESSAGE_BYTES - ',"data":}'.length} + #rest
local begins = string.find(head, '"id":', 1, true)
local id = string.match(head, '^"id":"([^"]*)"', begins)
local stored = string.sub(head, begins) .. rest
local answer, reached = { 0 }, {}

for i = 10, #ARGV do
  local uid = ARGV[i]
  local epoch, offset = touch(uid)
  offset = offset + 1
  call('HSET', streams .. uid, 't', offset)
  local length = call('RPUSH', kepts .. uid, flags .. ' ' .. epoch .. ' ' .. offset .. ' ' .. now ..
    ' ' .. expires .. ' ' .. size .. ' \\n' .. stored)
  call('PEXPIRE', kepts .. uid, 4 * ttl)
  if length == 1 then call('ZADD', oldest, now, uid) end
  call('ZADD', ids, 0, id .. ' ' .. uid .. '\\n' .. offset)
  if flags ~= '-' then
    if has(flags, 'f') then call('ZADD', opens .. uid, offset, 'f' .. offset) end
    if has(flags, 'd') then
      call('ZADD', opens .. uid, offset, 'd' .. offset)
      call('ZADD', due, now + within, dueName(epoch, offset, uid))
    end
    call('PEXPIRE', opens .. uid, 4 * ttl)
  end
  local bytes = count(uid, size)
  while length > 1 and (length > maxLength or bytes > maxBytes) do
    pop(uid, true)
    reindex(uid)
    length = length - 1
    bytes = tonumber(call('HGET', sizes, uid))
  end
  keepTotal()
  local nodes = call(publish, base .. ':uid:' .. uid,
    head .. ',"epoch":"' .. epoch .. '","offset":' .. offset .. rest)
  answer[1] = answer[1] + nodes
  if isNamed and nodes > 0 then
    for _, conn in ipairs(call('ZRANGE', base .. ':conns:' .. uid, 0, -1)) do
      reached[string.sub(conn, 2, 11)] = true
    end
  end
  answer[#answer + 1] = epoch
  answer[#answer + 1] = offset
end

if isNamed then
  answer[1] = {}
  for node in pairs(reached) do table.insert(answer[1], node) end
end
return answer
`);
