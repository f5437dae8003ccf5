/*
 * How keys are fetched is chosen by options: each that is wrong is named, when it is set or when keys are
 * made.
 */
#include "remote.h"

#include <sys/stat.h>
#include <unistd.h>

/* What may stand in an out-place before a call. */
#define GARBAGE ((void *)(uintptr_t)0x5a5a5a5a)

typedef cfaccess_status set_duration(cfaccess_remote_options *, int64_t, cfaccess_error **);
typedef cfaccess_status set_path(cfaccess_remote_options *, const char *, cfaccess_error **);

static const struct {
  const char *name;
  set_duration *set;
} durations[] = {
    {"timeout", cfaccess_remote_options_set_timeout},
    {"refresh_after", cfaccess_remote_options_set_refresh_after},
    {"cooldown", cfaccess_remote_options_set_cooldown},
    {"max_stale", cfaccess_remote_options_set_max_stale},
};
#define DURATIONS (sizeof durations / sizeof *durations)

static bool says(const cfaccess_error *error, const char *text) {
  const char *message = cfaccess_error_message(error);
  return is_sane(message, "", 0) && strstr(message, text) != NULL;
}

/* Whether keys made from these options are refused with a message that has this text; frees the options. */
static bool refused_for(const char *text, cfaccess_remote_options *options) {
  cfaccess_keys *keys = GARBAGE;
  cfaccess_error *error = GARBAGE;
  cfaccess_status status = cfaccess_keys_remote(TEAM, options, &keys, &error);
  bool refused = status == CFACCESS_STATUS_INVALID_CONFIG && keys == NULL && says(error, text);
  cfaccess_error_free(error);
  cfaccess_remote_options_free(options);
  return refused;
}

#define EXPECT_NULL_ARGUMENT(call)                                         \
  do {                                                                     \
    error = GARBAGE;                                                       \
    EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, call);                    \
    EXPECT(cfaccess_error_status(error) == CFACCESS_STATUS_NULL_ARGUMENT); \
    cfaccess_error_free(error);                                            \
  } while (0)

static void ignore(void *user_data, int32_t level, const char *line) {
  (void)user_data, (void)level, (void)line;
}

