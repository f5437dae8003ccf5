/*
 * What a vector says: the configuration to verify with, the status and the claims to come out.
 */
#ifndef VECTORS_H
#define VECTORS_H

#include "support.h"

#include "json.h"

static const char *vector_name;
static int different;

#define DIFFERS(...) (printf("  %s: ", vector_name), printf(__VA_ARGS__), puts(""), different++)

typedef cfaccess_status change(cfaccess_config *, const char *, cfaccess_error **);

/* Text with an inner NUL cannot be handed over as a C string, which is as good as a refusal. */
static inline bool is_c_string(const json_t *value) {
  return strlen(json_string_value(value)) == json_string_length(value);
}

static inline cfaccess_status with_text(const json_t *value, cfaccess_config *config, change *call) {
  return is_c_string(value) ? call(config, json_string_value(value), NULL) : CFACCESS_STATUS_INVALID_CONFIG;
}

/* The words that the vectors have for CFACCESS_EMAIL_HEADER_*. */
static inline int32_t email_policy(const char *word) {
  const char *const words[] = {"check", "require", "ignore"};
  const int32_t policies[] = {CFACCESS_EMAIL_HEADER_CHECK, CFACCESS_EMAIL_HEADER_REQUIRE,
                              CFACCESS_EMAIL_HEADER_IGNORE};
  size_t i = 0;
  while (i < 3 && strcmp(words[i], word) != 0) {
    i++;
  }
  must(i < 3, word);
  return policies[i];
}

/* The status of the call for an option that is present, unless an earlier one was refused. */
#define SET(option, call)                                   \
  do {                                                      \
    if (status == CFACCESS_STATUS_OK && (option) != NULL) { \
      status = (call);                                      \
    }                                                       \
  } while (0)

static inline cfaccess_status fill_lists(cfaccess_config *config, const json_t *value) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  const json_t *services = json_object_get(value, "allow_services");
  size_t index;
  json_t *entry;
  json_array_foreach(json_object_get(value, "audiences"), index, entry) {
    SET(entry, with_text(entry, config, cfaccess_config_add_audience));
  }
  json_array_foreach(services, index, entry) {
    SET(entry, with_text(entry, config, cfaccess_config_allow_service));
  }
  if (json_is_string(services)) {
    must(strcmp(json_string_value(services), "any") == 0, "services are a list or any");
    SET(services, cfaccess_config_allow_any_service(config, NULL));
  }
  return status;
}

static inline cfaccess_status fill(cfaccess_config *config, const json_t *value) {
  const char *const known[] = {"team",         "audiences",      "leeway",
                               "max_lifetime", "max_age",        "accept_cookie",
                               "email_header", "allow_services", NULL};
  expect_members(value, known);
  cfaccess_status status = fill_lists(config, value);
  const json_t *leeway = json_object_get(value, "leeway");
  const json_t *lifetime = json_object_get(value, "max_lifetime");
  const json_t *age = json_object_get(value, "max_age");
  const json_t *cookie = json_object_get(value, "accept_cookie");
  const json_t *email = json_object_get(value, "email_header");
  must(cookie == NULL || json_is_true(cookie), "accept_cookie is true or absent");
  SET(leeway, cfaccess_config_set_leeway(config, json_integer_value(leeway), NULL));
  SET(lifetime, cfaccess_config_set_max_lifetime(config, json_integer_value(lifetime), NULL));
  SET(age, cfaccess_config_set_max_age(config, json_integer_value(age), NULL));
  SET(cookie, cfaccess_config_accept_cookie(config, NULL));
  SET(email, cfaccess_config_set_email_header(config, email_policy(json_string_value(email)), NULL));
  return status;
}

