/*
 * Requests: which header or cookie brings the token, who may say the e-mail, and why a token is refused.
 */
#include "support.h"

#include <sys/mman.h>
#include <unistd.h>

/* What may stand in an out-place before a call. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)

#define EMAIL "user@example.com"
#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ASSERTION(token) header("Cf-Access-Jwt-Assertion", token)
#define EMAIL_HEADER(email) header("Cf-Access-Authenticated-User-Email", email)

/* The verdict on the headers that follow, with the `verifier` of the story. */
#define ASK(...)                                                       \
  request_verdict_at(verifier, (const cfaccess_header[]){__VA_ARGS__}, \
                     COUNT(((const cfaccess_header[]){__VA_ARGS__})), NOW)

static cfaccess_verifier *usual;

static cfaccess_verifier *made_from(cfaccess_config *config) {
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
  return verifier;
}

static cfaccess_verifier *with_email_policy(int32_t policy) {
  cfaccess_config *config = usual_config();
  must(cfaccess_config_set_email_header(config, policy, NULL) == CFACCESS_STATUS_OK, "a policy");
  must(cfaccess_config_allow_any_service(config, NULL) == CFACCESS_STATUS_OK, "services");
  return made_from(config);
}

static void a_person_asks(void) {
  const cfaccess_header headers[] = {header("Host", "wiki.example.com"), ASSERTION(TOKEN_PERSON),
                                     EMAIL_HEADER(EMAIL), header("Accept", "")};
  cfaccess_claims *claims = GARBAGE;
  cfaccess_error *error = GARBAGE;

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_verify_request_at(usual, headers, COUNT(headers), NOW, &claims, &error));

  EXPECT(error == NULL);
  EXPECT(claims->kind == CFACCESS_KIND_PERSON && text_is(claims->email, EMAIL));
  EXPECT(claims->ends_at == claims->expires_at);
  cfaccess_claims_free(claims);
}

static void a_person_asks_now(void) {
  const cfaccess_header good = ASSERTION(TOKEN_GOOD_NOW);
  const cfaccess_header old = ASSERTION(TOKEN_PERSON);
  cfaccess_claims *claims = GARBAGE;
  cfaccess_error *error = GARBAGE;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_verifier_verify_request(usual, &good, 1, &claims, &error));
  EXPECT(text_is(claims->email, EMAIL) && error == NULL);
  cfaccess_claims_free(claims);

  claims = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, cfaccess_verifier_verify_request(usual, &old, 1, &claims, &error));
  EXPECT(claims == NULL && cfaccess_error_status(error) == CFACCESS_STATUS_EXPIRED);
  cfaccess_error_free(error);
}

static void a_session_ends_where_the_age_does(void) {
  const cfaccess_header headers[] = {ASSERTION(TOKEN_PERSON)};
  cfaccess_config *config = usual_config();
  must(cfaccess_config_set_max_age(config, 3600, NULL) == CFACCESS_STATUS_OK, "an age");
  cfaccess_verifier *verifier = made_from(config);
  cfaccess_claims *claims;

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_verify_request_at(verifier, headers, 1, NOW, &claims, NULL));
  EXPECT(claims->ends_at == claims->issued_at + 3600 && claims->ends_at < claims->expires_at);
  EXPECT_STATUS(CFACCESS_STATUS_OK, request_verdict_at(verifier, headers, 1, claims->ends_at));
  EXPECT_STATUS(CFACCESS_STATUS_SESSION_TOO_OLD,
                request_verdict_at(verifier, headers, 1, claims->ends_at + 1));
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
}

static void a_header_comes_in_any_case(void) {
  const cfaccess_verifier *verifier = usual;
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(header("cf-access-jwt-assertion", TOKEN_PERSON)));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(header("CF-ACCESS-JWT-ASSERTION", TOKEN_PERSON)));
  EXPECT_STATUS(
      CFACCESS_STATUS_IDENTITY_MISMATCH,
      ASK(ASSERTION(TOKEN_PERSON), header("cf-ACCESS-authenticated-user-EMAIL", "admin@example.com")));
}

static void no_other_header_brings_a_token(void) {
  const cfaccess_verifier *verifier = usual;
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN,
                ASK(header("Authorization", "Bearer " TOKEN_PERSON), header("Cf-Access-Token", TOKEN_PERSON),
                    header("X-Cf-Access-Jwt-Assertion", TOKEN_PERSON)));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, ASK(ASSERTION("")));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, ASK(ASSERTION(TOKEN_PERSON), ASSERTION(TOKEN_PERSON)));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, ASK(ASSERTION(TOKEN_SIGNATURE_MIDDLE_BIT)));
}

