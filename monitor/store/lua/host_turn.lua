-- A turn at a host: may a request start now? KEYS[1] prefix.
-- ARGV: host, holder of the turn, now ms, least ms between starts, most requests at once, ms after which
-- an open request counts as dead. Returns ms to wait; 0 means that the turn is taken.
-- A wall clock that was set back never blocks a host: times in the future beyond their span do not count.
local key, open, now = KEYS[1] .. 'host:' .. ARGV[1], KEYS[1] .. 'open:' .. ARGV[1], tonumber(ARGV[3])
local delay, most, patience = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local found = redis.call('HMGET', key, 'last', 'until', 'crawl')
delay = math.max(delay, tonumber(found[3] or '0'))
local held = tonumber(found[2] or '0') - now
if held > 0 and held <= 90000000 then return math.ceil(held) end
local wait = tonumber(found[1] or '-inf') + delay - now
if wait > 0 and wait <= delay then return math.ceil(wait) end
redis.call('ZREMRANGEBYSCORE', open, '-inf', now - patience)
redis.call('ZREMRANGEBYSCORE', open, '(' .. now + patience, '+inf')
if redis.call('ZCARD', open) >= most then return math.max(100, math.ceil(delay)) end
redis.call('ZADD', open, now, ARGV[2])
redis.call('PEXPIRE', open, patience * 2)
redis.call('HSET', key, 'last', ARGV[3])
redis.call('EXPIRE', key, 172800)
return 0
