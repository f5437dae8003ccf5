-- Writes revocations, all of them or none, and removes some that fell away long ago.
-- src/revocation/entry.rs has the same rules and a test compares both.
--
-- KEYS: meta, entries, changes, audit
-- ARGV: 13 settings, then 9 values for each order; times are seconds, 0 is none and MAX is always or for ever
-- Returns OK, the time, the number of entries removed, the cursor of the next removal, and for each order its version
-- and terms. Or without having written: FORMAT; CLOCK and the time; or an error.

local META, ENTRIES, CHANGES, AUDIT = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local FORMAT, NEW_EPOCH = ARGV[1], ARGV[2]
local LIFETIME, LEEWAY, LIFT_LIFETIME = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local CLOCKS_APART, GRACE = tonumber(ARGV[6]), tonumber(ARGV[7])
local AUDIT_LINES, MAX = ARGV[8], tonumber(ARGV[9])
-- Where to go on with the removal (empty: where the last write stopped), by how many entries, whether to count anew at
-- its end, and the clock of whoever asks for it.
local CURSOR, STEP, RECOUNTS, CALLER_CLOCK = ARGV[10], ARGV[11], ARGV[12] == '1', tonumber(ARGV[13])
local FIRST, WIDTH = 14, 9

local function text(number)
  return string.format('%.0f', number)
end

local function plus(time, seconds)
  return math.min(time + seconds, MAX)
end

local function parse(value)
  local cut_off, blocked, expires, version = string.match(value .. ' ', '^(%d+) (%d+) (%d+) (%d+)%s')
  if version and math.max(tonumber(cut_off), tonumber(blocked), tonumber(expires), tonumber(version)) <= MAX then
    local terms = {
      not_issued_after = tonumber(cut_off),
      blocked_until = tonumber(blocked),
      expires_at = tonumber(expires),
    }
    return terms, version
  end
  return { not_issued_after = MAX, blocked_until = 0, expires_at = MAX }, nil
end

local function end_of(cut_off, now)
  local last = cut_off == MAX and plus(now, LIFETIME) or cut_off
  return plus(last, LIFETIME + LEEWAY)
end

local function cut_off(is_session, at, now)
  at = is_session and MAX or at
  return { not_issued_after = at, blocked_until = 0, expires_at = end_of(at, now) }
end

local function raise(before, by)
  if not before then
    return by
  end
  return {
    not_issued_after = math.max(before.not_issued_after, by.not_issued_after),
    blocked_until = math.max(before.blocked_until, by.blocked_until),
    expires_at = math.max(before.expires_at, by.expires_at),
  }
end

local function lift(before, now)
  local least = plus(now, LIFT_LIFETIME)
  if before and before.blocked_until > now then
    local cut_off = before.not_issued_after
    local last = math.min(before.expires_at, cut_off > 0 and end_of(cut_off, now) or now)
    return { not_issued_after = cut_off, blocked_until = 0, expires_at = math.max(last, least) }
  end
  return { not_issued_after = 0, blocked_until = 0, expires_at = least }
end

local function apply(order, before, now)
  local is_session = string.sub(order.field, 1, 8) == 'session:'
  if order.action == 'revoke' then
    return raise(before, cut_off(is_session, order.at or plus(now, order.margin), now))
  elseif order.action == 'block' then
    local terms = cut_off(is_session, plus(now, order.margin), now)
    terms.blocked_until = order.blocked_until
    terms.expires_at = math.max(terms.expires_at, order.blocked_until)
    return raise(before, terms)
  elseif order.action == 'lift' then
    return lift(before, now)
  end
  return raise(before, {
    not_issued_after = order.at or 0,
    blocked_until = order.blocked_until,
    expires_at = order.expires_at,
  })
end

local time = redis.call('TIME')
local seconds = tonumber(time[1])
local microseconds = seconds * 1000000 + tonumber(time[2])

-- Whatever could fail comes before the first write, since Redis takes back nothing.
local meta = redis.call('HMGET', META, 'format', 'epoch', 'version', 'count', 'cursor')
local entries = redis.call('HLEN', ENTRIES)
local changes = redis.call('ZCARD', CHANGES)
redis.call('XLEN', AUDIT)
if meta[1] ~= FORMAT and (meta[1] or meta[2] or meta[3]) then
  return { 'FORMAT' }
