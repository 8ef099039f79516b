-- Put an item that was given up back in the queue, with all its tries. KEYS[1] prefix. ARGV: item id, now ms.
-- Returns 'ok', 'unknown', or the state of an item that was not given up.
local p, id, key = KEYS[1], ARGV[1], KEYS[1] .. 'item:' .. ARGV[1]
local item = redis.call('HMGET', key, 'state', 'revision')
if not item[1] then return 'unknown' end
if item[1] ~= 'dead' then return item[1] end
redis.call('HSET', key, 'state', 'pending')
redis.call('ZREM', p .. 'dead:items', id)
redis.call('HSET', p .. 'row:' .. id, 'revision', item[2], 'attempts', 0, 'deaths', 0, 'rings', 0)
redis.call('ZADD', p .. 'pending', ARGV[2], id)
return 'ok'
