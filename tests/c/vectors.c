/*
 * The vectors that every language runs. Each that differs is told in a line of its own.
 */
#include "support.h"

#include "json.h"

static const char *vector_name;
static int different;

#define DIFFERS(...) (printf("  %s: ", vector_name), printf(__VA_ARGS__), puts(""), different++)

typedef cfaccess_status change(cfaccess_config *, const char *, cfaccess_error **);

/* Text with an inner NUL cannot be handed over as a C string, which is as good as a refusal. */
static bool is_c_string(const json_t *value) {
  return strlen(json_string_value(value)) == json_string_length(value);
}

static cfaccess_status with_text(const json_t *value, cfaccess_config *config, change *call) {
  return is_c_string(value) ? call(config, json_string_value(value), NULL) : CFACCESS_STATUS_INVALID_CONFIG;
}

static cfaccess_status fill(cfaccess_config *config, const json_t *value) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  const json_t *leeway = json_object_get(value, "leeway");
  const json_t *lifetime = json_object_get(value, "max_lifetime");
  const json_t *services = json_object_get(value, "allow_services");
  size_t index;
  json_t *entry;
  json_array_foreach(json_object_get(value, "audiences"), index, entry) {
    status = status == CFACCESS_STATUS_OK ? with_text(entry, config, cfaccess_config_add_audience) : status;
  }
  json_array_foreach(services, index, entry) {
    status = status == CFACCESS_STATUS_OK ? with_text(entry, config, cfaccess_config_allow_service) : status;
  }
  if (status == CFACCESS_STATUS_OK && json_is_string(services)) {
    must(strcmp(json_string_value(services), "any") == 0, "services are a list or any");
    status = cfaccess_config_allow_any_service(config, NULL);
  }
  if (status == CFACCESS_STATUS_OK && leeway != NULL) {
    status = cfaccess_config_set_leeway(config, json_integer_value(leeway), NULL);
  }
  if (status == CFACCESS_STATUS_OK && lifetime != NULL) {
    status = cfaccess_config_set_max_lifetime(config, json_integer_value(lifetime), NULL);
  }
  return status;
}

/* A verifier for a configuration and keys; NULL if refused. */
static cfaccess_status make_verifier(const json_t *value, const cfaccess_keys *keys,
                                     cfaccess_verifier **made) {
  const json_t *team = json_object_get(value, "team");
  cfaccess_config *config;
  *made = NULL;
  if (!is_c_string(team)) {
    return CFACCESS_STATUS_INVALID_CONFIG;
  }
  cfaccess_status status = cfaccess_config_new(json_string_value(team), &config, NULL);
  if (status == CFACCESS_STATUS_OK) {
    status = fill(config, value);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_verifier_new(config, keys, made, NULL);
  }
  cfaccess_config_free(config);
  return status;
}

static bool status_is_as_expected(const json_t *vector, cfaccess_status status) {
  const char *expected = json_string_value(json_object_get(vector, "status"));
  if (strcmp(cfaccess_status_name(status), expected) != 0) {
    DIFFERS("%s instead of %s", cfaccess_status_name(status), expected);
    return false;
  }
  return true;
}

static json_t *text_or_null(cfaccess_str text) {
  return text.ptr != NULL ? json_stringn(text.ptr, text.len) : json_null();
}

static json_t *parsed_or_null(cfaccess_str text) {
  return text.ptr != NULL ? parse(text.ptr, text.len) : json_null();
}

static json_t *audiences_of(const cfaccess_claims *claims) {
  json_t *list = json_array();
  for (size_t i = 0; i < claims->audiences_len; i++) {
    json_array_append_new(list, text_or_null(claims->audiences[i]));
  }
  return list;
}

