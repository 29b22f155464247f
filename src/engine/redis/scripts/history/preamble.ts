import { NOTE_BYTES, PAGE_BYTES } from '../../../../history/sizes.js';

/**
 * Begins every script that deals with what is kept. The first argument is the **setting**, divided
 * by spaces: base and publishing command of the shard, most messages of a uid, most bytes of a uid,
 * ttl in ms, most bytes and most streams of the shard, most devices of a uid, most notes of a uid.
 *
 * REDIS.md, "What is kept", describes the keys. Every script counts what it adds and takes out, in
 * one step, so the sums are exact. Offsets have no holes and messages go at the beginning only, so
 * the end of a stream and the length of its list say which message stands where.
 */
export const PREAMBLE = `
local call = redis.call
local base, publish, maxLength, maxBytes, ttl, maxTotal, maxStreams, maxDevices, maxNotes =
  string.match(ARGV[1], '(%S+) (%a+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+) (%d+)')
maxLength, maxBytes, ttl = tonumber(maxLength), tonumber(maxBytes), tonumber(ttl)
maxTotal, maxStreams = tonumber(maxTotal), tonumber(maxStreams)
maxDevices, maxNotes = tonumber(maxDevices), tonumber(maxNotes)
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local slack = math.floor(math.min(ttl / 16, 10000))

local streams, kepts, opens, notes =
  base .. ':stream:', base .. ':kept:', base .. ':open:', base .. ':notes:'
local known, oldest, sizes, ids, due, owed, totals = base .. ':known', base .. ':oldest',
  base .. ':sizes', base .. ':ids', base .. ':due', base .. ':owed', base .. ':totals'

-- The parts of a message as it is kept: see append.
local function parse(entry)
  local flags, epoch, offset, at, expires, size, by, body =
    string.match(entry, '^(%S+) (%S+) (%d+) (%d+) (%d+) (%d+) ([^\\n]*)\\n()')
  return { flags = flags, epoch = epoch, offset = tonumber(offset), at = tonumber(at),
    expires = tonumber(expires), size = tonumber(size), by = by, body = body }
end

local function has(flags, flag) return string.find(flags, flag, 1, true) ~= nil end

local function dueName(epoch, offset, uid) return epoch .. ' ' .. offset .. ' ' .. uid end

-- Answers the bytes of the uid and of all.
local function count(uid, bytes)
  return call('HINCRBY', sizes, uid, bytes), call('HINCRBY', totals, 'bytes', bytes)
end

-- Nobody waits for an acknowledgement of this message any more.
local function release(epoch, offset, uid)
  local name = dueName(epoch, offset, uid)
  call('ZREM', due, name)
  local entry = call('HGET', owed, name)
  if not entry then return end
  local size = parse(entry).size
  call('HDEL', owed, name)
  call('HINCRBY', totals, 'owed', -size)
  call('HINCRBY', totals, 'bytes', -size)
end

-- The oldest message goes. If it is to be acknowledged and isOwed, it stays beside the stream.
local function pop(uid, isOwed)
  local entry = call('LPOP', kepts .. uid)
  if not entry then return end
  local one = parse(entry)
  local offset, marks = one.offset, opens .. uid
  count(uid, -one.size)
  local id = string.match(entry, '^"id":"([^"]*)"', one.body)
  call('ZREM', ids, id .. ' ' .. uid .. '\\n' .. offset)
  if has(one.flags, 'f') then call('ZREM', marks, 'f' .. offset) end
  if not has(one.flags, 'd') or not call('ZSCORE', marks, 'd' .. offset) then return end
  local sum = one.size + (call('HGET', totals, 'owed') or 0)
  if isOwed and sum <= maxTotal / 4 then
    call('HSET', owed, dueName(one.epoch, offset, uid), entry)
    call('HSET', totals, 'owed', sum)
    call('HINCRBY', totals, 'bytes', one.size)
  else
    call('ZREM', marks, 'd' .. offset)
    release(one.epoch, offset, uid)
  end
end

-- Takes out the oldest notes if there are too many, or their messages are gone.
local function tidyNotes(uid, first)
  while true do
    local note = call('LINDEX', notes .. uid, 0)
    if not note then return end
    local to, names = string.match(note, '^%a %d+ (%d+) %d+ (.*)$')
    if tonumber(to) >= first and call('LLEN', notes .. uid) <= maxNotes then return end
    call('LPOP', notes .. uid)
    count(uid, -(${NOTE_BYTES} + #names))
  end
end

-- To be called when messages went. Answers when the oldest that is left was appended.
local function reindex(uid)
  local head = call('LINDEX', kepts .. uid, 0)
  if head then
    local one = parse(head)
    call('ZADD', oldest, one.at, uid)
    tidyNotes(uid, one.offset)
    return one.at
  end
  call('ZREM', oldest, uid)
  call('DEL', notes .. uid)
  call('HINCRBY', totals, 'bytes', 0 - (call('HGET', sizes, uid) or 0))
  call('HDEL', sizes, uid)
end

-- Takes out what is too old.
local function age(uid)
  local since = tonumber(call('ZSCORE', oldest, uid) or nil)
  -- The shard's own keys were lost because no node was here for long: then all of this is old.
  if not since then call('DEL', kepts .. uid, opens .. uid, notes .. uid) end
  while since and since + ttl <= now do
    pop(uid, true)
    since = reindex(uid)
  end
end

-- Answers epoch and end of the stream, and when it was last said to live on; nothing if there is
-- none.
local function find(uid)
  local stream = call('HMGET', streams .. uid, 'e', 't', 'l')
  if not stream[1] then return end
  age(uid)
  return stream[1], tonumber(stream[2]), tonumber(stream[3])
end

-- The uid has no stream any more; what is still to be handed over as undelivered stays.
local function forget(uid)
  while call('LLEN', kepts .. uid) > 0 and call('ZSCORE', oldest, uid) do
    pop(uid, true)
    reindex(uid)
  end
  call('DEL', streams .. uid, kepts .. uid, opens .. uid, notes .. uid)
  call('ZREM', known, uid)
end

local function begin(uid)
  forget(uid)
  if call('ZCARD', known) >= maxStreams then forget(call('ZRANGE', known, 0, 0)[1]) end
  call('ZADD', known, now, uid)
  local epoch = string.format('%x.%x.', time[1], time[2]) .. call('HINCRBY', totals, 'epochs', 1)
  call('HSET', streams .. uid, 'e', epoch, 't', 0, 'l', now)
  call('PEXPIRE', streams .. uid, ttl + slack)
  return epoch, 0
end

-- The stream of the uid lives on. That is written down now and then only.
local function live(uid, since)
  if since + slack > now then return end
  call('HSET', streams .. uid, 'l', now)
  call('ZADD', known, now, uid)
  call('PEXPIRE', streams .. uid, ttl + slack)
  call('PEXPIRE', kepts .. uid, 4 * ttl)
  call('PEXPIRE', opens .. uid, 4 * ttl)
  call('PEXPIRE', notes .. uid, 4 * ttl)
end

-- Answers epoch and end of the stream, which begins if there is none, and lives on.
local function touch(uid)
  local epoch, top, since = find(uid)
  if not epoch then return begin(uid) end
  live(uid, since)
  return epoch, top
end

local function keepTotal(total)
  while tonumber(total) > maxTotal do
    local uid = call('ZRANGE', oldest, 0, 0)[1]
    if not uid then return end
    pop(uid, false)
    reindex(uid)
    total = call('HGET', totals, 'bytes')
  end
end

local function note(kind, uid, top, from, to, connection, device)
  if maxNotes == 0 then return end
  local names = connection .. ' ' .. device
  call('RPUSH', notes .. uid, kind .. ' ' .. from .. ' ' .. to .. ' ' .. now .. ' ' .. names)
  call('PEXPIRE', notes .. uid, 4 * ttl)
  local _, total = count(uid, ${NOTE_BYTES} + #names)
  local length = call('LLEN', kepts .. uid)
  if length == 0 then return reindex(uid) end
  tidyNotes(uid, top - length + 1)
  keepTotal(total)
end

-- Somebody has seen everything up to there: it is not undelivered any more. Answers what the
-- first acknowledgement settles of it.
local function acknowledge(uid, epoch, upTo)
  local marks = call('ZRANGE', opens .. uid, '-inf', upTo, 'BYSCORE')
  local settling = {}
  for _, mark in ipairs(marks) do
    local offset = string.sub(mark, 2)
    if string.sub(mark, 1, 1) == 'f' then settling[#settling + 1] = tonumber(offset)
    else
      call('ZREM', opens .. uid, mark)
      release(epoch, offset, uid)
    end
  end
  return settling
end

-- What is kept behind an offset, a page at most.
local function page(uid, epoch, top, from, after, limit)
  if from ~= epoch or after > top then return {'epoch'} end
  local length = call('LLEN', kepts .. uid)
  if after < top - length then return {'trimmed'} end
  local entries, through, bytes = {}, after, 0
  while through < top and #entries < limit and bytes < ${PAGE_BYTES} do
    local index = through - top + length
    for _, entry in ipairs(call('LRANGE', kepts .. uid, index, index + 15)) do
      if #entries == limit or bytes >= ${PAGE_BYTES} then break end
      through = through + 1
      local one = parse(entry)
      if one.expires > now and not has(one.flags, 's') then
        entries[#entries + 1] = entry
        bytes = bytes + one.size
      end
    end
  end
  return {after, through, entries}
end
`;
