-- KEYS: code
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local c = redis.call('HMGET', KEYS[1], 'exp', 'tries', 'length')
if not c[1] or now >= tonumber(c[1]) then return { 0, 0, 0 } end
return { tonumber(c[1]), tonumber(c[2]), tonumber(c[3]) }
