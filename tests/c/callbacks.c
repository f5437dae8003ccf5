/*
 * Functions of the caller's: one that fetches, one that hears the log, and what gets their user data back.
 */
#include "remote.h"

#include <pthread.h>

#define MEBIBYTE ((size_t)1 << 20)

/* Keys from a fetch function without user data. */
static cfaccess_keys *keys_by(cfaccess_fetch_function fetch) {
  cfaccess_remote_options *options = new_options();
  must(cfaccess_remote_options_set_fetch(options, fetch, NULL, NULL, NULL) == CFACCESS_STATUS_OK, "fetch");
  return remote_keys(options);
}

/* Whether connecting fails with a sane message that ends like this; frees the keys. */
static bool fails_with(const char *ending, cfaccess_keys *keys) {
  cfaccess_error *error;
  bool unavailable = cfaccess_keys_connect(keys, &error) == CFACCESS_STATUS_KEYS_UNAVAILABLE;
  const char *message = cfaccess_error_message(error);
  size_t length = strlen(message);
  bool ends = length >= strlen(ending) && strcmp(message + length - strlen(ending), ending) == 0;
  if (!ends) {
    printf("%s\n", message);
  }
  bool right = unavailable && ends && is_sane(message, "", 0);
  cfaccess_error_free(error);
  cfaccess_keys_free(keys);
  return right;
}

static int32_t byte_by_byte(void *unused, const char *url, cfaccess_document *document) {
  size_t length;
  char *content = read_file(KEYS_FILE, &length);
  must(unused == NULL && strcmp(url, CERTS_URL) == 0, "what a fetch function is given");
  for (size_t i = 0; i < length; i++) {
    must(write_text(document, content + i, 1), "a byte");
    must(write_text(document, NULL, 0), "nothing");
  }
  free(content);
  return 0;
}

static void a_document_may_come_in_pieces(void) {
  cfaccess_keys *keys = keys_by(byte_by_byte);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  EXPECT(status_has(keys, "\"bits\":2048"));
  cfaccess_keys_free(keys);
}

/* What does not fit is refused as a whole, and what was written before stays. */
static int32_t as_much_as_fits(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url;
  size_t length;
  char *content = read_file(KEYS_FILE, &length);
  char *spaces = malloc(MEBIBYTE + 1);
  must(spaces != NULL, "memory");
  memset(spaces, ' ', MEBIBYTE + 1);
  cfaccess_error *error;

  must(cfaccess_document_write(document, spaces, MEBIBYTE + 1, &error) == CFACCESS_STATUS_KEYS_INVALID,
       "too much at once");
  must(strstr(cfaccess_error_message(error), "1 MiB") != NULL, "the reason");
  cfaccess_error_free(error);
  must(write_text(document, content, length), "a document");
  must(!write_text(document, spaces, MEBIBYTE), "too much in all");
  must(write_text(document, spaces, MEBIBYTE - length), "as much as fits");
  must(!write_text(document, spaces, 1), "one byte more");
  must(write_text(document, spaces, 0), "nothing more");
  free(spaces);
  free(content);
  return 0;
}

static void a_document_has_at_most_one_mebibyte(void) {
  cfaccess_keys *keys = keys_by(as_much_as_fits);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  cfaccess_keys_free(keys);
}

static int32_t with_bad_arguments(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url;
  const char *nowhere = (const char *)(uintptr_t)0x5a5a5a5a;
  must(cfaccess_document_write(document, NULL, 1, NULL) == CFACCESS_STATUS_NULL_ARGUMENT, "NULL");
  must(cfaccess_document_write(NULL, "{}", 2, NULL) == CFACCESS_STATUS_NULL_ARGUMENT, "no document");
  must(cfaccess_document_write(document, nowhere, SIZE_MAX, NULL) == CFACCESS_STATUS_INVALID_ARGUMENT,
       "an absurd length");
  return byte_by_byte(NULL, url, document);
}

static void what_is_written_wrongly_changes_nothing(void) {
  cfaccess_keys *keys = keys_by(with_bad_arguments);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  cfaccess_keys_free(keys);
}

static int32_t nothing(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url, (void)document;
  return 0;
}

static int32_t no_reason(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url, (void)document;
  return -7;
}

static int32_t a_reason(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url;
  return write_text(document, "no ", 3) && write_text(document, "route", 5) ? 1 : 0;
}

static int32_t an_odd_reason(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url;
  return write_text(document, "a\nb\0c\xff", 6) ? INT32_MAX : 0;
}

static int32_t a_long_reason(void *unused, const char *url, cfaccess_document *document) {
  (void)unused, (void)url;
  for (int i = 0; i < 10000; i++) {
    must(write_text(document, "because ", 8), "a reason");
  }
  return INT32_MIN;
}

static void a_failure_is_told_with_its_reason(void) {
  EXPECT(fails_with("the key document is not strict JSON", keys_by(nothing)));
  EXPECT(fails_with("the fetch function failed: it returned -7", keys_by(no_reason)));
  EXPECT(fails_with("the fetch function failed: no route", keys_by(a_reason)));
  EXPECT(fails_with("", keys_by(an_odd_reason)));
  EXPECT(fails_with("", keys_by(a_long_reason)));
}

