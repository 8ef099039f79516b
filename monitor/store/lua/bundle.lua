-- Held rows become one message: all of them, or none if one is held no more.
-- KEYS[1] prefix. ARGV: now ms, JSON of {held: [row id], into: row of add_row, notices: [{id, doc}]}. Returns 1 or 0.
local p, now, work = KEYS[1], ARGV[1], cjson.decode(ARGV[2])
for _, id in ipairs(work.held) do
  if redis.call('HGET', p .. 'out:' .. id, 'state') ~= 'held' then return 0 end
end
for _, id in ipairs(work.held) do
  redis.call('HSET', p .. 'out:' .. id, 'state', 'bundled', 'into', work.into.id, 'done_ms', now)
  redis.call('ZREM', p .. 'held', id)
end
for _, notice in ipairs(work.notices) do add_notice(p, now, notice) end
add_row(p, now, work.into)
return 1
