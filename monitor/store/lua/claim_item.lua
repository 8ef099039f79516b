-- A job takes the pending row of an item. KEYS[1] prefix. ARGV: item id, holder, now ms.
-- Returns {reason} or {'ok', token, revision, attempts, deaths, document, first reading or ''}.
local p, id = KEYS[1], ARGV[1]
local row = p .. 'row:' .. id
if redis.call('EXISTS', row) == 0 then return {'done'} end
if redis.call('HEXISTS', row, 'token') == 1 then return {'busy'} end
local token = tostring(redis.call('INCR', p .. 'fence'))
local attempts = redis.call('HINCRBY', row, 'attempts', 1)
redis.call('HSET', row, 'token', token)
redis.call('HSET', p .. 'claims', 'item ' .. id, token .. ' ' .. ARGV[2])
local item = redis.call('HMGET', p .. 'item:' .. id, 'doc', 'reading')
return {'ok', token, redis.call('HGET', row, 'revision'), tostring(attempts),
        redis.call('HGET', row, 'deaths') or '0', item[1], item[2] or ''}
