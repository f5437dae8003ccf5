/*
 * A server that forks its workers verifies and refreshes in each of them, whatever its own fetch was doing.
 * Run as `remote_fork function`, with a fetch function, and as `remote_fork https`, with the endpoint of
 * tests/endpoint.
 */
#include "child.h"
#include "control.h"
#include "remote.h"

#include <pthread.h>

#define CHILDREN 4
/* What a verification may take on a busy machine, in milliseconds. */
#define MOST (timeout() + 1000)

/* Where keys come from. */
typedef struct source {
  cfaccess_remote_options *(*options)(void);
  /* Hands out one key, or both, from now on. */
  void (*serve)(bool both);
  /* The next fetch hangs, and those that begin after it was seen to hang do not. */
  void (*hang)(void);
  void (*see_it_hang)(void);
  void (*end_of_hanging)(void);
} source;

static const source *from;
static endpoint *at;
static cfaccess_keys *keys;
static cfaccess_verifier *verifier;

static cfaccess_remote_options *options_with_function(void) {
  cfaccess_remote_options *options = new_options();
  must(cfaccess_remote_options_set_fetch(options, fetch_from_endpoint, at, NULL, NULL) == CFACCESS_STATUS_OK,
       "a fetch function");
  return options;
}

static void serve_by_function(bool both) {
  atomic_store(&at->file, both ? KEYS_FILE : MIXED_KEYS_FILE);
}

static void hang_in_function(void) {
  atomic_store(&at->holds, true);
}

static void see_function_hang(void) {
  await(&at->waiting, "a fetch");
  atomic_store(&at->holds, false);
}

static void let_function_go(void) {
  up(&at->go_on);
}

static const source function = {options_with_function, serve_by_function, hang_in_function, see_function_hang,
                                let_function_go};

static int requests_before;

static cfaccess_remote_options *options_for_https(void) {
  cfaccess_remote_options *options = new_options();
  must(cfaccess_remote_options_set_ca_file(options, place_of("CFACCESS_TEST_CA_FILE"), NULL) ==
           CFACCESS_STATUS_OK,
       "a CA file");
  return options;
}

static void serve_by_https(bool both) {
  behave(both ? "{\"keys\":[\"acme-1\",\"acme-2\"]}" : "{\"keys\":[\"acme-1\"]}");
}

static void hang_in_https(void) {
  requests_before = requests();
  behave("{\"keys\":[\"acme-1\"],\"delay\":2}");
}

static void see_https_hang(void) {
  const struct timespec moment = {0, 5000000};
  while (requests() == requests_before) {
    nanosleep(&moment, NULL);
  }
  serve_by_https(false);
}

/* Its delay ends by itself. */
static void let_https_go(void) {}

static const source https = {options_for_https, serve_by_https, hang_in_https, see_https_hang, let_https_go};

/* What children and their parent tell each other. */
static struct {
  sem_t ready;
  sem_t rotated;
} *signals;

static bool works(void) {
  int64_t begin = milliseconds_now();
  return verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK &&
         verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT) == CFACCESS_STATUS_BAD_SIGNATURE &&
         milliseconds_now() - begin < MOST;
}

static bool works_before_and_after_a_rotation(void) {
  bool worked = works();
  up(&signals->ready);
  await(&signals->rotated, "a rotation");
  return worked && comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_SECOND_KEY, 2 * COOLDOWN + MOST) && works();
}

static bool closes_and_frees(void) {
  int64_t begin = milliseconds_now();
  cfaccess_keys_close(keys);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return milliseconds_now() - begin < MOST;
}

static void make_keys(void) {
  from->serve(false);
  keys = remote_keys(from->options());
  verifier = usual_verifier_of(keys);
}

static void free_keys(void) {
  cfaccess_keys_close(keys);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

static bool all_work_before_and_after_a_rotation(void) {
  pid_t children[CHILDREN];
  for (size_t i = 0; i < CHILDREN; i++) {
    children[i] = begin_child(works_before_and_after_a_rotation);
  }
  for (size_t i = 0; i < CHILDREN; i++) {
    await(&signals->ready, "a child is ready");
  }
  from->serve(true);
  for (size_t i = 0; i < CHILDREN; i++) {
    up(&signals->rotated);
  }
  bool all = true;
  for (size_t i = 0; i < CHILDREN; i++) {
    all = ended_well(children[i]) && all;
  }
  return all;
}

static void children_from_before_the_first_fetch_work(void) {
  make_keys();

  EXPECT(all_work_before_and_after_a_rotation());

  EXPECT(status_has(keys, "\"fetches\":0"));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_SECOND_KEY));
  free_keys();
}

static void *wait_for_keys(void *unused) {
  (void)unused;
  return verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK ? NULL : verifier;
}

