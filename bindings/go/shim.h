/*
 * The C side of the Go package. Calls from Go to C are expensive, and Go memory that C may write to through
 * a pointer to a pointer is moved to the heap; so each function here does all of one call, and returns its
 * results by value.
 */
#ifndef CFACCESS_GO_SHIM_H
#define CFACCESS_GO_SHIM_H

#include <stdint.h>
#include <string.h>

#include <cfaccess.h>

#if CFACCESS_VERSION_MAJOR != 0 || CFACCESS_VERSION_MINOR != 1
#error "this Go package is written for cfaccess 0.1: install the header and library of that version"
#endif

/* The outcome of a call: the caller owns the error, if there is one. */
typedef struct cfaccess_go_outcome {
  cfaccess_error *error;
  cfaccess_status status;
} cfaccess_go_outcome;

typedef struct cfaccess_go_keys {
  cfaccess_keys *keys;
  cfaccess_go_outcome outcome;
} cfaccess_go_keys;

typedef struct cfaccess_go_config {
  cfaccess_config *config;
  cfaccess_go_outcome outcome;
} cfaccess_go_config;

typedef struct cfaccess_go_verifier {
  cfaccess_verifier *verifier;
  cfaccess_go_outcome outcome;
} cfaccess_go_verifier;

typedef struct cfaccess_go_string {
  char *string;
  cfaccess_go_outcome outcome;
} cfaccess_go_string;

static inline cfaccess_go_keys cfaccess_go_keys_from_json(const char *json, size_t json_len) {
  cfaccess_go_keys made = {0};
  made.outcome.status = cfaccess_keys_from_json(json, json_len, &made.keys, &made.outcome.error);
  return made;
}

static inline cfaccess_go_keys cfaccess_go_keys_from_file(const char *path) {
  cfaccess_go_keys made = {0};
  made.outcome.status = cfaccess_keys_from_file(path, &made.keys, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_keys_load_json(const cfaccess_keys *keys, const char *json,
                                                             size_t json_len) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_keys_load_json(keys, json, json_len, &outcome.error);
  return outcome;
}

static inline cfaccess_go_string cfaccess_go_keys_status(const cfaccess_keys *keys) {
  cfaccess_go_string made = {0};
  made.outcome.status = cfaccess_keys_status(keys, &made.string, &made.outcome.error);
  return made;
}

static inline cfaccess_go_string cfaccess_go_groups_from_custom(const char *custom, size_t custom_len) {
  cfaccess_go_string made = {0};
  made.outcome.status = cfaccess_groups_from_custom(custom, custom_len, &made.string, &made.outcome.error);
  return made;
}

static inline cfaccess_go_config cfaccess_go_config_new(const char *team) {
  cfaccess_go_config made = {0};
  made.outcome.status = cfaccess_config_new(team, &made.config, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_config_add_audience(cfaccess_config *config,
                                                                  const char *audience) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_add_audience(config, audience, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_allow_service(cfaccess_config *config,
                                                                   const char *client_id) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_allow_service(config, client_id, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_allow_any_service(cfaccess_config *config) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_allow_any_service(config, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_leeway(cfaccess_config *config, int64_t seconds) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_leeway(config, seconds, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_max_lifetime(cfaccess_config *config,
                                                                      int64_t seconds) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_max_lifetime(config, seconds, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_max_age(cfaccess_config *config, int64_t seconds) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_max_age(config, seconds, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_accept_cookie(cfaccess_config *config) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_accept_cookie(config, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_email_header(cfaccess_config *config,
                                                                      int32_t policy) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_email_header(config, policy, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_cache_entries(cfaccess_config *config,
                                                                       int64_t entries) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_cache_entries(config, entries, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_config_set_cache_bytes(cfaccess_config *config, int64_t bytes) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_cache_bytes(config, bytes, &outcome.error);
  return outcome;
}

static inline cfaccess_go_verifier cfaccess_go_verifier_new(const cfaccess_config *config,
                                                            const cfaccess_keys *keys) {
  cfaccess_go_verifier made = {0};
  made.outcome.status = cfaccess_verifier_new(config, keys, &made.verifier, &made.outcome.error);
  return made;
}

static inline cfaccess_go_string cfaccess_go_stats(const cfaccess_verifier *verifier) {
  cfaccess_go_string made = {0};
  made.outcome.status = cfaccess_verifier_stats(verifier, &made.string, &made.outcome.error);
  return made;
}

static inline cfaccess_go_string cfaccess_go_explain(const cfaccess_verifier *verifier, const char *token,
                                                     size_t token_len, int64_t now) {
  cfaccess_go_string made = {0};
  made.outcome.status =
      cfaccess_verifier_explain(verifier, token, token_len, now, &made.string, &made.outcome.error);
  return made;
}

#endif
