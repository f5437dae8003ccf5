/*
 * Configurations: what they accept, and that a verifier has its own copy.
 */
#include "support.h"

static cfaccess_status new_config(const char *team) {
  cfaccess_config *config;
  cfaccess_status status = cfaccess_config_new(team, &config, NULL);
  must((config != NULL) == (status == CFACCESS_STATUS_OK), "a config exactly on success");
  cfaccess_config_free(config);
  return status;
}

/* The verdict of a verifier with this configuration. */
static cfaccess_status verdict_with(const cfaccess_config *config, const char *token, int64_t now) {
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_status status = verdict_at(verifier, token, strlen(token), now);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return status;
}

static void a_team_has_several_spellings(void) {
  EXPECT_STATUS(CFACCESS_STATUS_OK, new_config("acme"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, new_config("acme.cloudflareaccess.com"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, new_config("https://acme.cloudflareaccess.com/"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, new_config("acme.fed.cloudflareaccess.com"));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, new_config(""));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, new_config("https://acme.example.com"));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, new_config("ac\377me"));
}

static void no_audience_no_verifier(void) {
  cfaccess_config *config;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_new(TEAM, &config, NULL));
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier;
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_verifier_new(config, keys, &verifier, &error));

  EXPECT(verifier == NULL);
  EXPECT(strstr(cfaccess_error_message(error), "audience") != NULL);
  cfaccess_error_free(error);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
}

static void a_verifier_keeps_its_copy(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_allow_any_service(config, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SERVICE_NOT_ALLOWED, verdict(verifier, TOKEN_SERVICE));
  cfaccess_config_free(config);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));

  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static void services_are_listed_or_any(void) {
  cfaccess_config *config = usual_config();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_allow_service(config, "another.access", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SERVICE_NOT_ALLOWED, verdict_with(config, TOKEN_SERVICE, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_config_allow_service(config, "e367826f93b8d71185e03fe518aff3b4.access", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_SERVICE, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_allow_any_service(config, NULL));
  cfaccess_config_free(config);

  config = usual_config();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_allow_any_service(config, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_SERVICE, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_allow_service(config, "x.access", NULL));
  cfaccess_config_free(config);
}

static void the_leeway_is_bounded_and_used(void) {
  const int64_t expires_at = NOW - 60 + 86400;
  cfaccess_config *config = usual_config();

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, expires_at + 29));
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, verdict_with(config, TOKEN_PERSON, expires_at + 30));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_leeway(config, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, expires_at - 1));
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, verdict_with(config, TOKEN_PERSON, expires_at));

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_leeway(config, -1, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_leeway(config, 301, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_leeway(config, INT64_MIN, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_leeway(config, INT64_MAX, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, verdict_with(config, TOKEN_PERSON, expires_at));
  cfaccess_config_free(config);
}

static void the_lifetime_is_bounded_and_used(void) {
  cfaccess_config *config = usual_config();

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_max_lifetime(config, 86400, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_max_lifetime(config, 86399, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_LONG, verdict_with(config, TOKEN_PERSON, NOW));

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_lifetime(config, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_lifetime(config, 31622401, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_lifetime(config, INT64_MIN, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_LONG, verdict_with(config, TOKEN_PERSON, NOW));
  cfaccess_config_free(config);
}

static void the_age_is_bounded_and_used(void) {
  const int64_t issued_at = NOW - 60;
  cfaccess_config *config = usual_config();

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_max_age(config, 3600, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, issued_at + 3600));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_OLD, verdict_with(config, TOKEN_PERSON, issued_at + 3601));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_max_age(config, 31622400, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, issued_at + 3601));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_set_max_age(config, 1, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_OLD, verdict_with(config, TOKEN_PERSON, NOW));

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_age(config, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_age(config, -1, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_age(config, 31622401, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_age(config, INT64_MIN, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_max_age(config, INT64_MAX, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_OLD, verdict_with(config, TOKEN_PERSON, NOW));
  cfaccess_config_free(config);
}

static void an_unusual_audience_is_a_warning(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *usual = verifier_of(config, keys);
  EXPECT(cfaccess_verifier_warning(usual, 0) == NULL);

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_add_audience(config, "My-App", NULL));
  cfaccess_verifier *unusual = verifier_of(config, keys);
  EXPECT(strstr(cfaccess_verifier_warning(unusual, 0), "My-App") != NULL);
  EXPECT(cfaccess_verifier_warning(unusual, 1) == NULL);
  EXPECT(cfaccess_verifier_warning(unusual, SIZE_MAX) == NULL);

  cfaccess_verifier_free(usual);
  cfaccess_verifier_free(unusual);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
}

static void a_thousand_audiences_are_enough(void) {
  cfaccess_config *config = usual_config();
  char name[16];
  for (int i = 1; i < 1024; i++) {
    snprintf(name, sizeof name, "app-%d", i);
    EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_add_audience(config, name, NULL));
  }

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_add_audience(config, "one-more", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_add_audience(config, name, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_with(config, TOKEN_PERSON, NOW));
  cfaccess_config_free(config);
}

int main(void) {
  RUN(a_team_has_several_spellings);
  RUN(no_audience_no_verifier);
  RUN(a_verifier_keeps_its_copy);
  RUN(services_are_listed_or_any);
  RUN(the_leeway_is_bounded_and_used);
  RUN(the_lifetime_is_bounded_and_used);
  RUN(the_age_is_bounded_and_used);
  RUN(an_unusual_audience_is_a_warning);
  RUN(a_thousand_audiences_are_enough);
  return all_stories_passed();
}
