/*
 * Arguments that a caller gets wrong: each is answered by a status, and nothing is read or written that
 * was not handed over.
 */
#include "support.h"

#include <sys/mman.h>
#include <unistd.h>

/* What may stand in an out-place before a call. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)

static cfaccess_config *config;
static cfaccess_keys *keys;
static cfaccess_verifier *verifier;

static const size_t absurd_lengths[] = {SIZE_MAX, SIZE_MAX - 1, (size_t)PTRDIFF_MAX + 1};

/* A copy that ends where memory ends: one byte more cannot be read. Freed by unmap(). */
typedef struct edge {
  char *pages;
  size_t size;
  const char *text;
  size_t length;
} edge;

static edge at_the_edge(const char *text, size_t length) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t size = (length + page - 1) / page * page + page;
  char *pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && mprotect(pages + size - page, page, PROT_NONE) == 0, "pages");
  char *copy = pages + size - page - length;
  memcpy(copy, text, length);
  return (edge){pages, size, copy, length};
}

static void unmap(edge it) {
  must(munmap(it.pages, it.size) == 0, "pages are given back");
}

#define EXPECT_NULL_ARGUMENT(call)                                         \
  do {                                                                     \
    error = GARBAGE;                                                       \
    EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, call);                    \
    EXPECT(cfaccess_error_status(error) == CFACCESS_STATUS_NULL_ARGUMENT); \
    cfaccess_error_free(error);                                            \
  } while (0)

