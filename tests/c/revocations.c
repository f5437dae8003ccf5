/*
 * Revocations in memory: what is written is in force at once, and each argument that is wrong is named.
 */
#include "support.h"

#include <time.h>

/* What may stand in an out-place before a call. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)
#define EMAIL "user@example.com"
#define EVER ((INT64_C(1) << 53) - 1)

static cfaccess_revocations *revocations;
static cfaccess_verifier *verifier;

static cfaccess_revocations *in_memory(void) {
  cfaccess_revocations *opened;
  must(cfaccess_revocations_open("memory:", TEAM, NULL, &opened, NULL) == CFACCESS_STATUS_OK, "revocations");
  return opened;
}

static cfaccess_verifier *verifier_with(const cfaccess_revocations *those) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  must(cfaccess_config_set_revocations(config, those, NULL) == CFACCESS_STATUS_OK,
       "revocations of a verifier");
  cfaccess_verifier *made = verifier_of(config, keys);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  return made;
}

/* Before each story that needs them. */
static void start(void) {
  revocations = in_memory();
  verifier = verifier_with(revocations);
}

static void stop(void) {
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_close(revocations);
  cfaccess_revocations_free(revocations);
}

static cfaccess_revoke_options *new_options(void) {
  cfaccess_revoke_options *options;
  must(cfaccess_revoke_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  return options;
}

static cfaccess_status revoke(int32_t kind, const char *value) {
  return cfaccess_revocations_revoke(revocations, kind, value, NULL, NULL, NULL);
}

static cfaccess_status now_verdict(const char *token) {
  cfaccess_claims *claims;
  cfaccess_status status = cfaccess_verifier_verify(verifier, token, strlen(token), &claims, NULL);
  cfaccess_claims_free(claims);
  return status;
}

static uint64_t looked_up(const char *token) {
  return cfaccess_verifier_lookup(verifier, token, strlen(token));
}

static void a_cached_token_is_refused_at_once(void) {
  start();
  EXPECT_STATUS(CFACCESS_STATUS_OK, now_verdict(TOKEN_GOOD_NOW));
  EXPECT(looked_up(TOKEN_GOOD_NOW) != 0);
  int64_t before = (int64_t)time(NULL), good_from = -1;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, EMAIL,
                                                                NULL, &good_from, NULL));

  EXPECT(before + 3 <= good_from && good_from <= (int64_t)time(NULL) + 3);
  EXPECT(looked_up(TOKEN_GOOD_NOW) == 0);
  cfaccess_claims *claims;
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, now_verdict(TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, cfaccess_verifier_try_verify(verifier, TOKEN_GOOD_NOW,
                                                                      strlen(TOKEN_GOOD_NOW), &claims, NULL));
  EXPECT(claims == NULL && cfaccess_status_http(CFACCESS_STATUS_REVOKED) == 401);
  stop();
}

static void a_block_is_403_until_it_is_lifted(void) {
  start();
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_revocations_block(revocations, CFACCESS_TARGET_TEAM, NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_BLOCKED, now_verdict(TOKEN_GOOD_NOW));
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_BLOCKED) == 403);
  for (int i = 0; i < 2; i++) {
    EXPECT_STATUS(i == 0 ? CFACCESS_STATUS_BLOCKED : CFACCESS_STATUS_REVOKED, now_verdict(TOKEN_GOOD_NOW));
    EXPECT_STATUS(CFACCESS_STATUS_OK,
                  cfaccess_revocations_lift(revocations, CFACCESS_TARGET_TEAM, NULL, NULL, NULL));
  }
  EXPECT_STATUS(CFACCESS_STATUS_OK, now_verdict(TOKEN_GOOD_NOW));
  stop();
}

static void a_session_is_never_good_again(void) {
  start();
  int64_t good_from = -1;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_SESSION, "nonce",
                                                                NULL, &good_from, NULL));
  EXPECT(good_from == EVER);
  stop();
}

static void options_are_for_the_calls_that_use_them(void) {
  start();
  cfaccess_revoke_options *options = new_options();
  int64_t good_from = -1;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revoke_options_set_at(options, 1000, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revoke_options_set_reason(options, "why", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revoke_options_set_made_by(options, "who", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, EMAIL,
                                                                options, &good_from, NULL));
  EXPECT(good_from == 1001);
  EXPECT_STATUS(CFACCESS_STATUS_OK, now_verdict(TOKEN_GOOD_NOW));
  EXPECT_STATUS(
      CFACCESS_STATUS_INVALID_ARGUMENT,
      cfaccess_revocations_block(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, &good_from, NULL));
  EXPECT(good_from == 0);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_lift(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL));
  cfaccess_revoke_options_free(options);

  options = new_options();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revoke_options_set_margin(options, 301, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_block(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL, NULL));
  cfaccess_revoke_options_free(options);

  options = new_options();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revoke_options_set_until(options, EVER, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_lift(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_revocations_block(revocations, CFACCESS_TARGET_EMAIL, EMAIL, options, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_revoke_options_set_until(options, -1, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_revoke_options_set_at(options, EVER + 1, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_revoke_options_set_reason(options, "\xff", NULL));
  cfaccess_revoke_options_free(options);
  stop();
}

static void values_that_are_wrong_are_refused_unshown(void) {
  start();
  const int32_t kinds[] = {CFACCESS_TARGET_ANY, 7, -1};
  cfaccess_error *error;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, revoke(kinds[i], "secret"));
  }
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, revoke(CFACCESS_TARGET_TEAM, "secret"));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, revoke(CFACCESS_TARGET_EMAIL, ""));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, revoke(CFACCESS_TARGET_SUBJECT, "\xc3\x28"));
  EXPECT_STATUS(
      CFACCESS_STATUS_INVALID_ARGUMENT,
      cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, "my secret", NULL, NULL, &error));
  EXPECT(is_sane(cfaccess_error_message(error), NULL, 0));
  EXPECT(strstr(cfaccess_error_message(error), "secret") == NULL);
  cfaccess_error_free(error);
  stop();
}

