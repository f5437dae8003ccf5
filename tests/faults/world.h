/*
 * The world of the library under test, which takes these in place of the C library's: the wall clock can be
 * set, and no name has an address, so that nothing but the test's proxy can be reached.
 */
#ifndef WORLD_H
#define WORLD_H

#include <netdb.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_long clock_ahead;
/* How long a lookup of a name takes, in milliseconds. */
static atomic_long lookup_takes;

int clock_gettime(clockid_t clock, struct timespec *time) {
  long outcome = syscall(SYS_clock_gettime, clock, time);
  if (outcome == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += atomic_load(&clock_ahead);
  }
  return (int)outcome;
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                struct addrinfo **addresses) {
  (void)node, (void)service, (void)hints;
  *addresses = NULL;
  usleep((useconds_t)atomic_load(&lookup_takes) * 1000);
  return EAI_NONAME;
}

#endif
