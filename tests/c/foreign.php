<?php
// Verifies a token through PHP's FFI and prints its claims.
[, $declarations, $library, $keys_file, $team, $audience, $token, $now] = $argv;
$cfaccess = FFI::cdef(file_get_contents($declarations), $library);

function must(FFI $cfaccess, int $status, string $where): void
{
    if ($status !== 0) {
        throw new RuntimeException("$where: " . $cfaccess->cfaccess_status_name($status));
    }
}

$keys = $cfaccess->new("cfaccess_keys *");
$config = $cfaccess->new("cfaccess_config *");
$verifier = $cfaccess->new("cfaccess_verifier *");
$claims = $cfaccess->new("cfaccess_claims *");
$json = $cfaccess->new("char *");
must($cfaccess, $cfaccess->cfaccess_keys_from_file($keys_file, FFI::addr($keys), null), "keys");
must($cfaccess, $cfaccess->cfaccess_config_new($team, FFI::addr($config), null), "config");
must($cfaccess, $cfaccess->cfaccess_config_add_audience($config, $audience, null), "audience");
must($cfaccess, $cfaccess->cfaccess_verifier_new($config, $keys, FFI::addr($verifier), null), "verifier");
$status = $cfaccess->cfaccess_verifier_verify_at($verifier, $token, strlen($token), (int) $now, FFI::addr($claims), null);
must($cfaccess, $status, "verify");
must($cfaccess, $cfaccess->cfaccess_claims_json($claims, FFI::addr($json), null), "claims");
echo FFI::string($json), "\n";
$cfaccess->cfaccess_string_free($json);
$cfaccess->cfaccess_claims_free($claims);
$cfaccess->cfaccess_verifier_free($verifier);
$cfaccess->cfaccess_config_free($config);
$cfaccess->cfaccess_keys_free($keys);
