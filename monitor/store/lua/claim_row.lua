-- CLAIM one outbox row before it is sent. KEYS[1] prefix. ARGV: row id, holder, now ms.
-- Returns {reason} or {'ok', token, receiver, alerts, failed attempts, created ms, '1' if it may have arrived, note}.
-- `paused`: the receiver failed so often that it is left alone for a while.
local p, id, key = KEYS[1], ARGV[1], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'state', 'receiver', 'alerts', 'created_ms', 'maybe_sent', 'note',
                       'failures')
if not row[1] or (row[1] ~= 'due' and row[1] ~= 'sending') then return {'done'} end
if row[1] == 'sending' then return {'busy'} end
local open = redis.call('HGET', p .. 'breaker:' .. row[2], 'until')
if open and tonumber(open) > tonumber(ARGV[3]) then
  redis.call('HSET', key, 'rings', 0)
  redis.call('ZADD', p .. 'due:' .. row[2], open, id)
  return {'paused'}
end
local token = tostring(redis.call('INCR', p .. 'fence'))
redis.call('HINCRBY', key, 'attempts', 1)
redis.call('HSET', key, 'state', 'sending', 'token', token)
redis.call('HSET', p .. 'claims', 'row ' .. id, token .. ' ' .. ARGV[2])
return {'ok', token, row[2], row[3], row[7] or '0', row[4], row[5] or '0', row[6] or ''}
