-- KEYS: code   ARGV: mac, life ms, retention ms after expiry
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local c = redis.call('HMGET', KEYS[1], 'mac', 'unsent')
-- An invalidated or abandoned code is never revived.
if c[1] ~= ARGV[1] or tonumber(c[2] or 0) <= now then return 0 end
local life = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'exp', now + life)
redis.call('PEXPIRE', KEYS[1], math.max(life, c[2] - now) + ARGV[3])
return 1
