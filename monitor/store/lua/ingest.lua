-- INGEST: store new and changed items, their seen keys and pending rows; last, the feed's state.
-- KEYS[1] prefix. ARGV: feed, lease token, now ms, outlet, feed state ("" in all but the last batch),
-- then per entry: item id, fingerprint, item document, JSON array of identity keys.
local p, feed, token, now, outlet, state = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if redis.call('HGET', p .. 'lease:' .. feed, 'token') ~= token then return {'stale'} end
local keylists = {}
for i = 6, #ARGV, 4 do keylists[i] = cjson.decode(ARGV[i + 3]) end
local written = {'ok'}
for i = 6, #ARGV, 4 do
  local id, print, doc = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local item = p .. 'item:' .. id
  if redis.call('HGET', item, 'print') ~= print then
    local revision = redis.call('HINCRBY', item, 'revision', 1)
    redis.call('HSET', item, 'doc', doc, 'print', print, 'state', 'pending')
    redis.call('ZADD', p .. 'items', 'NX', now, id)
    redis.call('HSET', p .. 'row:' .. id, 'revision', revision, 'attempts', 0, 'rings', 0)
    redis.call('ZADD', p .. 'pending', now, id)
    written[#written + 1] = id
  end
  for _, key in ipairs(keylists[i]) do
    redis.call('HSET', p .. 'seen:' .. outlet, key, id .. ' ' .. print)
    redis.call('ZADD', p .. 'listed:' .. outlet, now, key)
  end
end
if state ~= '' then
  redis.call('HSET', p .. 'feeds', feed, state)
  redis.call('DEL', p .. 'lease:' .. feed)
  redis.call('HINCRBY', p .. 'stats', 'polls', 1)
end
return written
