/*
 * The vectors of guards that every language runs: each request as a struct, with the host among the headers,
 * and in one piece.
 */
#include "guard.h"

#include "vectors.h"

#include <strings.h>

static json_t *document;

/* The verifiers of the file, by their place in it. */
static cfaccess_verifier *verifiers[16];

static void make_verifiers(void) {
  const char *name;
  json_t *config;
  size_t count = 0;
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  json_object_foreach(json_object_get(document, "verifiers"), name, config) {
    must(count < 16, "at most 16 verifiers");
    must(make_verifier(config, keys, &verifiers[count++]) == CFACCESS_STATUS_OK, name);
  }
  cfaccess_keys_free(keys);
}

static const cfaccess_verifier *verifier_named(const char *wanted) {
  const char *name;
  json_t *config;
  size_t index = 0;
  json_object_foreach(json_object_get(document, "verifiers"), name, config) {
    if (strcmp(name, wanted) == 0) {
      return verifiers[index];
    }
    index++;
  }
  must(false, wanted);
  return NULL;
}

static const char *text(const json_t *object, const char *name) {
  return json_string_value(json_object_get(object, name));
}

static cfaccess_status fill_guard(cfaccess_guard_config *config, const json_t *value) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  size_t index;
  json_t *entry;
  json_array_foreach(json_object_get(value, "routes"), index, entry) {
    SET(entry, cfaccess_guard_config_add_route(config, text(entry, "host"), text(entry, "prefix"),
                                               verifier_named(text(entry, "verifier")),
                                               text(entry, "login_page"), NULL));
  }
  json_array_foreach(json_object_get(value, "open_paths"), index, entry) {
    SET(entry, cfaccess_guard_config_add_open_path(config, text(entry, "method"), text(entry, "host"),
                                                   text(entry, "path"), NULL));
  }
  json_array_foreach(json_object_get(value, "trusted_origins"), index, entry) {
    SET(entry, cfaccess_guard_config_trust_origin(config, json_string_value(entry), NULL));
  }
  SET(json_object_get(value, "check_origin"), cfaccess_guard_config_check_origin(config, NULL));
  SET(json_object_get(value, "allow_preflight"), cfaccess_guard_config_allow_preflight(config, NULL));
  return status;
}

static cfaccess_status make_guard(const json_t *value, cfaccess_guard **guard) {
  cfaccess_guard_config *config = new_guard_config();
  cfaccess_status status = fill_guard(config, value);
  *guard = NULL;
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_guard_new(config, guard, NULL);
  }
  cfaccess_guard_config_free(config);
  return status;
}

/* Bytes that are not there are NULL; freed with free(). */
static char *optional_bytes(const json_t *object, const char *name, size_t *length) {
  const json_t *value = json_object_get(object, name);
  *length = 0;
  return value != NULL ? bytes_of(value, length) : NULL;
}

/* A request with what it owns. Its first header is the host, for those who have it there. */
typedef struct owned_request {
  cfaccess_request request;
  cfaccess_header headers[16];
  bool has_other_host;
} owned_request;

static void add_header(owned_request *owned, const char *name, char *value, size_t length) {
  must(owned->request.headers_len < 16, "at most 16 headers");
  owned->headers[owned->request.headers_len++] = (cfaccess_header){name, strlen(name), value, length};
}

static void read_request(owned_request *owned, const json_t *json) {
  cfaccess_request *into = &owned->request;
  size_t length, index;
  json_t *pair;
  char *value;
  *owned = (owned_request){.request = {.struct_size = sizeof *into, .headers = owned->headers}};
  into->method = text(json, "method"), into->method_len = strlen(into->method);
  into->scheme = text(json, "scheme"), into->scheme_len = into->scheme != NULL ? strlen(into->scheme) : 0;
  into->host = optional_bytes(json, "host", &into->host_len);
  into->path = optional_bytes(json, "path", &into->path_len);
  into->raw_target = optional_bytes(json, "raw_target", &into->raw_target_len);
  json_array_foreach(json_object_get(json, "headers"), index, pair) {
    value = bytes_of(json_array_get(pair, 1), &length);
    const char *name = json_string_value(json_array_get(pair, 0));
    owned->has_other_host = owned->has_other_host || strcasecmp(name, "host") == 0;
    add_header(owned, name, value, length);
  }
  if (text(json, "token") != NULL) {
    value = bytes_of(json_object_get(json_object_get(document, "tokens"), text(json, "token")), &length);
    add_header(owned, "CF-Access-JWT-Assertion", value, length);
  }
}

static void free_request(owned_request *owned) {
  for (size_t i = 0; i < owned->request.headers_len; i++) {
    free((char *)owned->headers[i].value);
  }
  free((char *)owned->request.host);
  free((char *)owned->request.path);
  free((char *)owned->request.raw_target);
}

