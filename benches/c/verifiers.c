#include "verifiers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_AUDIENCES 1024

static void check(cfaccess_status status) {
  if (status != CFACCESS_STATUS_OK) {
    fail(cfaccess_status_name(status));
  }
}

static cfaccess_keys *load_keys(const char *folder, const char *name) {
  struct text document = read_file(folder, name);
  cfaccess_keys *keys;

  check(cfaccess_keys_from_json(document.ptr, document.len, &keys, NULL));
  return keys;
}

static void add_audiences(cfaccess_config *config, const char *folder, const char *name) {
  struct texts audiences = read_lines(folder, name, 1, MOST_AUDIENCES);

  for (size_t i = 0; i < audiences.count; i++) {
    char *audience = strndup(audiences.items[i].ptr, audiences.items[i].len);

    check(cfaccess_config_add_audience(config, audience, NULL));
    free(audience);
  }
  free(audiences.items);
}

static void fill(const cfaccess_verifier *verifier, const char *folder, size_t count) {
  struct texts tokens = read_lines(folder, "tokens", 1, count);

  for (size_t i = 0; i < tokens.count; i++) {
    cfaccess_claims *claims;

    check(cfaccess_verifier_verify(verifier, tokens.items[i].ptr, tokens.items[i].len, &claims, NULL));
    cfaccess_claims_free(claims);
  }
  if (tokens.count != count || stat_of(verifier, "entries") != (double)count) {
    fail("not all tokens are kept");
  }
  free(tokens.items);
}

void make_verifier(struct setting *setting, const char *folder) {
  cfaccess_config *config;
  cfaccess_keys *keys;

  if (setting->verifier != NULL) {
    return;
  }
  keys = load_keys(folder, setting->keys == NULL ? "keys.json" : setting->keys);
  check(cfaccess_config_new(read_word(folder, "team"), &config, NULL));
  add_audiences(config, folder, setting->audiences == NULL ? "audience" : setting->audiences);
  if (setting->entries >= 0) {
    check(cfaccess_config_set_cache_entries(config, setting->entries, NULL));
    /* The number alone is to be the bound. */
    check(cfaccess_config_set_cache_bytes(config, setting->entries * 16384, NULL));
  }
  check(cfaccess_verifier_new(config, keys, &setting->verifier, NULL));
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  if (setting->filled > 0) {
    fill(setting->verifier, folder, setting->filled);
  }
}

double stat_of(const cfaccess_verifier *verifier, const char *name) {
  char *json, member[64];
  const char *found;
  double number;

  check(cfaccess_verifier_stats(verifier, &json, NULL));
  snprintf(member, sizeof member, "\"%s\":", name);
  found = strstr(json, member);
  if (found == NULL) {
    fail(name);
  }
  number = strtod(found + strlen(member), NULL);
  cfaccess_string_free(json);
  return number;
}
