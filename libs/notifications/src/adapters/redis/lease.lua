-- KEYS: due list (sorted by the moment from which an entry may be taken)   ARGV: count, lease ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, entry in ipairs(taken) do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[2], entry) end
return { now + ARGV[2], taken }
