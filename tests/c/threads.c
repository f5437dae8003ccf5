/*
 * Eight threads at once: with good and bad tokens while the keys are swapped, and with bad input of every
 * size. Afterwards everything works as before.
 */
#include "support.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 8

static cfaccess_keys *keys;
static cfaccess_verifier *verifier;
static atomic_int wrong;
static atomic_bool verifying;

static void count_unless(bool right) {
  if (!right) {
    atomic_fetch_add(&wrong, 1);
  }
}

static void run_threads(pthread_t threads[THREADS], void *(*work)(void *)) {
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_create(&threads[i], NULL, work, NULL) == 0, "a thread");
  }
}

static void join_threads(pthread_t threads[THREADS]) {
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread ends");
  }
}

static void *verify_good_and_bad(void *unused) {
  for (int i = scaled(2000); i > 0; i--) {
    count_unless(verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK);
    count_unless(verdict(verifier, TOKEN_CUSTOM) == CFACCESS_STATUS_OK);
    count_unless(verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT) == CFACCESS_STATUS_BAD_SIGNATURE);
    count_unless(verdict(verifier, TOKEN_SERVICE) == CFACCESS_STATUS_SERVICE_NOT_ALLOWED);
    count_unless(verdict(verifier, TOKEN_ALG_NONE_1) == CFACCESS_STATUS_UNSUPPORTED_ALGORITHM);
    /* Its key is in one of the two sets only. */
    cfaccess_status second = verdict(verifier, TOKEN_SECOND_KEY);
    count_unless(second == CFACCESS_STATUS_OK || second == CFACCESS_STATUS_UNKNOWN_KEY);
  }
  return unused;
}

static void *swap_keys(void *unused) {
  size_t length, mixed_length;
  char *document = read_file(KEYS_FILE, &length);
  char *mixed = read_file(MIXED_KEYS_FILE, &mixed_length);
  do {
    count_unless(cfaccess_keys_load_json(keys, mixed, mixed_length, NULL) == CFACCESS_STATUS_OK);
    count_unless(cfaccess_keys_load_json(keys, "{}", 2, NULL) == CFACCESS_STATUS_KEYS_INVALID);
    char *status;
    count_unless(cfaccess_keys_status(keys, &status, NULL) == CFACCESS_STATUS_OK);
    cfaccess_string_free(status);
    count_unless(cfaccess_keys_load_json(keys, document, length, NULL) == CFACCESS_STATUS_OK);
  } while (atomic_load(&verifying));
  free(document);
  free(mixed);
  return unused;
}

static void verdicts_hold_while_keys_are_swapped(void) {
  pthread_t threads[THREADS], swapper;
  atomic_store(&wrong, 0);
  atomic_store(&verifying, true);

  must(pthread_create(&swapper, NULL, swap_keys, NULL) == 0, "a thread");
  run_threads(threads, verify_good_and_bad);
  join_threads(threads);
  atomic_store(&verifying, false);
  must(pthread_join(swapper, NULL) == 0, "a thread ends");

  EXPECT(atomic_load(&wrong) == 0);
}

static void *load_and_verify(void *unused) {
  for (int i = scaled(200); i > 0; i--) {
    cfaccess_verifier *own = usual_verifier();
    count_unless(verdict(own, TOKEN_PERSON) == CFACCESS_STATUS_OK);
    cfaccess_verifier_free(own);
    swap_keys(NULL);
  }
  return unused;
}

static void every_thread_may_load_and_free(void) {
  pthread_t threads[THREADS];
  atomic_store(&wrong, 0);

  run_threads(threads, load_and_verify);
  join_threads(threads);

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_SECOND_KEY));
}

static const size_t sizes[] = {
    0,    1,     2,     3,     5,     15,      16,      255,           256,      2048,
    4096, 16383, 16384, 16385, 65536, 1000000, 1 << 20, (1 << 20) + 1, 10000000,
};
/* Each is `largest` bytes and a NUL. */
static char *inputs[6];
static size_t largest;

