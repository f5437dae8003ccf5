/*
 * Guards and requests, made as servers make them.
 */
#ifndef GUARD_H
#define GUARD_H

#include "support.h"

static inline cfaccess_guard_config *new_guard_config(void) {
  cfaccess_guard_config *config;
  must(cfaccess_guard_config_new(&config, NULL) == CFACCESS_STATUS_OK, "a configuration of a guard");
  return config;
}

static inline cfaccess_guard *guard_of(const cfaccess_guard_config *config) {
  cfaccess_guard *guard;
  must(cfaccess_guard_new(config, &guard, NULL) == CFACCESS_STATUS_OK, "a guard");
  return guard;
}

/* A guard of one verifier for everything; the verifier is freed. */
static inline cfaccess_guard *guard_with(cfaccess_verifier *verifier) {
  cfaccess_guard_config *config = new_guard_config();
  must(cfaccess_guard_config_add_route(config, NULL, NULL, verifier, NULL, NULL) == CFACCESS_STATUS_OK,
       "a route");
  cfaccess_guard *guard = guard_of(config);
  cfaccess_guard_config_free(config);
  cfaccess_verifier_free(verifier);
  return guard;
}

static inline cfaccess_request request(const char *method, const char *path, const cfaccess_header *headers,
                                       size_t headers_len) {
  return (cfaccess_request){.struct_size = sizeof(cfaccess_request),
                            .method = method,
                            .method_len = strlen(method),
                            .path = path,
                            .path_len = strlen(path),
                            .headers = headers,
                            .headers_len = headers_len};
}

/* A request in one piece, as wrappers hand it in. */
typedef struct joined {
  char text[32768];
  size_t length;
  size_t parts;
} joined;

static inline void join(joined *into, const char *part, size_t length) {
  must(into->length + length < sizeof into->text, "a request that is not too large");
  if (length > 0) {
    memcpy(into->text + into->length, part, length);
  }
  into->text[into->length + length] = '\0';
  into->length += length + 1;
  into->parts++;
}

static inline void join_request(joined *into, const cfaccess_request *from) {
  into->length = into->parts = 0;
  join(into, from->method, from->method_len);
  join(into, from->scheme, from->scheme_len);
  join(into, from->host, from->host_len);
  join(into, from->path, from->path_len);
  join(into, from->raw_target, from->raw_target_len);
  for (size_t i = 0; i < from->headers_len; i++) {
    join(into, from->headers[i].name, from->headers[i].name_len);
    join(into, from->headers[i].value, from->headers[i].value_len);
  }
}

static inline cfaccess_request request_of(const joined *whole) {
  return (cfaccess_request){.struct_size = sizeof(cfaccess_request),
                            .joined = whole->text,
                            .joined_len = whole->length,
                            .joined_parts = whole->parts};
}

static inline cfaccess_status status_of(cfaccess_decision *decision) {
  cfaccess_status status = decision->status;
  cfaccess_decision_free(decision);
  return status;
}

#endif