/* The claims by the names of the vectors. */
static json_t *seen(const cfaccess_claims *claims) {
  bool has_not_before = (claims->present & CFACCESS_CLAIM_NOT_BEFORE) != 0;
  json_t *all = json_object();
  json_object_set_new(all, "kind", json_string(claims->kind == CFACCESS_KIND_PERSON ? "person" : "service"));
  json_object_set_new(all, "issuer", text_or_null(claims->issuer));
  json_object_set_new(all, "principal_id", text_or_null(claims->principal_id));
  json_object_set_new(all, "subject", text_or_null(claims->subject));
  json_object_set_new(all, "email", text_or_null(claims->email));
  json_object_set_new(all, "common_name", text_or_null(claims->common_name));
  json_object_set_new(all, "audiences", audiences_of(claims));
  json_object_set_new(all, "issued_at", json_integer(claims->issued_at));
  json_object_set_new(all, "not_before", has_not_before ? json_integer(claims->not_before) : json_null());
  json_object_set_new(all, "expires_at", json_integer(claims->expires_at));
  json_object_set_new(all, "identity_nonce", text_or_null(claims->identity_nonce));
  json_object_set_new(all, "nonce", text_or_null(claims->nonce));
  json_object_set_new(all, "session", text_or_null(claims->session));
  json_object_set_new(all, "country", text_or_null(claims->country));
  json_object_set_new(all, "token_type", text_or_null(claims->token_type));
  json_object_set_new(all, "custom", parsed_or_null(claims->custom));
  return all;
}

static void compare_claims(const json_t *expected, const cfaccess_claims *claims) {
  json_t *all = seen(claims);
  if (json_object_get(expected, "payload") != NULL) {
    json_object_set_new(all, "payload", parsed_or_null(claims->payload));
  }
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)expected, name, value) {
    if (!json_equal(value, json_object_get(all, name))) {
      DIFFERS("another %s", name);
    }
  }
  json_decref(all);
}

/* Of a vector, or else of the defaults. */
static json_t *of(const json_t *vector, const json_t *defaults, const char *name) {
  json_t *own = json_object_get(vector, name);
  return own != NULL ? own : json_object_get(defaults, name);
}

static void compare_token(const json_t *vector, const json_t *defaults) {
  char file[4096];
  snprintf(file, sizeof file, VECTORS "/%s", json_string_value(of(vector, defaults, "keys")));
  cfaccess_keys *keys = keys_of(file);
  cfaccess_verifier *verifier;
  must(make_verifier(of(vector, defaults, "config"), keys, &verifier) == CFACCESS_STATUS_OK, vector_name);
  int64_t now = json_integer_value(of(vector, defaults, "now"));
  size_t length;
  char *token = bytes_of(json_object_get(vector, "token"), &length);
  cfaccess_claims *claims;

  cfaccess_status status = cfaccess_verifier_verify_at(verifier, token, length, now, &claims, NULL);

  if (status_is_as_expected(vector, status) && status == CFACCESS_STATUS_OK) {
    compare_claims(json_object_get(vector, "claims"), claims);
  }
  must(verdict_at(verifier, token, length, now) == status, "the same verdict again");
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  free(token);
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
  free(document);
}

static void compare_config(const json_t *vector, const json_t *unused) {
  (void)unused;
  cfaccess_keys *keys = keys_of(KEYS_FILE);
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

static void compare_all(const char *file, void (*compare)(const json_t *, const json_t *)) {
  json_t *document = read_json(file);
  size_t index;
  json_t *vector;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    vector_name = json_string_value(json_object_get(vector, "name"));
    compare(vector, json_object_get(document, "defaults"));
  }
  must(json_array_size(json_object_get(document, "vectors")) > 0, "vectors");
  json_decref(document);
}

static void tokens(void) {
  different = 0;
  compare_all(VECTORS "/tokens.json", compare_token);
  EXPECT(different == 0);
}

static void key_documents(void) {
  different = 0;
  compare_all(VECTORS "/keys.json", compare_keys);
  EXPECT(different == 0);
}

static void configs(void) {
  different = 0;
  compare_all(VECTORS "/configs.json", compare_config);
  EXPECT(different == 0);
}

int main(void) {
  RUN(tokens);
  RUN(key_documents);
  RUN(configs);
  return all_stories_passed();
}
