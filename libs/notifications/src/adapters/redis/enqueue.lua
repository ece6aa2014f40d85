-- KEYS: due list, origins   ARGV: entry, its origin or ''
-- What waits keeps its place. What is leased becomes due again: it was put for a reason that its sender does not know of.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) <= now then return 0 end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[2], ARGV[1], ARGV[2]) end
return redis.call('ZADD', KEYS[1], now, ARGV[1])
