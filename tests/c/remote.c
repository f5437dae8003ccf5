/*
 * Keys that are fetched: when a fetch begins, who waits for it, and what can be seen of it.
 */
#include "remote.h"

/* In milliseconds. */
#define TIMEOUT 300

static cfaccess_status try_request(const cfaccess_verifier *verifier, const char *token) {
  cfaccess_header headers[] = {header("Host", "app.example.com"), header("Cf-Access-Jwt-Assertion", token)};
  cfaccess_claims *claims;
  cfaccess_status status = cfaccess_verifier_try_verify_request(verifier, headers, 2, &claims, NULL);
  must((claims != NULL) == (status == CFACCESS_STATUS_OK), "success gives claims");
  cfaccess_claims_free(claims);
  return status;
}

static void the_first_verification_fetches_and_the_next_does_not(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT(atomic_load(&at->begun) == 0);

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_SECOND_KEY));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));

  EXPECT(atomic_load(&at->begun) == 1);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void a_verifier_begins_the_first_fetch_if_the_options_say_so(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_remote_options_prefetch(options, NULL));
  cfaccess_keys *keys = remote_keys(options);
  EXPECT(status_has(keys, "\"fetches\":0"));

  cfaccess_verifier *verifier = usual_verifier_of(keys);

  EXPECT(status_has(keys, "\"fetches\":1"));
  cfaccess_keys_close(keys);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void connecting_fetches_ahead_of_the_first_token(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_error *error = NULL;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, &error));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, &error));

  EXPECT(error == NULL && atomic_load(&at->begun) == 1);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void connecting_says_why_there_are_no_keys(void) {
  endpoint *at = endpoint_with(NULL);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, cfaccess_keys_connect(keys, &error));

  EXPECT(strstr(cfaccess_error_message(error), "the fetch function failed: an outage") != NULL);
  EXPECT(cfaccess_status_http(cfaccess_error_status(error)) == 503);
  cfaccess_error_free(error);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void keys_that_are_not_fetched_are_always_there(void) {
  cfaccess_keys *keys = keys_of(KEYS_FILE);

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  cfaccess_keys_close(keys);

  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_OK, try_verdict(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK, try_request(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN,
                cfaccess_verifier_try_verify_request(verifier, NULL, 0, &(cfaccess_claims *){NULL}, NULL));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static void trying_never_waits(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  atomic_store(&at->holds, true);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, try_verdict(verifier, TOKEN_GOOD_NOW));
  await(&at->waiting, "a fetch");
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, try_verdict(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, try_request(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, cfaccess_keys_try_connect(keys, NULL));
  EXPECT(cfaccess_keys_is_fetching(keys) == 1);
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_KEYS_PENDING) == 503);
  up(&at->go_on);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_PERSON, 60000));

  EXPECT_STATUS(CFACCESS_STATUS_OK, try_verdict(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK, try_request(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_try_connect(keys, NULL));
  EXPECT(cfaccess_keys_is_fetching(keys) == 0);
  EXPECT(atomic_load(&at->begun) == 1);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void nobody_waits_longer_than_the_timeout(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  atomic_store(&at->holds, true);
  cfaccess_remote_options *options = options_for(at);
  must(cfaccess_remote_options_set_timeout(options, TIMEOUT, NULL) == CFACCESS_STATUS_OK, "a timeout");
  cfaccess_keys *keys = remote_keys(options);
  cfaccess_verifier *verifier = usual_verifier_of(keys);

  int64_t begin = milliseconds_now();
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, verdict(verifier, TOKEN_PERSON));
  int64_t waited = milliseconds_now() - begin;
  EXPECT(waited >= TIMEOUT - 10 && waited < TIMEOUT + timeout() / 2);

  up(&at->go_on);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_PERSON, 60000));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void a_new_key_is_found_when_a_token_names_it(void) {
  endpoint *at = endpoint_with(MIXED_KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_UNKNOWN_KEY, verdict(verifier, TOKEN_SECOND_KEY));

  atomic_store(&at->file, KEYS_FILE);
  EXPECT_STATUS(CFACCESS_STATUS_UNKNOWN_KEY, verdict(verifier, TOKEN_SECOND_KEY));
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_SECOND_KEY, 60000));

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT(atomic_load(&at->begun) == 2);
  EXPECT(!status_has(keys, "\"suppressed\":0"));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void closing_waits_for_the_fetch_and_begins_no_other(void) {
  endpoint *at = endpoint_with(MIXED_KEYS_FILE);
  atomic_store(&at->holds, true);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, try_verdict(verifier, TOKEN_GOOD_NOW));
  await(&at->waiting, "a fetch");

  up(&at->go_on);
  cfaccess_keys_close(keys);
  EXPECT(atomic_load(&at->ended) == 1);
  cfaccess_keys_close(keys);

  const struct timespec longer_than_a_cooldown = {1, 200000000};
  nanosleep(&longer_than_a_cooldown, NULL);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_UNKNOWN_KEY, verdict(verifier, TOKEN_SECOND_KEY));
  EXPECT(atomic_load(&at->begun) == 1);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void keys_closed_before_their_first_fetch_stay_away(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_keys_close(keys);

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, cfaccess_keys_connect(keys, NULL));

  EXPECT(atomic_load(&at->begun) == 0);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void the_status_reports_fetches(void) {
  endpoint *at = endpoint_with(NULL);
  cfaccess_keys *keys = remote_keys(options_for(at));
  const char *ahead[] = {"\"source\":\"remote\"", "\"age\":null",         "\"keys\":[]",   "\"skipped\":[]",
                         "\"last_error\":null",   "\"next_refresh\":0.0", "\"fetches\":0", "\"failures\":0",
                         "\"not_modified\":0",    "\"suppressed\":0"};
  for (size_t i = 0; i < sizeof ahead / sizeof *ahead; i++) {
    EXPECT(status_has(keys, ahead[i]));
  }

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, cfaccess_keys_connect(keys, NULL));
  EXPECT(status_has(keys, "\"last_error\":\"the fetch function failed: an outage\""));
  EXPECT(status_has(keys, "\"fetches\":1") && status_has(keys, "\"failures\":1"));
  EXPECT(status_has(keys, "\"age\":null"));

  atomic_store(&at->file, MIXED_KEYS_FILE);
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_PERSON, 60000));
  EXPECT(status_has(keys, "\"fetches\":2") && status_has(keys, "\"failures\":1"));
  EXPECT(status_has(keys, "\"last_error\":null") && !status_has(keys, "\"age\":null"));
  EXPECT(status_has(keys, "\"sha256\":\"") && status_has(keys, "\"kid\":\"for-encryption\""));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static cfaccess_keys *keys_with_copy(endpoint *at, const char *copy) {
  cfaccess_remote_options *options = options_for(at);
  must(cfaccess_remote_options_set_cache_file(options, copy, NULL) == CFACCESS_STATUS_OK, "a copy");
  return remote_keys(options);
}

