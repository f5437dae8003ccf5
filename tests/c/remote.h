/*
 * Keys that are fetched through a function of the test, from an endpoint that the test controls. It is
 * in memory that a process shares with its children.
 */
#ifndef REMOTE_H
#define REMOTE_H

#include "support.h"

#include <errno.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

#define CERTS_URL "https://" TEAM ".cloudflareaccess.com/cdn-cgi/access/certs"
/* The least there is, in milliseconds. */
#define COOLDOWN 1000

/* How long a fetch may take where nothing hangs, in milliseconds: as long as may be under valgrind. */
static inline int64_t timeout(void) {
  return scaled(100) == 100 ? 10000 : 60000;
}

typedef struct endpoint {
  /* What it answers with; NULL is an outage. */
  _Atomic(const char *) file;
  /* Whether fetches that begin from now on wait for `go_on`; each ups `waiting`. */
  atomic_bool holds;
  sem_t waiting;
  sem_t go_on;
  atomic_int begun;
  atomic_int ended;
  /* Counts how often the library released it. */
  sem_t released;
} endpoint;

static inline endpoint *endpoint_with(const char *file) {
  endpoint *it = mmap(NULL, sizeof *it, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  must(it != MAP_FAILED, "an endpoint");
  atomic_store(&it->file, file);
  must(sem_init(&it->waiting, 1, 0) == 0 && sem_init(&it->go_on, 1, 0) == 0 &&
           sem_init(&it->released, 1, 0) == 0,
       "semaphores");
  return it;
}

/* Waits for what is sure to come, and ends the program if it does not within two minutes. */
static inline void await(sem_t *semaphore, const char *what) {
  struct timespec latest;
  must(clock_gettime(CLOCK_REALTIME, &latest) == 0, "the time");
  latest.tv_sec += 120;
  int outcome;
  do {
    outcome = sem_timedwait(semaphore, &latest);
  } while (outcome != 0 && errno == EINTR);
  must(outcome == 0, what);
}

static inline void up(sem_t *semaphore) {
  must(sem_post(semaphore) == 0, "a semaphore");
}

static inline int write_text(cfaccess_document *document, const char *text, size_t length) {
  return cfaccess_document_write(document, text, length, NULL) == CFACCESS_STATUS_OK;
}

static inline int32_t fetch_from_endpoint(void *user_data, const char *url, cfaccess_document *document) {
  endpoint *it = user_data;
  must(strcmp(url, CERTS_URL) == 0, url);
  atomic_fetch_add(&it->begun, 1);
  if (atomic_load(&it->holds)) {
    up(&it->waiting);
    await(&it->go_on, "a fetch goes on");
  }
  const char *file = atomic_load(&it->file);
  int32_t outcome = file == NULL;
  if (file == NULL) {
    must(write_text(document, "an outage", strlen("an outage")), "a reason");
  } else {
    size_t length;
    char *content = read_file(file, &length);
    must(write_text(document, content, length / 2), "the first half");
    must(write_text(document, content + length / 2, length - length / 2), "the second half");
    free(content);
  }
  atomic_fetch_add(&it->ended, 1);
  return outcome;
}

static inline void release_endpoint(void *user_data) {
  up(&((endpoint *)user_data)->released);
}

/* Waits until the library has released it, which it does once for each set of options that has it. */
static inline void endpoint_free(endpoint *it) {
  await(&it->released, "the endpoint is released");
  must(sem_trywait(&it->released) != 0, "it is given back once");
  must(munmap(it, sizeof *it) == 0, "an endpoint");
}

static inline bool is_released(endpoint *it) {
  return sem_trywait(&it->released) == 0;
}

static inline cfaccess_remote_options *new_options(void) {
  cfaccess_remote_options *options;
  must(cfaccess_remote_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  must(cfaccess_remote_options_set_cooldown(options, COOLDOWN, NULL) == CFACCESS_STATUS_OK, "a cooldown");
  must(cfaccess_remote_options_set_timeout(options, timeout(), NULL) == CFACCESS_STATUS_OK, "a timeout");
  return options;
}

static inline cfaccess_remote_options *options_for(endpoint *it) {
  cfaccess_remote_options *options = new_options();
  must(cfaccess_remote_options_set_fetch(options, fetch_from_endpoint, it, release_endpoint, NULL) ==
           CFACCESS_STATUS_OK,
       "a fetch function");
  return options;
}

/* Keys of the usual team; frees the options. */
static inline cfaccess_keys *remote_keys(cfaccess_remote_options *options) {
  cfaccess_keys *keys;
  must(cfaccess_keys_remote(TEAM, options, &keys, NULL) == CFACCESS_STATUS_OK, "keys");
  cfaccess_remote_options_free(options);
  return keys;
}

static inline cfaccess_verifier *usual_verifier_of(const cfaccess_keys *keys) {
  cfaccess_config *config = usual_config();
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_config_free(config);
  return verifier;
}

/* As verdict(), with the clock of the system, for TOKEN_GOOD_NOW. */
static inline cfaccess_status try_verdict(const cfaccess_verifier *verifier, const char *token) {
  cfaccess_claims *claims;
  cfaccess_status status = cfaccess_verifier_try_verify(verifier, token, strlen(token), &claims, NULL);
  must((claims != NULL) == (status == CFACCESS_STATUS_OK), "success gives claims");
  cfaccess_claims_free(claims);
  return status;
}

static inline int64_t milliseconds_now(void) {
  struct timespec now;
  must(clock_gettime(CLOCK_MONOTONIC, &now) == 0, "the time");
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asks again until the verdict is the expected one, within this many milliseconds. */
static inline bool comes_to(cfaccess_status expected, const cfaccess_verifier *verifier, const char *token,
                            int64_t most) {
  const struct timespec moment = {0, 2000000};
  int64_t latest = milliseconds_now() + most;
  while (verdict(verifier, token) != expected) {
    if (milliseconds_now() > latest) {
      return false;
    }
    nanosleep(&moment, NULL);
  }
  return true;
}

static inline bool status_has(const cfaccess_keys *keys, const char *member) {
  char *json;
  must(cfaccess_keys_status(keys, &json, NULL) == CFACCESS_STATUS_OK, "a status of keys");
  bool found = strstr(json, member) != NULL;
  cfaccess_string_free(json);
  return found;
}

#endif
