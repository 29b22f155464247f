import { Script } from '../script.js';
import { PREAMBLE } from './preamble.js';

/**
 * A device has seen everything up to an offset.
 *
 * KEYS[1] any key of the shard
 * ARGV    setting, uid, connectionId, device ('': none), epoch, offset
 *
 * Answers 'epoch' or 'beyond', or: 'acknowledged' or 'conflict', where the cursor was and is, and
 * the entries that were settled.
 */
export const ack = new Script(`${PREAMBLE}
local uid, connection, device, offset = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[6])
local name = device == '' and connection or device
local epoch, top = find(uid)
if epoch ~= ARGV[5] then return {'epoch'} end
if offset > top then return {'beyond'} end

local stream, kept = streams .. uid, kepts .. uid
local before = top - call('LLEN', kept)

local function cursorOf(value) return tonumber(string.match(value or '0', '^%d+')) end

-- Cursors of devices are kept with the time at which they moved.
local function forgetSilent()
  local fields = call('HGETALL', stream)
  local devices, silent, since = 0, nil, nil
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 1) == 'd' then
      devices = devices + 1
      local at = tonumber(string.match(fields[i + 1], ' (%d+)$'))
      if fields[i] ~= 'd' .. device and (not since or at < since) then
        silent, since = fields[i], at
      end
    end
  end
  if devices > maxDevices then call('HDEL', stream, silent) end
end

local function moveCursor()
  if device == '' then return call('HSET', stream, 'c', offset) end
  local moves = call('HINCRBY', stream, 'n', 1)
  if call('HSET', stream, 'd' .. device, offset .. ' ' .. moves) == 1 then forgetSilent() end
end

local function settle(at)
  local entry = call('LINDEX', kept, at - before - 1)
  local one = parse(entry)
  local settled = one.flags .. 's ' .. one.epoch .. ' ' .. at .. ' ' .. one.at .. ' ' ..
    one.expires .. ' ' .. one.size .. ' ' .. name .. '\\n' .. string.sub(entry, one.body)
  call('LSET', kept, at - before - 1, settled)
  call('ZREM', opens .. uid, 'f' .. at)
  return settled
end

local outcome = 'acknowledged'
if offset > before then
  local one = parse(call('LINDEX', kept, offset - before - 1))
  if has(one.flags, 's') and one.by ~= name then outcome = 'conflict' end
end

local previous = cursorOf(call('HGET', stream, device == '' and 'c' or 'd' .. device))
if offset <= previous then return { outcome, previous, previous, {} } end
moveCursor()
if offset > tonumber(call('HGET', stream, 'm') or 0) then call('HSET', stream, 'm', offset) end
local settled = {}
for _, at in ipairs(acknowledge(uid, epoch, offset)) do settled[#settled + 1] = settle(at) end
note('a', uid, top, previous + 1, offset, connection, device)
return { outcome, previous, offset, settled }
`);
