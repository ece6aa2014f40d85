-- KEYS: attempts of one identifier (password tag -> attempt as JSON; `receipt:` and the tag -> receipt)
-- ARGV: tag, draft, life ms, limit per source, limit per identifier, ms for which it is not replaced
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local draft = cjson.decode(ARGV[2])
local life = tonumber(ARGV[3])

local function store(attempt)
  redis.call('HSET', KEYS[1], ARGV[1], cjson.encode(attempt))
  redis.call('PEXPIRE', KEYS[1], life)
  return cjson.encode(attempt)
end

local live, same = {}, nil
local entries = redis.call('HGETALL', KEYS[1])
for i = 1, #entries, 2 do
  local attempt = cjson.decode(entries[i + 1])
  if attempt.expiresAt <= now then
    redis.call('HDEL', KEYS[1], entries[i])
  elseif attempt.activatedAt > 0 then
    -- A receipt does not count, and does not change the result.
  elseif entries[i] == ARGV[1] then
    same = attempt
  else
    live[#live + 1] = { tag = entries[i], attempt = attempt }
  end
end

local ours = same and (draft.provisional or same.customerId == draft.customerId)
if same and same.decoy == draft.decoy and (ours or not same.started) then
  same.profile = draft.profile
  same.expiresAt = now + life
  return store(same)
end

-- Removes the attempt without a live code whose last code request is oldest.
local function make_room(limit, counts)
  local count, oldest = 0, nil
  for _, entry in ipairs(live) do
    if not entry.gone and counts(entry.attempt) then
      count = count + 1
      local dead = entry.attempt.codeUntil <= now
      if dead and (not oldest or entry.attempt.askedAt < oldest.attempt.askedAt) then oldest = entry end
    end
  end
  if count < limit then return true end
  if not oldest then return false end
  oldest.gone = true
  return true
end

if not make_room(tonumber(ARGV[4]), function(a) return a.source == draft.source end) then return false end
if not make_room(tonumber(ARGV[5]), function() return true end) then return false end
for _, entry in ipairs(live) do
  if entry.gone then redis.call('HDEL', KEYS[1], entry.tag) end
end
draft.started = false
draft.expiresAt = now + life
draft.askedAt = 0
draft.codeUntil = now + tonumber(ARGV[6])
draft.activatedAt = 0
return store(draft)
