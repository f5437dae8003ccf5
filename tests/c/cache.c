/*
 * A token that comes again: its claims are the same, and are freed once for each time they were handed out.
 */
#include "cache.h"

/* What an out-pointer may hold before a call. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)

static cfaccess_keys *keys;
static cfaccess_verifier *usual;

static void a_hit_hands_out_the_same_claims(void) {
  cfaccess_claims *first = look_at(usual, TOKEN_PERSON);
  cfaccess_claims *second = look_at(usual, TOKEN_PERSON);
  cfaccess_claims *other = look_at(usual, TOKEN_CUSTOM);

  EXPECT(first == second && first != other);
  EXPECT(first->id != 0 && first->id != other->id);

  cfaccess_claims_free(first);
  EXPECT(text_is(second->email, "user@example.com"));
  cfaccess_claims_free(second);
  cfaccess_claims_free(other);
}

static void a_request_and_a_token_have_the_same_claims(void) {
  const cfaccess_header assertion = header("Cf-Access-Jwt-Assertion", TOKEN_PERSON);
  cfaccess_claims *by_token = look_at(usual, TOKEN_PERSON);
  cfaccess_claims *by_request;

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_verifier_verify_request_at(usual, &assertion, 1, NOW, &by_request, NULL));

  EXPECT(by_token == by_request);
  cfaccess_claims_free(by_token);
  cfaccess_claims_free(by_request);
}

static void claims_outlive_eviction_their_verifier_and_its_keys(void) {
  const char *tokens[] = {TOKEN_PERSON, TOKEN_CUSTOM, TOKEN_AUDIENCES_64, TOKEN_OLDER_SHAPE};
  enum { TOKENS = sizeof tokens / sizeof *tokens };
  cfaccess_keys *own_keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_keeping(1, own_keys);
  cfaccess_claims *claims[2 * TOKENS];
  for (size_t i = 0; i < 2 * TOKENS; i++) {
    claims[i] = look_at(verifier, tokens[i % TOKENS]);
  }
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(own_keys);

  for (size_t i = 0; i < TOKENS; i++) {
    EXPECT(claims[i]->id != claims[TOKENS + i]->id);
    EXPECT(claims[i]->block.len == claims[TOKENS + i]->block.len);
    EXPECT(memcmp(claims[i]->block.ptr, claims[TOKENS + i]->block.ptr, claims[i]->block.len) == 0);
    EXPECT(claims[i]->audiences_len > 0 && text_is(claims[i]->issuer, "https://acme.cloudflareaccess.com"));
    for (size_t audience = 0; audience < claims[i]->audiences_len; audience++) {
      EXPECT(strlen(claims[i]->audiences[audience].ptr) == claims[i]->audiences[audience].len);
    }
  }
  for (size_t i = 0; i < 2 * TOKENS; i++) {
    cfaccess_claims_free(claims[(i * 3) % (2 * TOKENS)]);
  }
}

static void a_lookup_returns_the_id_of_claims_that_were_handed_out(void) {
  cfaccess_verifier *verifier = usual_verifier();
  EXPECT(lookup(verifier, TOKEN_GOOD_NOW) == 0);

  uint64_t id = id_now(verifier, TOKEN_GOOD_NOW);

  EXPECT(id != 0 && lookup(verifier, TOKEN_GOOD_NOW) == id);
  EXPECT(id_now(verifier, TOKEN_GOOD_NOW) == id);
  cfaccess_verifier_free(verifier);
}

static void a_lookup_finds_only_the_very_token(void) {
  cfaccess_verifier *verifier = usual_verifier();
  size_t length = strlen(TOKEN_GOOD_NOW);
  id_now(verifier, TOKEN_GOOD_NOW);
  cfaccess_claims_free(look_at(verifier, TOKEN_PERSON));

  EXPECT(lookup(verifier, TOKEN_PERSON) == 0); /* expired by the clock of the system */
  EXPECT(lookup(verifier, "") == 0 && lookup(verifier, "x") == 0);
  for (size_t i = 0; i < length; i++) {
    /* On the heap and no longer than its length, so that sanitizers see any read past it. */
    char *other = malloc(length);
    must(other != NULL, "memory");
    memcpy(other, TOKEN_GOOD_NOW, length);
    other[i] ^= 1;
    EXPECT(cfaccess_verifier_lookup(verifier, other, length) == 0);
    free(other);
    EXPECT(cfaccess_verifier_lookup(verifier, TOKEN_GOOD_NOW, i) == 0);
  }
  EXPECT(cfaccess_verifier_lookup(verifier, TOKEN_GOOD_NOW, length + 1) == 0);
  cfaccess_verifier_free(verifier);
}

static void a_lookup_of_nothing_is_0(void) {
  EXPECT(cfaccess_verifier_lookup(NULL, TOKEN_GOOD_NOW, strlen(TOKEN_GOOD_NOW)) == 0);
  EXPECT(cfaccess_verifier_lookup(usual, NULL, 0) == 0);
  EXPECT(cfaccess_verifier_lookup(usual, NULL, 5) == 0);
  EXPECT(cfaccess_verifier_lookup(usual, TOKEN_GOOD_NOW, SIZE_MAX) == 0);
}

