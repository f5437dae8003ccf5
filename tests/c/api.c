/*
 * The main path: a configuration, keys, a verifier, and what it says about tokens.
 */
#include "support.h"

#include <time.h>

/* The claims of a good token; freed by the story. */
static cfaccess_claims *claims_of(const char *token) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  must(cfaccess_config_allow_any_service(config, NULL) == CFACCESS_STATUS_OK, "services are allowed");
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_claims *claims;
  cfaccess_status status = cfaccess_verifier_verify_at(verifier, token, strlen(token), NOW, &claims, NULL);
  must(status == CFACCESS_STATUS_OK, cfaccess_status_name(status));
  /* Claims are read after everything they came from is gone. */
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
  return claims;
}

static void a_person_is_known_by_every_claim(void) {
  cfaccess_claims *claims = claims_of(TOKEN_PERSON);

  EXPECT(claims->struct_size == sizeof *claims);
  EXPECT(claims->kind == CFACCESS_KIND_PERSON);
  EXPECT(claims->present == (CFACCESS_CLAIM_NOT_BEFORE | CFACCESS_CLAIM_SUBJECT | CFACCESS_CLAIM_EMAIL |
                             CFACCESS_CLAIM_IDENTITY_NONCE | CFACCESS_CLAIM_SESSION | CFACCESS_CLAIM_COUNTRY |
                             CFACCESS_CLAIM_TOKEN_TYPE));
  EXPECT(claims->issued_at == NOW - 60);
  EXPECT(claims->not_before == NOW - 60);
  EXPECT(claims->expires_at == NOW - 60 + 86400);
  EXPECT(claims->audiences_len == 1);
  EXPECT(text_is(claims->audiences[0], AUDIENCE));
  EXPECT(text_is(claims->issuer, "https://acme.cloudflareaccess.com"));
  EXPECT(
      text_is(claims->principal_id, "acme.cloudflareaccess.com/person/7335d417-61da-459d-899c-0a01c76a2f94"));
  EXPECT(text_is(claims->subject, "7335d417-61da-459d-899c-0a01c76a2f94"));
  EXPECT(text_is(claims->email, "user@example.com"));
  EXPECT(is_absent(claims->common_name));
  EXPECT(text_is(claims->identity_nonce, "6ei69kawdKzMIAPF"));
  EXPECT(is_absent(claims->nonce));
  EXPECT(text_is(claims->session, "6ei69kawdKzMIAPF"));
  EXPECT(text_is(claims->country, "US"));
  EXPECT(text_is(claims->token_type, "app"));
  EXPECT(is_absent(claims->custom));
  EXPECT(is_absent(claims->policy_id));
  EXPECT(strstr(claims->payload.ptr, "\"email\":\"user@example.com\"") != NULL);
  cfaccess_claims_free(claims);
}

static void a_service_is_known_by_its_client_id(void) {
  cfaccess_claims *claims = claims_of(TOKEN_SERVICE);

  EXPECT(claims->kind == CFACCESS_KIND_SERVICE);
  EXPECT(claims->present ==
         (CFACCESS_CLAIM_SUBJECT | CFACCESS_CLAIM_COMMON_NAME | CFACCESS_CLAIM_TOKEN_TYPE));
  EXPECT(text_is(claims->common_name, "e367826f93b8d71185e03fe518aff3b4.access"));
  EXPECT(text_is(claims->principal_id,
                 "acme.cloudflareaccess.com/service/e367826f93b8d71185e03fe518aff3b4.access"));
  EXPECT(text_is(claims->subject, ""));
  EXPECT(is_absent(claims->email));
  EXPECT(is_absent(claims->session));
  EXPECT(claims->not_before == 0);
  cfaccess_claims_free(claims);
}

static void the_older_shape_names_its_session_by_nonce(void) {
  cfaccess_claims *claims = claims_of(TOKEN_OLDER_SHAPE);

  EXPECT(is_absent(claims->identity_nonce));
  EXPECT(claims->nonce.len > 0);
  EXPECT(text_is(claims->session, claims->nonce.ptr));
  EXPECT(is_absent(claims->token_type));
  EXPECT((claims->present & CFACCESS_CLAIM_NOT_BEFORE) == 0);
  cfaccess_claims_free(claims);
}

