/*
 * A child goes on with the cache of its parent, and keeps more, whatever the threads of its parent were
 * doing.
 */
#include "cache.h"
#include "child.h"

#include <pthread.h>
#include <stdatomic.h>

static cfaccess_keys *keys;
static cfaccess_verifier *verifier;
static uint64_t kept_id;

static bool it_hits(void) {
  return lookup(verifier, TOKEN_GOOD_NOW) == kept_id && id_now(verifier, TOKEN_GOOD_NOW) == kept_id &&
         stats_have(verifier, "\"verified\":1") && stats_have(verifier, "\"hits\":2");
}

static bool it_keeps_more(void) {
  cfaccess_claims *first = look_at(verifier, TOKEN_PERSON);
  cfaccess_claims *second = look_at(verifier, TOKEN_PERSON);
  bool right = first == second && first->id != kept_id;
  cfaccess_claims_free(first);
  cfaccess_claims_free(second);
  return right;
}

static bool it_follows_its_own_keys(void) {
  load(keys, OTHER_KEYS_FILE);
  bool gone =
      lookup(verifier, TOKEN_GOOD_NOW) == 0 && verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_UNKNOWN_KEY;
  load(keys, KEYS_FILE);
  return gone && verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK;
}

static void a_child_hits_what_its_parent_kept(void) {
  EXPECT(in_a_child(it_hits));
  EXPECT(stats_have(verifier, "\"hits\":0"));
}

static void a_child_keeps_more_for_itself(void) {
  EXPECT(in_a_child(it_keeps_more));
  EXPECT(stats_have(verifier, "\"entries\":1"));
}

static void a_child_follows_its_own_keys(void) {
  EXPECT(in_a_child(it_follows_its_own_keys));
  EXPECT(lookup(verifier, TOKEN_GOOD_NOW) == kept_id);
}

/* The allocator of gcc's AddressSanitizer may be locked for ever in the child of a busy parent. */
#ifndef __SANITIZE_ADDRESS__
static atomic_bool busy;

/* Each makes room for the next. */
static void *keep_and_evict(void *unused) {
  const char *tokens[] = {TOKEN_PERSON, TOKEN_CUSTOM, TOKEN_AUDIENCES_64, TOKEN_OLDER_SHAPE};
  for (size_t i = 0; atomic_load(&busy); i++) {
    cfaccess_claims_free(look_at(verifier, tokens[i % 4]));
  }
  return unused;
}

static void *verify_once(void *unused) {
  must(verdict(verifier, TOKEN_PERSON) == CFACCESS_STATUS_OK, "a verdict during a fork");
  return unused;
}

static bool in_a_thread(void *(*work)(void *)) {
  pthread_t thread;
  return pthread_create(&thread, NULL, work, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

/* Does little more than the first call of a thread has to. */
static void *call_once(void *unused) {
  must(verdict(verifier, "x") == CFACCESS_STATUS_MALFORMED, "a verdict during a fork");
  return unused;
}

static void *come_and_go(void *unused) {
  pthread_t threads[4];
  while (atomic_load(&busy)) {
    for (size_t i = 0; i < 4; i++) {
      must(pthread_create(&threads[i], NULL, call_once, NULL) == 0, "a thread");
    }
    for (size_t i = 0; i < 4; i++) {
      must(pthread_join(threads[i], NULL) == 0, "a thread ends");
    }
  }
  return unused;
}

/* Verifiers whose caches are just being built: each is replaced when it has kept four tokens. */
static _Atomic(cfaccess_verifier *) growing[3];
static atomic_size_t builders;

static bool it_keeps_four(const cfaccess_verifier *one) {
  const char *tokens[] = {TOKEN_PERSON, TOKEN_CUSTOM, TOKEN_AUDIENCES_64, TOKEN_OLDER_SHAPE};
  bool right = true;
  for (size_t i = 0; i < 4; i++) {
    right = right && verdict(one, tokens[i]) == CFACCESS_STATUS_OK;
  }
  return right;
}

static void *build_caches(void *unused) {
  _Atomic(cfaccess_verifier *) *mine = &growing[atomic_fetch_add(&builders, 1) % 3];
  while (atomic_load(&busy)) {
    cfaccess_verifier_free(atomic_exchange(mine, verifier_keeping(1000000, keys)));
    must(it_keeps_four(atomic_load(mine)), "a verdict during a fork");
  }
  return unused;
}

static bool it_goes_on_building(void) {
  bool right = true;
  for (size_t i = 0; i < 3; i++) {
    cfaccess_verifier *one = atomic_load(&growing[i]);
    right = right && (one == NULL || it_keeps_four(one));
    cfaccess_verifier_free(one);
  }
  return right;
}

static bool a_new_thread_works(void) {
  return in_a_thread(call_once);
}

static bool everything_works(void) {
  bool right = it_follows_its_own_keys() && id_now(verifier, TOKEN_GOOD_NOW) != 0 && in_a_thread(verify_once);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return right;
}

static void children_work_during(void *(*work)(void *), int children, bool (*child)(void)) {
  pthread_t threads[3];
  atomic_store(&busy, true);
  for (size_t i = 0; i < 3; i++) {
    must(pthread_create(&threads[i], NULL, work, NULL) == 0, "a thread");
  }

  int failed = 0;
  for (int i = scaled(children); i > 0; i--) {
    failed += !in_a_child(child);
  }
  atomic_store(&busy, false);
  for (size_t i = 0; i < 3; i++) {
    must(pthread_join(threads[i], NULL) == 0, "a thread ends");
  }

  EXPECT(failed == 0);
  EXPECT_STATUS(CFACCESS_STATUS_OK, verdict(verifier, TOKEN_PERSON));
}

static void a_child_works_whose_parent_is_keeping_and_making_room(void) {
  children_work_during(keep_and_evict, 200, everything_works);
}

static void a_child_works_whose_parent_is_building_caches(void) {
  children_work_during(build_caches, 200, it_goes_on_building);
  for (size_t i = 0; i < 3; i++) {
    cfaccess_verifier_free(atomic_exchange(&growing[i], NULL));
  }
}

static void a_child_begins_threads_whose_parent_has_threads_that_come_and_go(void) {
  children_work_during(come_and_go, 600, a_new_thread_works);
}
#endif

int main(void) {
  keys = keys_of(KEYS_FILE);
  verifier = verifier_keeping(2, keys);
  kept_id = id_now(verifier, TOKEN_GOOD_NOW);
  RUN(a_child_hits_what_its_parent_kept);
  RUN(a_child_keeps_more_for_itself);
  RUN(a_child_follows_its_own_keys);
#ifndef __SANITIZE_ADDRESS__
  RUN(a_child_works_whose_parent_is_keeping_and_making_room);
  RUN(a_child_works_whose_parent_is_building_caches);
  RUN(a_child_begins_threads_whose_parent_has_threads_that_come_and_go);
#endif
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  return all_stories_passed();
}