static char *page(int32_t kind, int32_t after_kind, const char *after_value, int64_t limit) {
  char *json;
  cfaccess_status status =
      cfaccess_revocations_list(revocations, kind, after_kind, after_value, limit, &json, NULL);
  must(status == CFACCESS_STATUS_OK && json != NULL, "a page");
  return json;
}

static bool page_has(char *json, const char *these, const char *not_these) {
  bool has = strstr(json, these) != NULL && strstr(json, not_these) == NULL;
  cfaccess_string_free(json);
  return has;
}

static void entries_are_listed_by_pages_and_imported(void) {
  start();
  EXPECT_STATUS(CFACCESS_STATUS_OK, revoke(CFACCESS_TARGET_TEAM, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, revoke(CFACCESS_TARGET_SERVICE, "A.access"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, revoke(CFACCESS_TARGET_SERVICE, "b.access"));
  EXPECT(page_has(page(CFACCESS_TARGET_ANY, CFACCESS_TARGET_ANY, NULL, 1), "\"team\"", "access"));
  EXPECT(page_has(page(CFACCESS_TARGET_ANY, CFACCESS_TARGET_TEAM, NULL, 1), "a.access", "b.access"));
  EXPECT(page_has(page(CFACCESS_TARGET_SERVICE, CFACCESS_TARGET_SERVICE, "a.access", 10), "b.access",
                  "a.access"));
  EXPECT(page_has(page(CFACCESS_TARGET_EMAIL, CFACCESS_TARGET_ANY, NULL, 10000), "{\"entries\":[]}", "kind"));
  char *json = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_list(revocations, CFACCESS_TARGET_ANY, 0, NULL, 0, &json, NULL));
  EXPECT(json == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_list(revocations, 7, 0, NULL, 1, &json, NULL));

  char *all = page(CFACCESS_TARGET_ANY, CFACCESS_TARGET_ANY, NULL, 10000);
  cfaccess_revocations *others = in_memory();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_import(others, all, strlen(all), NULL));
  cfaccess_string_free(all);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_revocations_import(others, NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_status(others, &json, NULL));
  EXPECT(strstr(json, "\"entries\":3,") != NULL && strstr(json, "\"source\":\"memory\"") != NULL);
  cfaccess_string_free(json);
  cfaccess_revocations_free(others);
  stop();
}

static void revocations_in_memory_are_always_current(void) {
  start();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_connect(revocations, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_try_connect(revocations, NULL));
  EXPECT(cfaccess_revocations_is_reading(revocations) == 0);
  cfaccess_revocations_close(revocations);
  EXPECT_STATUS(CFACCESS_STATUS_OK, revoke(CFACCESS_TARGET_EMAIL, EMAIL));
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, now_verdict(TOKEN_GOOD_NOW));
  stop();
}

static void a_verifier_keeps_its_revocations(void) {
  start();
  EXPECT_STATUS(CFACCESS_STATUS_OK, revoke(CFACCESS_TARGET_EMAIL, EMAIL));
  cfaccess_revocations_free(revocations);
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, now_verdict(TOKEN_GOOD_NOW));
  cfaccess_verifier_free(verifier);
}

static void two_statuses_are_pending(void) {
  for (int32_t status = -1; status < 300; status++) {
    bool pending = status == CFACCESS_STATUS_KEYS_PENDING || status == CFACCESS_STATUS_REVOCATIONS_PENDING;
    EXPECT(cfaccess_status_is_pending(status) == (pending ? 1 : 0));
  }
}

typedef cfaccess_status set_duration(cfaccess_revocation_options *, int64_t, cfaccess_error **);

