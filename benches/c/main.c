/* Answers questions about rows, a line each. */

#include <stdio.h>
#include <string.h>

#include "loop.h"

/* There only if c/allocations.c is preloaded. */
unsigned long allocations_so_far(void) __attribute__((weak));

static struct row *find(const char *name, const char *folder) {
  for (size_t i = 0; i < rows_len; i++) {
    if (strcmp(rows[i].name, name) == 0) {
      prepare(&rows[i], folder);
      return &rows[i];
    }
  }
  fail(name);
}

static unsigned long allocations(struct row *row) {
  unsigned long before;

  if (allocations_so_far == NULL) {
    fail("c/allocations.c is not preloaded");
  }
  row->run(row);
  before = allocations_so_far();
  row->run(row);
  return allocations_so_far() - before;
}

int main(int argc, char **argv) {
  char line[256], name[64];
  long number;

  if (argc != 2) {
    fail("the folder of inputs is missing");
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "time %63s %ld", name, &number) == 2) {
      printf("%.2f\n", nanoseconds(find(name, argv[1]), (double)number));
    } else if (sscanf(line, "allocations %63s", name) == 1) {
      printf("%lu\n", allocations(find(name, argv[1])));
    } else if (sscanf(line, "run %63s %ld", name, &number) == 2) {
      for (struct row *row = find(name, argv[1]); number > 0; number--) {
        row->run(row);
      }
      printf("0\n");
    } else {
      fail("not a command");
    }
    fflush(stdout);
  }
  return 0;
}
