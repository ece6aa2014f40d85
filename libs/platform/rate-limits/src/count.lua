-- KEYS: times of the counted events   ARGV: window ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
return redis.call('ZCOUNT', KEYS[1], now - ARGV[1] + 1, '+inf')