static void make_inputs(void) {
  const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
  uint64_t random = 88172645463325252u;
  largest = (size_t)scaled(10000000);
  for (size_t kind = 0; kind < sizeof inputs / sizeof *inputs; kind++) {
    inputs[kind] = malloc(largest + 1);
    must(inputs[kind] != NULL, "memory");
    memset(inputs[kind], "\0A[\xff"[kind % 4], largest);
    inputs[kind][largest] = '\0';
  }
  for (size_t i = 0; i < largest; i++) {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    inputs[4][i] = (char)(random >> 32);
    inputs[5][i] = letters[(random >> 32) % strlen(letters)];
  }
}

static void free_inputs(void) {
  for (size_t kind = 0; kind < sizeof inputs / sizeof *inputs; kind++) {
    free(inputs[kind]);
  }
}

static void give_bad_input(const char *input, size_t size) {
  cfaccess_keys *new_keys;
  cfaccess_error *error;
  cfaccess_status token_status = verdict_at(verifier, input, size, NOW);
  count_unless(size == 0
                   ? token_status == CFACCESS_STATUS_NO_TOKEN
                   : token_status == CFACCESS_STATUS_MALFORMED || token_status == CFACCESS_STATUS_TOO_LARGE);
  count_unless(cfaccess_keys_from_json(input, size, &new_keys, &error) == CFACCESS_STATUS_KEYS_INVALID);
  count_unless(new_keys == NULL && is_sane(cfaccess_error_message(error), "", 0));
  cfaccess_error_free(error);
  count_unless(cfaccess_keys_load_json(keys, input, size, &error) == CFACCESS_STATUS_KEYS_INVALID);
  cfaccess_error_free(error);
}

static void give_bad_text(cfaccess_config *config, const char *text) {
  cfaccess_config *new_config;
  cfaccess_keys *new_keys;
  cfaccess_error *error;
  count_unless(cfaccess_config_new(text, &new_config, &error) == CFACCESS_STATUS_INVALID_CONFIG);
  count_unless(new_config == NULL && is_sane(cfaccess_error_message(error), "", 0));
  cfaccess_error_free(error);
  count_unless(cfaccess_config_add_audience(config, text, &error) == CFACCESS_STATUS_INVALID_CONFIG);
  cfaccess_error_free(error);
  count_unless(cfaccess_config_allow_service(config, text, &error) == CFACCESS_STATUS_INVALID_CONFIG);
  cfaccess_error_free(error);
  count_unless(cfaccess_keys_from_file(text, &new_keys, &error) == CFACCESS_STATUS_KEYS_UNAVAILABLE);
  count_unless(new_keys == NULL && is_sane(cfaccess_error_message(error), "", 0));
  cfaccess_error_free(error);
}

static void *give_all_bad_input(void *unused) {
  cfaccess_config *config = usual_config();
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && sizes[i] <= largest; i++) {
    for (size_t kind = 0; kind < sizeof inputs / sizeof *inputs; kind++) {
      give_bad_input(inputs[kind], sizes[i]);
    }
    give_bad_text(config, inputs[3] + (largest - sizes[i]));
    /* Up to 512 bytes, letters are an audience. */
    if (sizes[i] > 512) {
      give_bad_text(config, inputs[1] + (largest - sizes[i]));
    }
  }
  count_unless(cfaccess_config_set_leeway(config, 0, NULL) == CFACCESS_STATUS_OK);
  cfaccess_config_free(config);
  return unused;
}

static void bad_input_changes_nothing(void) {
  pthread_t threads[THREADS];
  atomic_store(&wrong, 0);
  char *before, *after;
  must(cfaccess_keys_status(keys, &before, NULL) == CFACCESS_STATUS_OK, "a status of keys");
  make_inputs();

  run_threads(threads, give_all_bad_input);
  join_threads(threads);
  free_inputs();

  EXPECT(atomic_load(&wrong) == 0);
  must(cfaccess_keys_status(keys, &after, NULL) == CFACCESS_STATUS_OK, "a status of keys");
  EXPECT(strcmp(before, after) == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));
  cfaccess_string_free(before);
  cfaccess_string_free(after);
}

int main(void) {
  cfaccess_config *config = usual_config();
  keys = keys_of(KEYS_FILE);
  verifier = verifier_of(config, keys);
  cfaccess_config_free(config);
  RUN(verdicts_hold_while_keys_are_swapped);
  RUN(every_thread_may_load_and_free);
  RUN(bad_input_changes_nothing);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return all_stories_passed();
}
