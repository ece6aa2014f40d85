-- KEYS: attempts of one identifier   ARGV: tags
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for _, found in ipairs(redis.call('HMGET', KEYS[1], unpack(ARGV))) do
  if found and cjson.decode(found).expiresAt > now then return found end
end
return false
