-- Verifies a token through LuaJIT's FFI and prints its claims.
local ffi = require("ffi")
local declarations, library, keys_file, team, audience, token, now = unpack(arg)
ffi.cdef(assert(io.open(declarations)):read("*a"))
local cfaccess = ffi.load(library)

local function must(status, where)
  if status ~= 0 then
    error(where .. ": " .. ffi.string(cfaccess.cfaccess_status_name(status)))
  end
end

local keys, config = ffi.new("cfaccess_keys *[1]"), ffi.new("cfaccess_config *[1]")
local verifier, claims = ffi.new("cfaccess_verifier *[1]"), ffi.new("cfaccess_claims *[1]")
local json = ffi.new("char *[1]")
must(cfaccess.cfaccess_keys_from_file(keys_file, keys, nil), "keys")
must(cfaccess.cfaccess_config_new(team, config, nil), "config")
must(cfaccess.cfaccess_config_add_audience(config[0], audience, nil), "audience")
must(cfaccess.cfaccess_verifier_new(config[0], keys[0], verifier, nil), "verifier")
must(cfaccess.cfaccess_verifier_verify_at(verifier[0], token, #token, tonumber(now), claims, nil), "verify")
must(cfaccess.cfaccess_claims_json(claims[0], json, nil), "claims")
print(ffi.string(json[0]))
cfaccess.cfaccess_string_free(json[0])
cfaccess.cfaccess_claims_free(claims[0])
cfaccess.cfaccess_verifier_free(verifier[0])
cfaccess.cfaccess_config_free(config[0])
cfaccess.cfaccess_keys_free(keys[0])
