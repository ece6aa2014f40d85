-- KEYS: attempts of one identifier   ARGV: attempt id
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
for _, found in ipairs(redis.call('HVALS', KEYS[1])) do
  local attempt = cjson.decode(found)
  if attempt.attemptId == ARGV[1] and attempt.expiresAt > now then return found end
end
return false
