/* The rows. Each program has its own; c/main.c and c/loop.c run them. */
#ifndef ROWS_H
#define ROWS_H

#include <cfaccess.h>

#include "inputs.h"
#include "verifiers.h"

#define MOST_HEADERS 16

struct row {
  const char *name;
  /* Once; fails if the outcome is not the expected one. */
  void (*run)(struct row *);
  int threads; /* 0: in the calling one */
  struct setting *setting;
  const char *input;  /* the file whose lines are verified in turn; two threads have a line each */
  size_t step, lines; /* every `step`th line, and how many of them; 0: the first */
  cfaccess_status expected;

  /* Made by prepare(). */
  struct texts tokens;
  size_t next;
  cfaccess_header headers[MOST_HEADERS];
  size_t headers_len;
  cfaccess_guard *guard;
  struct text joined;
  size_t joined_parts;
};

extern struct row rows[];
extern const size_t rows_len;

/* Makes what a row needs, once. */
void prepare(struct row *row, const char *folder);

#endif
