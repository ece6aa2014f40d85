-- KEYS: attempts of one identifier   ARGV: tag, attempt id, operation, value, value
-- Changes an attempt if it is live and still has this attempt id.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local found = redis.call('HGET', KEYS[1], ARGV[1])
if not found then return false end
local attempt = cjson.decode(found)
if attempt.attemptId ~= ARGV[2] or attempt.expiresAt <= now then return false end

local operation = ARGV[3]
if operation == 'begin' then
  attempt.customerId = ARGV[4]
  attempt.started = true
elseif operation == 'ask' then
  local wait = attempt.askedAt + tonumber(ARGV[5]) - now
  if wait > 0 then return { wait, attempt.reference } end
  attempt.askedAt = now
  attempt.codeUntil = now + tonumber(ARGV[6])
  attempt.reference = ARGV[4]
elseif operation == 'take back' then
  if attempt.reference ~= ARGV[4] then return { 0, '' } end
  attempt.askedAt = 0
elseif operation == 'sent' then
  attempt.codeUntil = now + tonumber(ARGV[4])
elseif operation == 'finish' then
  attempt.activatedAt = now
  local receipt = 'receipt:' .. ARGV[1]
  -- Write the receipt first: deleting the last field would delete the key and its expiry.
  redis.call('HSET', KEYS[1], receipt, cjson.encode(attempt))
  -- Attempts with another id started after this customer was deleted; keep them.
  local entries = redis.call('HGETALL', KEYS[1])
  for i = 1, #entries, 2 do
    local other = entries[i] ~= receipt and cjson.decode(entries[i + 1])
    if other and other.customerId == attempt.customerId then redis.call('HDEL', KEYS[1], entries[i]) end
  end
  return { 0, '' }
end
redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(attempt))
return { 0, '' }