static void a_copy_on_disk_serves_a_restart_during_an_outage(void) {
  char folder[] = "/tmp/cfaccess-XXXXXX", copy[64];
  must(mkdtemp(folder) != NULL, "a folder");
  snprintf(copy, sizeof copy, "%s/keys.json", folder);
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *before = keys_with_copy(at, copy);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(before, NULL));
  cfaccess_keys_close(before);
  cfaccess_keys_free(before);
  endpoint_free(at);

  at = endpoint_with(NULL);
  cfaccess_keys *keys = keys_with_copy(at, copy);
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT(!status_has(keys, "\"age\":null"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, try_verdict(verifier, TOKEN_GOOD_NOW));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  cfaccess_keys_close(keys);
  EXPECT(atomic_load(&at->begun) == 1);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
  must(remove(copy) == 0 && remove(folder) == 0, "they are removed");
}

static void fetched_keys_are_not_loaded(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  size_t length;
  char *document = read_file(OTHER_KEYS_FILE, &length);

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_keys_load_json(keys, document, length, NULL));

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  free(document);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void keys_of_another_team_make_no_verifier(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_config *config;
  must(cfaccess_config_new("other", &config, NULL) == CFACCESS_STATUS_OK, "a config");
  must(cfaccess_config_add_audience(config, AUDIENCE, NULL) == CFACCESS_STATUS_OK, "an audience");
  cfaccess_verifier *verifier = NULL;
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_verifier_new(config, keys, &verifier, &error));

  EXPECT(verifier == NULL && strstr(cfaccess_error_message(error), TEAM ".cloudflareaccess.com") != NULL);
  cfaccess_error_free(error);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

int main(void) {
  RUN(the_first_verification_fetches_and_the_next_does_not);
  RUN(a_verifier_begins_the_first_fetch_if_the_options_say_so);
  RUN(connecting_fetches_ahead_of_the_first_token);
  RUN(connecting_says_why_there_are_no_keys);
  RUN(keys_that_are_not_fetched_are_always_there);
  RUN(trying_never_waits);
  RUN(nobody_waits_longer_than_the_timeout);
  RUN(a_new_key_is_found_when_a_token_names_it);
  RUN(closing_waits_for_the_fetch_and_begins_no_other);
  RUN(keys_closed_before_their_first_fetch_stay_away);
  RUN(the_status_reports_fetches);
  RUN(a_copy_on_disk_serves_a_restart_during_an_outage);
  RUN(fetched_keys_are_not_loaded);
  RUN(keys_of_another_team_make_no_verifier);
  return all_stories_passed();
}
