-- KEYS: times of the counted events   ARGV: ticket, then pairs of limit (-1: no limit) and window ms
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local longest = 0
for i = 2, #ARGV, 2 do longest = math.max(longest, tonumber(ARGV[i + 1])) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - longest)
local wait = 0
for i = 2, #ARGV, 2 do
  local most, window = tonumber(ARGV[i]), tonumber(ARGV[i + 1])
  if most >= 0 and redis.call('ZCOUNT', KEYS[1], now - window + 1, '+inf') >= most then
    local freeing = redis.call('ZREVRANGE', KEYS[1], most - 1, most - 1, 'WITHSCORES')
    wait = math.max(wait, 1, tonumber(freeing[2] or now) + window - now)
  end
end
if wait > 0 then return wait end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('PEXPIRE', KEYS[1], longest)
return 0
