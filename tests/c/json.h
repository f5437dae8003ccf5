/*
 * The JSON of the shared vectors, read with jansson.
 */
#ifndef JSON_H
#define JSON_H

#include <jansson.h>

#include "support.h"

static inline json_t *parse_as(const char *text, size_t length, size_t flags) {
  json_error_t error;
  json_t *json = json_loadb(text, length, JSON_ALLOW_NUL | JSON_DECODE_ANY | flags, &error);
  must(json != NULL, error.text);
  return json;
}

static inline json_t *parse(const char *text, size_t length) {
  return parse_as(text, length, 0);
}

static inline json_t *read_json(const char *file) {
  size_t length;
  char *text = read_file(file, &length);
  json_t *json = parse(text, length);
  free(text);
  return json;
}

/* Fails on a member that is not among `known`, a list that NULL ends, so that no vector is read in part. */
static inline void expect_members(const json_t *object, const char *const *known) {
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)object, name, value) {
    const char *const *candidate = known;
    while (*candidate != NULL && strcmp(*candidate, name) != 0) {
      candidate++;
    }
    must(*candidate != NULL, name);
  }
}

static inline size_t segment_length(const json_t *segment) {
  const json_t *hex = json_object_get(segment, "hex");
  return hex != NULL ? json_string_length(hex) / 2 : json_string_length(json_object_get(segment, "text"));
}

static inline void write_segment(char *place, const json_t *segment) {
  expect_members(segment, (const char *const[]){"text", "hex", "times", NULL});
  const json_t *hex = json_object_get(segment, "hex");
  if (hex == NULL) {
    memcpy(place, json_string_value(json_object_get(segment, "text")), segment_length(segment));
    return;
  }
  for (size_t i = 0; i < segment_length(segment); i++) {
    const char digits[] = {json_string_value(hex)[2 * i], json_string_value(hex)[2 * i + 1], '\0'};
    place[i] = (char)strtoul(digits, NULL, 16);
  }
}

/* Writes the segment and then what is written already, until it stands there all its times. */
static inline void write_repeated(char *place, const json_t *segment, size_t length) {
  size_t written = segment_length(segment);
  write_segment(place, segment);
  while (written < length) {
    size_t more = written <= length - written ? written : length - written;
    memcpy(place + written, place, more);
    written += more;
  }
}

/* The bytes of a string, or of segments with `text` or `hex` and optional `times`; freed with free(). */
static inline char *bytes_of(const json_t *value, size_t *length) {
  json_t *list = json_is_string(value) ? json_pack("[{sO}]", "text", value) : json_incref((json_t *)value);
  size_t index;
  json_t *segment;
  char *bytes = malloc(1);
  *length = 0;
  json_array_foreach(list, index, segment) {
    const json_t *times = json_object_get(segment, "times");
    size_t more = segment_length(segment) * (times != NULL ? (size_t)json_integer_value(times) : 1);
    bytes = realloc(bytes, *length + more + 1);
    must(bytes != NULL, "memory");
    if (more > 0) {
      write_repeated(bytes + *length, segment, more);
    }
    *length += more;
  }
  json_decref(list);
  return bytes;
}

#endif
