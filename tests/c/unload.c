/*
 * A program that opens the library at run time and closes it goes on safely: the code stays.
 */
#include "support.h"

#include <dlfcn.h>
#include <pthread.h>

static pthread_barrier_t used, closed;
static __typeof__(cfaccess_keys_from_file) *keys_from_file;
static __typeof__(cfaccess_keys_free) *keys_free;

static void find(void *library, const char *name, void *function) {
  void *symbol = dlsym(library, name);
  must(symbol != NULL, name);
  memcpy(function, &symbol, sizeof symbol);
}

/* Preparing keys leaves something of this thread's, which code of the library cleans up when it ends. */
static void *prepare_keys(void *unused) {
  cfaccess_keys *keys;
  must(keys_from_file(KEYS_FILE, &keys, NULL) == CFACCESS_STATUS_OK, "keys");
  keys_free(keys);
  pthread_barrier_wait(&used);
  pthread_barrier_wait(&closed);
  return unused;
}

static void a_thread_may_end_after_the_library_was_closed(void) {
  pthread_t thread;
  must(pthread_barrier_init(&used, NULL, 2) == 0 && pthread_barrier_init(&closed, NULL, 2) == 0, "barriers");
  void *library = dlopen("libcfaccess.so", RTLD_NOW | RTLD_LOCAL);
  EXPECT(library != NULL);
  find(library, "cfaccess_keys_from_file", &keys_from_file);
  find(library, "cfaccess_keys_free", &keys_free);

  must(pthread_create(&thread, NULL, prepare_keys, NULL) == 0, "a thread");
  pthread_barrier_wait(&used);
  EXPECT(dlclose(library) == 0);
  pthread_barrier_wait(&closed);

  EXPECT(pthread_join(thread, NULL) == 0);
}

static void the_library_stays_loaded(void) {
  void *library = dlopen("libcfaccess.so", RTLD_NOW | RTLD_NOLOAD);
  EXPECT(library != NULL);
  EXPECT(dlclose(library) == 0);
}

int main(void) {
  RUN(a_thread_may_end_after_the_library_was_closed);
  RUN(the_library_stays_loaded);
  return all_stories_passed();
}
