/*
 * The vectors that every language runs. Each that differs is reported in a line of its own.
 */
#include "vectors.h"

/* Whether the beginning of the token's last part is there: 40 characters are no coincidence. */
static bool shows_signature(const char *text, const char *token, size_t length) {
  const size_t piece = 40;
  size_t from = length;
  while (from > 0 && token[from - 1] != '.') {
    from--;
  }
  return from > 0 && length - from >= piece && memmem(text, strlen(text), token + from, piece) != NULL;
}

/* The status of the first check that failed, or OK. */
static const char *first_failure(const json_t *checks) {
  size_t index;
  json_t *check;
  json_array_foreach(checks, index, check) {
    if (strcmp(json_string_value(json_object_get(check, "result")), "passed") != 0) {
      return json_string_value(json_object_get(check, "status"));
    }
  }
  return "OK";
}

/* The first failed check of an explanation has the status of the verdict; a time out of range has neither. */
static void compare_explanation(const json_t *vector, const cfaccess_verifier *verifier, const char *token,
                                size_t length, int64_t now) {
  char *text;
  cfaccess_status outcome = cfaccess_verifier_explain(verifier, token, length, now, &text, NULL);
  const char *status = json_string_value(json_object_get(vector, "status"));
  if (outcome != CFACCESS_STATUS_OK) {
    if (strcmp(status, cfaccess_status_name(outcome)) != 0 || outcome != CFACCESS_STATUS_INVALID_ARGUMENT) {
      DIFFERS("the explanation comes to %s", cfaccess_status_name(outcome));
    }
    return;
  }
  /* It shows numbers of the token that are larger than jansson's integers. */
  json_t *json = parse_as(text, strlen(text), JSON_DECODE_INT_AS_REAL);
  const json_t *checks = json_object_get(json, "checks");
  if (json_array_size(checks) == 0 || strcmp(first_failure(checks), status) != 0) {
    DIFFERS("the explanation says %s first", first_failure(checks));
  }
  if (shows_signature(text, token, length)) {
    DIFFERS("the explanation shows the signature");
  }
  json_decref(json);
  cfaccess_string_free(text);
}

/* Frees the error. */
static void compare_message(const json_t *vector, cfaccess_error *error) {
  const char *expected = json_string_value(json_object_get(vector, "message"));
  if (expected != NULL && strcmp(cfaccess_error_message(error), expected) != 0) {
    DIFFERS("'%s' instead of '%s'", cfaccess_error_message(error), expected);
  }
  cfaccess_error_free(error);
}

static void compare_token(const json_t *vector, const json_t *defaults) {
  cfaccess_verifier *verifier = verifier_of_vector(vector, defaults);
  int64_t now = json_integer_value(of(vector, defaults, "now"));
  size_t length;
  char *token = bytes_of(json_object_get(vector, "token"), &length);
  cfaccess_claims *claims;
  cfaccess_error *error;

  cfaccess_status status = cfaccess_verifier_verify_at(verifier, token, length, now, &claims, &error);

  if (status_is_as_expected(vector, status) && status == CFACCESS_STATUS_OK) {
    compare_claims(json_object_get(vector, "claims"), claims);
    compare_claims_json(json_object_get(vector, "claims"), claims);
  }
  compare_message(vector, error);
  must(verdict_at(verifier, token, length, now) == status, "the same verdict again");
  compare_explanation(vector, verifier, token, length, now);
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
  free(token);
}

/* Names are borrowed from the JSON, values are freed with free_headers(). */
static cfaccess_header *headers_of(const json_t *list) {
  cfaccess_header *headers = calloc(json_array_size(list) + 1, sizeof *headers);
  must(headers != NULL, "memory");
  size_t index;
  json_t *pair;
  json_array_foreach(list, index, pair) {
    const json_t *name = json_array_get(pair, 0);
    headers[index].name = json_string_value(name);
    headers[index].name_len = json_string_length(name);
    headers[index].value = bytes_of(json_array_get(pair, 1), &headers[index].value_len);
  }
  return headers;
}

static void free_headers(cfaccess_header *headers, size_t length) {
  for (size_t i = 0; i < length; i++) {
    free((char *)headers[i].value);
  }
  free(headers);
}

static void compare_request(const json_t *vector, const json_t *defaults) {
  cfaccess_verifier *verifier = verifier_of_vector(vector, defaults);
  int64_t now = json_integer_value(of(vector, defaults, "now"));
  size_t length = json_array_size(json_object_get(vector, "headers"));
  cfaccess_header *headers = headers_of(json_object_get(vector, "headers"));
  cfaccess_claims *claims;

  cfaccess_status status = cfaccess_verifier_verify_request_at(verifier, headers, length, now, &claims, NULL);

  if (status_is_as_expected(vector, status) && status == CFACCESS_STATUS_OK) {
    compare_claims(json_object_get(vector, "claims"), claims);
    compare_claims_json(json_object_get(vector, "claims"), claims);
  }
  must(request_verdict_at(verifier, headers, length, now) == status, "the same verdict again");
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
  free_headers(headers, length);
}

static json_t *kids_of(const json_t *entries) {
  json_t *kids = json_array();
  size_t index;
  json_t *entry;
  json_array_foreach(entries, index, entry) {
    json_array_append(kids, json_object_get(entry, "kid"));
  }
  return kids;
}

