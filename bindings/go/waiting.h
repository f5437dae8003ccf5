/* Verifications that wait inside the library for the fetch of their key, and hold a thread until then. */
#ifndef CFACCESS_GO_WAITING_H
#define CFACCESS_GO_WAITING_H

#include "request.h"

static inline void cfaccess_go_verify_waiting(const cfaccess_verifier *verifier, const char *token,
                                              size_t token_len, cfaccess_go_verdict *verdict) {
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;
  cfaccess_status status = cfaccess_verifier_verify(verifier, token, token_len, &claims, &error);
  cfaccess_go_conclude(status, claims, error, verdict);
}

static inline void cfaccess_go_verify_request_waiting(const cfaccess_verifier *verifier,
                                                      cfaccess_go_request request,
                                                      cfaccess_go_verdict *verdict) {
  cfaccess_go_headers headers;
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;
  cfaccess_go_list(&request, &headers);
  cfaccess_status status =
      cfaccess_verifier_verify_request(verifier, headers.list, headers.len, &claims, &error);
  cfaccess_go_conclude(status, claims, error, verdict);
}

#endif
