-- MARK: record how a send ended, only for the holder of the token.
-- KEYS[1] prefix. ARGV: row id, token, state (delivered | due | dead), now ms, due ms, error, '1' if it
-- may have arrived all the same.
local p, id, state, key = KEYS[1], ARGV[1], ARGV[3], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'token', 'receiver')
if row[1] ~= ARGV[2] then return 0 end
redis.call('HDEL', key, 'token')
redis.call('HDEL', p .. 'claims', 'row ' .. id)
redis.call('HSET', key, 'state', state, 'error', ARGV[6], 'rings', 0)
if ARGV[7] == '1' then redis.call('HSET', key, 'maybe_sent', '1') end
if state == 'due' then
  redis.call('HSET', key, 'due_ms', ARGV[5])
  redis.call('ZADD', p .. 'due:' .. row[2], ARGV[5], id)
else
  redis.call('HSET', key, 'done_ms', ARGV[4])
  redis.call('ZREM', p .. 'due:' .. row[2], id)
  if state == 'dead' then redis.call('ZADD', p .. 'dead:rows', ARGV[4], id) end
  redis.call('HINCRBY', p .. 'stats', state, 1)
end
return 1