static void custom_claims_are_json(void) {
  cfaccess_claims *claims = claims_of(TOKEN_CUSTOM);

  EXPECT((claims->present & CFACCESS_CLAIM_CUSTOM) != 0);
  EXPECT(claims->custom.ptr[0] == '{' && claims->custom.ptr[claims->custom.len - 1] == '}');
  EXPECT(strlen(claims->custom.ptr) == claims->custom.len);
  EXPECT(strstr(claims->custom.ptr, "\"admins\"") != NULL);
  EXPECT(strstr(claims->payload.ptr, claims->custom.ptr) != NULL);
  cfaccess_claims_free(claims);
}

static void claims_are_available_as_json(void) {
  const char *beginning = "{\"kind\":\"person\",\"principal_id\":\"acme.cloudflareaccess.com/person/";
  cfaccess_claims *claims = claims_of(TOKEN_CUSTOM);
  cfaccess_error *error;
  char *json;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_claims_json(claims, &json, &error));

  EXPECT(error == NULL && strncmp(json, beginning, strlen(beginning)) == 0);
  EXPECT(strstr(json, "\"common_name\":null") != NULL);
  EXPECT(strstr(json, "\"groups\":[\"admins\",") != NULL);
  EXPECT(strstr(json, claims->payload.ptr) != NULL);
  cfaccess_string_free(json);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_claims_json(NULL, &json, NULL));
  EXPECT(json == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_claims_json(claims, NULL, NULL));
  cfaccess_claims_free(claims);
}

static bool groups_are(const char *custom, const char *expected) {
  char *json;
  cfaccess_status status = cfaccess_groups_from_custom(custom, strlen(custom), &json, NULL);
  must(status == CFACCESS_STATUS_OK, cfaccess_status_name(status));
  bool equal = strcmp(json, expected) == 0;
  cfaccess_string_free(json);
  return equal;
}

static void groups_are_present_absent_or_unknown(void) {
  cfaccess_error *error;
  char *json;

  EXPECT(groups_are("{\"groups\":[\"staff\",{\"name\":\"admins\"}]}", "[\"staff\",\"admins\"]"));
  EXPECT(groups_are("{\"groups\":\"staff\"}", "[\"staff\"]"));
  EXPECT(groups_are("{\"groups\":[]}", "[]"));
  EXPECT(groups_are("{}", "null"));
  EXPECT(groups_are("", "null"));

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_groups_from_custom(NULL, 0, &json, NULL));
  EXPECT(strcmp(json, "null") == 0);
  cfaccess_string_free(json);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_groups_from_custom("[]", 2, &json, &error));
  EXPECT(json == NULL && is_sane(cfaccess_error_message(error), NULL, 0));
  cfaccess_error_free(error);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_groups_from_custom(NULL, 1, &json, NULL));
}

static void many_audiences_are_listed_in_their_order(void) {
  cfaccess_claims *claims = claims_of(TOKEN_AUDIENCES_64);

  EXPECT(claims->audiences_len == 64);
  for (size_t i = 0; i < 63; i++) {
    char name[16];
    snprintf(name, sizeof name, "app-%zu", i);
    EXPECT(text_is(claims->audiences[i], name));
  }
  EXPECT(text_is(claims->audiences[63], AUDIENCE));
  cfaccess_claims_free(claims);
}

static void the_usual_refusals_name_their_cause(void) {
  cfaccess_verifier *verifier = usual_verifier();

  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED,
                verdict_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), NOW + 2 * 86400));
  EXPECT_STATUS(CFACCESS_STATUS_WRONG_AUDIENCE, verdict(verifier, TOKEN_AUDIENCE_IS_OTHER_APPLICATION));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));
  EXPECT_STATUS(CFACCESS_STATUS_UNSUPPORTED_ALGORITHM, verdict(verifier, TOKEN_ALG_NONE_1));
  EXPECT_STATUS(CFACCESS_STATUS_WRONG_TOKEN_TYPE, verdict(verifier, TOKEN_KIND_ORG_THIS_AUDIENCE));
  EXPECT_STATUS(CFACCESS_STATUS_SERVICE_NOT_ALLOWED, verdict(verifier, TOKEN_SERVICE));
  EXPECT_STATUS(CFACCESS_STATUS_OPAQUE_TOKEN, verdict(verifier, "oauth:abc"));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, verdict(verifier, ""));
  cfaccess_verifier_free(verifier);
}

