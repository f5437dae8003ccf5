/*
 * The functions of a guard: what they take, who owns what, and that every call ends in a decision.
 */
#include "guard.h"

static const cfaccess_header good = {"Cf-Access-Jwt-Assertion", 23, TOKEN_PERSON, sizeof TOKEN_PERSON - 1};

static bool is_refused(cfaccess_decision *decision, cfaccess_status status) {
  bool is = decision != NULL && decision->struct_size == sizeof *decision &&
            decision->kind == CFACCESS_DECISION_REFUSED && decision->status == status &&
            decision->http_status == (uint32_t)cfaccess_status_http(status) && decision->claims == NULL &&
            decision->claims_id == 0 && is_absent(decision->email) && decision->message.len > 0 &&
            decision->body.ptr != NULL && strstr(decision->body.ptr, cfaccess_status_name(status)) != NULL;
  cfaccess_decision_free(decision);
  return is;
}

static void a_good_token_is_allowed_with_its_claims(void) {
  cfaccess_guard *guard = guard_with(usual_verifier());
  cfaccess_request asked = request("GET", "/", &good, 1);

  cfaccess_decision *decision = cfaccess_guard_decide_at(guard, &asked, NOW);

  EXPECT(decision->kind == CFACCESS_DECISION_ALLOWED && decision->status == CFACCESS_STATUS_OK);
  EXPECT(decision->http_status == 0 && decision->headers_len == 0 && is_absent(decision->body));
  EXPECT(text_is(decision->claims->email, "user@example.com") &&
         text_is(decision->email, "user@example.com"));
  EXPECT(decision->claims_id == decision->claims->id && decision->claims_id != 0);
  EXPECT(is_absent(decision->message) && is_absent(decision->warning) && decision->route == -1);
  cfaccess_guard_free(guard);
  EXPECT(text_is(decision->claims->email, "user@example.com"));
  cfaccess_decision_free(decision);
}

static void a_refusal_has_its_answer(void) {
  cfaccess_guard *guard = guard_with(usual_verifier());
  const cfaccess_header accept = header("Accept", "text/html");
  cfaccess_request asked = request("GET", "/", &accept, 1);
  static const char *const expected[][2] = {{"Cache-Control", "no-store"},
                                            {"Vary", "Accept"},
                                            {"Content-Type", "text/plain; charset=utf-8"},
                                            {"Content-Length", "39"},
                                            {"X-Content-Type-Options", "nosniff"},
                                            {"WWW-Authenticate", "Cloudflare-Access"}};

  cfaccess_decision *decision = cfaccess_guard_decide_at(guard, &asked, NOW);

  EXPECT(decision->kind == CFACCESS_DECISION_REFUSED && decision->status == CFACCESS_STATUS_NO_TOKEN);
  EXPECT(decision->http_status == 401 && decision->route == 0);
  EXPECT(text_is(decision->body, "NO_TOKEN: the request carries no token\n"));
  EXPECT(decision->headers_len == sizeof expected / sizeof *expected);
  for (size_t i = 0; i < decision->headers_len; i++) {
    const cfaccess_header *came = &decision->headers[i];
    EXPECT(strcmp(came->name, expected[i][0]) == 0 && came->name_len == strlen(expected[i][0]));
    EXPECT(strcmp(came->value, expected[i][1]) == 0 && came->value_len == strlen(expected[i][1]));
  }
  cfaccess_decision_free(decision);
  cfaccess_guard_free(guard);
}

static void an_open_path_has_no_claims(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_guard_config *config = new_guard_config();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_guard_config_add_route(config, NULL, "/", verifier, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_guard_config_add_open_path(config, "GET", NULL, "/healthz", NULL));
  cfaccess_guard *guard = guard_of(config);
  cfaccess_request asked = request("GET", "/healthz", &good, 1);

  cfaccess_decision *decision = cfaccess_guard_decide_at(guard, &asked, NOW);

  EXPECT(decision->kind == CFACCESS_DECISION_OPEN && decision->status == CFACCESS_STATUS_OK);
  EXPECT(decision->claims == NULL && decision->claims_id == 0 && is_absent(decision->email));
  cfaccess_decision_free(decision);
  cfaccess_guard_free(guard);
  cfaccess_guard_config_free(config);
  cfaccess_verifier_free(verifier);
}

