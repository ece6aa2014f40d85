-- KEYS: attempts of one identifier   ARGV: customer id; empty removes all
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local attempt = cjson.decode(entries[i + 1])
  -- An attempt that has not started gets the id of the key when it starts.
  local stays = ARGV[1] ~= '' and (attempt.customerId == ARGV[1] or not attempt.started)
  if not stays then redis.call('HDEL', KEYS[1], entries[i]) end
end
return false
