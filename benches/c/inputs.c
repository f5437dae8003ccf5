#include "inputs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fail(const char *what) {
  fprintf(stderr, "benches/c: %s\n", what);
  exit(1);
}

struct text read_file(const char *folder, const char *name) {
  struct stat about;
  char path[4096];
  void *bytes;
  int file;

  snprintf(path, sizeof path, "%s/%s", folder, name);
  file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &about) != 0) {
    fail(path);
  }
  bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (bytes == MAP_FAILED) {
    fail(path);
  }
  close(file);
  return (struct text){bytes, (size_t)about.st_size};
}

char *read_word(const char *folder, const char *name) {
  struct text file = read_file(folder, name);

  return strndup(file.ptr, file.len);
}

struct texts read_lines(const char *folder, const char *name, size_t step, size_t most) {
  struct text file = read_file(folder, name);
  struct texts lines = {calloc(most, sizeof(struct text)), 0};
  const char *line = file.ptr, *end = file.ptr + file.len;

  for (size_t number = 0; line < end && lines.count < most; number++) {
    const char *line_end = memchr(line, '\n', (size_t)(end - line));

    line_end = line_end == NULL ? end : line_end;
    if (number % step == 0) {
      lines.items[lines.count++] = (struct text){line, (size_t)(line_end - line)};
    }
    line = line_end + 1;
  }
  return lines;
}
