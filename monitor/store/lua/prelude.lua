-- What several scripts share; put before each of them.
-- One outbox row, unless it is there already. out: {id, receiver, alerts, note, hold, due}; with `hold` (a reason) it
-- waits until `due` (ms) to be told together with others. Returns 1 if it is new.
local function add_row(p, now, out)
  local key = p .. 'out:' .. out.id
  if redis.call('EXISTS', key) == 1 then return 0 end
  local held = out.hold ~= ''
  redis.call('HSET', key, 'receiver', out.receiver, 'alerts', out.alerts, 'state', held and 'held' or 'due',
             'attempts', 0, 'created_ms', now, 'rings', 0, 'note', out.note, 'hold', out.hold, 'due_ms', out.due)
  redis.call('SADD', p .. 'lanes', out.receiver)
  redis.call('ZADD', p .. (held and 'held' or ('due:' .. out.receiver)), out.due, out.id)
  redis.call('ZADD', p .. 'outbox', now, out.id)
  return 1
end

local function add_notice(p, now, notice)
  if redis.call('SETNX', p .. 'notice:' .. notice.id, notice.doc) == 1 then
    redis.call('ZADD', p .. 'notices', now, notice.id)
  end
end
