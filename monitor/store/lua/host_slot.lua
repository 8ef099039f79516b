-- A turn at a host: when the next request may start. KEYS[1] prefix. ARGV: host, now ms, delay ms.
-- Returns ms to wait; 0 means that the turn is taken. A clock that was set back never blocks a host.
local key, now, delay = KEYS[1] .. 'host:' .. ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local last = tonumber(redis.call('GET', key) or '-inf')
local wait = last + delay - now
if wait > 0 and wait <= delay then return math.ceil(wait) end
redis.call('SET', key, ARGV[2], 'PX', math.max(1, delay * 2))
return 0
