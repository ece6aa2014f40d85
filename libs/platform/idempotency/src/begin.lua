-- KEYS: one answer   ARGV: fingerprint, hold ms
local known = redis.call('HMGET', KEYS[1], 'fingerprint', 'answer')
if not known[1] then
  redis.call('HSET', KEYS[1], 'fingerprint', ARGV[1])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return { 'new', '' }
end
if known[1] ~= ARGV[1] then return { 'different', '' } end
if not known[2] then return { 'running', '' } end
return { 'done', known[2] }
