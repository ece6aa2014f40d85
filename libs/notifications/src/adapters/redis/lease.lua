-- KEYS: due list (sorted by the moment from which an entry may be taken), pace, origins   ARGV: count, lease ms
-- The pace: how many were taken in this second, and in the one before.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local taken = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[1])
for _, entry in ipairs(taken) do redis.call('ZADD', KEYS[1], 'XX', now + ARGV[2], entry) end
if #taken > 0 then
  local pace = redis.call('HMGET', KEYS[2], 'second', 'taken')
  if pace[1] == t[1] then
    redis.call('HINCRBY', KEYS[2], 'taken', #taken)
  else
    local before = tonumber(pace[1] or 0) == t[1] - 1 and pace[2] or 0
    redis.call('HSET', KEYS[2], 'second', t[1], 'taken', #taken, 'before', before)
    redis.call('PEXPIRE', KEYS[2], 3000)
  end
end
return { now + ARGV[2], taken, #taken > 0 and redis.call('HMGET', KEYS[3], unpack(taken)) or {} }
