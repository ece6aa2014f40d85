-- KEYS: due list   ARGV: entry, the lease it was taken with
-- Put again, or leased by somebody else, it is not done.
local score = redis.call('ZSCORE', KEYS[1], ARGV[1])
if score and tonumber(score) == tonumber(ARGV[2]) then return redis.call('ZREM', KEYS[1], ARGV[1]) end
return 0
