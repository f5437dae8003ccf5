/*
 * Forgets to free a verifier and its claims: what looks for leaks has to find them.
 */
#include "support.h"

int main(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_claims *claims;
  must(cfaccess_verifier_verify_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), NOW, &claims, NULL) ==
           CFACCESS_STATUS_OK,
       "a good token");
  claims = NULL;
  verifier = NULL;
  return claims == NULL && verifier == NULL ? EXIT_SUCCESS : EXIT_FAILURE;
}