static void a_cookie_only_where_it_is_accepted(void) {
  const cfaccess_header cookie = header("cookie", "a=b; CF_Authorization=" TOKEN_PERSON "; c=d");
  const cfaccess_verifier *verifier = usual;
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, ASK(cookie));

  cfaccess_config *config = usual_config();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_accept_cookie(config, NULL));
  cfaccess_verifier *accepting = made_from(config);
  verifier = accepting;
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(cookie));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(cookie, cookie));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(header("cookie", "CF_Authorization=x"), cookie));
  EXPECT_STATUS(CFACCESS_STATUS_MALFORMED, ASK(header("cookie", "CF_Authorization=x; CF_Authorization=y")));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(ASSERTION(TOKEN_PERSON), header("Cookie", "CF_Authorization=x")));
  EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, ASK(ASSERTION(TOKEN_SIGNATURE_MIDDLE_BIT), cookie));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, ASK(ASSERTION(""), cookie));
  cfaccess_verifier_free(accepting);
}

static void a_spoofed_email_is_refused(void) {
  const cfaccess_header person = ASSERTION(TOKEN_PERSON);
  const cfaccess_header service = ASSERTION(TOKEN_SERVICE);
  cfaccess_verifier *verifier = with_email_policy(CFACCESS_EMAIL_HEADER_CHECK);
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(person));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(EMAIL_HEADER(EMAIL), person));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(EMAIL_HEADER("admin@example.com"), person));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(EMAIL_HEADER(EMAIL), EMAIL_HEADER(EMAIL), person));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(EMAIL_HEADER(""), person));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(EMAIL_HEADER(""), service));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(EMAIL_HEADER(EMAIL), service));
  EXPECT_STATUS(CFACCESS_STATUS_NO_TOKEN, ASK(EMAIL_HEADER(EMAIL)));
  cfaccess_verifier_free(verifier);

  verifier = with_email_policy(CFACCESS_EMAIL_HEADER_REQUIRE);
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(person));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH, ASK(EMAIL_HEADER("admin@example.com"), person));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(EMAIL_HEADER(EMAIL), person));
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(service));
  cfaccess_verifier_free(verifier);

  verifier = with_email_policy(CFACCESS_EMAIL_HEADER_IGNORE);
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(EMAIL_HEADER("admin@example.com"), person));
  cfaccess_verifier_free(verifier);
}

static void an_unknown_email_policy_changes_nothing(void) {
  const int32_t unknown[] = {-1, 3, INT32_MIN, INT32_MAX};
  cfaccess_config *config = usual_config();
  for (size_t i = 0; i < COUNT(unknown); i++) {
    cfaccess_error *error = GARBAGE;
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_config_set_email_header(config, unknown[i], &error));
    EXPECT(cfaccess_error_status(error) == CFACCESS_STATUS_INVALID_CONFIG);
    cfaccess_error_free(error);
  }
  cfaccess_verifier *verifier = made_from(config);
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(ASSERTION(TOKEN_PERSON)));
  EXPECT_STATUS(CFACCESS_STATUS_IDENTITY_MISMATCH,
                ASK(ASSERTION(TOKEN_PERSON), EMAIL_HEADER("admin@example.com")));
  cfaccess_verifier_free(verifier);
}

/* Both functions must refuse alike and leave no claims. */
#define EXPECT_REFUSED(expected, asked, headers, length)                                                \
  do {                                                                                                  \
    cfaccess_claims *claims = GARBAGE;                                                                  \
    cfaccess_error *error = GARBAGE;                                                                    \
    EXPECT_STATUS(expected, cfaccess_verifier_verify_request(asked, headers, length, &claims, &error)); \
    EXPECT(claims == NULL && cfaccess_error_status(error) == (expected));                               \
    cfaccess_error_free(error);                                                                         \
    claims = GARBAGE;                                                                                   \
    EXPECT_STATUS(expected,                                                                             \
                  cfaccess_verifier_verify_request_at(asked, headers, length, NOW, &claims, NULL));     \
    EXPECT(claims == NULL);                                                                             \
  } while (0)

static void null_is_refused(void) {
  const cfaccess_header good = ASSERTION(TOKEN_PERSON);
  const cfaccess_header no_name[] = {good, {NULL, 1, "x", 1}};
  const cfaccess_header no_value[] = {good, {"x", 1, NULL, 1}};
  cfaccess_error *error;

  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, NULL, &good, 1);
  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, NULL, NULL, 0);
  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, usual, NULL, 1);
  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, usual, NULL, SIZE_MAX);
  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, usual, no_name, 2);
  EXPECT_REFUSED(CFACCESS_STATUS_NULL_ARGUMENT, usual, no_value, 2);

  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_verifier_verify_request(usual, &good, 1, NULL, &error));
  cfaccess_error_free(error);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_verifier_verify_request_at(usual, &good, 1, NOW, NULL, &error));
  cfaccess_error_free(error);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_verify_request(NULL, NULL, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_verifier_verify_request_at(NULL, NULL, 0, 0, NULL, NULL));
}

