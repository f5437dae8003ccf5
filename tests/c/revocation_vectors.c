/*
 * The vectors of revocations that every language runs.
 */
#include "vectors.h"

static json_t *document;

static const char *text(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

static int32_t kind_of(const char *word) {
  const char *const words[] = {"any", "team", "application", "subject", "email", "service", "session"};
  int32_t kind = 0;
  while (kind < 7 && strcmp(words[kind], word) != 0) {
    kind++;
  }
  must(kind < 7, word);
  return kind;
}

static cfaccess_revoke_options *options_of(const json_t *write) {
  cfaccess_revoke_options *options;
  must(cfaccess_revoke_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  cfaccess_status status = CFACCESS_STATUS_OK;
  const json_t *at = json_object_get(write, "at"), *margin = json_object_get(write, "margin");
  const json_t *until = json_object_get(write, "until");
  SET(at, cfaccess_revoke_options_set_at(options, json_integer_value(at), NULL));
  SET(margin, cfaccess_revoke_options_set_margin(options, json_integer_value(margin), NULL));
  SET(until, cfaccess_revoke_options_set_until(options, json_integer_value(until), NULL));
  must(status == CFACCESS_STATUS_OK, "options are set");
  return options;
}

static cfaccess_status import(const cfaccess_revocations *revocations, const json_t *write) {
  json_t *list = json_pack("{s[O]}", "entries", write);
  char *json = json_dumps(list, 0);
  cfaccess_status status = cfaccess_revocations_import(revocations, json, strlen(json), NULL);
  free(json);
  json_decref(list);
  return status;
}

static cfaccess_status make(const cfaccess_revocations *revocations, const json_t *write) {
  const char *const known[] = {"action",           "kind",          "value",      "at", "margin", "until",
                               "not_issued_after", "blocked_until", "expires_at", NULL};
  expect_members(write, known);
  const char *action = text(write, "action"), *value = text(write, "value");
  if (strcmp(action, "import") == 0) {
    return import(revocations, write);
  }
  int32_t kind = kind_of(text(write, "kind"));
  cfaccess_revoke_options *options = options_of(write);
  cfaccess_status status;
  if (strcmp(action, "revoke") == 0) {
    status = cfaccess_revocations_revoke(revocations, kind, value, options, NULL, NULL);
  } else if (strcmp(action, "block") == 0) {
    status = cfaccess_revocations_block(revocations, kind, value, options, NULL, NULL);
  } else {
    must(strcmp(action, "lift") == 0, action);
    status = cfaccess_revocations_lift(revocations, kind, value, options, NULL);
  }
  cfaccess_revoke_options_free(options);
  return status;
}

static cfaccess_status make_all(const cfaccess_revocations *revocations, const json_t *vector) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  size_t index;
  json_t *write;
  json_array_foreach(json_object_get(vector, "writes"), index, write) {
    SET(write, make(revocations, write));
  }
  return status;
}

static cfaccess_status make_verifier_with(const json_t *vector, const json_t *defaults,
                                          const cfaccess_revocations *revocations,
                                          cfaccess_verifier **verifier) {
  const json_t *value = of(vector, defaults, "config");
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_config *config;
  *verifier = NULL;
  must(cfaccess_config_new(text(value, "team"), &config, NULL) == CFACCESS_STATUS_OK, vector_name);
  must(fill(config, value) == CFACCESS_STATUS_OK, vector_name);
  must(cfaccess_config_set_revocations(config, revocations, NULL) == CFACCESS_STATUS_OK, vector_name);
  cfaccess_status status = cfaccess_verifier_new(config, keys, verifier, NULL);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  return status;
}

/* The verdict on the token, with the headers beside it. */
static cfaccess_status judged(const cfaccess_verifier *verifier, const json_t *vector, int64_t now) {
  cfaccess_header headers[4] = {
      header("Cf-Access-Jwt-Assertion", text(json_object_get(document, "tokens"), text(vector, "token")))};
  size_t length = 1, index, size;
  json_t *pair;
  json_array_foreach(json_object_get(vector, "headers"), index, pair) {
    must(length < 4, "at most three headers");
    const char *name = json_string_value(json_array_get(pair, 0));
    char *value = bytes_of(json_array_get(pair, 1), &size);
    headers[length++] = (cfaccess_header){name, strlen(name), value, size};
  }
  cfaccess_status status = request_verdict_at(verifier, headers, length, now);
  for (size_t i = 1; i < length; i++) {
    free((char *)headers[i].value);
  }
  return status;
}

static void compare(const json_t *vector, const json_t *defaults) {
  const char *const known[] = {"name", "rule",  "about",   "status", "config", "now",
                               "team", "token", "headers", "writes", NULL};
  expect_members(vector, known);
  const char *team = text(vector, "team");
  int64_t now = json_integer_value(of(vector, defaults, "now"));
  cfaccess_revocations *revocations;
  cfaccess_verifier *verifier;
  must(cfaccess_revocations_open("memory:", team != NULL ? team : TEAM, NULL, &revocations, NULL) ==
           CFACCESS_STATUS_OK,
       "revocations");
  cfaccess_status status = make_verifier_with(vector, defaults, revocations, &verifier);
  if (status == CFACCESS_STATUS_OK && text(vector, "token") != NULL) {
    (void)judged(verifier, vector, now);
  }
  SET(verifier, make_all(revocations, vector));
  if (status == CFACCESS_STATUS_OK && text(vector, "token") != NULL) {
    status = judged(verifier, vector, now);
  }
  status_is_as_expected(vector, status);
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
}

static void revocations(void) {
  size_t index;
  json_t *vector;
  document = read_json(VECTORS "/revocation.json");
  const json_t *defaults = json_object_get(document, "defaults");
  must(strstr(KEYS_FILE, text(defaults, "keys")) != NULL, "the keys of the vectors");
  different = 0;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    vector_name = text(vector, "name");
    compare(vector, defaults);
  }
  must(index > 100, "vectors");
  json_decref(document);
  EXPECT(different == 0);
}

int main(void) {
  RUN(revocations);
  return all_stories_passed();
}
