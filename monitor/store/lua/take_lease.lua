-- Take a feed's lease if it is free, or if it still is the dead one that the caller watched stand still.
-- KEYS[1] prefix. ARGV: feed, holder, token seen standing still ("" if none). Returns token taken, token found.
local key = KEYS[1] .. 'lease:' .. ARGV[1]
local held = redis.call('HGET', key, 'token')
if held and held ~= ARGV[3] then return {'', held} end
local token = tostring(redis.call('INCR', KEYS[1] .. 'fence'))
redis.call('HSET', key, 'token', token, 'holder', ARGV[2])
return {token, token}
