-- KEYS: attempts of one identifier   ARGV: customer id
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  if cjson.decode(entries[i + 1]).customerId ~= ARGV[1] then redis.call('HDEL', KEYS[1], entries[i]) end
end
return false
