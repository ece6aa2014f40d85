-- KEYS: code   ARGV: macs (comma-separated), request id, max tries, hold ms, grace ms, retention ms after expiry
-- Counts, compares and claims in one atomic step. The same request id gets the same outcome, because its reply may have been lost.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local c = redis.call('HMGET', KEYS[1], 'mac', 'exp', 'tries', 'owner', 'until', 'req', 'res')
local max = tonumber(ARGV[3])
if not c[1] then return { 'expired', 0 } end
if c[6] == ARGV[2] then return { c[7], max - tonumber(c[3]) } end
if now >= tonumber(c[2]) then return { 'expired', 0 } end
if c[4] and now < tonumber(c[5]) then return { 'busy', 0 } end
local tries = redis.call('HINCRBY', KEYS[1], 'tries', 1)
local exp = tonumber(c[2])
if string.find(ARGV[1], c[1], 1, true) then
  redis.call('HINCRBY', KEYS[1], 'tries', -1)
  exp = math.max(exp, now + tonumber(ARGV[5]))
  redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'until', now + ARGV[4], 'exp', exp, 'req', ARGV[2], 'res', 'granted')
  redis.call('PEXPIRE', KEYS[1], math.max(exp, tonumber(redis.call('HGET', KEYS[1], 'unsent') or 0)) - now + ARGV[6])
  return { 'granted', max - tries + 1 }
end
if tries >= max then redis.call('HSET', KEYS[1], 'exp', now, 'unsent', now) end
redis.call('HSET', KEYS[1], 'req', ARGV[2], 'res', 'wrong')
return { 'wrong', max - tries }
