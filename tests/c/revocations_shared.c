/*
 * Revocations in a store that other processes write to: who waits for it, and what counts while it is away.
 * Forked children stand for those processes.
 */
#include "child.h"

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define EMAIL "user@example.com"
#define INTERVAL 300
/* Long enough where every instruction is slow. */
#define TIMEOUT 60000

static char folder[64], url[128];

static void start(void) {
  snprintf(folder, sizeof folder, "/tmp/cfaccess-XXXXXX");
  must(mkdtemp(folder) != NULL, "a folder");
  snprintf(url, sizeof url, "sqlite:%s/revocations.db", folder);
}

static void stop(void) {
  char path[128];
  snprintf(path, sizeof path, "%s/revocations.db", folder);
  must(unlink(path) == 0 || errno == ENOENT, path);
  must(rmdir(folder) == 0, folder);
}

static void sleep_for(int milliseconds) {
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000L}, NULL);
}

static cfaccess_revocations *opened_with(cfaccess_revocation_options *options) {
  cfaccess_revocations *opened;
  must(cfaccess_revocation_options_set_interval(options, INTERVAL, NULL) == CFACCESS_STATUS_OK,
       "an interval");
  must(cfaccess_revocation_options_set_timeout(options, TIMEOUT, NULL) == CFACCESS_STATUS_OK, "a timeout");
  must(cfaccess_revocations_open(url, TEAM, options, &opened, NULL) == CFACCESS_STATUS_OK, "revocations");
  cfaccess_revocation_options_free(options);
  return opened;
}

static cfaccess_revocation_options *new_options(void) {
  cfaccess_revocation_options *options;
  must(cfaccess_revocation_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  return options;
}

static cfaccess_verifier *verifier_with(const cfaccess_revocations *revocations) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  must(cfaccess_config_set_revocations(config, revocations, NULL) == CFACCESS_STATUS_OK, "revocations");
  cfaccess_verifier *made = verifier_of(config, keys);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  return made;
}

typedef cfaccess_status verify(const cfaccess_verifier *, const char *, size_t, cfaccess_claims **,
                               cfaccess_error **);

static cfaccess_status verdict_by(verify *call, const cfaccess_verifier *verifier) {
  cfaccess_claims *claims;
  cfaccess_status status = call(verifier, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW), &claims, NULL);
  cfaccess_claims_free(claims);
  return status;
}

static bool revokes(void) {
  cfaccess_revocations *opened;
  if (cfaccess_revocations_open(url, TEAM, NULL, &opened, NULL) != CFACCESS_STATUS_OK) {
    return false;
  }
  cfaccess_status status =
      cfaccess_revocations_revoke(opened, CFACCESS_TARGET_EMAIL, EMAIL, NULL, NULL, NULL);
  cfaccess_revocations_free(opened);
  return status == CFACCESS_STATUS_OK;
}

/* Another process revokes the person of the token. */
static void revoke_elsewhere(void) {
  must(in_a_child(revokes), "the child revokes");
}

static void the_first_token_waits_and_trying_never_does(void) {
  start();
  cfaccess_revocations *revocations = opened_with(new_options());
  cfaccess_verifier *verifier = verifier_with(revocations);

  EXPECT_STATUS(CFACCESS_STATUS_REVOCATIONS_PENDING, verdict_by(cfaccess_verifier_try_verify, verifier));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_by(cfaccess_verifier_verify, verifier));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_connect(revocations, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_try_connect(revocations, NULL));
  EXPECT(cfaccess_status_http(CFACCESS_STATUS_REVOCATIONS_PENDING) == 503);
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_close(revocations);
  cfaccess_revocations_free(revocations);
  stop();
}

static void an_idle_process_sees_what_was_just_revoked(void) {
  start();
  cfaccess_revocations *revocations = opened_with(new_options());
  cfaccess_verifier *verifier = verifier_with(revocations);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_by(cfaccess_verifier_verify, verifier));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_by(cfaccess_verifier_verify, verifier));
  sleep_for(INTERVAL + 100);
  revoke_elsewhere();

  EXPECT(cfaccess_verifier_lookup(verifier, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW)) == 0);
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, verdict_by(cfaccess_verifier_verify, verifier));
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, verdict_by(cfaccess_verifier_try_verify, verifier));
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
  stop();
}

static void who_tries_again_gets_the_answer(void) {
  start();
  cfaccess_revocations *revocations = opened_with(new_options());
  cfaccess_verifier *verifier = verifier_with(revocations);
  cfaccess_status status = verdict_by(cfaccess_verifier_try_verify, verifier);
  for (int i = 0; i < 4000 && cfaccess_status_is_pending(status); i++) {
    sleep_for(5);
    if (!cfaccess_revocations_is_reading(revocations)) {
      status = verdict_by(cfaccess_verifier_try_verify, verifier);
    }
  }
  EXPECT_STATUS(CFACCESS_STATUS_OK, status);
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
  stop();
}