/* In place of other keys: those of Access and of a local Access never take each other's. */
static void compare_reload(const json_t *vector, const char *document, size_t length, const char *file,
                           bool are_local) {
  const char *expected = json_string_value(json_object_get(vector, "status"));
  bool is_local = json_is_true(json_object_get(vector, "local"));
  if (strcmp(expected, "OK") == 0 && is_local != are_local) {
    expected = "KEYS_INVALID";
  }
  cfaccess_keys *keys = keys_of(file);
  cfaccess_status status = cfaccess_keys_load_json(keys, document, length, NULL);
  if (strcmp(cfaccess_status_name(status), expected) != 0) {
    DIFFERS("in place of %s: %s instead of %s", file, cfaccess_status_name(status), expected);
  }
  cfaccess_keys_free(keys);
}

static void compare_keys(const json_t *vector, const json_t *unused) {
  (void)unused;
  size_t length;
  char *document = bytes_of(json_object_get(vector, "document"), &length);
  cfaccess_keys *keys;

  cfaccess_status status = cfaccess_keys_from_json(document, length, &keys, NULL);

  if (status_is_as_expected(vector, status) && status == CFACCESS_STATUS_OK) {
    char *text;
    must(cfaccess_keys_status(keys, &text, NULL) == CFACCESS_STATUS_OK, "a status of keys");
    json_t *json = parse(text, strlen(text));
    json_t *used = kids_of(json_object_get(json, "keys"));
    json_t *skipped = kids_of(json_object_get(json, "skipped"));
    if (!json_equal(used, json_object_get(vector, "keys")) ||
        !json_equal(skipped, json_object_get(vector, "skipped"))) {
      DIFFERS("%s", text);
    }
    json_decref(used);
    json_decref(skipped);
    json_decref(json);
    cfaccess_string_free(text);
  }
  cfaccess_keys_free(keys);
  compare_reload(vector, document, length, KEYS_FILE, false);
  compare_reload(vector, document, length, VECTORS "/local.jwks.json", true);
  free(document);
}

static void compare_config(const json_t *vector, const json_t *unused) {
  (void)unused;
  const json_t *file = json_object_get(vector, "keys");
  char path[256];
  snprintf(path, sizeof path, "%s/%s", VECTORS, file != NULL ? json_string_value(file) : "acme.jwks.json");
  cfaccess_keys *keys = keys_of(path);
  cfaccess_verifier *verifier;

  cfaccess_status status = make_verifier(json_object_get(vector, "config"), keys, &verifier);

  if (status_is_as_expected(vector, status) && status == CFACCESS_STATUS_OK) {
    size_t warnings = 0;
    while (cfaccess_verifier_warning(verifier, warnings) != NULL) {
      warnings++;
    }
    if ((json_int_t)warnings != json_integer_value(json_object_get(vector, "warnings"))) {
      DIFFERS("%zu warnings", warnings);
    }
  }
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static void compare_address(const json_t *vector, const json_t *unused) {
  (void)unused;
  const json_t *local = json_object_get(vector, "local");
  cfaccess_remote_options *options;
  must(cfaccess_remote_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  cfaccess_status status = CFACCESS_STATUS_OK;
  SET(local, is_c_string(local) ? cfaccess_remote_options_set_local(options, json_string_value(local), NULL)
                                : CFACCESS_STATUS_INVALID_CONFIG);
  cfaccess_keys *keys = NULL;
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_keys_remote(json_string_value(json_object_get(vector, "team")), options, &keys, NULL);
  }
  status_is_as_expected(vector, status);
  cfaccess_keys_free(keys);
  cfaccess_remote_options_free(options);
}

static void compare_all(const char *file, const char *const *members,
                        void (*compare)(const json_t *, const json_t *)) {
  json_t *document = read_json(file);
  size_t index;
  json_t *vector;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    vector_name = json_string_value(json_object_get(vector, "name"));
    expect_members(vector, members);
    compare(vector, json_object_get(document, "defaults"));
  }
  must(json_array_size(json_object_get(document, "vectors")) > 0, "vectors");
  json_decref(document);
}

#define MEMBERS_OF_ALL "name", "rule", "about", "status"

static void tokens(void) {
  different = 0;
  const char *const members[] = {MEMBERS_OF_ALL, "config", "keys", "now", "token", "claims", "message", NULL};
  compare_all(VECTORS "/tokens.json", members, compare_token);
  EXPECT(different == 0);
}

static void requests(void) {
  different = 0;
  const char *const members[] = {MEMBERS_OF_ALL, "config", "now", "headers", "claims", NULL};
  compare_all(VECTORS "/requests.json", members, compare_request);
  EXPECT(different == 0);
}

static void key_documents(void) {
  different = 0;
  const char *const members[] = {MEMBERS_OF_ALL, "document", "keys", "skipped", "local", NULL};
  compare_all(VECTORS "/keys.json", members, compare_keys);
  EXPECT(different == 0);
}

static void configs(void) {
  different = 0;
  const char *const members[] = {MEMBERS_OF_ALL, "config", "keys", "issuer", "warnings", NULL};
  compare_all(VECTORS "/configs.json", members, compare_config);
  EXPECT(different == 0);
}

static void local_addresses(void) {
  different = 0;
  unsetenv("CFACCESS_LOCAL");
  const char *const members[] = {MEMBERS_OF_ALL, "team", "local", NULL};
  compare_all(VECTORS "/local.json", members, compare_address);
  EXPECT(different == 0);
}

int main(void) {
  RUN(tokens);
  RUN(requests);
  RUN(key_documents);
  RUN(configs);
  RUN(local_addresses);
  return all_stories_passed();
}
