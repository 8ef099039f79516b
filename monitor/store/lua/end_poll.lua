-- Give a feed's lease back unused, or show that its holder lives. KEYS[1] prefix.
-- ARGV: feed, token, "1" to give it back. Returns 1 if the lease was still ours.
local key = KEYS[1] .. 'lease:' .. ARGV[1]
if redis.call('HGET', key, 'token') ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then redis.call('DEL', key) else redis.call('HINCRBY', key, 'beat', 1) end
return 1
