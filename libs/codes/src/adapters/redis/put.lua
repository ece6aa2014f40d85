-- KEYS: code   ARGV: mac, life ms, ms in which its message may be accepted, retention ms after expiry, length
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local life, unsent = tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'mac', ARGV[1], 'exp', now + life, 'unsent', now + unsent, 'tries', 0, 'length', ARGV[5])
redis.call('PEXPIRE', KEYS[1], math.max(life, unsent) + ARGV[4])
return 1
