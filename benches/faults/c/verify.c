/* The library under test: cfaccess through its C ABI. */

#include "verify.h"

#include <cfaccess.h>
#include <stdio.h>
#include <stdlib.h>

static const cfaccess_verifier *verifier;

static void must(cfaccess_status status, cfaccess_error *error) {
  if (status != CFACCESS_STATUS_OK) {
    fprintf(stderr, "verify.c: %s: %s\n", cfaccess_status_name(status), cfaccess_error_message(error));
    exit(1);
  }
}

static const char *setting(const char *name) {
  const char *value = getenv(name);

  if (value == NULL) {
    fprintf(stderr, "verify.c: %s is not set\n", name);
    exit(1);
  }
  return value;
}

static int64_t milliseconds(const char *name) {
  return strtoll(setting(name), NULL, 10);
}

void prepare(void) {
  cfaccess_remote_options *options = NULL;
  cfaccess_keys *keys = NULL;
  cfaccess_config *config = NULL;
  cfaccess_verifier *made = NULL;
  cfaccess_error *error = NULL;
  const char *team = setting("FAULTS_TEAM");

  must(cfaccess_remote_options_new(&options, &error), error);
  must(cfaccess_remote_options_set_ca_file(options, setting("FAULTS_CA_FILE"), &error), error);
  must(cfaccess_remote_options_set_timeout(options, milliseconds("FAULTS_TIMEOUT"), &error), error);
  must(cfaccess_remote_options_set_cooldown(options, milliseconds("FAULTS_COOLDOWN"), &error), error);
  must(cfaccess_remote_options_set_refresh_after(options, milliseconds("FAULTS_AGE"), &error), error);
  if (getenv("FAULTS_CACHE_FILE") != NULL) {
    must(cfaccess_remote_options_set_cache_file(options, getenv("FAULTS_CACHE_FILE"), &error), error);
  }
  must(cfaccess_keys_remote(team, options, &keys, &error), error);
  must(cfaccess_config_new(team, &config, &error), error);
  must(cfaccess_config_add_audience(config, setting("FAULTS_AUDIENCE"), &error), error);
  must(cfaccess_verifier_new(config, keys, &made, &error), error);
  verifier = made;
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  cfaccess_remote_options_free(options);
}

const char *verify(const char *token, size_t length) {
  cfaccess_claims *claims = NULL;
  cfaccess_status status = cfaccess_verifier_verify(verifier, token, length, &claims, NULL);

  cfaccess_claims_free(claims);
  return cfaccess_status_name(status);
}
