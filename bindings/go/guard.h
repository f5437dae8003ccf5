/* Guards: each function does all of one call, see shim.h. */
#ifndef CFACCESS_GO_GUARD_H
#define CFACCESS_GO_GUARD_H

#include "verdict.h"

typedef struct cfaccess_go_guard_config {
  cfaccess_guard_config *config;
  cfaccess_go_outcome outcome;
} cfaccess_go_guard_config;

typedef struct cfaccess_go_guard {
  cfaccess_guard *guard;
  cfaccess_go_outcome outcome;
} cfaccess_go_guard;

static inline cfaccess_go_guard_config cfaccess_go_guard_config_new(void) {
  cfaccess_go_guard_config made = {0};
  made.outcome.status = cfaccess_guard_config_new(&made.config, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_guard_config_add_route(cfaccess_guard_config *config,
                                                                     const char *host, const char *prefix,
                                                                     const cfaccess_verifier *verifier,
                                                                     const char *login_page) {
  cfaccess_go_outcome outcome = {0};
  outcome.status =
      cfaccess_guard_config_add_route(config, host, prefix, verifier, login_page, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_guard_config_add_open_path(cfaccess_guard_config *config,
                                                                         const char *method, const char *host,
                                                                         const char *path) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_guard_config_add_open_path(config, method, host, path, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_guard_config_check_origin(cfaccess_guard_config *config) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_guard_config_check_origin(config, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_guard_config_trust_origin(cfaccess_guard_config *config,
                                                                        const char *origin) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_guard_config_trust_origin(config, origin, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_guard_config_allow_preflight(cfaccess_guard_config *config) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_guard_config_allow_preflight(config, &outcome.error);
  return outcome;
}

static inline cfaccess_go_guard cfaccess_go_guard_new(const cfaccess_guard_config *config) {
  cfaccess_go_guard made = {0};
  made.outcome.status = cfaccess_guard_new(config, &made.guard, &made.outcome.error);
  return made;
}

static inline cfaccess_request cfaccess_go_request_of(const char *joined, size_t joined_len, size_t parts) {
  cfaccess_request request = {0};
  request.struct_size = sizeof request;
  request.joined = joined;
  request.joined_len = joined_len;
  request.joined_parts = parts;
  return request;
}

/* The id of cached claims or, if there are none, the decision, which the caller frees. */
typedef struct cfaccess_go_asked {
  uint64_t id;
  cfaccess_decision *decision;
} cfaccess_go_asked;

/* The guard comes as a number because Go looks into what pointers point to before it crosses. */
static inline cfaccess_go_asked cfaccess_go_guard_ask(uintptr_t guard, const char *joined, size_t joined_len,
                                                      size_t parts) {
  const cfaccess_guard *asked = (const cfaccess_guard *)guard;
  cfaccess_go_asked answer = {0};
  answer.id = cfaccess_guard_lookup(asked, joined, joined_len, parts);
  if (answer.id == 0) {
    cfaccess_request request = cfaccess_go_request_of(joined, joined_len, parts);
    answer.decision = cfaccess_guard_try_decide(asked, &request);
  }
  return answer;
}

static inline cfaccess_decision *cfaccess_go_guard_try_decide(const cfaccess_guard *guard, const char *joined,
                                                              size_t joined_len, size_t parts) {
  cfaccess_request request = cfaccess_go_request_of(joined, joined_len, parts);
  return cfaccess_guard_try_decide(guard, &request);
}

/* Waits inside the library for the fetch that the request needs. */
static inline cfaccess_decision *cfaccess_go_guard_decide(const cfaccess_guard *guard, const char *joined,
                                                          size_t joined_len, size_t parts) {
  cfaccess_request request = cfaccess_go_request_of(joined, joined_len, parts);
  return cfaccess_guard_decide(guard, &request);
}

static inline cfaccess_decision *cfaccess_go_guard_decide_at(const cfaccess_guard *guard, const char *joined,
                                                             size_t joined_len, size_t parts, int64_t now) {
  cfaccess_request request = cfaccess_go_request_of(joined, joined_len, parts);
  return cfaccess_guard_decide_at(guard, &request, now);
}

#endif
