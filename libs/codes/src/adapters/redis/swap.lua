-- KEYS: code   ARGV: mac, replacement mac, ms in which its message may be accepted (0: as before), retention ms after expiry
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local c = redis.call('HMGET', KEYS[1], 'mac', 'unsent', 'exp')
-- An invalidated or abandoned code is never revived.
if c[1] ~= ARGV[1] or tonumber(c[2] or 0) <= now then return 0 end
redis.call('HSET', KEYS[1], 'mac', ARGV[2])
local unsent = tonumber(ARGV[3])
if unsent == 0 then return 1 end
redis.call('HSET', KEYS[1], 'unsent', now + unsent)
redis.call('PEXPIRE', KEYS[1], math.max(c[3] - now, unsent) + ARGV[4])
return 1