/* A verifier for a configuration and keys; NULL if refused. */
static inline cfaccess_status make_verifier(const json_t *value, const cfaccess_keys *keys,
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

static inline bool status_is_as_expected(const json_t *vector, cfaccess_status status) {
  const char *expected = json_string_value(json_object_get(vector, "status"));
  if (strcmp(cfaccess_status_name(status), expected) != 0) {
    DIFFERS("%s instead of %s", cfaccess_status_name(status), expected);
    return false;
  }
  return true;
}

static inline json_t *text_or_null(cfaccess_str text) {
  return text.ptr != NULL ? json_stringn(text.ptr, text.len) : json_null();
}

static inline json_t *parsed_or_null(cfaccess_str text) {
  return text.ptr != NULL ? parse(text.ptr, text.len) : json_null();
}

static inline json_t *audiences_of(const cfaccess_claims *claims) {
  json_t *list = json_array();
  for (size_t i = 0; i < claims->audiences_len; i++) {
    json_array_append_new(list, text_or_null(claims->audiences[i]));
  }
  return list;
}

static inline json_t *groups_of(const cfaccess_claims *claims) {
  char *text;
  must(cfaccess_groups_from_custom(claims->custom.ptr, claims->custom.len, &text, NULL) == CFACCESS_STATUS_OK,
       "the groups of custom claims");
  json_t *groups = parse(text, strlen(text));
  cfaccess_string_free(text);
  return groups;
}

/* The claims by the names of the vectors. */
static inline json_t *seen(const cfaccess_claims *claims) {
  bool has_not_before = (claims->present & CFACCESS_CLAIM_NOT_BEFORE) != 0;
  json_t *all = json_object();
  json_object_set_new(all, "kind", json_string(claims->kind == CFACCESS_KIND_PERSON ? "person" : "service"));
#define ADD(name) json_object_set_new(all, #name, text_or_null(claims->name));
  STRINGS_BEFORE_AUDIENCES(ADD)
  STRINGS_AFTER_AUDIENCES(ADD)
#undef ADD
  json_object_set_new(all, "custom", parsed_or_null(claims->custom));
  json_object_set_new(all, "audiences", audiences_of(claims));
  json_object_set_new(all, "issued_at", json_integer(claims->issued_at));
  json_object_set_new(all, "not_before", has_not_before ? json_integer(claims->not_before) : json_null());
  json_object_set_new(all, "expires_at", json_integer(claims->expires_at));
  json_object_set_new(all, "ends_at", json_integer(claims->ends_at));
  json_object_set_new(all, "groups", groups_of(claims));
  return all;
}

static inline void compare_claims(const json_t *expected, const cfaccess_claims *claims) {
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

/* Numbers as doubles: a payload may have some that are larger than jansson's integers. */
static inline void compare_claims_json(const json_t *expected, const cfaccess_claims *claims) {
  char *text;
  must(cfaccess_claims_json(claims, &text, NULL) == CFACCESS_STATUS_OK, "claims as JSON");
  json_t *found = parse_as(text, strlen(text), JSON_DECODE_INT_AS_REAL);
  char *expected_text = json_dumps(expected, 0);
  json_t *wanted = parse_as(expected_text, strlen(expected_text), JSON_DECODE_INT_AS_REAL);
  const char *name;
  json_t *value;
  json_object_foreach(wanted, name, value) {
    if (!json_equal(value, json_object_get(found, name))) {
      DIFFERS("another %s as JSON", name);
    }
  }
  json_decref(wanted);
  free(expected_text);
  json_decref(found);
  cfaccess_string_free(text);
}

/* Of a vector, or else of the defaults. */
static inline json_t *of(const json_t *vector, const json_t *defaults, const char *name) {
  json_t *own = json_object_get(vector, name);
  return own != NULL ? own : json_object_get(defaults, name);
}

/* The verifier of a vector that comes to a verdict. */
static inline cfaccess_verifier *verifier_of_vector(const json_t *vector, const json_t *defaults) {
  char file[4096];
  snprintf(file, sizeof file, VECTORS "/%s", json_string_value(of(vector, defaults, "keys")));
  cfaccess_keys *keys = keys_of(file);
  cfaccess_verifier *verifier;
  must(make_verifier(of(vector, defaults, "config"), keys, &verifier) == CFACCESS_STATUS_OK, vector_name);
  cfaccess_keys_free(keys);
  return verifier;
}

#endif
