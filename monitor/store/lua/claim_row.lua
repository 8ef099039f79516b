-- CLAIM one outbox row before it is sent. KEYS[1] prefix. ARGV: row id, holder, now ms.
-- Returns {reason} or {'ok', token, receiver, alerts, attempts, created ms, '1' if it may have arrived}.
local p, id, key = KEYS[1], ARGV[1], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'state', 'receiver', 'alerts', 'created_ms', 'maybe_sent')
if not row[1] or row[1] == 'delivered' or row[1] == 'dead' then return {'done'} end
if row[1] == 'sending' then return {'busy'} end
local token = tostring(redis.call('INCR', p .. 'fence'))
local attempts = redis.call('HINCRBY', key, 'attempts', 1)
redis.call('HSET', key, 'state', 'sending', 'token', token)
redis.call('HSET', p .. 'claims', 'row ' .. id, token .. ' ' .. ARGV[2])
return {'ok', token, row[2], row[3], tostring(attempts), row[4], row[5] or '0'}
