/*
 * What a call costs its caller: the time for which it waited, and the work that it did there.
 *
 * Wall time would say more of the machine than of the library: on a busy one, a thread stands in line for a
 * processor longer than any wait lasts. So that time (the second number of schedstat) does not count; and a
 * thread that never gave up its processor (no voluntary switch) has not waited. What interrupts and the
 * hypervisor take from a thread counts as its work, which is why a call may work for longer than it may wait.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

struct moment {
  double wall, on_processor, in_line;
  long switches;
};

/* In seconds. */
struct cost {
  double waited, worked;
};

static inline double seconds_of(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Of the calling thread; -1 where the system does not tell. */
static inline int open_schedstat(void) {
  return open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
}

static inline struct moment now_of_thread(int schedstat) {
  struct rusage usage;
  char text[96] = "";
  unsigned long long run = 0, in_line = 0;
  struct moment moment;
  getrusage(RUSAGE_THREAD, &usage);
  if (schedstat >= 0 && pread(schedstat, text, sizeof text - 1, 0) > 0) {
    sscanf(text, "%llu %llu", &run, &in_line);
  }
  moment.switches = usage.ru_nvcsw;
  moment.in_line = (double)in_line / 1e9;
  moment.on_processor = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  moment.wall = seconds_of(CLOCK_MONOTONIC);
  return moment;
}

static inline struct cost cost_between(struct moment before, struct moment after) {
  double worked = after.on_processor - before.on_processor;
  double waited = (after.wall - before.wall) - worked - (after.in_line - before.in_line);
  bool gave_up = after.switches != before.switches;
  return (struct cost){.waited = gave_up && waited > 0 ? waited : 0, .worked = worked};
}

static inline bool held_back(struct cost cost) {
  return cost.waited > 0.001 || cost.worked > 0.01;
}

#endif