static void null_where_a_value_is_needed(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  cfaccess_keys *keys = GARBAGE;
  cfaccess_claims *claims = GARBAGE;
  cfaccess_header one = header("Cf-Access-Jwt-Assertion", TOKEN_PERSON);
  cfaccess_error *error;

  for (size_t i = 0; i < DURATIONS; i++) {
    EXPECT_NULL_ARGUMENT(durations[i].set(NULL, 5000, &error));
  }
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_new(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_ca_file(NULL, "/", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_ca_file(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_proxy(NULL, "", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_proxy(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_local(NULL, "http://127.0.0.1:8780", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_local(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_prefetch(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_cache_file(NULL, "/", &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_cache_file(options, NULL, &error));
  EXPECT_NULL_ARGUMENT(
      cfaccess_remote_options_set_fetch(NULL, fetch_from_endpoint, at, release_endpoint, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_fetch(options, NULL, at, release_endpoint, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_log(NULL, ignore, at, release_endpoint, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_remote_options_set_log(options, NULL, at, release_endpoint, &error));
  EXPECT(!is_released(at));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_remote(NULL, options, &keys, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_remote(TEAM, options, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_connect(NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_keys_try_connect(NULL, &error));
  EXPECT(cfaccess_keys_is_fetching(NULL) == 0 && cfaccess_keys_begin_wait(NULL) == 0);
  cfaccess_keys_end_wait(NULL);
  EXPECT_NULL_ARGUMENT(cfaccess_document_write(NULL, "{}", 2, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify(NULL, "a.b.c", 5, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_at(NULL, "a.b.c", 5, NOW, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_request(NULL, &one, 1, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_request_at(NULL, &one, 1, NOW, &claims, &error));
  EXPECT(keys == NULL && claims == NULL);

  cfaccess_verifier *verifier = usual_verifier();
  claims = GARBAGE;
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify(verifier, NULL, 5, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify(verifier, "a.b.c", 5, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_at(verifier, NULL, 5, NOW, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_at(verifier, "a.b.c", 5, NOW, NULL, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_request(verifier, NULL, 1, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_request_at(verifier, NULL, 1, NOW, &claims, &error));
  EXPECT_NULL_ARGUMENT(cfaccess_verifier_try_verify_request(verifier, &one, 1, NULL, &error));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_ARGUMENT,
                cfaccess_verifier_try_verify(verifier, GARBAGE, SIZE_MAX, &claims, NULL));
  EXPECT(claims == NULL);
  cfaccess_verifier_free(verifier);
  cfaccess_remote_options_free(options);
  endpoint_free(at);
}

static void null_everywhere(void) {
  for (size_t i = 0; i < DURATIONS; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, durations[i].set(NULL, 0, NULL));
  }
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_new(NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_set_ca_file(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_set_proxy(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_set_local(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_set_cache_file(NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_remote_options_set_fetch(NULL, NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_remote_options_set_log(NULL, NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_remote(NULL, NULL, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_connect(NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_keys_try_connect(NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_document_write(NULL, NULL, 0, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT, cfaccess_verifier_try_verify(NULL, NULL, 0, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_NULL_ARGUMENT,
                cfaccess_verifier_try_verify_request(NULL, NULL, 0, NULL, NULL));
  cfaccess_remote_options_free(NULL);
  cfaccess_keys_close(NULL);
}

static void the_defaults_serve(void) {
  cfaccess_keys *keys = GARBAGE;
  cfaccess_error *error = GARBAGE;

  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_remote(TEAM, NULL, &keys, &error));
  EXPECT(error == NULL && status_has(keys, "\"fetches\":0"));
  cfaccess_keys_free(keys);
}

static void a_negative_duration_is_refused_and_named(void) {
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  const int64_t negatives[] = {-1, INT64_MIN};
  for (size_t i = 0; i < DURATIONS; i++) {
    for (size_t j = 0; j < 2; j++) {
      cfaccess_error *error;
      EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, durations[i].set(options, negatives[j], &error));
      EXPECT(says(error, durations[i].name));
      cfaccess_error_free(error);
    }
  }
  /* What was refused changed nothing. */
  cfaccess_keys_free(remote_keys(options));
  endpoint_free(at);
}

static void a_duration_out_of_its_bounds_is_refused_and_named(void) {
  static const struct {
    size_t which;
    int64_t milliseconds;
  } wrong[] = {
      {0, 0}, {0, 99},  {0, 60001}, {0, INT64_MAX}, {1, 0},         {1, COOLDOWN - 1},
      {2, 0}, {2, 999}, {3, 0},     {3, 3599999},   {3, 518400001}, {3, INT64_MAX},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    cfaccess_remote_options *options = new_options();
    must(durations[wrong[i].which].set(options, wrong[i].milliseconds, NULL) == CFACCESS_STATUS_OK, "set");
    EXPECT(refused_for(durations[wrong[i].which].name, options));
  }
}

static void durations_must_fit_each_other(void) {
  cfaccess_remote_options *rare = new_options();
  must(cfaccess_remote_options_set_cooldown(rare, INT64_MAX, NULL) == CFACCESS_STATUS_OK, "set");
  EXPECT(refused_for("refresh_after", rare));

  cfaccess_remote_options *late = new_options();
  must(cfaccess_remote_options_set_refresh_after(late, 86400001, NULL) == CFACCESS_STATUS_OK, "set");
  EXPECT(refused_for("max_stale", late));

  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *least = options_for(at);
  const int64_t at_its_bound[DURATIONS] = {100, COOLDOWN, COOLDOWN, COOLDOWN};
  for (size_t i = 0; i < DURATIONS; i++) {
    EXPECT_STATUS(CFACCESS_STATUS_OK, durations[i].set(least, at_its_bound[i], NULL));
  }
  cfaccess_keys_free(remote_keys(least));
  endpoint_free(at);
}

static void a_team_that_is_none_is_refused(void) {
  const char *teams[] = {"", " acme", "acme.example.com", "https://acme", "a_b", "\xff", "acme\n"};
  for (size_t i = 0; i < sizeof teams / sizeof *teams; i++) {
    cfaccess_keys *keys = GARBAGE;
    cfaccess_error *error;
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, cfaccess_keys_remote(teams[i], NULL, &keys, &error));
    EXPECT(keys == NULL && says(error, ""));
    cfaccess_error_free(error);
  }
}

static cfaccess_remote_options *with_path(set_path *set, const char *path) {
  cfaccess_remote_options *options = new_options();
  must(set(options, path, NULL) == CFACCESS_STATUS_OK, path);
  return options;
}

static void a_ca_file_that_gives_no_certificate_is_refused(void) {
  const char *paths[] = {VECTORS "/no-such-file", VECTORS, "", "\xff", KEYS_FILE, "/dev/null"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    EXPECT(refused_for("ca_file", with_path(cfaccess_remote_options_set_ca_file, paths[i])));
  }
}

static void a_cache_file_that_cannot_be_written_is_refused(void) {
  char folder[] = "/tmp/cfaccess-XXXXXX", pipe[64];
  must(mkdtemp(folder) != NULL, "a folder");
  snprintf(pipe, sizeof pipe, "%s/pipe", folder);
  must(mkfifo(pipe, 0600) == 0, "a pipe");

  char link[64];
  snprintf(link, sizeof link, "%s/link", folder);
  must(symlink(pipe, link) == 0, "a link");

  const char *paths[] = {folder,       pipe,       link, VECTORS "/no-such-folder/keys", KEYS_FILE "/keys",
                         "/proc/keys", "\xff/keys"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
    EXPECT(refused_for("cache_file", with_path(cfaccess_remote_options_set_cache_file, paths[i])));
  }
  must(remove(link) == 0 && remove(pipe) == 0 && remove(folder) == 0, "they are removed");
}

static void a_relative_path_starts_where_it_was_given(void) {
  char folder[] = "/tmp/cfaccess-XXXXXX", copy[64];
  char *before = getcwd(NULL, 0);
  must(mkdtemp(folder) != NULL && before != NULL && chdir(folder) == 0, "a folder");
  endpoint *at = endpoint_with(KEYS_FILE);
  cfaccess_remote_options *options = options_for(at);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_remote_options_set_cache_file(options, "keys.json", NULL));
  must(chdir("/proc") == 0, "another folder");

  cfaccess_keys *keys = remote_keys(options);
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_connect(keys, NULL));
  cfaccess_keys_close(keys);
  cfaccess_keys_free(keys);

  snprintf(copy, sizeof copy, "%s/keys.json", folder);
  EXPECT(access(copy, R_OK) == 0);
  must(chdir(before) == 0 && remove(copy) == 0 && remove(folder) == 0, "they are removed");
  free(before);
  endpoint_free(at);
}

static void a_proxy_that_is_none_is_refused_without_its_password(void) {
  const char *urls[] = {"htp://user:secret@proxy", "http://user:secret@", "http://user:secret@[::1",
                        "http://user:secret@proxy:port", "\xff"};
  cfaccess_remote_options *options = new_options();
  for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
    cfaccess_error *error = GARBAGE;
    EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                  cfaccess_remote_options_set_proxy(options, urls[i], &error));
    EXPECT(!says(error, "secret"));
    cfaccess_error_free(error);
  }
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_remote_options_set_proxy(options, "", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK,
                cfaccess_remote_options_set_proxy(options, "user:secret@proxy:3128", NULL));
  cfaccess_keys *keys = NULL;
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_keys_remote(TEAM, options, &keys, NULL));
  cfaccess_keys_free(keys);
  cfaccess_remote_options_free(options);
}

static cfaccess_status remote_status(const char *team, const cfaccess_remote_options *options,
                                     cfaccess_error **error) {
  cfaccess_keys *keys = GARBAGE;
  cfaccess_status status = cfaccess_keys_remote(team, options, &keys, error);
  must((keys != NULL) == (status == CFACCESS_STATUS_OK), "keys exactly on success");
  cfaccess_keys_free(keys);
  return status;
}

static void the_variable_is_read_for_the_local_team_alone(void) {
  const char *local = "cfaccess-local";
  cfaccess_error *error;
  must(unsetenv("CFACCESS_LOCAL") == 0, "an environment");
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, remote_status(local, NULL, &error));
  EXPECT(says(error, "start `cfaccess local`, then set CFACCESS_LOCAL"));
  cfaccess_error_free(error);

  must(setenv("CFACCESS_LOCAL", "http://user:secret@127.0.0.1:8780", 1) == 0, "an environment");
  EXPECT_STATUS(CFACCESS_STATUS_OK, remote_status(TEAM, NULL, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, remote_status(local, NULL, &error));
  EXPECT(says(error, "CFACCESS_LOCAL is no address") && !says(error, "secret"));
  cfaccess_error_free(error);

  cfaccess_remote_options *options = new_options();
  EXPECT_STATUS(CFACCESS_STATUS_OK, cfaccess_remote_options_set_local(options, "http://[::1]:8780/", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG,
                cfaccess_remote_options_set_local(options, "http://localhost:8780", NULL));
  EXPECT_STATUS(CFACCESS_STATUS_OK, remote_status(local, options, NULL));
  EXPECT_STATUS(CFACCESS_STATUS_INVALID_CONFIG, remote_status(TEAM, options, NULL));
  cfaccess_remote_options_free(options);
  must(unsetenv("CFACCESS_LOCAL") == 0, "an environment");
}

int main(void) {
  RUN(null_where_a_value_is_needed);
  RUN(null_everywhere);
  RUN(the_defaults_serve);
  RUN(a_negative_duration_is_refused_and_named);
  RUN(a_duration_out_of_its_bounds_is_refused_and_named);
  RUN(durations_must_fit_each_other);
  RUN(a_team_that_is_none_is_refused);
  RUN(a_ca_file_that_gives_no_certificate_is_refused);
  RUN(a_cache_file_that_cannot_be_written_is_refused);
  RUN(a_relative_path_starts_where_it_was_given);
  RUN(a_proxy_that_is_none_is_refused_without_its_password);
  RUN(the_variable_is_read_for_the_local_team_alone);
  return all_stories_passed();
}