static void whatever_is_wrong_with_a_call_is_a_refusal(void) {
  cfaccess_guard *guard = guard_with(usual_verifier());
  cfaccess_request asked = request("GET", "/", &good, 1), odd = asked;

  EXPECT(is_refused(cfaccess_guard_decide(NULL, &asked), CFACCESS_STATUS_NULL_ARGUMENT));
  EXPECT(is_refused(cfaccess_guard_try_decide(guard, NULL), CFACCESS_STATUS_NULL_ARGUMENT));
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &asked, -1), CFACCESS_STATUS_INVALID_ARGUMENT));
  for (odd.struct_size = 0; odd.struct_size < sizeof odd; odd.struct_size += sizeof(void *)) {
    EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  }
  odd = asked, odd.headers = NULL;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_NULL_ARGUMENT));
  odd = asked, odd.path = NULL;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_NULL_ARGUMENT));
  odd = asked, odd.host_len = 1;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_NULL_ARGUMENT));
  odd = asked, odd.headers_len = SIZE_MAX / 8;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  odd = asked, odd.method_len = SIZE_MAX;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  odd = (cfaccess_request){.struct_size = sizeof odd};
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_NO_TOKEN));
  EXPECT(cfaccess_guard_lookup(NULL, NULL, 0, 0) == 0 && cfaccess_guard_lookup(guard, NULL, 1, 5) == 0);
  cfaccess_decision_free(NULL);
  cfaccess_guard_free(guard);
}

/* A caller built with a later header passes members that this library does not know. */
static void a_larger_request_is_read_as_far_as_it_is_known(void) {
  struct {
    cfaccess_request known;
    const char *later;
  } larger = {request("GET", "/", &good, 1), "later"};
  larger.known.struct_size = sizeof larger;
  cfaccess_guard *guard = guard_with(usual_verifier());

  EXPECT(status_of(cfaccess_guard_decide_at(guard, &larger.known, NOW)) == CFACCESS_STATUS_OK);

  cfaccess_guard_free(guard);
}

static void many_headers_are_as_good_as_few(void) {
  cfaccess_guard *guard = guard_with(usual_verifier());
  cfaccess_header headers[200];
  for (size_t i = 0; i < 200; i++) {
    headers[i] = header("X-Other", "x");
  }
  headers[199] = good;

  for (size_t first = 0; first < 200; first++) {
    cfaccess_request asked = request("GET", "/", headers + first, 200 - first);
    EXPECT(status_of(cfaccess_guard_decide_at(guard, &asked, NOW)) == CFACCESS_STATUS_OK);
  }

  cfaccess_guard_free(guard);
}

static void a_request_in_one_piece_has_the_parts_that_it_says(void) {
  static joined whole;
  cfaccess_guard *guard = guard_with(usual_verifier());
  cfaccess_request asked = request("GET", "/", &good, 1);
  join_request(&whole, &asked);
  cfaccess_request right = request_of(&whole), odd = right;

  EXPECT(status_of(cfaccess_guard_decide_at(guard, &right, NOW)) == CFACCESS_STATUS_OK);

  for (size_t parts = 0; parts < 12; parts++) {
    odd.joined_parts = parts;
    /* What is left over may be the rest of a part with a NUL. */
    bool leaves_some = parts == right.joined_parts - 2;
    cfaccess_status expected = leaves_some ? CFACCESS_STATUS_UNCLEAN_PATH : CFACCESS_STATUS_INVALID_ARGUMENT;
    EXPECT(parts == right.joined_parts || is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), expected));
  }
  odd.joined_parts = SIZE_MAX;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  odd = right, odd.joined_len -= 1;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  odd = right, odd.joined_len = 0;
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_INVALID_ARGUMENT));
  cfaccess_guard_free(guard);
}

/* A value with a NUL must not become two parts, of which the second would be a header. */
static void a_nul_in_a_part_is_refused(void) {
  static joined whole;
  cfaccess_guard *guard = guard_with(usual_verifier());
  const char forged[] = "x\0Cf-Access-Jwt-Assertion\0" TOKEN_PERSON;
  const cfaccess_header other = {"X-Other", 7, forged, sizeof forged - 1};
  cfaccess_request asked = request("GET", "/", &other, 1);
  join_request(&whole, &asked);
  cfaccess_request odd = request_of(&whole);

  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &odd, NOW), CFACCESS_STATUS_UNCLEAN_PATH));
  EXPECT(is_refused(cfaccess_guard_decide_at(guard, &asked, NOW), CFACCESS_STATUS_NO_TOKEN));

  cfaccess_guard_free(guard);
}

