/*
 * Calls from the library into Go. The user data is the number of a cgo.Handle, which is not a pointer.
 */
#ifndef CFACCESS_GO_CALLBACK_H
#define CFACCESS_GO_CALLBACK_H

#include "shim.h"

/* In callback.go. Go has no const. */
extern int32_t cfaccessGoFetch(uintptr_t fetcher, char *url, cfaccess_document *document);
extern void cfaccessGoLog(uintptr_t logger, int32_t level, char *line);
extern void cfaccessGoRelease(uintptr_t handle);

static inline int32_t cfaccess_go_fetch(void *user_data, const char *url, cfaccess_document *document) {
  return cfaccessGoFetch((uintptr_t)user_data, (char *)url, document);
}

static inline void cfaccess_go_log(void *user_data, int32_t level, const char *line) {
  cfaccessGoLog((uintptr_t)user_data, level, (char *)line);
}

static inline void cfaccess_go_release(void *user_data) {
  cfaccessGoRelease((uintptr_t)user_data);
}

static inline cfaccess_go_outcome cfaccess_go_document_write(cfaccess_document *document, const char *content,
                                                             size_t content_len) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_document_write(document, content, content_len, &outcome.error);
  return outcome;
}

/* The library owns the handle if the call succeeds. */
static inline cfaccess_go_outcome cfaccess_go_remote_options_set_fetch(cfaccess_remote_options *options,
                                                                       uintptr_t fetcher) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_fetch(options, cfaccess_go_fetch, (void *)fetcher,
                                                     cfaccess_go_release, &outcome.error);
  return outcome;
}

/* The library owns the handle if the call succeeds. */
static inline cfaccess_go_outcome cfaccess_go_remote_options_set_log(cfaccess_remote_options *options,
                                                                     uintptr_t logger) {
  cfaccess_go_outcome outcome = {0};
  outcome.status = cfaccess_remote_options_set_log(options, cfaccess_go_log, (void *)logger,
                                                   cfaccess_go_release, &outcome.error);
  return outcome;
}

#endif