end
for i = FIRST, #ARGV, WIDTH do
  if math.abs(seconds - tonumber(ARGV[i + 2])) > CLOCKS_APART then
    return { 'CLOCK', text(seconds) }
  end
end
if redis.acl_check_cmd then
  local is_allowed = redis.acl_check_cmd('HSET', META, 'f', 'v')
    and redis.acl_check_cmd('HSET', ENTRIES, 'f', 'v')
    and redis.acl_check_cmd('HDEL', ENTRIES, 'f')
    and redis.acl_check_cmd('HGET', ENTRIES, 'f')
    and redis.acl_check_cmd('HSCAN', ENTRIES, '0')
    and redis.acl_check_cmd('ZADD', CHANGES, '1', 'm')
    and redis.acl_check_cmd('ZREM', CHANGES, 'm')
    and redis.acl_check_cmd('ZRANGE', CHANGES, '0', '0')
    and redis.acl_check_cmd('XADD', AUDIT, '*', 'f', 'v')
  if not is_allowed then
    return redis.error_reply('NOPERM a command of the script is not allowed')
  end
end

local epoch, cursor = meta[2], meta[5] or '0'
local version, count = tonumber(meta[3] or 0) or 0, tonumber(meta[4] or 0) or 0
if not epoch and #ARGV < FIRST then
  return { 'OK', text(seconds), '0', '0' }
end
if not epoch or (count > 0 and entries == 0) then
  -- A new store, or one that has lost everything.
  epoch, count, cursor = NEW_EPOCH, entries, '0'
end
local latest = redis.call('ZRANGE', CHANGES, -1, -1, 'WITHSCORES')
version = math.max(version, tonumber(latest[2] or 0))

local receipts = {}
for i = FIRST, #ARGV, WIDTH do
  local order = {
    field = ARGV[i],
    action = ARGV[i + 1],
    at = tonumber(ARGV[i + 3]),
    blocked_until = tonumber(ARGV[i + 4]),
    expires_at = tonumber(ARGV[i + 5]),
    margin = tonumber(ARGV[i + 6]),
  }
  local made_by, reason = ARGV[i + 7], ARGV[i + 8]
  local now = math.max(seconds, tonumber(ARGV[i + 2]))
  local value = redis.call('HGET', ENTRIES, order.field)
  local terms = apply(order, value and parse(value), now)
  version = math.max(version + 1, microseconds)
  local words = { text(terms.not_issued_after), text(terms.blocked_until), text(terms.expires_at), text(version) }
  local line = table.concat(words, ' ')
  redis.call('XADD', AUDIT, 'MAXLEN', '~', AUDIT_LINES, '*', 'at', text(now), 'action', order.action,
    'entry', order.field, 'terms', line, 'by', made_by, 'reason', reason)
  redis.call('HSET', ENTRIES, order.field, line .. ' ' .. text(now) .. '\t' .. made_by .. '\t' .. reason)
  redis.call('ZADD', CHANGES, words[4], order.field)
  if not value then
    count = count + 1
  end
  receipts[#receipts + 1] = words[4]
  receipts[#receipts + 1] = words[1]
  receipts[#receipts + 1] = words[2]
  receipts[#receipts + 1] = words[3]
end

-- By the earlier of two clocks, so that one that is wrong removes nothing too soon.
local now = math.min(seconds, CALLER_CLOCK)
local removed = 0
local scan = redis.call('HSCAN', ENTRIES, CURSOR ~= '' and CURSOR or cursor, 'COUNT', STEP)
cursor = scan[1]
for i = 1, #scan[2], 2 do
  local field = scan[2][i]
  local terms, written = parse(scan[2][i + 1])
  if written and now - terms.expires_at > GRACE then
    removed = removed + redis.call('HDEL', ENTRIES, field)
    redis.call('ZREM', CHANGES, field)
  elseif changes < entries then
    -- The index was lost.
    redis.call('ZADD', CHANGES, 'NX', written or text(version), field)
  end
end
count = count - removed
if RECOUNTS and cursor == '0' then
  count = redis.call('HLEN', ENTRIES)
end
redis.call('HSET', META, 'format', FORMAT, 'epoch', epoch, 'version', text(version), 'count', text(count),
  'cursor', cursor)

local answer = { 'OK', text(seconds), text(removed), cursor }
for i = 1, #receipts do
  answer[#answer + 1] = receipts[i]
end
return answer
