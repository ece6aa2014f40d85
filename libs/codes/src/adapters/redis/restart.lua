-- KEYS: code   ARGV: mac, life ms, grave ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local c = redis.call('HMGET', KEYS[1], 'mac', 'exp')
-- What is burnt or expired does not come back to life.
if c[1] ~= ARGV[1] or tonumber(c[2]) <= now then return 0 end
redis.call('HSET', KEYS[1], 'exp', now + ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] + ARGV[3])
return 1