static void a_slow_fetch_is_given_up_and_its_answer_dropped(void) {
  endpoint *at = endpoint_with(OTHER_KEYS_FILE);
  atomic_store(&at->holds, true);
  cfaccess_remote_options *options = options_for(at);
  must(cfaccess_remote_options_set_timeout(options, 100, NULL) == CFACCESS_STATUS_OK, "a timeout");
  cfaccess_keys *keys = remote_keys(options);
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, verdict(verifier, TOKEN_PERSON));

  /* The next one runs while the first does. */
  atomic_store(&at->holds, false);
  atomic_store(&at->file, KEYS_FILE);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_PERSON, 60000));
  EXPECT(atomic_load(&at->begun) == 2 && atomic_load(&at->ended) == 1);

  atomic_store(&at->file, OTHER_KEYS_FILE);
  up(&at->go_on);
  cfaccess_keys_close(keys);
  EXPECT(atomic_load(&at->ended) == 2);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  endpoint_free(at);
}

/* Hears the log, and asks the keys for their status meanwhile. */
typedef struct listener {
  cfaccess_keys *keys;
  char heard[512];
  sem_t released;
} listener;

static void hear(void *user_data, int32_t level, const char *line) {
  listener *it = user_data;
  must(is_sane(line, TOKEN_PERSON, strlen(TOKEN_PERSON)), line);
  must(it->keys == NULL || status_has(it->keys, "\"source\":\"remote\""), "a status inside the log");
  size_t length = strlen(it->heard);
  snprintf(it->heard + length, sizeof it->heard - length, "%d %s\n", (int)level, line);
}

static void release_listener(void *user_data) {
  up(&((listener *)user_data)->released);
}

static void the_log_hears_of_failures_and_of_keys(void) {
  endpoint *at = endpoint_with(NULL);
  listener ear = {NULL, "", {{0}}};
  must(sem_init(&ear.released, 0, 0) == 0, "a semaphore");
  cfaccess_remote_options *options = options_for(at);
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_remote_options_set_log(options, hear, &ear, release_listener, NULL));
  ear.keys = remote_keys(options);
  cfaccess_verifier *verifier = usual_verifier_of(ear.keys);

  EXPECT_STATUS(CFACCESS_STATUS_KEYS_UNAVAILABLE, verdict(verifier, TOKEN_PERSON));
  atomic_store(&at->file, KEYS_FILE);
  EXPECT(comes_to(CFACCESS_STATUS_OK, verifier, TOKEN_PERSON, 60000));
  cfaccess_keys_close(ear.keys);

  EXPECT(CFACCESS_LOG_INFO == 1 && CFACCESS_LOG_WARNING == 2);
  EXPECT(strcmp(ear.heard, "2 keys of " TEAM ".cloudflareaccess.com: the fetch function failed: an outage\n"
                           "1 keys of " TEAM ".cloudflareaccess.com: other keys are in force\n") == 0);
  EXPECT(sem_trywait(&ear.released) != 0);
  cfaccess_keys_free(ear.keys);
  cfaccess_verifier_free(verifier);
  await(&ear.released, "the listener is released");
  endpoint_free(at);
}

static void user_data_comes_back_when_its_last_user_is_gone(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  cfaccess_keys *keys, *other_keys;
  must(cfaccess_keys_remote(TEAM, options, &keys, NULL) == CFACCESS_STATUS_OK, "keys");
  must(cfaccess_keys_remote(TEAM, options, &other_keys, NULL) == CFACCESS_STATUS_OK, "other keys");
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));

  cfaccess_remote_options_free(options);
  EXPECT(!is_released(at));
  cfaccess_keys_free(other_keys);
  EXPECT(!is_released(at));
  cfaccess_keys_close(keys);
  cfaccess_keys_free(keys);
  EXPECT(!is_released(at));
  cfaccess_verifier_free(verifier);
  /* No fetch ran any more, so it came back during that call. */
  EXPECT(is_released(at));
  up(&at->released);
  endpoint_free(at);
}

static void user_data_outlives_a_fetch_under_way(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  atomic_store(&at->holds, true);
  cfaccess_keys *keys = remote_keys(options_for(at));
  cfaccess_verifier *verifier = usual_verifier_of(keys);
  EXPECT_STATUS(CFACCESS_STATUS_KEYS_PENDING, try_verdict(verifier, TOKEN_GOOD_NOW));
  await(&at->waiting, "a fetch");

  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  EXPECT(!is_released(at));

  up(&at->go_on);
  await(&at->released, "it is released after the fetch");
  EXPECT(atomic_load(&at->ended) == 1);
  up(&at->released);
  endpoint_free(at);
}

static void user_data_that_was_not_taken_or_is_replaced_is_not_kept(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = new_options();
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_remote_options_set_fetch(options, NULL, at, release_endpoint, NULL));
  EXPECT(!is_released(at));

  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_remote_options_set_fetch(options, fetch_from_endpoint, at, release_endpoint, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_remote_options_set_fetch(options, nothing, NULL, NULL, NULL));
  EXPECT(is_released(at));

  cfaccess_remote_options_free(options);
  up(&at->released);
  endpoint_free(at);
}

int main(void) {
  RUN(a_document_may_come_in_pieces);
  RUN(a_document_has_at_most_one_mebibyte);
  RUN(what_is_written_wrongly_changes_nothing);
  RUN(a_failure_is_told_with_its_reason);
  RUN(a_slow_fetch_is_given_up_and_its_answer_dropped);
  RUN(the_log_hears_of_failures_and_of_keys);
  RUN(user_data_comes_back_when_its_last_user_is_gone);
  RUN(user_data_outlives_a_fetch_under_way);
  RUN(user_data_that_was_not_taken_or_is_replaced_is_not_kept);
  return all_stories_passed();
}
