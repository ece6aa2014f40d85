-- KEYS: attempts of one identifier   ARGV: tags
-- Returns a pending attempt before a receipt; receipts have separate fields.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)

local function live(fields)
  for _, found in ipairs(redis.call('HMGET', KEYS[1], unpack(fields))) do
    if found and cjson.decode(found).expiresAt > now then return found end
  end
  return false
end

local receipts = {}
for i, tag in ipairs(ARGV) do receipts[i] = 'receipt:' .. tag end
return live(ARGV) or live(receipts)
