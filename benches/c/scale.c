/* Fills a cache and goes round all of it in an order that no processor guesses: `scale FOLDER COUNT`.
 * Prints a name and a number in each line; times are in nanoseconds, memory in bytes for each entry. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loop.h"

/* Fisher and Yates, with the numbers of an xorshift generator. */
static void shuffle(struct texts *tokens) {
  uint64_t state = 88172645463325252U;

  for (size_t i = tokens->count - 1; i > 0; i--) {
    struct text last = tokens->items[i];
    size_t other;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    other = state % (i + 1);
    tokens->items[i] = tokens->items[other];
    tokens->items[other] = last;
  }
}

/* Resident memory that belongs to no file. */
static double resident(void) {
  char line[256];
  long kilobytes = -1;
  FILE *status = fopen("/proc/self/status", "r");

  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    sscanf(line, "RssAnon: %ld", &kilobytes);
  }
  if (kilobytes < 0) {
    fail("no RssAnon in /proc/self/status");
  }
  fclose(status);
  return (double)kilobytes * 1024;
}

static void hit(const cfaccess_verifier *verifier, struct text token) {
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

static void print_times(const char *what, double *times, size_t count) {
  static const double percents[] = {50, 90, 99, 99.9, 99.99};
  double sum = 0;

  for (size_t i = 0; i < count; i++) {
    sum += times[i];
  }
  printf("%s_mean %.0f\n", what, sum / (double)count);
  qsort(times, count, sizeof *times, compare);
  for (size_t i = 0; i < sizeof percents / sizeof percents[0]; i++) {
    printf("%s_p%g %.0f\n", what, percents[i], times[(size_t)((double)(count - 1) * percents[i] / 100)]);
  }
}

/* Each hit by itself. The token is copied first, so that it is in the processor's cache, as in a server. */
static void go_round(const cfaccess_verifier *verifier, const struct texts *tokens) {
  double *times = calloc(tokens->count, sizeof *times), begin;
  char buffer[16384];

  for (size_t i = 0; i < tokens->count; i++) {
    struct text token = {buffer, tokens->items[i].len};

    memcpy(buffer, tokens->items[i].ptr, token.len);
    begin = nanoseconds_now();
    hit(verifier, token);
    times[i] = nanoseconds_now() - begin;
  }
  print_times("hit", times, tokens->count);
  for (size_t i = 0; i < tokens->count; i++) {
    begin = nanoseconds_now();
    times[i] = nanoseconds_now() - begin;
  }
  print_times("clock", times, tokens->count);
  free(times);
}

int main(int argc, char **argv) {
  size_t count = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
  struct setting setting = {.entries = (int64_t)count, .filled = count};
  struct texts tokens;
  double before, begin;

  if (count == 0) {
    fail("usage: scale FOLDER COUNT");
  }
  before = resident();
  begin = nanoseconds_now();
  make_verifier(&setting, argv[1]);
  printf("first_verification_mean %.0f\n", (nanoseconds_now() - begin) / (double)count);
  printf("resident %.1f\n", (resident() - before) / (double)count);
  printf("counted %.1f\n", stat_of(setting.verifier, "bytes") / (double)count);
  tokens = read_lines(argv[1], "tokens", 1, count);
  shuffle(&tokens);
  go_round(setting.verifier, &tokens);
  printf("entries %.0f\n", stat_of(setting.verifier, "entries"));
  printf("hits %.0f\n", stat_of(setting.verifier, "hits"));
  printf("evictions %.0f\n", stat_of(setting.verifier, "evictions"));
  return 0;
}