static const char *header_of(const cfaccess_decision *decision, const char *name) {
  for (size_t i = 0; i < decision->headers_len; i++) {
    if (strcmp(decision->headers[i].name, name) == 0) {
      return decision->headers[i].value;
    }
  }
  return NULL;
}

static bool same_text(const char *one, const char *other) {
  return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static bool same_headers(const json_t *expected, const cfaccess_decision *decision) {
  const char *name;
  json_t *value;
  bool same = json_object_size(expected) == decision->headers_len;
  json_object_foreach((json_t *)expected, name, value) {
    same = same && same_text(json_string_value(value), header_of(decision, name));
  }
  return same;
}

static const char *kind_of(const cfaccess_decision *decision) {
  static const char *const kinds[] = {"refused", "open", "allowed"};
  return decision->kind < 3 ? kinds[decision->kind] : "unknown";
}

static void compare_decision(const json_t *vector, const char *way, cfaccess_decision *decision) {
  const json_t *expected = json_object_get(vector, "decision");
  const json_t *headers = json_object_get(expected, "headers"), *body = json_object_get(expected, "body");
  if (!status_is_as_expected(vector, decision->status) ||
      strcmp(kind_of(decision), text(expected, "kind")) != 0) {
    DIFFERS("%s: it is %s: %s", way, kind_of(decision), decision->message.ptr);
  } else if ((json_int_t)decision->http_status !=
             json_integer_value(json_object_get(expected, "http_status"))) {
    DIFFERS("%s: HTTP %u", way, (unsigned)decision->http_status);
  } else if (!same_text(decision->email.ptr, text(expected, "email"))) {
    DIFFERS("%s: another e-mail is passed on", way);
  } else if (!same_text(header_of(decision, "Content-Type"), text(expected, "content_type")) ||
             !same_text(header_of(decision, "Location"), text(expected, "location")) ||
             (headers != NULL && !same_headers(headers, decision))) {
    DIFFERS("%s: other headers", way);
  } else if (body != NULL && !same_text(decision->body.ptr, json_string_value(body))) {
    DIFFERS("%s: another body: %s", way, decision->body.ptr);
  }
  cfaccess_decision_free(decision);
}

static bool has_nul(const cfaccess_request *request) {
  return (request->path_len > 0 && memchr(request->path, 0, request->path_len) != NULL) ||
         (request->host_len > 0 && memchr(request->host, 0, request->host_len) != NULL);
}

static void compare_request_of(const json_t *vector, const cfaccess_guard *guard) {
  static joined whole;
  owned_request owned;
  int64_t now = json_integer_value(json_object_get(json_object_get(document, "defaults"), "now"));
  read_request(&owned, json_object_get(vector, "request"));
  cfaccess_request apart = owned.request, as_header = owned.request;
  cfaccess_header headers[17];

  as_header.host = NULL, as_header.host_len = 0;
  if (apart.host != NULL) {
    headers[0] = (cfaccess_header){"host", 4, apart.host, apart.host_len};
    memcpy(headers + 1, owned.headers, apart.headers_len * sizeof *headers);
    as_header.headers = headers, as_header.headers_len = apart.headers_len + 1;
  }
  if (!owned.has_other_host) {
    compare_decision(vector, "host apart", cfaccess_guard_decide_at(guard, &apart, now));
  }
  compare_decision(vector, "host as header", cfaccess_guard_decide_at(guard, &as_header, now));
  /* In one piece a target that is empty is not known, and a NUL is refused. */
  if (!has_nul(&apart) && (apart.raw_target == NULL || apart.raw_target_len > 0)) {
    join_request(&whole, &as_header);
    cfaccess_request in_one_piece = request_of(&whole);
    compare_decision(vector, "in one piece", cfaccess_guard_decide_at(guard, &in_one_piece, now));
  }
  free_request(&owned);
}

static void guards(void) {
  size_t index;
  json_t *vector;
  document = read_json(VECTORS "/guard.json");
  make_verifiers();
  different = 0;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    cfaccess_guard *guard;
    vector_name = text(vector, "name");
    cfaccess_status made = make_guard(json_object_get(vector, "guard"), &guard);
    if (json_object_get(vector, "request") == NULL) {
      status_is_as_expected(vector, made);
    } else {
      must(made == CFACCESS_STATUS_OK, vector_name);
      compare_request_of(vector, guard);
    }
    cfaccess_guard_free(guard);
  }
  must(index > 0, "vectors");
  for (size_t i = 0; i < 16; i++) {
    cfaccess_verifier_free(verifiers[i]);
  }
  json_decref(document);
  EXPECT(different == 0);
}

int main(void) {
  RUN(guards);
  return all_stories_passed();
}
