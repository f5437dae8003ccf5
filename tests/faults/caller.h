/*
 * Threads that verify one token after another, and what became of that.
 */
#ifndef CALLER_H
#define CALLER_H

#include <cfaccess.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "measure.h"

#define VERDICTS 64
#define CHANGES_MAX 512
#define TOKEN_MAX 4096

/* Since the last report; guarded by the caller's lock. */
struct account {
  unsigned long verdicts[VERDICTS], held_back;
  double longest_wait, longest_work;
  struct change {
    double at;
    cfaccess_status verdict;
  } changes[CHANGES_MAX];
  size_t changes_len;
};

struct caller {
  char name[32], token[TOKEN_MAX];
  bool names_random_keys;
  unsigned int pause_microseconds;
  /* 0 for calls without end. */
  long calls;
  const cfaccess_verifier *verifier;
  pthread_t thread;
  atomic_bool stopped;
  pthread_mutex_t lock;
  struct account account;
  int last_verdict;
};

static inline size_t base64url(const char *bytes, size_t length, char *text) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  size_t written = 0;
  unsigned int bits = 0, held = 0;
  for (size_t i = 0; i < length; i++) {
    bits = bits << 8 | (unsigned char)bytes[i];
    for (held += 8; held >= 6; held -= 6) {
      text[written++] = digits[bits >> (held - 6) & 63];
    }
  }
  if (held > 0) {
    text[written++] = digits[bits << (6 - held) & 63];
  }
  return written;
}

/* A well-formed token of a key that nobody has. */
static inline void write_random_token(char token[TOKEN_MAX], unsigned long long *random) {
  char header[128], *end = token;
  int length = snprintf(header, sizeof header, "{\"alg\":\"RS256\",\"kid\":\"");
  for (int i = 0; i < 4; i++) {
    *random = *random * 6364136223846793005u + 1442695040888963407u;
    length += snprintf(header + length, sizeof header - (size_t)length, "%016llx", *random);
  }
  length += snprintf(header + length, sizeof header - (size_t)length, "\"}");
  end += base64url(header, (size_t)length, end);
  end += snprintf(end, 6, ".e30.");
  memset(end, 'A', 342);
  end[342] = '\0';
}

static inline void keep_account(struct caller *caller, cfaccess_status verdict, struct moment before,
                                struct moment after) {
  struct account *account = &caller->account;
  struct cost cost = cost_between(before, after);
  pthread_mutex_lock(&caller->lock);
  account->verdicts[verdict]++;
  account->held_back += held_back(cost);
  account->longest_wait = cost.waited > account->longest_wait ? cost.waited : account->longest_wait;
  account->longest_work = cost.worked > account->longest_work ? cost.worked : account->longest_work;
  if ((int)verdict != caller->last_verdict && account->changes_len < CHANGES_MAX) {
    account->changes[account->changes_len++] = (struct change){after.wall, verdict};
  }
  caller->last_verdict = (int)verdict;
  pthread_mutex_unlock(&caller->lock);
}

static inline cfaccess_status verify(const cfaccess_verifier *verifier, const char *token,
                                     cfaccess_error **error) {
  cfaccess_claims *claims;
  cfaccess_status verdict = cfaccess_verifier_verify(verifier, token, strlen(token), &claims, error);
  cfaccess_claims_free(claims);
  return verdict;
}

static inline void *call_again_and_again(void *argument) {
  struct caller *caller = argument;
  int schedstat = open_schedstat();
  unsigned long long random = (unsigned long long)(uintptr_t)caller;
  for (long call = 0; !atomic_load(&caller->stopped) && (caller->calls == 0 || call < caller->calls);
       call++) {
    if (caller->names_random_keys) {
      write_random_token(caller->token, &random);
    }
    struct moment before = now_of_thread(schedstat);
    cfaccess_status verdict = verify(caller->verifier, caller->token, NULL);
    keep_account(caller, verdict, before, now_of_thread(schedstat));
    if (caller->pause_microseconds > 0) {
      usleep(caller->pause_microseconds);
    }
  }
  close(schedstat);
  return NULL;
}

#endif