static void nothing_may_be_null(void) {
  const cfaccess_verifier *verifier = usual;
  const cfaccess_header empty = {"Cf-Access-Jwt-Assertion", 23, NULL, 0};
  EXPECT_REFUSED(CFACCESS_STATUS_NO_TOKEN, usual, NULL, 0);
  EXPECT_REFUSED(CFACCESS_STATUS_NO_TOKEN, usual, (const cfaccess_header *)GARBAGE, 0);
  EXPECT_REFUSED(CFACCESS_STATUS_NO_TOKEN, usual, &empty, 1);
  EXPECT_STATUS(CFACCESS_STATUS_OK, ASK(ASSERTION(TOKEN_PERSON), (cfaccess_header){"Accept", 6, NULL, 0}));
}

static void absurd_lengths_are_refused_unread(void) {
  const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 1, (size_t)PTRDIFF_MAX + 1};
  const cfaccess_header *headers = GARBAGE;
  for (size_t i = 0; i < COUNT(absurd); i++) {
    const cfaccess_header long_name = {GARBAGE, absurd[i], "x", 1};
    const cfaccess_header long_value = {"x", 1, GARBAGE, absurd[i]};
    EXPECT_REFUSED(CFACCESS_STATUS_INVALID_ARGUMENT, usual, headers, absurd[i]);
    EXPECT_REFUSED(CFACCESS_STATUS_INVALID_ARGUMENT, usual, headers, absurd[i] / sizeof *headers + 1);
    EXPECT_REFUSED(CFACCESS_STATUS_INVALID_ARGUMENT, usual, &long_name, 1);
    EXPECT_REFUSED(CFACCESS_STATUS_INVALID_ARGUMENT, usual, &long_value, 1);
  }
}

static void a_time_out_of_range_is_refused(void) {
  const int64_t times[] = {-1, INT64_C(1) << 53, INT64_MIN, INT64_MAX};
  const cfaccess_header good = ASSERTION(TOKEN_PERSON);
  for (size_t i = 0; i < COUNT(times); i++) {
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT, request_verdict_at(usual, &good, 1, times[i]));
  }
  EXPECT_STATUS(CFACCESS_STATUS_NOT_YET_VALID, request_verdict_at(usual, &good, 1, 0));
  EXPECT_STATUS(CFACCESS_STATUS_EXPIRED, request_verdict_at(usual, &good, 1, (INT64_C(1) << 53) - 1));
}

/* The header lies where memory ends, and so does its value in front of it: neither ends with a NUL. */
static void nothing_is_read_after_the_end(void) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE), length = strlen(TOKEN_PERSON);
  char *pages = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  must(pages != MAP_FAILED && length < page, "pages");
  char *value = pages + page - length;
  cfaccess_header *good = (cfaccess_header *)(void *)(pages + 3 * page - sizeof *good);
  memcpy(value, TOKEN_PERSON, length);
  *good = (cfaccess_header){"Cf-Access-Jwt-Assertion", 23, value, length};
  must(mprotect(pages + page, page, PROT_NONE) == 0 && mprotect(pages + 3 * page, page, PROT_NONE) == 0,
       "pages that cannot be read");

  EXPECT_STATUS(CFACCESS_STATUS_OK, request_verdict_at(usual, good, 1, NOW));
  must(munmap(pages, 4 * page) == 0, "pages are given back");
}

static void an_explanation_is_for_people(void) {
  const char *signature = strrchr(TOKEN_PERSON, '.') + 1;
  const size_t length = strlen(TOKEN_PERSON);
  cfaccess_error *error = GARBAGE;
  char *json = GARBAGE;

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_explain(usual, TOKEN_PERSON, length, NOW, &json, &error));
  EXPECT(error == NULL && json[0] == '{' && strstr(json, "\"checks\"") != NULL);
  EXPECT(strstr(json, "\"passed\"") != NULL && strstr(json, "\"failed\"") == NULL);
  EXPECT(strstr(json, EMAIL) != NULL && strstr(json, signature) == NULL);
  cfaccess_string_free(json);

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_explain(usual, TOKEN_PERSON, length, NOW + 90000, &json, NULL));
  EXPECT(strstr(json, "\"failed\"") != NULL && strstr(json, "EXPIRED") != NULL);
  cfaccess_string_free(json);

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_verifier_explain(usual, NULL, 0, NOW, &json, NULL));
  EXPECT(strstr(json, "\"failed\"") != NULL && strstr(json, "NO_TOKEN") != NULL);
  cfaccess_string_free(json);
}

int main(void) {
  usual = usual_verifier();
  RUN(a_person_asks);
  RUN(a_person_asks_now);
  RUN(a_session_ends_where_the_age_does);
  RUN(a_header_comes_in_any_case);
  RUN(no_other_header_brings_a_token);
  RUN(a_cookie_only_where_it_is_accepted);
  RUN(a_spoofed_email_is_refused);
  RUN(an_unknown_email_policy_changes_nothing);
  RUN(null_is_refused);
  RUN(nothing_may_be_null);
  RUN(absurd_lengths_are_refused_unread);
  RUN(a_time_out_of_range_is_refused);
  RUN(nothing_is_read_after_the_end);
  RUN(an_explanation_is_for_people);
  cfaccess_verifier_free(usual);
  return all_stories_passed();
}
