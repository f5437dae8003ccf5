/*
 * After fork() a child goes on with the handles of its parent, whatever other threads were doing.
 */
#include "child.h"

#include <pthread.h>
#include <stdatomic.h>

static cfaccess_keys *keys;
static cfaccess_verifier *verifier;

static cfaccess_status load(const char *file) {
  size_t length;
  char *document = read_file(file, &length);
  cfaccess_status status = cfaccess_keys_load_json(keys, document, length, NULL);
  free(document);
  return status;
}

static bool verdicts_are_right(void) {
  return verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK &&
         verdict(verifier, TOKEN_SIGNATURE_MIDDLE_BIT) == CFACCESS_STATUS_BAD_SIGNATURE;
}

static bool keys_can_be_swapped(void) {
  return load(OTHER_KEYS_FILE) == CFACCESS_STATUS_OK &&
         verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_UNKNOWN_KEY &&
         load(KEYS_FILE) == CFACCESS_STATUS_OK && verdicts_are_right() &&
         load(OTHER_KEYS_FILE) == CFACCESS_STATUS_OK;
}

static bool handles_can_be_made_and_freed(void) {
  cfaccess_verifier *own = usual_verifier();
  bool right = verdict(own, TOKEN_PERSON) == CFACCESS_STATUS_OK;
  cfaccess_verifier_free(own);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return right;
}

static void a_child_verifies(void) {
  EXPECT(in_a_child(verdicts_are_right));
  EXPECT(verdicts_are_right());
}

static void a_child_swaps_its_own_keys_only(void) {
  EXPECT(in_a_child(keys_can_be_swapped));
  EXPECT(verdicts_are_right());
}

static void a_child_frees_its_own_handles_only(void) {
  EXPECT(in_a_child(handles_can_be_made_and_freed));
  EXPECT(verdicts_are_right());
}

/* The allocator of gcc's AddressSanitizer may be locked for ever in the child of a busy parent. */
#ifndef __SANITIZE_ADDRESS__
static atomic_bool busy;

static void *swap_keys(void *unused) {
  size_t length, mixed_length;
  char *document = read_file(KEYS_FILE, &length);
  char *mixed = read_file(MIXED_KEYS_FILE, &mixed_length);
  while (atomic_load(&busy)) {
    must(cfaccess_keys_load_json(keys, mixed, mixed_length, NULL) == CFACCESS_STATUS_OK, "a swap");
    must(cfaccess_keys_load_json(keys, document, length, NULL) == CFACCESS_STATUS_OK, "a swap");
  }
  free(document);
  free(mixed);
  return unused;
}

static void *verify(void *unused) {
  while (atomic_load(&busy)) {
    must(verdicts_are_right(), "verdicts during a fork");
  }
  return unused;
}

static bool everything_works(void) {
  return verdicts_are_right() && keys_can_be_swapped() && handles_can_be_made_and_freed();
}

static void a_child_of_a_busy_parent_works(void) {
  pthread_t swapper, reader;
  atomic_store(&busy, true);
  must(pthread_create(&swapper, NULL, swap_keys, NULL) == 0, "a thread");
  must(pthread_create(&reader, NULL, verify, NULL) == 0, "a thread");

  int failed = 0;
  for (int i = scaled(100); i > 0; i--) {
    failed += !in_a_child(everything_works);
  }
  atomic_store(&busy, false);
  must(pthread_join(swapper, NULL) == 0 && pthread_join(reader, NULL) == 0, "the threads end");

  EXPECT(failed == 0);
  EXPECT(verdicts_are_right());
}
#endif

int main(void) {
  cfaccess_config *config = usual_config();
  keys = keys_of(KEYS_FILE);
  verifier = verifier_of(config, keys);
  cfaccess_config_free(config);
  RUN(a_child_verifies);
  RUN(a_child_swaps_its_own_keys_only);
  RUN(a_child_frees_its_own_handles_only);
#ifndef __SANITIZE_ADDRESS__
  RUN(a_child_of_a_busy_parent_works);
#endif
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return all_stories_passed();
}
