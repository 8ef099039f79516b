-- COMMIT: what an item says, the incidents it touched, alert revisions and outbox rows: all or nothing.
-- KEYS[1] prefix. ARGV: item id, revision, token, incident index version read, now ms, JSON of
-- {state, fields: {name: text}, incidents: [{id, doc, closed, updated}], alerts: [{id, revision, doc, asks}],
--  rows: [row of add_row], notices: [{id, doc}], paces: [[counter, member]]}; documents are JSON texts of their own.
local p, id, now = KEYS[1], ARGV[1], ARGV[5]
local row = redis.call('HMGET', p .. 'row:' .. id, 'revision', 'token')
if row[2] ~= ARGV[3] then return 'stale' end
if row[1] ~= ARGV[2] then return 'moved' end
local work = cjson.decode(ARGV[6])
local version = redis.call('GET', p .. 'incidents:version') or '0'
if version ~= ARGV[4] then return 'conflict' end
for _, incident in ipairs(work.incidents) do
  redis.call('SET', p .. 'incident:' .. incident.id, incident.doc)
  if incident.closed then redis.call('ZREM', p .. 'incidents:open', incident.id)
  else redis.call('ZADD', p .. 'incidents:open', incident.updated, incident.id) end
  redis.call('ZADD', p .. 'incidents', incident.updated, incident.id)
end
if #work.incidents > 0 then
  local moved = redis.call('INCR', p .. 'incidents:version')
  for _, incident in ipairs(work.incidents) do redis.call('ZADD', p .. 'incidents:changed', moved, incident.id) end
end
for _, alert in ipairs(work.alerts) do
  redis.call('HSET', p .. 'alert:' .. alert.id, alert.revision, alert.doc)
  redis.call('ZADD', p .. 'alerts', now, alert.id)
  if alert.asks == 'yes' then redis.call('ZADD', p .. 'asking', now, alert.id)
  elseif alert.asks == 'no' then redis.call('ZREM', p .. 'asking', alert.id) end
end
for _, out in ipairs(work.rows) do add_row(p, now, out) end
for _, notice in ipairs(work.notices) do add_notice(p, now, notice) end
for _, one in ipairs(work.paces) do
  local key = p .. 'pace:' .. one[1]
  redis.call('ZADD', key, now, one[2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - 172800000)
  redis.call('EXPIRE', key, 345600)
end
for name, text in pairs(work.fields) do redis.call('HSET', p .. 'item:' .. id, name, text) end
redis.call('HSET', p .. 'item:' .. id, 'state', work.state)
if work.state == 'dead' then redis.call('ZADD', p .. 'dead:items', now, id) end
redis.call('DEL', p .. 'row:' .. id)
redis.call('ZREM', p .. 'pending', id)
redis.call('HDEL', p .. 'claims', 'item ' .. id)
redis.call('HINCRBY', p .. 'stats', 'items', 1)
redis.call('HINCRBY', p .. 'stats', 'alerts', #work.alerts)
return 'ok'
