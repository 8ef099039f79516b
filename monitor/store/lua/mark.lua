-- MARK: record how a send ended, only for the holder of the token.
-- KEYS[1] prefix. ARGV: row id, token, state (delivered | due | dead | collapsed), now ms, due ms, error, '1' if it
-- may have arrived all the same, '1' if the receiver failed, failures in a row after which it is left alone,
-- first and longest pause in ms (the pause doubles with each further failure).
local p, id, state, key = KEYS[1], ARGV[1], ARGV[3], KEYS[1] .. 'out:' .. ARGV[1]
local row = redis.call('HMGET', key, 'token', 'receiver', 'alerts')
if row[1] ~= ARGV[2] then return 0 end
local receiver, breaker = row[2], p .. 'breaker:' .. row[2]
redis.call('HDEL', key, 'token')
redis.call('HDEL', p .. 'claims', 'row ' .. id)
redis.call('HSET', key, 'state', state, 'error', ARGV[6], 'rings', 0)
if ARGV[7] == '1' then redis.call('HSET', key, 'maybe_sent', '1') end
if ARGV[8] == '1' then
  redis.call('HINCRBY', key, 'failures', 1)
  local over = redis.call('HINCRBY', breaker, 'failures', 1) - tonumber(ARGV[9])
  redis.call('HSETNX', breaker, 'since', ARGV[4])
  redis.call('HSET', breaker, 'error', ARGV[6])
  if over >= 0 then
    local pause = math.min(tonumber(ARGV[10]) * 2 ^ math.min(over, 30), tonumber(ARGV[11]))
    redis.call('HSET', breaker, 'until', string.format('%.0f', tonumber(ARGV[4]) + pause))
  end
end
if state == 'due' then
  redis.call('HSET', key, 'due_ms', ARGV[5])
  redis.call('ZADD', p .. 'due:' .. receiver, ARGV[5], id)
  return 1
end
redis.call('HSET', key, 'done_ms', ARGV[4])
redis.call('ZREM', p .. 'due:' .. receiver, id)
redis.call('HINCRBY', p .. 'stats', state, 1)
if state == 'dead' then redis.call('ZADD', p .. 'dead:rows', ARGV[4], id) end
if state == 'delivered' then
  redis.call('DEL', breaker)
  for _, message in ipairs(cjson.decode(row[3])) do
    local alert, revision = string.match(message, '^(al_.+)_r(%d+)$')
    local heard = alert and p .. 'heard:' .. receiver .. ':' .. alert
    if alert and tonumber(redis.call('GET', heard) or '0') < tonumber(revision) then
      redis.call('SET', heard, revision, 'EX', 3456000)
    end
  end
end
return 1
