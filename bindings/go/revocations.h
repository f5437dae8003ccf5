/* Revocations. See shim.h for the form of these functions. */
#ifndef CFACCESS_GO_REVOCATIONS_H
#define CFACCESS_GO_REVOCATIONS_H

#include "callback.h"

typedef struct cfaccess_go_revocations {
  cfaccess_revocations *revocations;
  cfaccess_go_outcome outcome;
} cfaccess_go_revocations;

typedef struct cfaccess_go_revocation_options {
  cfaccess_revocation_options *options;
  cfaccess_go_outcome outcome;
} cfaccess_go_revocation_options;

static inline cfaccess_go_revocation_options cfaccess_go_revocation_options_new(void) {
  cfaccess_go_revocation_options made = {0};
  made.outcome.status = cfaccess_revocation_options_new(&made.options, &made.outcome.error);
  return made;
}

/* In milliseconds; 0 leaves the default of the library. */
typedef struct cfaccess_go_revocation_times {
  int64_t interval;
  int64_t timeout;
  int64_t max_stale;
} cfaccess_go_revocation_times;

static inline cfaccess_go_outcome
cfaccess_go_revocation_options_set_times(cfaccess_revocation_options *options,
                                         cfaccess_go_revocation_times times) {
  cfaccess_go_outcome outcome = {0};
  if (times.interval != 0) {
    outcome.status = cfaccess_revocation_options_set_interval(options, times.interval, &outcome.error);
  }
  if (times.timeout != 0 && outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_revocation_options_set_timeout(options, times.timeout, &outcome.error);
  }
  if (times.max_stale != 0 && outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_revocation_options_set_max_stale(options, times.max_stale, &outcome.error);
  }
  return outcome;
}

static inline cfaccess_go_outcome
cfaccess_go_revocation_options_set_when_stale(cfaccess_revocation_options *options, int32_t when_stale) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_revocation_options_set_when_stale(options, when_stale, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome
cfaccess_go_revocation_options_set_ca_file(cfaccess_revocation_options *options, const char *path) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_revocation_options_set_ca_file(options, path, &outcome.error);
  return outcome;
}

/* The library owns the handle if the call succeeds. */
static inline cfaccess_go_outcome cfaccess_go_revocation_options_set_log(cfaccess_revocation_options *options,
                                                                         uintptr_t logger) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_revocation_options_set_log(options, cfaccess_go_log, (void *)logger,
                                                       cfaccess_go_release, &outcome.error);
  return outcome;
}

static inline cfaccess_go_revocations
cfaccess_go_revocations_open(const char *url, const char *team, const cfaccess_revocation_options *options) {
  cfaccess_go_revocations made = {0};
  made.outcome.status = cfaccess_revocations_open(url, team, options, &made.revocations, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome
cfaccess_go_config_set_revocations(cfaccess_config *config, const cfaccess_revocations *revocations) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_config_set_revocations(config, revocations, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_revocations_connect(const cfaccess_revocations *revocations) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_revocations_connect(revocations, &outcome.error);
  return outcome;
}

static inline cfaccess_go_string cfaccess_go_revocations_status(const cfaccess_revocations *revocations) {
  cfaccess_go_string made = {0};
  made.outcome.status = cfaccess_revocations_status(revocations, &made.string, &made.outcome.error);
  return made;
}

/* A write to the entry of a target. Times and texts count where they are there: a pointer that is not NULL.
 */
typedef struct cfaccess_go_write {
  int32_t kind;
  const char *value;
  int has_at;
  int has_margin;
  int has_until;
  int64_t at;
  int64_t margin;
  int64_t until;
  const char *reason;
  const char *made_by;
} cfaccess_go_write;

static inline cfaccess_status cfaccess_go_fill(cfaccess_revoke_options *options,
                                               const cfaccess_go_write *write, cfaccess_error **error) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  if (write->has_at) {
    status = cfaccess_revoke_options_set_at(options, write->at, error);
  }
  if (write->has_margin && status == CFACCESS_STATUS_OK) {
    status = cfaccess_revoke_options_set_margin(options, write->margin, error);
  }
  if (write->has_until && status == CFACCESS_STATUS_OK) {
    status = cfaccess_revoke_options_set_until(options, write->until, error);
  }
  if (write->reason != NULL && status == CFACCESS_STATUS_OK) {
    status = cfaccess_revoke_options_set_reason(options, write->reason, error);
  }
  if (write->made_by != NULL && status == CFACCESS_STATUS_OK) {
    status = cfaccess_revoke_options_set_made_by(options, write->made_by, error);
  }
  return status;
}

typedef enum cfaccess_go_action {
  CFACCESS_GO_REVOKE,
  CFACCESS_GO_BLOCK,
  CFACCESS_GO_LIFT
} cfaccess_go_action;

static inline cfaccess_go_outcome cfaccess_go_revocations_write(const cfaccess_revocations *revocations,
                                                                cfaccess_go_action action,
                                                                cfaccess_go_write write) {
  cfaccess_go_outcome outcome = {0};
  cfaccess_revoke_options *options = NULL;
  outcome.status = cfaccess_revoke_options_new(&options, &outcome.error);
  if (outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_go_fill(options, &write, &outcome.error);
  }
  if (outcome.status == CFACCESS_STATUS_OK) {
    if (action == CFACCESS_GO_REVOKE) {
      outcome.status =
          cfaccess_revocations_revoke(revocations, write.kind, write.value, options, NULL, &outcome.error);
    } else if (action == CFACCESS_GO_BLOCK) {
      outcome.status =
          cfaccess_revocations_block(revocations, write.kind, write.value, options, NULL, &outcome.error);
    } else {
      outcome.status =
          cfaccess_revocations_lift(revocations, write.kind, write.value, options, &outcome.error);
    }
  }
  cfaccess_revoke_options_free(options);
  return outcome;
}

static inline cfaccess_go_string cfaccess_go_revocations_list(const cfaccess_revocations *revocations,
                                                              int32_t kind, int32_t after_kind,
                                                              const char *after_value, int64_t limit) {
  cfaccess_go_string made = {0};
  made.outcome.status = cfaccess_revocations_list(revocations, kind, after_kind, after_value, limit,
                                                  &made.string, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_revocations_import(const cfaccess_revocations *revocations,
                                                                 const char *json, size_t json_len) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_revocations_import(revocations, json, json_len, &outcome.error);
  return outcome;
}

#endif
