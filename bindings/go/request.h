/*
 * The verification of a request as one call from Go. Go memory that is passed to C must not contain pointers
 * to Go memory, so the headers are passed by value, in a struct of a fixed size.
 */
#ifndef CFACCESS_GO_REQUEST_H
#define CFACCESS_GO_REQUEST_H

#include "verdict.h"

typedef struct cfaccess_go_value {
  const char *text;
  size_t length;
} cfaccess_go_value;

/*
 * The headers that the library reads. One that must not be repeated has room for two values, which is
 * enough to see that it is. Cookies are joined to one header, as RFC 9113 section 8.2.3 joins them.
 */
typedef struct cfaccess_go_request {
  size_t assertions_len;
  size_t emails_len;
  size_t cookies_len;
  cfaccess_go_value assertions[2];
  cfaccess_go_value emails[2];
  cfaccess_go_value cookies[1];
} cfaccess_go_request;

static inline cfaccess_header *cfaccess_go_add(cfaccess_header *next, const char *name,
                                               const cfaccess_go_value *values, size_t values_len) {
  for (size_t i = 0; i < values_len; i++, next++) {
    next->name = name;
    next->name_len = strlen(name);
    next->value = values[i].text;
    next->value_len = values[i].length;
  }
  return next;
}

/* All headers of a request, which point into it. */
typedef struct cfaccess_go_headers {
  size_t len;
  cfaccess_header list[5];
} cfaccess_go_headers;

static inline void cfaccess_go_list(const cfaccess_go_request *request, cfaccess_go_headers *headers) {
  cfaccess_header *end = headers->list;
  end = cfaccess_go_add(end, "Cf-Access-Jwt-Assertion", request->assertions, request->assertions_len);
  end = cfaccess_go_add(end, "Cf-Access-Authenticated-User-Email", request->emails, request->emails_len);
  end = cfaccess_go_add(end, "Cookie", request->cookies, request->cookies_len);
  headers->len = (size_t)(end - headers->list);
}

/* `now` is used if `use_now` is not 0; else the library reads its clock, and nothing waits. */
static inline void cfaccess_go_verify_request(const cfaccess_verifier *verifier, cfaccess_go_request request,
                                              int use_now, int64_t now, cfaccess_go_verdict *verdict) {
  cfaccess_go_headers headers;
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;
  cfaccess_go_list(&request, &headers);
  cfaccess_status status =
      use_now ? cfaccess_verifier_verify_request_at(verifier, headers.list, headers.len, now, &claims, &error)
              : cfaccess_verifier_try_verify_request(verifier, headers.list, headers.len, &claims, &error);
  cfaccess_go_conclude(status, claims, error, verdict);
}

#endif
