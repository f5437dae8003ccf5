/* Keys that are fetched. See shim.h for the form of these functions. */
#ifndef CFACCESS_GO_REMOTE_H
#define CFACCESS_GO_REMOTE_H

#include "callback.h"

typedef struct cfaccess_go_remote_options {
  cfaccess_remote_options *options;
  cfaccess_go_outcome outcome;
} cfaccess_go_remote_options;

static inline cfaccess_go_remote_options cfaccess_go_remote_options_new(void) {
  cfaccess_go_remote_options made = {0};
  made.outcome.status = cfaccess_remote_options_new(&made.options, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_remote_options_set_ca_file(cfaccess_remote_options *options,
                                                                         const char *path) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_ca_file(options, path, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_remote_options_set_proxy(cfaccess_remote_options *options,
                                                                       const char *url) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_proxy(options, url, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_remote_options_set_local(cfaccess_remote_options *options,
                                                                       const char *url) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_local(options, url, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_remote_options_set_cache_file(cfaccess_remote_options *options,
                                                                            const char *path) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_cache_file(options, path, &outcome.error);
  return outcome;
}

static inline cfaccess_go_outcome cfaccess_go_remote_options_prefetch(cfaccess_remote_options *options) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_prefetch(options, &outcome.error);
  return outcome;
}

/* In milliseconds; 0 leaves the default of the library. */
typedef struct cfaccess_go_times {
  int64_t timeout;
  int64_t refresh_after;
  int64_t cooldown;
  int64_t max_stale;
} cfaccess_go_times;

static inline cfaccess_go_outcome cfaccess_go_remote_options_set_times(cfaccess_remote_options *options,
                                                                       cfaccess_go_times times) {
  cfaccess_go_outcome outcome = {0};
  if (times.timeout != 0) {
    outcome.status = cfaccess_remote_options_set_timeout(options, times.timeout, &outcome.error);
  }
  if (times.refresh_after != 0 && outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_remote_options_set_refresh_after(options, times.refresh_after, &outcome.error);
  }
  if (times.cooldown != 0 && outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_remote_options_set_cooldown(options, times.cooldown, &outcome.error);
  }
  if (times.max_stale != 0 && outcome.status == CFACCESS_STATUS_OK) {
    outcome.status = cfaccess_remote_options_set_max_stale(options, times.max_stale, &outcome.error);
  }
  return outcome;
}

static inline cfaccess_go_keys cfaccess_go_keys_remote(const char *team,
                                                       const cfaccess_remote_options *options) {
  cfaccess_go_keys made = {0};
  made.outcome.status = cfaccess_keys_remote(team, options, &made.keys, &made.outcome.error);
  return made;
}

static inline cfaccess_go_outcome cfaccess_go_keys_connect(const cfaccess_keys *keys) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_keys_connect(keys, &outcome.error);
  return outcome;
}

#endif
