-- Replace one field of a hash if it still holds what was read. KEYS[1] prefix.
-- ARGV: hash, field, what was read ('' for nothing), what is to stand there. Returns 1 or 0.
local key = KEYS[1] .. ARGV[1]
if (redis.call('HGET', key, ARGV[2]) or '') ~= ARGV[3] then return 0 end
redis.call('HSET', key, ARGV[2], ARGV[4])
return 1