static void an_error_has_a_status_and_a_message(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_claims *claims;
  cfaccess_error *error;

  cfaccess_status status = cfaccess_verifier_verify_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON),
                                                       NOW + 2 * 86400, &claims, &error);
  cfaccess_verifier_free(verifier);

  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, status);
  EXPECT(claims == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, cfaccess_error_status(error));
  EXPECT(strstr(cfaccess_error_message(error), "expired") != NULL);
  EXPECT(cfaccess_status_http(status) == 401);
  cfaccess_error_free(error);
}

static void a_message_shows_no_claim_of_the_token(void) {
  const char *tokens[] = {TOKEN_SERVICE, TOKEN_AUDIENCE_IS_OTHER_APPLICATION, TOKEN_SIGNATURE_MIDDLE_BIT,
                          TOKEN_ALG_NONE_1, TOKEN_KIND_ORG_THIS_AUDIENCE};
  const char *claims[] = {"@", "7335d417", "e367826f", "6ei69kaw", "nonce\"", "none"};
  cfaccess_verifier *verifier = usual_verifier();
  for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
    cfaccess_claims *unused;
    cfaccess_error *error;
    must(cfaccess_verifier_verify_at(verifier, tokens[i], strlen(tokens[i]), NOW, &unused, &error) !=
             CFACCESS_STATUS_OK,
         "a refusal");
    for (size_t j = 0; j < sizeof claims / sizeof *claims; j++) {
      EXPECT(strstr(cfaccess_error_message(error), claims[j]) == NULL);
    }
    cfaccess_error_free(error);
  }
  cfaccess_verifier_free(verifier);
}

static void verify_uses_the_clock(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_claims *claims;

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_verify(verifier, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW), &claims, NULL));
  EXPECT(claims->issued_at <= time(NULL));
  EXPECT(claims->expires_at > time(NULL));
  cfaccess_claims_free(claims);

  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED,
                verdict_at(verifier, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW), time(NULL) + 86400));
  cfaccess_verifier_free(verifier);
}

static void a_status_has_name_description_and_http_status(void) {
  EXPECT(strcmp(cfaccess_status_name(CFACCESS_STATUS_OK), "OK") == 0);
  EXPECT(strcmp(cfaccess_status_name(CFACCESS_STATUS_WRONG_AUDIENCE), "WRONG_AUDIENCE") == 0);
  EXPECT(strcmp(cfaccess_status_description(CFACCESS_STATUS_WRONG_AUDIENCE),
                "issued for another application") == 0);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_OK) == 200);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_WRONG_AUDIENCE) == 401);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_SERVICE_NOT_ALLOWED) == 403);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_KEYS_UNAVAILABLE) == 503);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_INTERNAL) == 500);
}

static void a_number_that_is_no_status_has_an_unknown_name(void) {
  const int32_t numbers[] = {4, 19, 200, 254, 256, -1, INT32_MIN, INT32_MAX};
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    EXPECT(strcmp(cfaccess_status_name(numbers[i]), "UNKNOWN_STATUS") == 0);
    EXPECT(strcmp(cfaccess_status_description(numbers[i]), "unknown status") == 0);
    EXPECT(cfaccess_status_http(numbers[i]) == 500);
  }
}

static void the_library_is_the_one_of_the_header(void) {
  char version[32];
  snprintf(version, sizeof version, "%d.%d.%d", CFACCESS_VERSION_MAJOR, CFACCESS_VERSION_MINOR,
           CFACCESS_VERSION_PATCH);

  EXPECT(cfaccess_version_number() == CFACCESS_VERSION_NUMBER);
  EXPECT(strcmp(cfaccess_version(), version) == 0);
}

int main(void) {
  RUN(a_person_is_known_by_every_claim);
  RUN(a_service_is_known_by_its_client_id);
  RUN(the_older_shape_names_its_session_by_nonce);
  RUN(custom_claims_are_json);
  RUN(claims_are_available_as_json);
  RUN(groups_are_present_absent_or_unknown);
  RUN(many_audiences_are_listed_in_their_order);
  RUN(the_usual_refusals_name_their_cause);
  RUN(an_error_has_a_status_and_a_message);
  RUN(a_message_shows_no_claim_of_the_token);
  RUN(verify_uses_the_clock);
  RUN(a_status_has_name_description_and_http_status);
  RUN(a_number_that_is_no_status_has_an_unknown_name);
  RUN(the_library_is_the_one_of_the_header);
  return all_stories_passed();
}
