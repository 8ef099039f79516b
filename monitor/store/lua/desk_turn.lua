-- One desk at a time: take the turn if it is free, ours, or stands still since the beat that the caller watched.
-- KEYS[1] prefix. ARGV: holder, 'holder beat' seen standing still ('' if none). Returns 'ours', or 'holder beat'.
local key = KEYS[1] .. 'desk'
local held = redis.call('HMGET', key, 'holder', 'beat')
local found = held[1] and (held[1] .. ' ' .. held[2]) or ''
if held[1] and held[1] ~= ARGV[1] and found ~= ARGV[2] then return found end
redis.call('HSET', key, 'holder', ARGV[1], 'beat', tonumber(held[2] or '0') + 1)
return 'ours'
