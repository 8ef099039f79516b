-- Choose the due rows to ring an RQ job for; rows already claimed, or rung twice while jobs wait, are left.
-- KEYS[1] prefix. ARGV: index name, row prefix, now ms, most rows, ms until a bell counts as unheard,
-- "1" if the RQ queue is empty (so every earlier bell is spent).
local p, index, rows = KEYS[1], KEYS[1] .. ARGV[1], KEYS[1] .. ARGV[2]
local now, patience = tonumber(ARGV[3]), tonumber(ARGV[5])
local due, chosen = redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, tonumber(ARGV[4])), {}
for _, id in ipairs(due) do
  local row = redis.call('HMGET', rows .. id, 'token', 'rings')
  redis.call('ZADD', index, now + patience, id)
  if not row[1] and (ARGV[6] == '1' or tonumber(row[2] or '0') < 2) then
    redis.call('HINCRBY', rows .. id, 'rings', 1)
    chosen[#chosen + 1] = id
  end
end
return chosen
