/*
 * Children of this process, each of which does one piece of work.
 */
#ifndef CHILD_H
#define CHILD_H

#include "support.h"

#include <sys/wait.h>
#include <unistd.h>

/*
 * A child that hangs is ended after two minutes. It ends as another program: were it to end as itself, a
 * search for leaks would find the memory of those threads of its parent that it has not.
 */
static inline pid_t begin_child(bool (*work)(void)) {
  fflush(stdout);
  pid_t child = fork();
  must(child >= 0, "a child");
  if (child == 0) {
    alarm(120);
    execl("/bin/sh", "sh", "-c", work() ? "exit 0" : "exit 1", (char *)NULL);
    _exit(1);
  }
  return child;
}

/* Whether a child did its work. */
static inline bool ended_well(pid_t child) {
  int status;
  must(waitpid(child, &status, 0) == child, "the child ends");
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static inline bool in_a_child(bool (*work)(void)) {
  return ended_well(begin_child(work));
}

#endif
