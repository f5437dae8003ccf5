/*
 * A race in the program itself, which must still be reported where the library's own accesses are suppressed.
 * Told by the suite, not by a story.
 */
#include "support.h"

#include <pthread.h>

static cfaccess_verifier *verifier;
static long verified;

static void *verify(void *unused) {
  for (int i = 0; i < 100; i++) {
    verified += verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK;
  }
  return unused;
}

int main(void) {
  pthread_t threads[2];
  verifier = usual_verifier();
  for (size_t i = 0; i < 2; i++) {
    must(pthread_create(&threads[i], NULL, verify, NULL) == 0, "a thread");
  }
  for (size_t i = 0; i < 2; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread ends");
  }
  cfaccess_verifier_free(verifier);
  return verified > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
