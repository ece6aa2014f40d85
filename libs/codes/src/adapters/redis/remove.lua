-- KEYS: code   ARGV: mac, or nothing for whatever is there
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'mac') ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
