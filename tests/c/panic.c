/*
 * A panic inside the library is a refusal and ends there. Run as `panic failpoint` with the library that
 * has the failpoint, where one token panics, and as `panic release` with the one that has not.
 */
#include "guard.h"

#include <pthread.h>

static const char panicking[] = "failpoint.panic.now";

static void a_panic_is_a_refusal(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_claims *claims;
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_INTERNAL,
                cfaccess_verifier_verify(verifier, panicking, strlen(panicking), &claims, &error));

  EXPECT(claims == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_INTERNAL, cfaccess_error_status(error));
  EXPECT(is_sane(cfaccess_error_message(error), panicking, strlen(panicking)));
  EXPECT(cfaccess_status_http(cfaccess_error_status(error)) == 500);
  cfaccess_error_free(error);
  cfaccess_verifier_free(verifier);
}

static void a_panic_is_a_refused_decision(void) {
  cfaccess_guard *guard = guard_with(usual_verifier());
  const cfaccess_header token = header("Cf-Access-Jwt-Assertion", panicking);
  const cfaccess_request asked = request("GET", "/", &token, 1);

  cfaccess_decision *decision = cfaccess_guard_decide(guard, &asked);

  EXPECT(decision->kind == CFACCESS_DECISION_REFUSED && decision->claims == NULL);
  EXPECT(decision->status == CFACCESS_STATUS_INTERNAL && decision->http_status == 500);
  EXPECT(text_is(decision->body, "{\"status\":\"INTERNAL\",\"message\":\"internal error\"}\n"));
  EXPECT(is_sane(decision->message.ptr, panicking, strlen(panicking)));
  cfaccess_decision_free(decision);
  cfaccess_guard_free(guard);
}

static void the_verifier_works_after_a_panic(void) {
  cfaccess_verifier *verifier = usual_verifier();

  EXPECT_STATUS(CFACCESS_STATUS_INTERNAL, verdict(verifier, panicking));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_INTERNAL, verdict(verifier, panicking));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));
  cfaccess_verifier_free(verifier);
}

static void *panic_and_verify(void *verifier) {
  for (int i = scaled(50); i > 0; i--) {
    if (verdict(verifier, panicking) != CFACCESS_STATUS_INTERNAL ||
        verdict(verifier, TOKEN_PERSON) != CFACCESS_STATUS_OK) {
      return verifier;
    }
  }
  return NULL;
}

static void threads_panic_at_once(void) {
  cfaccess_verifier *verifier = usual_verifier();
  pthread_t threads[8];
  int wrong = 0;

  for (size_t i = 0; i < 8; i++) {
    must(pthread_create(&threads[i], NULL, panic_and_verify, verifier) == 0, "a thread");
  }
  for (size_t i = 0; i < 8; i++) {
    void *failed;
    must(pthread_join(threads[i], &failed) == 0, "a thread ends");
    wrong += failed != NULL;
  }

  EXPECT(wrong == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_verifier_free(verifier);
}

static void the_release_has_no_failpoint(void) {
  cfaccess_verifier *verifier = usual_verifier();

  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, verdict(verifier, panicking));
  cfaccess_verifier_free(verifier);
}

int main(int argc, char **argv) {
  must(argc == 2, "usage: panic failpoint|release");
  if (strcmp(argv[1], "release") == 0) {
    RUN(the_release_has_no_failpoint);
  } else {
    RUN(a_panic_is_a_refusal);
    RUN(a_panic_is_a_refused_decision);
    RUN(the_verifier_works_after_a_panic);
    RUN(threads_panic_at_once);
  }
  return all_stories_passed();
}
