-- Take a feed's lease if it is free, the caller's own (left over from a poll whose end could not be written),
-- or still the dead one that the caller watched stand still.
-- KEYS[1] prefix. ARGV: feed, holder, "token beat" seen standing still ("" if none).
-- Returns token taken ("" if none), "token beat" found, the feed's state ("" if it was never polled).
local key = KEYS[1] .. 'lease:' .. ARGV[1]
local held = redis.call('HMGET', key, 'token', 'beat', 'holder')
local found = held[1] and (held[1] .. ' ' .. (held[2] or '0')) or ''
if held[1] and held[3] ~= ARGV[2] and found ~= ARGV[3] then return {'', found, ''} end
local token = tostring(redis.call('INCR', KEYS[1] .. 'fence'))
redis.call('HSET', key, 'token', token, 'holder', ARGV[2], 'beat', 0)
return {token, found, redis.call('HGET', KEYS[1] .. 'feeds', ARGV[1]) or ''}
