-- A held row is due now, by itself. KEYS[1] prefix. ARGV: row id, now ms, note. Returns 1 or 0.
local p, id, key = KEYS[1], ARGV[1], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'state', 'receiver')
if row[1] ~= 'held' then return 0 end
redis.call('HSET', key, 'state', 'due', 'due_ms', ARGV[2], 'note', ARGV[3])
redis.call('ZREM', p .. 'held', id)
redis.call('ZADD', p .. 'due:' .. row[2], ARGV[2], id)
return 1
