/*
 * A program that fetches keys and verifies tokens as it is told, for the tests of faults.
 *
 *   probe [name=value]...     timeout, cooldown, refresh_after, max_stale (ms), ca_file, proxy, cache_file
 *
 * Each line of its input is a command, and each is answered with a line of JSON:
 *   start NAME PAUSE CALLS TOKEN  a thread verifies the token, CALLS times (0: until it is stopped), with a
 *                                 pause of so many microseconds; "random" is a token of another key each time
 *   join NAME, stop NAME          wait for its last call; let the call under way be its last
 *   report                        what all threads have seen since the last report, and the status of keys
 *   verify TOKEN, connect, close  one call
 *   clock SECONDS                 sets the wall clock so far ahead
 *   lookup MILLISECONDS           from now on the lookup of a name takes that long
 */
#define _GNU_SOURCE

#include "caller.h"
#include "world.h"

#define CALLERS_MAX 16

static struct caller callers[CALLERS_MAX];
static size_t callers_len;
static cfaccess_keys *keys;
static cfaccess_verifier *verifier;

static void must(bool holds, const char *what) {
  if (!holds) {
    fprintf(stderr, "probe: %s\n", what);
    exit(2);
  }
}

/* Messages are one line of printable text. */
static void print_string(const char *text) {
  putchar('"');
  for (; *text != '\0'; text++) {
    if (*text == '"' || *text == '\\') {
      putchar('\\');
    }
    putchar(*text);
  }
  putchar('"');
}

static void end_answer(void) {
  putchar('\n');
  fflush(stdout);
}

/* Frees the error. */
static void print_verdict(cfaccess_status verdict, cfaccess_error *error) {
  printf("{\"verdict\":\"%s\",\"message\":", cfaccess_status_name(verdict));
  print_string(error != NULL ? cfaccess_error_message(error) : "");
  cfaccess_error_free(error);
}

static void set_option(cfaccess_remote_options *options, const char *name, const char *value) {
  cfaccess_status status = CFACCESS_STATUS_INVALID_ARGUMENT;
  if (strcmp(name, "ca_file") == 0) {
    status = cfaccess_remote_options_set_ca_file(options, value, NULL);
  } else if (strcmp(name, "proxy") == 0) {
    status = cfaccess_remote_options_set_proxy(options, value, NULL);
  } else if (strcmp(name, "cache_file") == 0) {
    status = cfaccess_remote_options_set_cache_file(options, value, NULL);
  } else if (strcmp(name, "timeout") == 0) {
    status = cfaccess_remote_options_set_timeout(options, atol(value), NULL);
  } else if (strcmp(name, "cooldown") == 0) {
    status = cfaccess_remote_options_set_cooldown(options, atol(value), NULL);
  } else if (strcmp(name, "refresh_after") == 0) {
    status = cfaccess_remote_options_set_refresh_after(options, atol(value), NULL);
  } else if (strcmp(name, "max_stale") == 0) {
    status = cfaccess_remote_options_set_max_stale(options, atol(value), NULL);
  }
  must(status == CFACCESS_STATUS_OK, name);
}

/* Whether there are keys; its answer is printed. */
static bool make_keys(int count, char **arguments) {
  cfaccess_remote_options *options;
  cfaccess_config *config;
  cfaccess_error *error;
  must(cfaccess_remote_options_new(&options, NULL) == CFACCESS_STATUS_OK, "options");
  for (int i = 1; i < count; i++) {
    char *equals = strchr(arguments[i], '=');
    must(equals != NULL, arguments[i]);
    *equals = '\0';
    set_option(options, arguments[i], equals + 1);
  }
  cfaccess_status status = cfaccess_keys_remote("acme", options, &keys, &error);
  cfaccess_remote_options_free(options);
  print_verdict(status, error);
  putchar('}');
  end_answer();
  if (status != CFACCESS_STATUS_OK) {
    return false;
  }
  must(cfaccess_config_new("acme", &config, NULL) == CFACCESS_STATUS_OK, "a config");
  must(cfaccess_config_add_audience(config, getenv("PROBE_AUDIENCE"), NULL) == CFACCESS_STATUS_OK,
       "PROBE_AUDIENCE");
  must(cfaccess_verifier_new(config, keys, &verifier, NULL) == CFACCESS_STATUS_OK, "a verifier");
  cfaccess_config_free(config);
  return true;
}