static void children_from_during_the_first_fetch_work(void) {
  make_keys();
  from->hang();
  pthread_t waiters[2];
  for (size_t i = 0; i < 2; i++) {
    must(pthread_create(&waiters[i], NULL, wait_for_keys, NULL) == 0, "a thread");
  }
  from->see_it_hang();

  EXPECT(in_a_child(closes_and_frees));
  EXPECT(all_work_before_and_after_a_rotation());

  from->end_of_hanging();
  for (size_t i = 0; i < 2; i++) {
    void *failed;
    must(pthread_join(waiters[i], &failed) == 0, "a thread ends");
    EXPECT(failed == NULL);
  }
  free_keys();
}

static void children_from_during_a_refresh_work(void) {
  from->serve(false);
  cfaccess_remote_options *options = from->options();
  must(cfaccess_remote_options_set_refresh_after(options, COOLDOWN, NULL) == CFACCESS_STATUS_OK, "an age");
  keys = remote_keys(options);
  verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  from->hang();
  const struct timespec moment = {0, 5000000};
  while (status_has(keys, "\"fetches\":1")) {
    EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
    nanosleep(&moment, NULL);
  }
  from->see_it_hang();

  EXPECT(all_work_before_and_after_a_rotation());

  EXPECT(works());
  from->end_of_hanging();
  free_keys();
}

/*
 * What gcc's AddressSanitizer locks itself may stay locked for ever in the child of a busy parent, and of one
 * in which the thread of a fetch is just ending.
 */
#ifndef __SANITIZE_ADDRESS__
static void children_from_after_a_fetch_work(void) {
  make_keys();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));

  EXPECT(all_work_before_and_after_a_rotation());
  EXPECT(in_a_child(closes_and_frees));

  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_SECOND_KEY, 2 * COOLDOWN + MOST));
  free_keys();
}

#define THREADS 4
static pthread_barrier_t begin, end;
static atomic_bool over;

/* Fetches, waits and verifies in each round, for a token whose key is there and for one whose key is not. */
static void *be_busy(void *connects) {
  const cfaccess_status coming[] = {CFACCESS_STATUS_OK, CFACCESS_STATUS_KEYS_PENDING};
  for (;;) {
    pthread_barrier_wait(&begin);
    if (atomic_load(&over)) {
      return NULL;
    }
    cfaccess_status tried = try_verdict(verifier, TOKEN_GOOD_NOW);
    must(tried == coming[0] || tried == coming[1], "a verdict during a fork");
    if (connects != NULL) {
      must(cfaccess_keys_connect(keys, NULL) == CFACCESS_STATUS_OK, "keys during a fork");
    }
    must(verdict(verifier, TOKEN_SECOND_KEY) == CFACCESS_STATUS_UNKNOWN_KEY, "no key during a fork");
    must(verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK, "a verdict during a fork");
    pthread_barrier_wait(&end);
  }
}

static bool works_and_closes(void) {
  return works() && status_has(keys, "\"source\":\"remote\"") && closes_and_frees();
}

static void children_of_a_busy_parent_work(void) {
  pthread_t threads[THREADS];
  must(pthread_barrier_init(&begin, NULL, THREADS + 1) == 0, "a barrier");
  must(pthread_barrier_init(&end, NULL, THREADS + 1) == 0, "a barrier");
  atomic_store(&over, false);
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_create(&threads[i], NULL, be_busy, i % 2 == 0 ? threads : NULL) == 0, "a thread");
  }

  int failed = 0;
  for (int round = scaled(from == &https ? 100 : 400); round > 0; round--) {
    make_keys();
    pthread_barrier_wait(&begin);
    /* Later in each round, so that the fork meets each step of a fetch. */
    const struct timespec meanwhile = {0, round % 20 * (from == &https ? 500000 : 25000)};
    nanosleep(&meanwhile, NULL);
    failed += !in_a_child(works_and_closes);
    pthread_barrier_wait(&end);
    free_keys();
  }
  atomic_store(&over, true);
  pthread_barrier_wait(&begin);
  for (size_t i = 0; i < THREADS; i++) {
    must(pthread_join(threads[i], NULL) == 0, "the threads end");
  }

  EXPECT(failed == 0);
}
#endif

int main(int argc, char **argv) {
  must(argc == 2, "usage: remote_fork function|https");
  from = strcmp(argv[1], "https") == 0 ? &https : &function;
  at = endpoint_with(KEYS_FILE);
  signals = mmap(NULL, sizeof *signals, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(signals != MAP_FAILED && sem_init(&signals->ready, 1, 0) == 0 &&
           sem_init(&signals->rotated, 1, 0) == 0,
       "signals");
  RUN(children_from_before_the_first_fetch_work);
  RUN(children_from_during_the_first_fetch_work);
  RUN(children_from_during_a_refresh_work);
#ifndef __SANITIZE_ADDRESS__
  RUN(children_from_after_a_fetch_work);
  RUN(children_of_a_busy_parent_work);
#endif
  return all_stories_passed();
}
