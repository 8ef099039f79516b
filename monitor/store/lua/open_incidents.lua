-- Open incidents that changed since a version. KEYS[1] prefix.
-- ARGV: version known ("" for none), ms: with no version known, only those that moved since then.
-- Returns version, then id, document ("" if it is gone) of each.
local p, known = KEYS[1], ARGV[1]
local answer, ids = {redis.call('GET', p .. 'incidents:version') or '0'}, nil
if known == '' then ids = redis.call('ZRANGEBYSCORE', p .. 'incidents:open', ARGV[2], '+inf')
else ids = redis.call('ZRANGEBYSCORE', p .. 'incidents:changed', '(' .. known, '+inf') end
for _, id in ipairs(ids) do
  answer[#answer + 1] = id
  answer[#answer + 1] = redis.call('GET', p .. 'incident:' .. id) or ''
end
return answer
