-- Outbox rows beside those of a COMMIT; a row that is there already stays as it is.
-- KEYS[1] prefix. ARGV: now ms, JSON of [{id, receiver, alerts}]. Returns how many are new.
local p, now, added = KEYS[1], ARGV[1], 0
for _, out in ipairs(cjson.decode(ARGV[2])) do
  local key = p .. 'out:' .. out.id
  if redis.call('EXISTS', key) == 0 then
    redis.call('HSET', key, 'receiver', out.receiver, 'alerts', out.alerts, 'state', 'due',
               'attempts', 0, 'created_ms', now, 'rings', 0)
    redis.call('SADD', p .. 'lanes', out.receiver)
    redis.call('ZADD', p .. 'due:' .. out.receiver, now, out.id)
    redis.call('ZADD', p .. 'outbox', now, out.id)
    added = added + 1
  end
end
return added
