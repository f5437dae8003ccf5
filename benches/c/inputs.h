/* The files that every language reads alike. */
#ifndef INPUTS_H
#define INPUTS_H

#include <stddef.h>

struct text {
  const char *ptr;
  size_t len;
};

struct texts {
  struct text *items;
  size_t count;
};

_Noreturn void fail(const char *what);

/* Mapped, so that it is no memory of this process's own. */
struct text read_file(const char *folder, const char *name);

/* NUL-terminated; never freed. */
char *read_word(const char *folder, const char *name);

/* Every `step`th line, at most `most` of them. */
struct texts read_lines(const char *folder, const char *name, size_t step, size_t most);

#endif
