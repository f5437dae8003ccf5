/* Sets the wall clock of one process ahead, by as many seconds as CLOCK_AHEAD says: for LD_PRELOAD. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time) {
  const char *ahead = getenv("CLOCK_AHEAD");
  long outcome = syscall(SYS_clock_gettime, clock, time);
  if (outcome == 0 && ahead != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec += atol(ahead);
  }
  return (int)outcome;
}
