/*
 * The block of claims, whose order is fixed. Run as `block release` with the library of this version, and as
 * `block later` with one whose claims have more strings: what this version knows is where it was.
 */
#include "support.h"

/* What the library of tests adds to `present` and to the size of the claims. */
#define LATER_BIT (UINT32_C(1) << 31)

static bool is_later;

/* Whether the string begins here; moves on to the next one. */
static bool is_next(cfaccess_str string, const char **at) {
  bool is = string.ptr == NULL ? **at == '\0' : string.ptr == *at && strlen(*at) == string.len;
  *at += string.len + 1;
  return is;
}

static bool is_in_order(const cfaccess_claims *claims) {
  const char *at = claims->block.ptr;
  bool in_order = true;
#define CHECK(name) in_order = is_next(claims->name, &at) && in_order;
  STRINGS_BEFORE_AUDIENCES(CHECK)
  for (size_t i = 0; i < claims->audiences_len; i++) {
    in_order = is_next(claims->audiences[i], &at) && in_order;
  }
  STRINGS_AFTER_AUDIENCES(CHECK)
#undef CHECK
  const char *end = claims->block.ptr + claims->block.len;
  return in_order && (is_later ? at < end && end[-1] == '\0' : at == end);
}

static void all_strings_lie_in_one_block_in_their_order(void) {
  const char *tokens[] = {TOKEN_PERSON, TOKEN_SERVICE,      TOKEN_OLDER_SHAPE,
                          TOKEN_CUSTOM, TOKEN_AUDIENCES_64, TOKEN_POLICY_ID};
  cfaccess_config *config = usual_config();
  must(cfaccess_config_allow_any_service(config, NULL) == CFACCESS_STATUS_OK, "services are allowed");
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);
  for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
    cfaccess_claims *claims;
    must(cfaccess_verifier_verify_at(verifier, tokens[i], strlen(tokens[i]), NOW, &claims, NULL) ==
             CFACCESS_STATUS_OK,
         tokens[i]);
    EXPECT(is_in_order(claims));
    EXPECT(is_later ? claims->struct_size > sizeof *claims : claims->struct_size == sizeof *claims);
    EXPECT(((claims->present & LATER_BIT) != 0) == is_later);
    cfaccess_claims_free(claims);
  }
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
}

static void a_string_after_the_audiences_is_read(void) {
  cfaccess_verifier *verifier = usual_verifier();
  cfaccess_claims *claims;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_verifier_verify_at(verifier, TOKEN_POLICY_ID,
                                                                strlen(TOKEN_POLICY_ID), NOW, &claims, NULL));
  EXPECT((claims->present & CFACCESS_CLAIM_POLICY_ID) != 0);
  EXPECT(text_is(claims->policy_id, "d2bb1d5c-6d2a-4c33-9d0a-5f4dd2a6cb7e"));
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
}

int main(int argc, char **argv) {
  must(argc == 2, "usage: block release|later");
  is_later = strcmp(argv[1], "later") == 0;
  RUN(all_strings_lie_in_one_block_in_their_order);
  RUN(a_string_after_the_audiences_is_read);
  return all_stories_passed();
}
