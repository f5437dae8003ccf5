/* Stops the wall clock of a process and its children at the seconds that STOPPED_CLOCK, a file of eight
 * bytes, holds: for LD_PRELOAD. The file may be changed at any time. */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *seconds;

/* nginx empties the environment of its workers, but they are forked. */
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("STOPPED_CLOCK");
  int file = path == NULL ? -1 : open(path, O_RDONLY);

  if (file >= 0) {
    void *place = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
    seconds = place == MAP_FAILED ? NULL : place;
    close(file);
  }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  long outcome = syscall(SYS_clock_gettime, clock, time);

  if (outcome == 0 && seconds != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
    time->tv_sec = *seconds;
    time->tv_nsec = 0;
  }
  return (int)outcome;
}
