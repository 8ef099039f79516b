-- Make the rows that were rung and never claimed due again.
-- KEYS[1] prefix. ARGV: index name, row prefix, now ms.
local index, rows = KEYS[1] .. ARGV[1], KEYS[1] .. ARGV[2]
for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
  local row = redis.call('HMGET', rows .. id, 'token', 'rings')
  if not row[1] and (row[2] or '0') ~= '0' then
    redis.call('HSET', rows .. id, 'rings', 0)
    redis.call('ZADD', index, ARGV[3], id)
  end
end
