-- KEYS: due list, pace
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local age = oldest[2] and math.max(0, now - oldest[2]) or 0
if age < 1000 then return age end
local pace = redis.call('HMGET', KEYS[2], 'second', 'taken', 'before')
local ago = t[1] - tonumber(pace[1] or 0)
local last = ago == 0 and math.max(tonumber(pace[2]), tonumber(pace[3])) or ago == 1 and tonumber(pace[2]) or 0
if last == 0 then return age end
return math.max(age, math.ceil(redis.call('ZCOUNT', KEYS[1], '-inf', now) * 1000 / last))