static void a_lookup_finds_the_claims_of_a_decision(void) {
  static joined whole;
  cfaccess_guard *guard = guard_with(usual_verifier());
  const cfaccess_header now_good = header("Cf-Access-Jwt-Assertion", TOKEN_GOOD_NOW);
  cfaccess_request asked = request("GET", "/", &now_good, 1);
  join_request(&whole, &asked);
  cfaccess_request in_one_piece = request_of(&whole);
  EXPECT(cfaccess_guard_lookup(guard, whole.text, whole.length, whole.parts) == 0);

  cfaccess_decision *decision = cfaccess_guard_try_decide(guard, &in_one_piece);

  EXPECT(decision->kind == CFACCESS_DECISION_ALLOWED);
  EXPECT(cfaccess_guard_lookup(guard, whole.text, whole.length, whole.parts) == decision->claims_id);
  EXPECT(cfaccess_guard_lookup(guard, whole.text, whole.length, whole.parts + 2) == 0);
  cfaccess_decision_free(decision);
  cfaccess_guard_free(guard);
}

static void claims_of_two_verifiers_have_different_ids(void) {
  cfaccess_guard *one = guard_with(usual_verifier()), *other = guard_with(usual_verifier());
  cfaccess_request asked = request("GET", "/", &good, 1);

  cfaccess_decision *first = cfaccess_guard_decide_at(one, &asked, NOW);
  cfaccess_decision *second = cfaccess_guard_decide_at(other, &asked, NOW);

  EXPECT(first->claims_id != second->claims_id);
  cfaccess_decision_free(first);
  cfaccess_decision_free(second);
  cfaccess_guard_free(one);
  cfaccess_guard_free(other);
}

static void a_configuration_is_changed_on_success_only(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_guard_config *config = new_guard_config();
  cfaccess_guard *guard;
  cfaccess_error *error;

  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                cfaccess_guard_config_add_route(config, "a.example:80", "/", verifier, NULL, &error));
  EXPECT(strstr(cfaccess_error_message(error), "a.example:80") != NULL);
  cfaccess_error_free(error);
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                cfaccess_guard_config_add_route(config, NULL, "/", verifier, "http://x/", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_guard_config_add_route(config, NULL, "/", NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_guard_config_add_open_path(config, NULL, NULL, "/", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_guard_config_trust_origin(config, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_guard_config_set_log(config, NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_guard_new(config, &guard, NULL));
  EXPECT(guard == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_guard_new(NULL, &guard, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_guard_config_check_origin(NULL, NULL));
  cfaccess_guard_config_free(config);
  cfaccess_guard_config_free(NULL);
  cfaccess_verifier_free(verifier);
}

static int logged, released;

static void log_line(void *user_data, int32_t level, const char *line) {
  logged += level == CFACCESS_LOG_WARNING && user_data == &logged && strstr(line, "odd") != NULL;
}

static void release(void *user_data) {
  released += user_data == &logged;
}

static void warnings_are_logged_and_user_data_is_released_once(void) {
  cfaccess_config *odd = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_config_add_audience(odd, "odd", NULL));
  cfaccess_verifier *verifier = verifier_of(odd, keys);
  cfaccess_guard_config *config = new_guard_config();
  logged = released = 0;
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_guard_config_add_route(config, NULL, NULL, verifier, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_guard_config_set_log(config, log_line, &logged, release, NULL));

  cfaccess_guard *guard = guard_of(config);

  EXPECT(logged == 1);
  cfaccess_guard_config_free(config);
  EXPECT(released == 0);
  cfaccess_guard_free(guard);
  EXPECT(released == 1);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(odd);
}

static void the_headers_that_are_read_are_named(void) {
  size_t count = 0;
  bool has_token = false;
  for (const char *name; (name = cfaccess_guard_header(count)) != NULL; count++) {
    has_token = has_token || strcmp(name, "cf-access-jwt-assertion") == 0;
  }
  EXPECT(count == 12 && has_token);
  EXPECT(cfaccess_guard_header(SIZE_MAX) == NULL);
}

int main(void) {
  RUN(a_good_token_is_allowed_with_its_claims);
  RUN(a_refusal_has_its_answer);
  RUN(an_open_path_has_no_claims);
  RUN(whatever_is_wrong_with_a_call_is_a_refusal);
  RUN(a_larger_request_is_read_as_far_as_it_is_known);
  RUN(many_headers_are_as_good_as_few);
  RUN(a_request_in_one_piece_has_the_parts_that_it_says);
  RUN(a_nul_in_a_part_is_refused);
  RUN(a_lookup_finds_the_claims_of_a_decision);
  RUN(claims_of_two_verifiers_have_different_ids);
  RUN(a_configuration_is_changed_on_success_only);
  RUN(warnings_are_logged_and_user_data_is_released_once);
  RUN(the_headers_that_are_read_are_named);
  return all_stories_passed();
}
