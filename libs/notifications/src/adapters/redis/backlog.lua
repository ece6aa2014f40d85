-- KEYS: due list
local t = redis.call('TIME')
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
if not oldest[2] then return 0 end
return math.max(0, t[1] * 1000 + math.floor(t[2] / 1000) - oldest[2])
