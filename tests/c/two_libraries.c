/*
 * A program with two static libraries of Rust.
 */
#include "support.h"

size_t other_library_length(uint32_t number);

static void both_libraries_work(void) {
  cfaccess_verifier *verifier = usual_verifier();

  EXPECT(other_library_length(12345) == 5);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));
  cfaccess_verifier_free(verifier);
}

int main(void) {
  RUN(both_libraries_work);
  return all_stories_passed();
}
