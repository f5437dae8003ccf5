/* What a cache costs before and after many threads were alive at once: `lived FOLDER THREADS`.
 * Prints a name and a number in each line; times are medians in nanoseconds. */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"

#define KEPT 1000
#define VERIFIED 2000
#define HITS_IN_A_BATCH 100
#define BATCHES 500
#define FREED 100
#define STACK (256 * 1024)

static struct setting full = {.entries = KEPT, .filled = KEPT};
static struct texts tokens;
static const char *folder;
static pthread_barrier_t all_are_alive;

static void verify(const cfaccess_verifier *verifier, struct text token) {
  cfaccess_claims *claims;

  if (cfaccess_verifier_verify(verifier, token.ptr, token.len, &claims, NULL) != CFACCESS_STATUS_OK) {
    fail("a token is refused");
  }
  cfaccess_claims_free(claims);
}

static int compare(const void *left, const void *right) {
  double difference = *(const double *)left - *(const double *)right;

  return (difference > 0) - (difference < 0);
}

static void print_median(const char *what, const char *when, double *times, size_t count) {
  qsort(times, count, sizeof *times, compare);
  printf("%s_%s %.1f\n", what, when, times[count / 2]);
}

/* First verifications in a full cache, each of which makes room. */
static void measure_kept(const char *when, size_t first) {
  static double times[VERIFIED];

  for (size_t i = 0; i < VERIFIED; i++) {
    double begin = nanoseconds_now();

    verify(full.verifier, tokens.items[first + i]);
    times[i] = nanoseconds_now() - begin;
  }
  print_median("kept", when, times, VERIFIED);
}

static void measure_hits(const char *when, struct text token) {
  static double times[BATCHES];

  verify(full.verifier, token);
  for (size_t i = 0; i < BATCHES; i++) {
    double begin = nanoseconds_now();

    for (size_t j = 0; j < HITS_IN_A_BATCH; j++) {
      verify(full.verifier, token);
    }
    times[i] = (nanoseconds_now() - begin) / HITS_IN_A_BATCH;
  }
  print_median("hit", when, times, BATCHES);
}

/* Verifiers with the default cache, in which there is one token. */
static void measure_freeing(const char *when) {
  static double times[FREED];

  for (size_t i = 0; i < FREED; i++) {
    struct setting setting = {.entries = -1};
    double begin;

    make_verifier(&setting, folder);
    verify(setting.verifier, tokens.items[0]);
    begin = nanoseconds_now();
    cfaccess_verifier_free(setting.verifier);
    times[i] = nanoseconds_now() - begin;
  }
  print_median("free", when, times, FREED);
}

static void *live(void *unused) {
  verify(full.verifier, tokens.items[0]);
  pthread_barrier_wait(&all_are_alive);
  return unused;
}

static void let_threads_live(size_t count) {
  pthread_t *threads = calloc(count, sizeof *threads);
  pthread_attr_t attributes;

  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, STACK);
  pthread_barrier_init(&all_are_alive, NULL, (unsigned)count);
  for (size_t i = 0; i < count; i++) {
    if (pthread_create(&threads[i], &attributes, live, NULL) != 0) {
      fail("no further thread");
    }
  }
  for (size_t i = 0; i < count; i++) {
    pthread_join(threads[i], NULL);
  }
  free(threads);
}

static void measure(const char *when, size_t first) {
  measure_kept(when, first);
  measure_hits(when, tokens.items[first]);
  measure_freeing(when);
}

int main(int argc, char **argv) {
  size_t threads = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

  if (threads == 0) {
    fail("usage: lived FOLDER THREADS");
  }
  folder = argv[1];
  make_verifier(&full, folder);
  tokens = read_lines(folder, "tokens", 1, KEPT + 2 * VERIFIED);
  measure("before", KEPT);
  let_threads_live(threads);
  measure("after", KEPT + VERIFIED);
  return 0;
}
