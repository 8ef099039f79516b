-- Give an item's row back, to be processed again at a due time.
-- KEYS[1] prefix. ARGV: item id, token, due ms, '1' if its holder died while reading it,
-- '1' if this claim was no attempt (the page only had to wait its turn).
local p, id, row = KEYS[1], ARGV[1], KEYS[1] .. 'row:' .. ARGV[1]
if redis.call('HGET', row, 'token') ~= ARGV[2] then return 0 end
redis.call('HDEL', row, 'token')
redis.call('HSET', row, 'rings', 0)
if ARGV[4] == '1' then redis.call('HINCRBY', row, 'deaths', 1) end
if ARGV[5] == '1' then redis.call('HINCRBY', row, 'attempts', -1) end
redis.call('HDEL', p .. 'claims', 'item ' .. id)
redis.call('ZADD', p .. 'pending', ARGV[3], id)
return 1
