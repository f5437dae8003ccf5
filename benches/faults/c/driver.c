/* Sends streams of tokens through verify.c, as told on standard input: see ../driver.py. */

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "verify.h"

#define MOST_STREAMS 8
#define NAME 32
#define PATH 4096
/* How long an answer may be outstanding at the end. */
#define PATIENCE_SECONDS 3

struct sample {
  double begin, wait;
  const char *verdict; /* NULL: not answered */
};

struct stream {
  char name[NAME];
  char **tokens;
  size_t tokens_len;
  double start;
  long rate; /* a second */
  size_t expected, next, answered;
  struct sample *samples;
};

static struct stream streams[MOST_STREAMS];
static size_t streams_len;
/* Guards the streams once their workers run. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t progress = PTHREAD_COND_INITIALIZER;

static void fail(const char *what) {
  fprintf(stderr, "driver.c: %s\n", what);
  exit(1);
}

static double now(void) {
  struct timespec time;

  clock_gettime(CLOCK_REALTIME, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static struct timespec moment(double seconds) {
  time_t whole = (time_t)seconds;

  return (struct timespec){.tv_sec = whole, .tv_nsec = (long)((seconds - (double)whole) * 1e9)};
}

static double due(const struct stream *stream, size_t number) {
  return stream->start + (double)number / (double)stream->rate;
}

static bool is_expected(struct stream *stream, size_t number) {
  bool expected;

  pthread_mutex_lock(&lock);
  expected = number < stream->expected;
  pthread_mutex_unlock(&lock);
  return expected;
}

/* A request that finds no free worker counts from the moment when it was due. */
static double wait_until(double begin) {
  struct timespec when = moment(begin);

  if (now() > begin) {
    return begin;
  }
  while (clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &when, NULL) != 0) {
  }
  return now();
}

static void *work(void *argument) {
  struct stream *stream = argument;

  for (;;) {
    size_t number;
    double begin, wait;
    const char *token, *verdict;

    pthread_mutex_lock(&lock);
    number = stream->next++;
    pthread_mutex_unlock(&lock);
    if (!is_expected(stream, number)) {
      return NULL;
    }
    begin = wait_until(due(stream, number));
    if (!is_expected(stream, number)) {
      return NULL;
    }
    token = stream->tokens[number % stream->tokens_len];
    verdict = verify(token, strlen(token));
    wait = now() - begin;

    pthread_mutex_lock(&lock);
    stream->samples[number] = (struct sample){begin, wait, verdict};
    stream->answered++;
    pthread_cond_signal(&progress);
    pthread_mutex_unlock(&lock);
  }
}

static void read_tokens(struct stream *stream, const char *path) {
  FILE *file = fopen(path, "r");
  char *line = NULL;
  size_t capacity = 0;
  ssize_t length;

  if (file == NULL) {
    fail(path);
  }
  while ((length = getline(&line, &capacity, file)) > 0) {
    line[length - 1] = '\0';
    stream->tokens = realloc(stream->tokens, (stream->tokens_len + 1) * sizeof(char *));
    stream->tokens[stream->tokens_len++] = strdup(line);
  }
  free(line);
  fclose(file);
}

static void begin_stream(const char *name, const char *path, long rate, int workers, size_t count) {
  struct stream *stream = &streams[streams_len++];

  if (streams_len > MOST_STREAMS) {
    fail("too many streams");
  }
  snprintf(stream->name, sizeof stream->name, "%s", name);
  read_tokens(stream, path);
  stream->rate = rate;
  stream->expected = count;
  stream->samples = calloc(count, sizeof(struct sample));
  stream->start = now();
  while (workers-- > 0) {
    pthread_t thread;

    if (pthread_create(&thread, NULL, work, stream) != 0) {
      fail("no thread");
    }
    pthread_detach(thread);
  }
}

static void stop(struct stream *stream) {
  size_t due_by_now;

  pthread_mutex_lock(&lock);
  due_by_now = (size_t)((now() - stream->start) * (double)stream->rate) + 1;
  if (due_by_now < stream->expected) {
    stream->expected = due_by_now;
  }
  pthread_mutex_unlock(&lock);
}

static bool all_answered(void) {
  for (size_t i = 0; i < streams_len; i++) {
    if (streams[i].answered < streams[i].expected) {
      return false;
    }
  }
  return true;
}

static void end(void) {
  struct timespec latest = moment(now() + PATIENCE_SECONDS);

  for (size_t i = 0; i < streams_len; i++) {
    stop(&streams[i]);
  }
  pthread_mutex_lock(&lock);
  while (!all_answered() && pthread_cond_timedwait(&progress, &lock, &latest) == 0) {
  }
  for (size_t i = 0; i < streams_len; i++) {
    const struct stream *stream = &streams[i];

    for (size_t number = 0; number < stream->expected; number++) {
      struct sample sample = stream->samples[number];

      if (sample.verdict == NULL) {
        sample.begin = due(stream, number);
        sample.wait = now() - sample.begin;
        sample.verdict = "unanswered";
      }
      printf("sample %s %.6f %.6f %s\n", stream->name, sample.begin, sample.wait, sample.verdict);
    }
  }
  pthread_mutex_unlock(&lock);
  puts("end");
}

static void warm(const char *path) {
  struct stream one = {.tokens = NULL};

  read_tokens(&one, path);
  printf("warm %s\n", verify(one.tokens[0], strlen(one.tokens[0])));
}

int main(void) {
  char line[PATH + 256], name[NAME], path[PATH];
  long rate;
  int workers;
  size_t count;

  prepare();
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("ready");
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (sscanf(line, "stream %31s %4095s %ld %d %zu", name, path, &rate, &workers, &count) == 5) {
      begin_stream(name, path, rate, workers, count);
    } else if (sscanf(line, "warm %4095s", path) == 1) {
      warm(path);
    } else if (sscanf(line, "stop %31s", name) == 1) {
      for (size_t i = 0; i < streams_len; i++) {
        if (strcmp(streams[i].name, name) == 0) {
          stop(&streams[i]);
        }
      }
    } else if (strcmp(line, "end\n") == 0) {
      end();
    } else {
      fail("not a command");
    }
  }
  return 0;
}
