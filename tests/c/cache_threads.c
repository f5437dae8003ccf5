/*
 * Many threads that verify, look up and drop claims at the same time, while tokens make room for each other
 * and their keys come and go.
 */
#include "cache.h"

#include <pthread.h>
#include <stdatomic.h>

#define THREADS 8
/* Claims in these places are freed by whoever takes them out. */
#define PLACES 16

static cfaccess_keys *keys;
static cfaccess_verifier *verifier;
static _Atomic(cfaccess_claims *) places[PLACES];
static atomic_int wrong;
static atomic_bool keys_come_and_go;

static const char *const tokens[] = {TOKEN_PERSON, TOKEN_CUSTOM, TOKEN_AUDIENCES_64, TOKEN_OLDER_SHAPE};
#define TOKENS (sizeof tokens / sizeof *tokens)

static void count_unless(bool right) {
  if (!right) {
    atomic_fetch_add(&wrong, 1);
  }
}

static void run_threads(void *(*work)(void *)) {
  pthread_t threads[THREADS];
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)i) == 0, "a thread");
  }
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread ends");
  }
}

/* Reads what the claims point to, to the last byte. Newer strings may follow the audiences in the block. */
static bool are_whole(const cfaccess_claims *claims) {
  size_t length = 0;
  for (size_t i = 0; i < claims->block.len; i++) {
    length += claims->block.ptr[i] == '\0';
  }
  bool whole = claims->id != 0 && length > claims->audiences_len;
  for (size_t i = 0; i < claims->audiences_len; i++) {
    whole = whole && strlen(claims->audiences[i].ptr) == claims->audiences[i].len;
  }
  return whole && text_is(claims->issuer, "https://acme.cloudflareaccess.com");
}

/* Puts claims in a place and frees those that another thread put there. */
static void hand_around(cfaccess_claims *claims, size_t place) {
  cfaccess_claims *other = atomic_exchange(&places[place % PLACES], claims);
  if (other != NULL) {
    count_unless(are_whole(other));
    cfaccess_claims_free(other);
  }
}

static void empty_places(void) {
  for (size_t i = 0; i < PLACES; i++) {
    hand_around(NULL, i);
  }
}

/* Each token is accepted, unless its key is not in force. */
static bool is_expected(cfaccess_status status) {
  return status == CFACCESS_STATUS_OK ||
         (atomic_load(&keys_come_and_go) && status == CFACCESS_STATUS_UNKNOWN_KEY);
}

static void look(const char *token, size_t place) {
  cfaccess_claims *claims;
  cfaccess_status status = cfaccess_verifier_verify_at(verifier, token, strlen(token), NOW, &claims, NULL);
  count_unless(is_expected(status));
  if (claims != NULL) {
    hand_around(claims, place);
  }
}

static void look_up(void) {
  count_unless(lookup(verifier, TOKEN_PERSON) == 0);
  if (lookup(verifier, TOKEN_GOOD_NOW) == 0) {
    cfaccess_claims *claims;
    count_unless(is_expected(
        cfaccess_verifier_verify(verifier, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW), &claims, NULL)));
    cfaccess_claims_free(claims);
  }
}

static void *verify_and_hand_around(void *number) {
  uint64_t random = (uintptr_t)number;
  for (int i = scaled(4000); i > 0; i--) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    look(tokens[(random >> 33) % TOKENS], (size_t)(random >> 40));
    look_up();
    count_unless(verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT) != CFACCESS_STATUS_OK);
  }
  return NULL;
}

static void claims_are_handed_around_while_tokens_make_room(void) {
  keys = keys_of(KEYS_FILE);
  verifier = verifier_keeping(2, keys);

  run_threads(verify_and_hand_around);
  empty_places();

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT(!stats_have(verifier, "\"hits\":0") && !stats_have(verifier, "\"evictions\":0"));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static void *swap_keys(void *unused) {
  while (atomic_load(&keys_come_and_go)) {
    load(keys, OTHER_KEYS_FILE);
    load(keys, KEYS_FILE);
  }
  return unused;
}

static void claims_are_handed_around_while_keys_come_and_go(void) {
  pthread_t swapper;
  keys = keys_of(KEYS_FILE);
  verifier = verifier_keeping(8, keys);
  atomic_store(&keys_come_and_go, true);
  must(pthread_create(&swapper, NULL, swap_keys, NULL) == 0, "a thread");

  run_threads(verify_and_hand_around);
  atomic_store(&keys_come_and_go, false);
  must(pthread_join(swapper, NULL) == 0, "a thread ends");
  empty_places();

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static void *only_hand_around(void *number) {
  uint64_t random = (uintptr_t)number;
  for (int i = scaled(20000); i > 0; i--) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    hand_around(atomic_exchange(&places[(random >> 33) % PLACES], NULL), (size_t)(random >> 40));
  }
  return NULL;
}

static void *free_verifier(void *unused) {
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return unused;
}

static void claims_outlive_their_verifier_in_other_threads(void) {
  pthread_t freer;
  keys = keys_of(KEYS_FILE);
  verifier = verifier_keeping(2, keys);
  for (size_t i = 0; i < PLACES; i++) {
    look(tokens[i / 2 % TOKENS], i);
  }

  must(pthread_create(&freer, NULL, free_verifier, NULL) == 0, "a thread");
  run_threads(only_hand_around);
  must(pthread_join(freer, NULL) == 0, "a thread ends");
  empty_places();

  EXPECT(atomic_load(&wrong) == 0);
}

static pthread_key_t at_the_end;

/* By then, what the library keeps for the thread has been freed. */
static void verify_at_the_end(void *unused) {
  (void)unused;
  look(TOKEN_PERSON, 0);
  look_up();
}

static void *come_to_an_end(void *number) {
  must(pthread_setspecific(at_the_end, &at_the_end) == 0, "a destructor");
  look(TOKEN_PERSON, (uintptr_t)number);
  return NULL;
}

static void a_thread_may_verify_until_its_very_end(void) {
  must(pthread_key_create(&at_the_end, verify_at_the_end) == 0, "a key");
  keys = keys_of(KEYS_FILE);
  verifier = verifier_keeping(2, keys);

  run_threads(come_to_an_end);
  empty_places();

  EXPECT(atomic_load(&wrong) == 0);
  EXPECT(stats_have(verifier, "\"refusals\":{}"));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  pthread_key_delete(at_the_end);
}

int main(void) {
  RUN(claims_are_handed_around_while_tokens_make_room);
  RUN(claims_are_handed_around_while_keys_come_and_go);
  RUN(claims_outlive_their_verifier_in_other_threads);
  RUN(a_thread_may_verify_until_its_very_end);
  return all_stories_passed();
}