static void null_where_a_value_is_needed(void) {
  cfaccess_error *error;
  cfaccess_config *new_config = GARBAGE;
  cfaccess_keys *new_keys = GARBAGE;
  cfaccess_verifier *new_verifier = GARBAGE;
  cfaccess_claims *claims = GARBAGE;
  char *json = GARBAGE;

  EXPECT_NULL_ARGUMENT(cfaccess_config_new(NULL, &new_config, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_add_audience(NULL, AUDIENCE, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_add_audience(config, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_allow_service(NULL, "x.access", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_allow_service(config, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_allow_any_service(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_leeway(NULL, 30, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_max_lifetime(NULL, 30, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_max_age(NULL, 30, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_accept_cookie(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_config_set_email_header(NULL, CFACCESS_EMAIL_HEADER_CHECK, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_from_json(NULL, 1, &new_keys, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_from_file(NULL, &new_keys, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_load_json(NULL, "{}", 2, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_load_json(keys, NULL, 1, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_status(NULL, &json, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_new(NULL, keys, &new_verifier, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_new(config, NULL, &new_verifier, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_verify(NULL, "a.b.c", 5, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_verify(verifier, NULL, 5, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_verify_at(NULL, "a.b.c", 5, NOW, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_verify_at(verifier, NULL, 5, NOW, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_explain(NULL, "a.b.c", 5, NOW, &json, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_explain(verifier, NULL, 5, NOW, &json, &error));

  EXPECT(new_config == NULL && new_keys == NULL && new_verifier == NULL && claims == NULL && json == NULL);
}

static void null_where_a_result_goes(void) {
  cfaccess_error *error;
  size_t length;
  char *document = read_file(KEYS_FILE, &length);

  EXPECT_NULL_ARGUMENT(cfaccess_config_new(TEAM, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_from_json(document, length, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_from_file(KEYS_FILE, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_status(keys, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_new(config, keys, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_verify(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), NULL, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_verifier_verify_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), NOW, NULL, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_verifier_explain(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), NOW, NULL, &error));
  free(document);
}

static void null_everywhere(void) {
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_new(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_add_audience(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_allow_service(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_allow_any_service(NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_set_leeway(NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_set_max_lifetime(NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_set_max_age(NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_accept_cookie(NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_config_set_email_header(NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_from_json(NULL, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_from_file(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_load_json(NULL, NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_status(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_new(NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_verify(NULL, NULL, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_verify_at(NULL, NULL, 0, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_explain(NULL, NULL, 0, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_claims_json(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_groups_from_custom(NULL, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_error_status(NULL));
  EXPECT(strcmp(cfaccess_error_message(NULL), "") == 0);
  EXPECT(cfaccess_verifier_warning(NULL, 0) == NULL);
}

static void freeing_null_does_nothing(void) {
  cfaccess_claims_free(NULL);
  cfaccess_config_free(NULL);
  cfaccess_error_free(NULL);
  cfaccess_keys_free(NULL);
  cfaccess_string_free(NULL);
  cfaccess_verifier_free(NULL);
}

static void places_for_results_need_not_be_initialised(void) {
  cfaccess_claims *claims = GARBAGE;
  cfaccess_error *error = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_verifier_verify_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON),
                                                                NOW, &claims, &error));
  EXPECT(claims->kind == CFACCESS_KIND_PERSON && error == NULL);
  cfaccess_claims_free(claims);

  claims = GARBAGE;
  error = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED,
                cfaccess_verifier_verify_at(verifier, "a", 1, NOW, &claims, &error));
  EXPECT(claims == NULL && error != GARBAGE);
  cfaccess_error_free(error);
}

static void no_place_for_the_error_is_fine(void) {
  cfaccess_claims *claims = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, cfaccess_verifier_verify_at(verifier, "a", 1, NOW, &claims, NULL));
  EXPECT(claims == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_set_leeway(config, -1, NULL));
}

static void nothing_at_all(void) {
  cfaccess_keys *new_keys;
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, verdict_at(verifier, NULL, 0, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, verdict_at(verifier, TOKEN_PERSON, 0, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID, cfaccess_keys_from_json(NULL, 0, &new_keys, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID, cfaccess_keys_load_json(keys, NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_add_audience(config, "", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_allow_service(config, "", NULL));
}

static void absurd_lengths_are_refused_unread(void) {
  for (size_t i = 0; i < sizeof absurd_lengths / sizeof *absurd_lengths; i++) {
    cfaccess_claims *claims;
    cfaccess_keys *new_keys;
    char *json;
    size_t length = absurd_lengths[i];
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  cfaccess_verifier_verify(verifier, GARBAGE, length, &claims, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  cfaccess_verifier_verify_at(verifier, GARBAGE, length, NOW, &claims, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  cfaccess_verifier_explain(verifier, GARBAGE, length, NOW, &json, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  cfaccess_keys_from_json(GARBAGE, length, &new_keys, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, cfaccess_keys_load_json(keys, GARBAGE, length, NULL));
  }
}

static void a_time_out_of_range_is_refused(void) {
  const int64_t times[] = {-1, INT64_C(1) << 53, INT64_MIN, INT64_MAX};
  char *json = GARBAGE;
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  cfaccess_verifier_explain(verifier, "a.b.c", 5, times[i], &json, NULL));
    EXPECT(json == NULL);
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                  verdict_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), times[i]));
  }
  EXPECT_STATUS(CFACCESS_STATUS_NOT_YET_VALID, verdict_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), 0));
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED,
                verdict_at(verifier, TOKEN_PERSON, strlen(TOKEN_PERSON), (INT64_C(1) << 53) - 1));
}

static void bytes_that_are_not_utf_8(void) {
  cfaccess_config *new_config;
  cfaccess_keys *new_keys;
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_new("\xc3\x28", &new_config, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_add_audience(config, "\xff", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_config_allow_service(config, "\xed\xa0\x80", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID, cfaccess_keys_from_json("{\"\xff\":1}", 7, &new_keys, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, verdict_at(verifier, "\xff\xfe.\x80.\xc3", 6, NOW));
}

static void nothing_is_read_after_the_end(void) {
  edge token = at_the_edge(TOKEN_PERSON, strlen(TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_at(verifier, token.text, token.length, NOW));
  for (size_t cut = 1; cut < token.length; cut += 7) {
    EXPECT(verdict_at(verifier, token.text + cut, token.length - cut, NOW) != CFACCESS_STATUS_OK);
  }
  unmap(token);

  size_t length;
  char *document = read_file(KEYS_FILE, &length);
  edge at_edge = at_the_edge(document, length);
  cfaccess_keys *new_keys;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_from_json(at_edge.text, at_edge.length, &new_keys, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_load_json(new_keys, at_edge.text, at_edge.length, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID,
                cfaccess_keys_load_json(new_keys, at_edge.text + 1, at_edge.length - 1, NULL));
  cfaccess_keys_free(new_keys);
  unmap(at_edge);
  free(document);
}

static void a_token_is_all_of_its_length(void) {
  const size_t length = strlen(TOKEN_PERSON);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict_at(verifier, TOKEN_PERSON "\0x", length, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, verdict_at(verifier, TOKEN_PERSON "\0x", length + 2, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, verdict_at(verifier, TOKEN_PERSON, length + 1, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, verdict_at(verifier, "\0" TOKEN_PERSON, length + 1, NOW));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict_at(verifier, TOKEN_PERSON, length - 2, NOW));
}

int main(void) {
  config = usual_config();
  keys = keys_of(KEYS_FILE);
  verifier = verifier_of(config, keys);
  RUN(null_where_a_value_is_needed);
  RUN(null_where_a_result_goes);
  RUN(null_everywhere);
  RUN(freeing_null_does_nothing);
  RUN(places_for_results_need_not_be_initialised);
  RUN(no_place_for_the_error_is_fine);
  RUN(nothing_at_all);
  RUN(absurd_lengths_are_refused_unread);
  RUN(a_time_out_of_range_is_refused);
  RUN(bytes_that_are_not_utf_8);
  RUN(nothing_is_read_after_the_end);
  RUN(a_token_is_all_of_its_length);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
  return all_stories_passed();
}
