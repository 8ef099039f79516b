-- Outbox rows beside those of a COMMIT, and the notices they tell of; what is there already stays as it is.
-- KEYS[1] prefix. ARGV: now ms, JSON of {rows: [row of add_row], notices: [{id, doc}]}. Returns how many rows are new.
local p, now, added = KEYS[1], ARGV[1], 0
local work = cjson.decode(ARGV[2])
for _, notice in ipairs(work.notices) do add_notice(p, now, notice) end
for _, out in ipairs(work.rows) do added = added + add_row(p, now, out) end
return added