static void a_lookup_goes_by_the_keys_in_force(void) {
  cfaccess_keys *own_keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_keeping(8, own_keys);
  uint64_t id = id_now(verifier, TOKEN_GOOD_NOW);

  load(own_keys, KEYS_FILE);
  EXPECT(lookup(verifier, TOKEN_GOOD_NOW) == id);
  load(own_keys, OTHER_KEYS_FILE);
  EXPECT(lookup(verifier, TOKEN_GOOD_NOW) == 0);
  load(own_keys, KEYS_FILE);
  EXPECT(lookup(verifier, TOKEN_GOOD_NOW) == 0);
  EXPECT(id_now(verifier, TOKEN_GOOD_NOW) != id);

  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(own_keys);
}

static void a_hit_goes_by_the_keys_in_force(void) {
  cfaccess_keys *own_keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_keeping(8, own_keys);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));

  load(own_keys, OTHER_KEYS_FILE);
  EXPECT_STATUS(CFACCESS_STATUS_UNKNOWN_KEY, verdict(verifier, TOKEN_PERSON));
  load(own_keys, KEYS_FILE);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));

  EXPECT(stats_have(verifier, "\"verified\":2") && stats_have(verifier, "\"hits\":0"));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(own_keys);
}

static void without_a_cache_nothing_is_a_hit(void) {
  cfaccess_config *config = usual_config();
  must(cfaccess_config_set_cache_bytes(config, 0, NULL) == CFACCESS_STATUS_OK, "a size");
  cfaccess_verifier *none[] = {verifier_keeping(0, keys), verifier_of(config, keys)};
  cfaccess_config_free(config);
  for (size_t i = 0; i < 2; i++) {
    uint64_t first = id_now(none[i], TOKEN_GOOD_NOW);
    EXPECT(id_now(none[i], TOKEN_GOOD_NOW) != first);
    EXPECT(lookup(none[i], TOKEN_GOOD_NOW) == 0);
    EXPECT(stats_have(none[i], "\"verified\":2") && stats_have(none[i], "\"entries\":0"));
    cfaccess_verifier_free(none[i]);
  }
}

static void a_size_out_of_bounds_is_refused(void) {
  cfaccess_config *config = usual_config();
  const struct {
    cfaccess_status (*set)(cfaccess_config *, int64_t, cfaccess_error **);
    int64_t most;
    const char *name;
  } sizes[] = {
      {cfaccess_config_set_cache_entries, 10000000, "cache_entries is "},
      {cfaccess_config_set_cache_bytes, INT64_C(64) << 30, "cache_bytes is "},
  };
  for (size_t i = 0; i < 2; i++) {
    const int64_t out_of_bounds[] = {-1, sizes[i].most + 1, INT64_MIN, INT64_MAX};
    for (size_t j = 0; j < 4; j++) {
      cfaccess_error *error = GARBAGE;
      EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, sizes[i].set(config, out_of_bounds[j], &error));
      EXPECT(strstr(cfaccess_error_message(error), sizes[i].name) != NULL);
      cfaccess_error_free(error);
    }
    EXPECT_STATUS(CFACCESS_STATUS_OK, sizes[i].set(config, 0, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_OK, sizes[i].set(config, sizes[i].most, NULL));
    EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, sizes[i].set(NULL, 1, NULL));
  }
  cfaccess_config_free(config);
}

static void stats_count_what_came(void) {
  cfaccess_verifier *verifier = usual_verifier();
  EXPECT(stats_have(verifier, "\"verified\":0") && stats_have(verifier, "\"refusals\":{}"));
  for (int i = 0; i < 3; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
    EXPECT_STATUS(CFACCESS_STATUS_BAD_SIGNATURE, verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT));
  }

  EXPECT(stats_have(verifier, "\"verified\":1") && stats_have(verifier, "\"hits\":2"));
  EXPECT(stats_have(verifier, "\"refusals\":{\"BAD_SIGNATURE\":3}"));
  EXPECT(stats_have(verifier, "\"entries\":1") && stats_have(verifier, "\"evictions\":0"));
  cfaccess_verifier_free(verifier);
}

static void stats_of_nothing_are_refused(void) {
  char *json = GARBAGE;
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_stats(NULL, &json, NULL));
  EXPECT(json == NULL);
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_stats(usual, NULL, NULL));
}

int main(void) {
  keys = keys_of(KEYS_FILE);
  usual = usual_verifier();
  RUN(a_hit_hands_out_the_same_claims);
  RUN(a_request_and_a_token_have_the_same_claims);
  RUN(claims_outlive_eviction_their_verifier_and_its_keys);
  RUN(a_lookup_returns_the_id_of_claims_that_were_handed_out);
  RUN(a_lookup_finds_only_the_very_token);
  RUN(a_lookup_of_nothing_is_0);
  RUN(a_lookup_goes_by_the_keys_in_force);
  RUN(a_hit_goes_by_the_keys_in_force);
  RUN(without_a_cache_nothing_is_a_hit);
  RUN(a_size_out_of_bounds_is_refused);
  RUN(stats_count_what_came);
  RUN(stats_of_nothing_are_refused);
  cfaccess_verifier_free(usual);
  cfaccess_keys_free(keys);
  return all_stories_passed();
}
