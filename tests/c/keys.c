/*
 * Keys: where they come from, how they are replaced, and their status.
 */
#include "support.h"

static cfaccess_status load(const cfaccess_keys *keys, const char *file) {
  size_t length;
  char *document = read_file(file, &length);
  cfaccess_status status = cfaccess_keys_load_json(keys, document, length, NULL);
  free(document);
  return status;
}

/* The status of keys, to be freed by cfaccess_string_free(). */
static void read_status(const cfaccess_keys *keys, char **json) {
  must(cfaccess_keys_status(keys, json, NULL) == CFACCESS_STATUS_OK, "a status of keys");
}

static void a_document_and_a_file_give_the_same_keys(void) {
  size_t length;
  char *document = read_file(KEYS_FILE, &length);
  cfaccess_keys *from_json;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_from_json(document, length, &from_json, NULL));
  cfaccess_keys *from_file;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_from_file(KEYS_FILE, &from_file, NULL));

  char *json;
  read_status(from_json, &json);
  char *file;
  read_status(from_file, &file);

  const char *source = strstr(json, "\"source\":\"json\"");
  EXPECT(source != NULL);
  EXPECT(strstr(file, "\"source\":\"file\"") != NULL);
  EXPECT(strncmp(json, file, (size_t)(source - json)) == 0);
  EXPECT(strstr(json, "\"bits\":2048") != NULL);
  cfaccess_string_free(json);
  cfaccess_string_free(file);
  cfaccess_keys_free(from_json);
  cfaccess_keys_free(from_file);
  free(document);
}

static void skipped_keys_are_told_with_their_reason(void) {
  cfaccess_keys *keys = keys_of(MIXED_KEYS_FILE);

  char *json;
  read_status(keys, &json);

  EXPECT(strstr(json, "\"kid\":\"for-encryption\"") != NULL);
  EXPECT(strstr(json, "\"reason\":\"") != NULL);
  cfaccess_string_free(json);
  cfaccess_keys_free(keys);
}

static void a_verifier_follows_a_swap_of_its_keys(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_OK, load(keys, OTHER_KEYS_FILE));
  EXPECT_STATUS(CFACCESS_STATUS_UNKNOWN_KEY, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_OK, load(keys, KEYS_FILE));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_SECOND_KEY));

  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
}

static void a_bad_document_leaves_the_keys_in_force(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(KEYS_FILE);
  cfaccess_verifier *verifier = verifier_of(config, keys);
  char *before;
  read_status(keys, &before);
  const char *no_set = "{\"keys\":5}";
  const char *no_keys = "{\"keys\":[]}";

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID, cfaccess_keys_load_json(keys, "", 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_INVALID, cfaccess_keys_load_json(keys, no_set, strlen(no_set), NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NO_USABLE_KEYS,
                cfaccess_keys_load_json(keys, no_keys, strlen(no_keys), NULL));

  char *after;
  read_status(keys, &after);
  EXPECT(strcmp(before, after) == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_string_free(before);
  cfaccess_string_free(after);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
}

static void verifiers_share_keys_and_outlive_the_handle(void) {
  cfaccess_config *config = usual_config();
  cfaccess_keys *keys = keys_of(OTHER_KEYS_FILE);
  cfaccess_verifier *one = verifier_of(config, keys);
  cfaccess_verifier *two = verifier_of(config, keys);

  EXPECT_STATUS(CFACCESS_STATUS_OK, load(keys, KEYS_FILE));
  cfaccess_keys_free(keys);

  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(one, TOKEN_PERSON));
  cfaccess_verifier_free(one);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(two, TOKEN_PERSON));
  cfaccess_verifier_free(two);
  cfaccess_config_free(config);
}

static void a_file_that_cannot_be_read_is_told(void) {
  const char *paths[] = {VECTORS "/no-such-file", VECTORS, "", "\xff"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    cfaccess_keys *keys;
    cfaccess_error *error;
    EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, cfaccess_keys_from_file(paths[i], &keys, &error));
    EXPECT(keys == NULL);
    EXPECT(is_sane(cfaccess_error_message(error), "", 0));
    cfaccess_error_free(error);
  }
}

int main(void) {
  RUN(a_document_and_a_file_give_the_same_keys);
  RUN(skipped_keys_are_told_with_their_reason);
  RUN(a_verifier_follows_a_swap_of_its_keys);
  RUN(a_bad_document_leaves_the_keys_in_force);
  RUN(verifiers_share_keys_and_outlive_the_handle);
  RUN(a_file_that_cannot_be_read_is_told);
  return all_stories_passed();
}
