/*
 * The thread of a fetch seeds a generator first of all, which takes tens of milliseconds and a lock. A
 * process that forks or exits meanwhile must not notice. Run with the endpoint of tests/endpoint.
 */
#include "child.h"
#include "control.h"
#include "remote.h"

#define ROUNDS 40
/* Each round forks or exits a millisecond later than the one before, up to this. */
#define STEPS 40

static cfaccess_keys *keys;
static cfaccess_verifier *verifier;

static void make_keys(void) {
  cfaccess_remote_options *options = new_options();
  must(cfaccess_remote_options_set_ca_file(options, place_of("CFACCESS_TEST_CA_FILE"), NULL) ==
           CFACCESS_STATUS_OK,
       "a CA file");
  keys = remote_keys(options);
  verifier = usual_verifier_of(keys);
}

static void free_keys(void) {
  cfaccess_keys_close(keys);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
}

/* The first fetch of a process seeds longest, so each round is a process of its own. */
static int64_t milliseconds_later;

static void begin_a_fetch(void) {
  make_keys();
  must(try_verdict(verifier, TOKEN_GOOD_NOW) == CFACCESS_STATUS_KEYS_PENDING, "a fetch begins");
  const struct timespec time = {0, milliseconds_later * 1000000};
  nanosleep(&time, NULL);
}

static int failed_rounds_of(pid_t (*begin_round)(void)) {
  int failed = 0;
  for (int round = 0; round < scaled(ROUNDS); round++) {
    milliseconds_later = round % STEPS;
    failed += !ended_well(begin_round());
  }
  return failed;
}

static bool a_fetch_of_its_own_ends(void) {
  int64_t begin = milliseconds_now();
  return cfaccess_keys_connect(keys, NULL) == CFACCESS_STATUS_OK && milliseconds_now() - begin < timeout();
}

static bool has_a_child_that_can_fetch(void) {
  begin_a_fetch();
  bool can = in_a_child(a_fetch_of_its_own_ends);
  free_keys();
  return can;
}

static pid_t begin_one_with_a_child(void) {
  return begin_child(has_a_child_that_can_fetch);
}

static void a_child_forked_during_the_first_fetch_can_fetch(void) {
  EXPECT(failed_rounds_of(begin_one_with_a_child) == 0);
}

/* As begin_child(), but the child runs the handlers and destructors of this program. */
static pid_t begin_child_that_exits(bool forks_before) {
  fflush(stdout);
  pid_t child = fork();
  must(child >= 0, "a child");
  if (child == 0) {
    alarm(60);
    begin_a_fetch();
    pid_t grandchild = forks_before ? fork() : -1;
    exit(grandchild > 0 ? !ended_well(grandchild) : 0);
  }
  return child;
}

static pid_t begin_one_that_exits(void) {
  return begin_child_that_exits(false);
}

static pid_t begin_one_whose_child_exits(void) {
  return begin_child_that_exits(true);
}

static void a_process_exits_while_a_fetch_begins(void) {
  EXPECT(failed_rounds_of(begin_one_that_exits) == 0);
}

static void a_child_forked_during_the_first_fetch_exits(void) {
  EXPECT(failed_rounds_of(begin_one_whose_child_exits) == 0);
}

int main(void) {
  behave("{\"keys\":[\"acme-1\"]}");
  RUN(a_child_forked_during_the_first_fetch_can_fetch);
  /* At the exit of a child valgrind finds the memory of those threads of its parent that the child has not.
   */
  if (scaled(100) == 100) {
    RUN(a_process_exits_while_a_fetch_begins);
    RUN(a_child_forked_during_the_first_fetch_exits);
  }
  return all_stories_passed();
}