static void start(const char *rest) {
  must(callers_len < CALLERS_MAX, "too many threads");
  struct caller *caller = &callers[callers_len++];
  int taken = sscanf(rest, "%31s %u %ld %4095s", caller->name, &caller->pause_microseconds, &caller->calls,
                     caller->token);
  must(taken == 4, "start NAME PAUSE CALLS TOKEN");
  caller->names_random_keys = strcmp(caller->token, "random") == 0;
  caller->verifier = verifier;
  caller->last_verdict = -1;
  must(pthread_mutex_init(&caller->lock, NULL) == 0, "a lock");
  must(pthread_create(&caller->thread, NULL, call_again_and_again, caller) == 0, "a thread");
  printf("{}");
}

static void join(const char *name, bool at_once) {
  for (size_t i = 0; i < callers_len; i++) {
    if (strcmp(callers[i].name, name) == 0) {
      atomic_store(&callers[i].stopped, at_once);
      must(pthread_join(callers[i].thread, NULL) == 0, "a thread ends");
    }
  }
  printf("{}");
}

static void print_account(struct caller *caller) {
  const char *comma = "";
  pthread_mutex_lock(&caller->lock);
  struct account account = caller->account;
  caller->account = (struct account){0};
  pthread_mutex_unlock(&caller->lock);

  printf("\"%s\":{\"held_back\":%lu,\"longest_wait\":%.6f,\"longest_work\":%.6f,\"verdicts\":{", caller->name,
         account.held_back, account.longest_wait, account.longest_work);
  for (int status = 0; status < VERDICTS; status++) {
    if (account.verdicts[status] > 0) {
      printf("%s\"%s\":%lu", comma, cfaccess_status_name(status), account.verdicts[status]);
      comma = ",";
    }
  }
  printf("},\"changes\":[");
  for (size_t i = 0; i < account.changes_len; i++) {
    struct change change = account.changes[i];
    printf("%s[%.6f,\"%s\"]", i > 0 ? "," : "", change.at, cfaccess_status_name(change.verdict));
  }
  printf("]}");
}

static void report(void) {
  char *status;
  printf("{\"callers\":{");
  for (size_t i = 0; i < callers_len; i++) {
    printf("%s", i > 0 ? "," : "");
    print_account(&callers[i]);
  }
  must(cfaccess_keys_status(keys, &status, NULL) == CFACCESS_STATUS_OK, "a status");
  printf("},\"keys\":%s}", status);
  cfaccess_string_free(status);
}

static void verify_once(const char *token) {
  cfaccess_error *error;
  int schedstat = open_schedstat();
  struct moment before = now_of_thread(schedstat);
  cfaccess_status verdict = verify(verifier, token, &error);
  struct cost cost = cost_between(before, now_of_thread(schedstat));
  close(schedstat);
  print_verdict(verdict, error);
  printf(",\"waited\":%.6f,\"worked\":%.6f,\"held_back\":%s}", cost.waited, cost.worked,
         held_back(cost) ? "true" : "false");
}

static void obey(const char *command, const char *rest) {
  cfaccess_error *error = NULL;
  if (strcmp(command, "start") == 0) {
    start(rest);
  } else if (strcmp(command, "join") == 0 || strcmp(command, "stop") == 0) {
    join(rest, command[0] == 's');
  } else if (strcmp(command, "report") == 0) {
    report();
  } else if (strcmp(command, "verify") == 0) {
    verify_once(rest);
  } else if (strcmp(command, "connect") == 0) {
    cfaccess_status status = cfaccess_keys_connect(keys, &error);
    print_verdict(status, error);
    putchar('}');
  } else if (strcmp(command, "close") == 0) {
    cfaccess_keys_close(keys);
    printf("{}");
  } else if (strcmp(command, "lookup") == 0) {
    atomic_store(&lookup_takes, atol(rest));
    printf("{}");
  } else if (strcmp(command, "clock") == 0) {
    atomic_store(&clock_ahead, atol(rest));
    printf("{}");
  } else {
    must(false, command);
  }
  end_answer();
}

int main(int count, char **arguments) {
  static char line[TOKEN_MAX + 128];
  if (!make_keys(count, arguments)) {
    return EXIT_FAILURE;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    char *space = strchr(line, ' ');
    if (space != NULL) {
      *space = '\0';
    }
    obey(line, space != NULL ? space + 1 : "");
  }
  /* Whatever still runs ends with the process. */
  return EXIT_SUCCESS;
}