static void count_line(void *user_data, int32_t level, const char *line) {
  must(level == CFACCESS_LOG_WARNING && strncmp(line, "revocations of ", 15) == 0, line);
  __atomic_add_fetch((int *)user_data, 1, __ATOMIC_SEQ_CST);
}

static void count_release(void *user_data) {
  __atomic_add_fetch((int *)user_data, 100, __ATOMIC_SEQ_CST);
}

static void a_store_that_is_away_refuses_unless_told_otherwise(void) {
  start();
  char *end = strrchr(url, '/');
  snprintf(end, sizeof url - (size_t)(end - url), "/nowhere/revocations.db");
  int told = 0;
  cfaccess_revocation_options *options = new_options();
  must(cfaccess_revocation_options_set_log(options, count_line, &told, count_release, NULL) ==
           CFACCESS_STATUS_OK,
       "a log");
  cfaccess_revocations *revocations = opened_with(options);
  cfaccess_verifier *verifier = verifier_with(revocations);
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE, cfaccess_revocations_connect(revocations, &error));
  EXPECT(is_sane(cfaccess_error_message(error), NULL, 0));
  cfaccess_error_free(error);
  for (int i = 0; i < 100; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE, verdict_by(cfaccess_verifier_verify, verifier));
  }
  EXPECT_STATUS(CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE,
                cfaccess_revocations_revoke(revocations, CFACCESS_TARGET_TEAM, NULL, NULL, NULL, NULL));
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_close(revocations);
  EXPECT(__atomic_load_n(&told, __ATOMIC_SEQ_CST) == 1);
  cfaccess_revocations_free(revocations);
  EXPECT(__atomic_load_n(&told, __ATOMIC_SEQ_CST) == 101);

  options = new_options();
  must(cfaccess_revocation_options_set_when_stale(options, CFACCESS_WHEN_STALE_CONTINUE, NULL) ==
           CFACCESS_STATUS_OK,
       "an outage is none of the application");
  revocations = opened_with(options);
  verifier = verifier_with(revocations);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_by(cfaccess_verifier_verify, verifier));
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
  stop();
}

static cfaccess_verifier *of_all;

static bool it_is_revoked(void) {
  return verdict_by(cfaccess_verifier_verify, of_all) == CFACCESS_STATUS_REVOKED;
}

static void a_child_goes_on_and_asks_the_store_itself(void) {
  start();
  cfaccess_revocations *revocations = opened_with(new_options());
  cfaccess_verifier *verifier = verifier_with(revocations);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_by(cfaccess_verifier_verify, verifier));
  sleep_for(INTERVAL + 100);
  revoke_elsewhere();
  of_all = verifier;
  EXPECT(in_a_child(it_is_revoked));
  EXPECT_STATUS(CFACCESS_STATUS_REVOKED, verdict_by(cfaccess_verifier_verify, verifier));
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
  stop();
}

static cfaccess_revocations *shared;
static int refused;

static void *verify_and_write(void *number) {
  char subject[16];
  snprintf(subject, sizeof subject, "person-%d", *(int *)number);
  for (int i = 0; i < scaled(20); i++) {
    if (verdict_by(cfaccess_verifier_verify, of_all) != CFACCESS_STATUS_OK ||
        cfaccess_revocations_revoke(shared, CFACCESS_TARGET_SUBJECT, subject, NULL, NULL, NULL) !=
            CFACCESS_STATUS_OK) {
      __atomic_add_fetch(&refused, 1, __ATOMIC_SEQ_CST);
    }
  }
  return NULL;
}

static void threads_verify_and_write_at_once(void) {
  start();
  shared = opened_with(new_options());
  of_all = verifier_with(shared);
  pthread_t threads[4];
  int numbers[4];
  for (int i = 0; i < 4; i++) {
    numbers[i] = i;
    must(pthread_create(&threads[i], NULL, verify_and_write, &numbers[i]) == 0, "a thread");
  }
  for (int i = 0; i < 4; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread");
  }
  char *json;
  EXPECT(refused == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_revocations_status(shared, &json, NULL));
  EXPECT(strstr(json, "\"entries\":4,") != NULL);
  cfaccess_string_free(json);
  cfaccess_verifier_free(of_all);
  cfaccess_revocations_free(shared);
  stop();
}

int main(void) {
  RUN(the_first_token_waits_and_trying_never_does);
  RUN(an_idle_process_sees_what_was_just_revoked);
  RUN(who_tries_again_gets_the_answer);
  RUN(a_store_that_is_away_refuses_unless_told_otherwise);
  RUN(a_child_goes_on_and_asks_the_store_itself);
  RUN(threads_verify_and_write_at_once);
  return all_stories_passed();
}
