/*
 * Verifiers with a cache, and what is asked of them.
 */
#ifndef CACHE_H
#define CACHE_H

#include "support.h"

/* Its cache keeps at most `entries` tokens. */
static inline cfaccess_verifier *verifier_keeping(int64_t entries, const cfaccess_keys *keys) {
  cfaccess_config *config = usual_config();
  must(cfaccess_config_set_cache_entries(config, entries, NULL) == CFACCESS_STATUS_OK, "a size");
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_config_free(config);
  return verifier;
}

/* The claims of a token that is accepted at NOW. */
static inline cfaccess_claims *look_at(const cfaccess_verifier *verifier, const char *token) {
  cfaccess_claims *claims;
  must(cfaccess_verifier_verify_at(verifier, token, strlen(token), NOW, &claims, NULL) == CFACCESS_STATUS_OK,
       "claims");
  return claims;
}

/* The id of the claims of a token that is accepted now. */
static inline uint64_t id_now(const cfaccess_verifier *verifier, const char *token) {
  cfaccess_claims *claims;
  must(cfaccess_verifier_verify(verifier, token, strlen(token), &claims, NULL) == CFACCESS_STATUS_OK,
       "claims");
  uint64_t id = claims->id;
  cfaccess_claims_free(claims);
  return id;
}

static inline uint64_t lookup(const cfaccess_verifier *verifier, const char *token) {
  return cfaccess_verifier_lookup(verifier, token, strlen(token));
}

/* Whether the stats have this piece of JSON. */
static inline bool stats_have(const cfaccess_verifier *verifier, const char *piece) {
  char *json;
  must(cfaccess_verifier_stats(verifier, &json, NULL) == CFACCESS_STATUS_OK, "stats");
  bool have = strstr(json, piece) != NULL;
  cfaccess_string_free(json);
  return have;
}

static inline void load(const cfaccess_keys *keys, const char *file) {
  size_t length;
  char *document = read_file(file, &length);
  must(cfaccess_keys_load_json(keys, document, length, NULL) == CFACCESS_STATUS_OK, "keys");
  free(document);
}

#endif
