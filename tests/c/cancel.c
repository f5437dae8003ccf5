/*
 * Threads that are cancelled while they are inside the library, as the header has it: the process aborts,
 * unless cancellation is disabled around the call. The call is one that waits for a file: its keys come
 * through a FIFO.
 */
#include "support.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char fifo[] = "/tmp/cfaccess-cancel-XXXXXX";

static void *load_keys(void *with_cancellation) {
  int before;
  cfaccess_keys *keys;
  if (with_cancellation == NULL) {
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  }
  cfaccess_status status = cfaccess_keys_from_file(fifo, &keys, NULL);
  must(status == CFACCESS_STATUS_KEYS_INVALID, cfaccess_status_name(status));
  if (with_cancellation == NULL) {
    pthread_setcancelstate(before, NULL);
  }
  pthread_testcancel();
  return NULL;
}

/* Cancels a thread that waits for the keys, and gives it an empty document. */
static void *cancel_inside(bool with_cancellation) {
  pthread_t thread;
  void *outcome;
  must(pthread_create(&thread, NULL, load_keys, with_cancellation ? fifo : NULL) == 0, "a thread");
  usleep(50 * 1000);
  must(pthread_cancel(thread) == 0, "the thread is cancelled");
  /* Who opens the other end lets the thread go on: it reads an empty document. */
  int writer = open(fifo, O_RDWR | O_NONBLOCK);
  must(writer >= 0, fifo);
  usleep(50 * 1000);
  close(writer);
  must(pthread_join(thread, &outcome) == 0, "the thread ends");
  return outcome;
}

static void a_cancellation_that_is_disabled_acts_after_the_call(void) {
  EXPECT(cancel_inside(false) == PTHREAD_CANCELED);

  cfaccess_verifier *verifier = usual_verifier();
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_verifier_free(verifier);
}

static void a_cancellation_inside_aborts_the_process(void) {
  int status;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    must(freopen("/dev/null", "w", stderr) != NULL, "the child is silent");
    cancel_inside(true);
    _Exit(0);
  }
  must(child > 0 && waitpid(child, &status, 0) == child, "the child ends");
  EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void) {
  int reserved = mkstemp(fifo);
  must(reserved >= 0 && close(reserved) == 0 && unlink(fifo) == 0 && mkfifo(fifo, 0600) == 0, fifo);
  RUN(a_cancellation_that_is_disabled_acts_after_the_call);
  RUN(a_cancellation_inside_aborts_the_process);
  unlink(fifo);
  return all_stories_passed();
}
