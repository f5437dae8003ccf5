/*
 * What the C programs share: stories, of which each prints one line, and handles for the shared vectors.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

/* For memmem() and the functions of POSIX: this is the first header of each program. */
#define _GNU_SOURCE

#include <cfaccess.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokens.h"

static const char *story_name = "(no story yet)";
static int failed_stories = 0;

/* Ends its story if the condition is false. */
#define EXPECT(condition)                                                         \
  do {                                                                            \
    if (!(condition)) {                                                           \
      printf("FAIL %s: %s:%d: %s\n", story_name, __FILE__, __LINE__, #condition); \
      failed_stories++;                                                           \
      return;                                                                     \
    }                                                                             \
  } while (0)

#define EXPECT_STATUS(expected, call)                                                                        \
  do {                                                                                                       \
    cfaccess_status came = (call);                                                                           \
    if (came != (expected)) {                                                                                \
      printf("FAIL %s: %s:%d: %s, not %s: %s\n", story_name, __FILE__, __LINE__, cfaccess_status_name(came), \
             cfaccess_status_name(expected), #call);                                                         \
      failed_stories++;                                                                                      \
      return;                                                                                                \
    }                                                                                                        \
  } while (0)

/* For what no story is about: the program ends. */
static inline void must(bool condition, const char *what) {
  if (!condition) {
    printf("FAIL %s: %s\n", story_name, what);
    fflush(stdout);
    _Exit(1);
  }
}

static inline void run_story(const char *name, void (*story)(void)) {
  int failed_before = failed_stories;
  story_name = name;
  story();
  if (failed_stories == failed_before) {
    printf("PASS %s\n", name);
  }
  fflush(stdout);
}
#define RUN(story) run_story(#story, story)

static inline int all_stories_passed(void) {
  return failed_stories == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* How often or how large: less where every instruction is slow. */
static inline int scaled(int usual) {
  const char *slowness = getenv("CFACCESS_TEST_SLOWNESS");
  int less = usual / (slowness != NULL ? atoi(slowness) : 1);
  return less > 0 ? less : 1;
}

/* Ends with a NUL that `length` does not count, like every document here; freed with free(). */
static inline char *read_file(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  must(file != NULL && fseek(file, 0, SEEK_END) == 0, path);
  long size = ftell(file);
  must(size >= 0, path);
  rewind(file);
  char *content = malloc((size_t)size + 1);
  must(content != NULL && fread(content, 1, (size_t)size, file) == (size_t)size, path);
  fclose(file);
  content[size] = '\0';
  *length = (size_t)size;
  return content;
}

static inline cfaccess_keys *keys_of(const char *file) {
  cfaccess_keys *keys;
  must(cfaccess_keys_from_file(file, &keys, NULL) == CFACCESS_STATUS_OK, file);
  return keys;
}

/* The configuration that the vectors have where they name none. */
static inline cfaccess_config *usual_config(void) {
  cfaccess_config *config;
  must(cfaccess_config_new(TEAM, &config, NULL) == CFACCESS_STATUS_OK, "a config");
  must(cfaccess_config_add_audience(config, AUDIENCE, NULL) == CFACCESS_STATUS_OK, "an audience");
  return config;
}

static inline cfaccess_verifier *verifier_of(const cfaccess_config *config, const cfaccess_keys *keys) {
  cfaccess_verifier *verifier;
  must(cfaccess_verifier_new(config, keys, &verifier, NULL) == CFACCESS_STATUS_OK, "a verifier");
  return verifier;
}

static inline cfaccess_verifier *usual_verifier(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  return verifier;
}

/* A message is one printable line without any part of the token: 20 bytes are longer than any name. */
static inline bool is_sane(const char *message, const char *token, size_t token_len) {
  const size_t piece = 20;
  size_t length = strlen(message);
  bool sane = length > 0 && length <= 256;
  for (size_t i = 0; i < length; i++) {
    sane = sane && message[i] >= ' ' && message[i] <= '~';
  }
  size_t looked_at = token_len < 16384 ? token_len : 16384;
  for (size_t i = 0; looked_at > 0 && i + piece <= length; i++) {
    sane = sane && memmem(token, looked_at, message + i, piece) == NULL;
  }
  return sane;
}

/* Verifies at a time, makes sure that claims and error fit the status, and frees both. */
static inline cfaccess_status verdict_at(const cfaccess_verifier *verifier, const char *token,
                                         size_t token_len, int64_t now) {
  cfaccess_claims *claims;
  cfaccess_error *error;
  cfaccess_status status = cfaccess_verifier_verify_at(verifier, token, token_len, now, &claims, &error);
  if (status == CFACCESS_STATUS_OK) {
    must(claims != NULL && error == NULL, "success gives claims and no error");
  } else {
    must(claims == NULL && error != NULL, "a refusal gives an error and no claims");
    must(cfaccess_error_status(error) == status, "the error has the status of the call");
    must(is_sane(cfaccess_error_message(error), token, token_len), cfaccess_error_message(error));
  }
  cfaccess_claims_free(claims);
  cfaccess_error_free(error);
  return status;
}

static inline cfaccess_status verdict(const cfaccess_verifier *verifier, const char *token) {
  return verdict_at(verifier, token, strlen(token), NOW);
}

static inline cfaccess_header header(const char *name, const char *value) {
  return (cfaccess_header){name, strlen(name), value, strlen(value)};
}

/* Verifies a request as verdict_at() does a token; no message contains a part of any header. */
static inline cfaccess_status request_verdict_at(const cfaccess_verifier *verifier,
                                                 const cfaccess_header *headers, size_t headers_len,
                                                 int64_t now) {
  cfaccess_claims *claims;
  cfaccess_error *error;
  cfaccess_status status =
      cfaccess_verifier_verify_request_at(verifier, headers, headers_len, now, &claims, &error);
  if (status == CFACCESS_STATUS_OK) {
    must(claims != NULL && error == NULL, "success gives claims and no error");
  } else {
    must(claims == NULL && error != NULL, "a refusal gives an error and no claims");
    must(cfaccess_error_status(error) == status, "the error has the status of the call");
    must(is_sane(cfaccess_error_message(error), NULL, 0), cfaccess_error_message(error));
  }
  for (size_t i = 0; status != CFACCESS_STATUS_OK && i < headers_len; i++) {
    must(is_sane(cfaccess_error_message(error), headers[i].value, headers[i].value_len),
         cfaccess_error_message(error));
  }
  cfaccess_claims_free(claims);
  cfaccess_error_free(error);
  return status;
}

static inline bool text_is(cfaccess_str string, const char *expected) {
  return string.ptr != NULL && string.len == strlen(expected) && string.ptr[string.len] == '\0' &&
         memcmp(string.ptr, expected, string.len) == 0;
}

static inline bool is_absent(cfaccess_str string) {
  return string.ptr == NULL && string.len == 0;
}

#endif
