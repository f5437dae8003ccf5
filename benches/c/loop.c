#include "loop.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

/* How many runs there are between two readings of the clock. */
#define BATCH 16
#define THREADS 2

double nanoseconds_now(void) {
  struct timespec time;

  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double nanoseconds_of_one(struct row *row, double milliseconds) {
  double begin = nanoseconds_now(), elapsed;
  long runs = 0;

  do {
    for (int i = 0; i < BATCH; i++) {
      row->run(row);
    }
    runs += BATCH;
    elapsed = nanoseconds_now() - begin;
  } while (elapsed < milliseconds * 1e6);
  return elapsed / (double)runs;
}

static void warm_up(struct row *row) {
  for (int i = 0; i < BATCH; i++) {
    row->run(row);
  }
}

/* Each thread writes its own cache lines only. */
struct thread {
  _Alignas(256) struct row row;
  atomic_int *waiting;
  double milliseconds, nanoseconds;
};

static void *work(void *argument) {
  struct thread *thread = argument;

  warm_up(&thread->row);
  atomic_fetch_sub(thread->waiting, 1);
  while (atomic_load(thread->waiting) > 0) {
  }
  thread->nanoseconds = nanoseconds_of_one(&thread->row, thread->milliseconds);
  return NULL;
}

static double nanoseconds_of_threads(const struct row *row, double milliseconds) {
  static struct thread threads[THREADS];
  atomic_int waiting = THREADS;
  pthread_t other;

  for (size_t i = 0; i < THREADS; i++) {
    threads[i] = (struct thread){.row = *row, .waiting = &waiting, .milliseconds = milliseconds};
    threads[i].row.tokens.items += i % row->tokens.count;
    threads[i].row.tokens.count = 1;
  }
  if (pthread_create(&other, NULL, work, &threads[1]) != 0) {
    fail("no second thread");
  }
  work(&threads[0]);
  pthread_join(other, NULL);
  return 1 / (1 / threads[0].nanoseconds + 1 / threads[1].nanoseconds);
}

double nanoseconds(struct row *row, double milliseconds) {
  if (row->threads > 0) {
    return nanoseconds_of_threads(row, milliseconds);
  }
  warm_up(row);
  return nanoseconds_of_one(row, milliseconds);
}
