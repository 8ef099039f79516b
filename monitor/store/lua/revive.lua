-- Make a dead letter due once more, with all its tries before it. KEYS[1] prefix. ARGV: row id, now ms.
-- Returns 'ok', 'unknown', or the state it is in.
local p, id, key = KEYS[1], ARGV[1], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'state', 'receiver')
if not row[1] then return 'unknown' end
if row[1] ~= 'dead' then return row[1] end
redis.call('HSET', key, 'state', 'due', 'attempts', 0, 'failures', 0, 'rings', 0, 'due_ms', ARGV[2], 'error', '')
redis.call('HDEL', key, 'token', 'done_ms')
redis.call('ZREM', p .. 'dead:rows', id)
redis.call('SADD', p .. 'lanes', row[2])
redis.call('ZADD', p .. 'due:' .. row[2], ARGV[2], id)
return 'ok'
