/*
 * Many threads with keys that are fetched and rotate meanwhile: known keys, new ones and unknown ones.
 */
#include "remote.h"

#include <pthread.h>

#define THREADS 8

static endpoint *at;
static cfaccess_keys *keys;
static cfaccess_verifier *verifier;
static atomic_int wrong;
static atomic_bool over;

static void count_unless(bool right) {
  if (!right) {
    atomic_fetch_add(&wrong, 1);
  }
}

static void make_keys(void) {
  atomic_store(&wrong, 0);
  atomic_store(&over, false);
  at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  must(cfaccess_remote_options_set_refresh_after(options, COOLDOWN, NULL) == CFACCESS_STATUS_OK, "an age");
  keys = remote_keys(options);
  verifier = usual_verifier_of(keys);
}

static void free_keys(void) {
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

static void run_threads(void *(*work)(void *), void (*meanwhile)(void)) {
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_create(&threads[i], NULL, work, NULL) == 0, "a thread");
  }
  meanwhile();
  atomic_store(&over, true);
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread ends");
  }
}

/* Few callers wait for another key while keys are in force. */
static bool is_refused_for_its_key(cfaccess_status status) {
  return status == CFACCESS_STATUS_UNKNOWN_KEY || status == CFACCESS_STATUS_KEYS_PENDING;
}

static void *verify_all(void *unused) {
  while (!atomic_load(&over)) {
    /* Its key is in every document, so it is accepted at any time. */
    count_unless(verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK);
    count_unless(verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT) == CFACCESS_STATUS_BAD_SIGNATURE);
    count_unless(try_verdict(verifier, TOKEN_GOOD_NOW) == CFACCESS_STATUS_OK);
    cfaccess_status second = verdict(verifier, TOKEN_SECOND_KEY);
    count_unless(second == CFACCESS_STATUS_OK || is_refused_for_its_key(second));
    count_unless(is_refused_for_its_key(verdict(verifier, TOKEN_KID_OF_NOBODY)));
    count_unless(status_has(keys, "\"source\":\"remote\""));
  }
  return unused;
}

/* Each document is served until a fetch has got it. */
static void rotate(void) {
  const struct timespec moment = {0, 2000000};
  const char *files[] = {MIXED_KEYS_FILE, KEYS_FILE, NULL, MIXED_KEYS_FILE, KEYS_FILE};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    atomic_store(&at->file, files[i]);
    int before = atomic_load(&at->begun);
    while (atomic_load(&at->ended) <= before) {
      nanosleep(&moment, NULL);
    }
  }
}

static void a_known_key_is_good_through_rotations_and_outages(void) {
  make_keys();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  int64_t begin = milliseconds_now();

  run_threads(verify_all, rotate);

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT(atomic_load(&at->begun) <= 2 + (milliseconds_now() - begin) / COOLDOWN);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_SECOND_KEY, 60000));
  free_keys();
}

static void *wait_for_keys(void *unused) {
  count_unless(verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK);
  return unused;
}

static void let_it_go(void) {
  await(&at->waiting, "a fetch");
  up(&at->go_on);
}

static void threads_that_come_first_wait_for_one_fetch(void) {
  make_keys();
  atomic_store(&at->holds, true);

  run_threads(wait_for_keys, let_it_go);

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT(atomic_load(&at->begun) == 1);
  free_keys();
}

static void *make_use_and_free(void *unused) {
  for (int i = scaled(200); i > 0; i--) {
    cfaccess_keys *own = remote_keys(options_for(at));
    cfaccess_verifier *own_verifier = usual_verifier_of(own);
    cfaccess_status tried = try_verdict(own_verifier, TOKEN_GOOD_NOW);
    count_unless(tried == CFACCESS_STATUS_KEYS_PENDING || tried == CFACCESS_STATUS_OK);
    if (i % 2 == 0) {
      cfaccess_keys_close(own);
    }
    cfaccess_keys_free(own);
    cfaccess_verifier_free(own_verifier);
  }
  return unused;
}

static void count_what_comes_back(void) {
  for (int i = THREADS * scaled(200); i > 0; i--) {
    await(&at->released, "user data is released");
  }
}

static void keys_may_be_freed_while_they_are_fetched(void) {
  at = endpoint_with(KEYS_FILE);
  atomic_store(&wrong, 0);

  run_threads(make_use_and_free, count_what_comes_back);

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT(!is_released(at));
  EXPECT(atomic_load(&at->begun) == atomic_load(&at->ended));
  up(&at->released);
  endpoint_free(at);
}

int main(void) {
  RUN(a_known_key_is_good_through_rotations_and_outages);
  RUN(threads_that_come_first_wait_for_one_fetch);
  RUN(keys_may_be_freed_while_they_are_fetched);
  return all_stories_passed();
}
