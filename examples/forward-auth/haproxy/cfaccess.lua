-- http-request lua.cfaccess URL: asks `cfaccess forward-auth` at URL about a request.
--
-- Sets txn.cfaccess_ok to true if it may pass, and these variables to the headers of the answer. A refusal is
-- answered as the server answered it. In any other case txn.cfaccess_ok is not true.
local VARIABLES = {
  ["cf-access-authenticated-user-email"] = "txn.cfaccess_email",
  ["x-cfaccess-subject"] = "txn.cfaccess_subject",
  ["x-cfaccess-principal"] = "txn.cfaccess_principal",
}

-- They are about the connection or the body of the request; the question has others.
local NOT_ASKED = {
  ["host"] = true, ["connection"] = true, ["keep-alive"] = true, ["te"] = true, ["trailer"] = true,
  ["transfer-encoding"] = true, ["upgrade"] = true, ["content-length"] = true, ["expect"] = true,
}

-- In milliseconds; HAProxy tries three times more.
local TIMEOUT = 500

local function asked(headers)
  local asked = {}
  for name, values in pairs(headers) do
    if not NOT_ASKED[name:lower()] then
      asked[name] = {}
      for place = 0, #values do table.insert(asked[name], values[place]) end
    end
  end
  return asked
end

core.register_action("cfaccess", { "http-req" }, function(txn, url)
  txn:set_var("txn.cfaccess_ok", false)
  local headers = asked(txn.http:req_get_headers())
  local answer = core.httpclient():get({ url = url, headers = headers, timeout = TIMEOUT })
  if answer.status == 200 then
    for name, variable in pairs(VARIABLES) do
      txn:set_var(variable, answer.headers[name][0])
    end
    txn:set_var("txn.cfaccess_ok", true)
  elseif answer.status >= 400 and (answer.headers["content-type"] or {})[0] == "application/json" then
    local reply = txn:reply({ status = answer.status, body = answer.body })
    for _, name in ipairs({ "content-type", "cache-control", "www-authenticate", "retry-after" }) do
      for _, value in pairs(answer.headers[name] or {}) do reply:add_header(name, value) end
    end
    txn:done(reply)
  end
end, 1)