static void stores_and_durations_are_checked(void) {
  const char *const urls[] = {"", "memory", "memory:x", "file:/tmp/x", "sqlite", "redis", "\xff"};
  const struct {
    set_duration *set;
    int64_t too_short, too_long;
  } durations[] = {
      {cfaccess_revocation_options_set_interval, 99, 60001},
      {cfaccess_revocation_options_set_timeout, 99, 60001},
      {cfaccess_revocation_options_set_max_stale, 1999, 86400001},
  };
  cfaccess_revocations *opened = GARBAGE;
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_revocations_open(urls[i], TEAM, NULL, &opened, NULL));
    EXPECT(opened == NULL);
  }
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                cfaccess_revocations_open("memory:", "", NULL, &opened, NULL));
  for (size_t i = 0; i < 3; i++) {
    cfaccess_revocation_options *options;
    EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocation_options_new(&options, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, durations[i].set(options, -1, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_OK, durations[i].set(options, durations[i].too_short, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_revocations_open("memory:", TEAM, options, &opened, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_OK, durations[i].set(options, durations[i].too_long, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_revocations_open("memory:", TEAM, options, &opened, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_revocation_options_set_when_stale(options, 2, NULL));
    cfaccess_revocation_options_free(options);
  }
}

static void ignore(void *user_data, int32_t level, const char *line) {
  (void)user_data, (void)level, (void)line;
}

static void count_release(void *user_data) {
  ++*(int *)user_data;
}

static void user_data_is_released_once(void) {
  int released = 0;
  cfaccess_revocation_options *options;
  cfaccess_revocations *opened;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocation_options_new(&options, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_revocation_options_set_log(options, ignore, &released, count_release, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocation_options_set_ca_file(options, "ca.pem", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_revocation_options_set_when_stale(options, CFACCESS_WHEN_STALE_CONTINUE, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_open("memory:", TEAM, options, &opened, NULL));
  EXPECT(released == 0);
  cfaccess_revocation_options_free(options);
  cfaccess_revocations_free(opened);
  EXPECT(released == 1);
}

#define EXPECT_NULL_ARGUMENT(call)                                         \
  do {                                                                     \
    error = GARBAGE;                                                       \
    EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, call);                    \
    EXPECT(cfaccess_error_status(error) == CFACCESS_STATUS_NULL_ARGUMENT); \
    cfaccess_error_free(error);                                            \
  } while (0)

static void null_where_a_value_is_needed(void) {
  start();
  cfaccess_error *error;
  cfaccess_revocations *opened = GARBAGE;
  cfaccess_config *config = usual_config();
  cfaccess_revoke_options *options = new_options();
  cfaccess_revocation_options *store_options;
  int released = 0;
  char *json = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocation_options_new(&store_options, NULL));

  EXPECT_NULL_ARGUMENT(cfaccess_revocations_open(NULL, TEAM, NULL, &opened, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_open("memory:", NULL, NULL, &opened, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_open("memory:", TEAM, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_connect(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_try_connect(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_status(NULL, &json, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_status(revocations, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_revoke(NULL, CFACCESS_TARGET_EMAIL, EMAIL, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_EMAIL, NULL, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_block(NULL, CFACCESS_TARGET_EMAIL, EMAIL, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_revocations_block(revocations, CFACCESS_TARGET_EMAIL, NULL, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_lift(NULL, CFACCESS_TARGET_EMAIL, EMAIL, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_lift(revocations, CFACCESS_TARGET_EMAIL, NULL, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_list(NULL, 0, 0, NULL, 1, &json, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_revocations_list(revocations, 0, CFACCESS_TARGET_EMAIL, NULL, 1, &json, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_list(revocations, 0, 0, NULL, 1, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_import(NULL, "{\"entries\":[]}", 14, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocations_import(revocations, NULL, 1, &error));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_revocations_import(revocations, GARBAGE, SIZE_MAX, NULL));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_revocations(NULL, revocations, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_revocations(config, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_new(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_at(NULL, 1, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_margin(NULL, 1, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_until(NULL, 1, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_reason(NULL, "x", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_reason(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_made_by(NULL, "x", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revoke_options_set_made_by(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_new(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_interval(NULL, 1000, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_timeout(NULL, 1000, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_max_stale(NULL, 1000, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_when_stale(NULL, 0, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_ca_file(NULL, "/", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_ca_file(store_options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_revocation_options_set_log(NULL, ignore, &released, count_release, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_revocation_options_set_log(store_options, NULL, &released, count_release, &error));
  EXPECT(opened == NULL && json == NULL && released == 0);
  EXPECT(cfaccess_revocations_is_reading(NULL) == 0);
  cfaccess_revocations_close(NULL);
  cfaccess_revocations_free(NULL);
  cfaccess_revoke_options_free(NULL);
  cfaccess_revocation_options_free(NULL);

  cfaccess_revocation_options_free(store_options);
  cfaccess_revoke_options_free(options);
  cfaccess_config_free(config);
  stop();
}

int main(void) {
  RUN(a_cached_token_is_refused_at_once);
  RUN(a_block_is_403_until_it_is_lifted);
  RUN(a_session_is_never_good_again);
  RUN(options_are_for_the_calls_that_use_them);
  RUN(values_that_are_wrong_are_refused_unshown);
  RUN(entries_are_listed_by_pages_and_imported);
  RUN(revocations_in_memory_are_always_current);
  RUN(a_verifier_keeps_its_revocations);
  RUN(two_statuses_are_pending);
  RUN(stores_and_durations_are_checked);
  RUN(user_data_is_released_once);
  RUN(null_where_a_value_is_needed);
  return all_stories_passed();
}
