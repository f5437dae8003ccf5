/*
 * A small server that says who is calling, on libmicrohttpd. One thread serves everything: a request that
 * needs a key which is still being fetched is parked, and the others go on.
 *
 *     cc examples/c/server.c -lcfaccess -lmicrohttpd -o server
 *     ./server 8080 acme 32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228
 *
 * Without the last two arguments, team and audience are those of CFACCESS_TEAM and CFACCESS_AUDIENCE.
 * CFACCESS_CA_FILE names a PEM file of certificate authorities to trust besides the platform's.
 */
#define _POSIX_C_SOURCE 200809L

#include <cfaccess.h>
#include <microhttpd.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* How often parked requests are tried again. */
#define RETRY_MILLISECONDS 25
/* Beyond this, requests are answered with 503 at once. */
#define MOST_PARKED 1024
#define MOST_HEADERS 100

/* One request, from its first line to its answer. */
struct call {
  char *target;
  cfaccess_decision *decision;
  struct MHD_Connection *connection;
  struct call *next_parked;
};

struct server {
  const cfaccess_guard *guard;
  struct call *parked;
  size_t parked_len;
};

static volatile sig_atomic_t stopping;

static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

static void log_line(void *user_data, int32_t level, const char *line) {
  (void)user_data;
  fprintf(stderr, "%s: %s\n", level == CFACCESS_LOG_WARNING ? "warning" : "info", line);
}

/* libmicrohttpd decodes the path in place, so the raw target is copied. */
static void *begin_call(void *user_data, const char *target, struct MHD_Connection *connection) {
  (void)user_data;
  struct call *call = calloc(1, sizeof *call);
  if (call != NULL) {
    call->connection = connection;
    call->target = strdup(target);
  }
  return call;
}

static void end_call(void *user_data, struct MHD_Connection *connection, void **place,
                     enum MHD_RequestTerminationCode why) {
  (void)user_data, (void)connection, (void)why;
  struct call *call = *place;
  if (call != NULL) {
    cfaccess_decision_free(call->decision);
    free(call->target);
    free(call);
    *place = NULL;
  }
}

struct headers {
  cfaccess_header list[MOST_HEADERS];
  size_t len;
  bool are_too_many;
};

static enum MHD_Result add_header(void *user_data, enum MHD_ValueKind kind, const char *name, size_t name_len,
                                  const char *value, size_t value_len) {
  (void)kind;
  struct headers *headers = user_data;
  if (headers->len == MOST_HEADERS) {
    headers->are_too_many = true;
    return MHD_NO;
  }
  headers->list[headers->len++] = (cfaccess_header){name, name_len, value, value_len};
  return MHD_YES;
}

/* NULL for a request with too many headers, whose connection is closed. */
static cfaccess_decision *decide(const struct server *server, const struct call *call, const char *method,
                                 const char *path) {
  struct headers headers = {.len = 0};
  MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, add_header, &headers);
  if (headers.are_too_many) {
    return NULL;
  }
  const cfaccess_request request = {.struct_size = sizeof request,
                                    .method = method,
                                    .method_len = strlen(method),
                                    .path = path,
                                    .path_len = strlen(path),
                                    .raw_target = call->target,
                                    .raw_target_len = strlen(call->target),
                                    .headers = headers.list,
                                    .headers_len = headers.len};
  return cfaccess_guard_try_decide(server->guard, &request);
}

static void park(struct server *server, struct call *call) {
  cfaccess_decision_free(call->decision);
  call->decision = NULL;
  call->next_parked = server->parked;
  server->parked = call;
  server->parked_len++;
  MHD_suspend_connection(call->connection);
}

/* Each is decided again, and parked again if its key is still being fetched. */
static void resume_all(struct server *server) {
  struct call *parked = server->parked;
  server->parked = NULL;
  server->parked_len = 0;
  while (parked != NULL) {
    struct call *call = parked;
    parked = call->next_parked;
    MHD_resume_connection(call->connection);
  }
}

static enum MHD_Result send_text(struct MHD_Connection *connection, const char *text, size_t length) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(length, (void *)text, MHD_RESPMEM_MUST_COPY);
  if (response == NULL) {
    return MHD_NO;
  }
  MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
  enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

static ssize_t no_content(void *user_data, uint64_t position, char *place, size_t room) {
  (void)user_data, (void)position, (void)place, (void)room;
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* libmicrohttpd writes Content-Length itself, for HEAD too, where there is no content to count. */
static struct MHD_Response *content_of(const cfaccess_decision *decision) {
  for (size_t i = 0; decision->body.len == 0 && i < decision->headers_len; i++) {
    if (strcmp(decision->headers[i].name, "Content-Length") == 0) {
      uint64_t length = strtoull(decision->headers[i].value, NULL, 10);
      return MHD_create_response_from_callback(length, 1024, no_content, NULL, NULL);
    }
  }
  return MHD_create_response_from_buffer(decision->body.len, (void *)decision->body.ptr,
                                         MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_refusal(struct MHD_Connection *connection, const cfaccess_decision *decision) {
  struct MHD_Response *response = content_of(decision);
  if (response == NULL) {
    return MHD_NO;
  }
  for (size_t i = 0; i < decision->headers_len; i++) {
    if (strcmp(decision->headers[i].name, "Content-Length") != 0) {
      MHD_add_response_header(response, decision->headers[i].name, decision->headers[i].value);
    }
  }
  enum MHD_Result queued = MHD_queue_response(connection, decision->http_status, response);
  MHD_destroy_response(response);
  return queued;
}

/* The application. */
static enum MHD_Result greet(struct MHD_Connection *connection, const cfaccess_decision *decision) {
  char text[1024];
  const char *who =
      decision->kind == CFACCESS_DECISION_ALLOWED ? decision->claims->principal_id.ptr : "nobody";
  int length = snprintf(text, sizeof text, "hello, %s\n", who);
  return length > 0 && (size_t)length < sizeof text ? send_text(connection, text, (size_t)length) : MHD_NO;
}

/* Called when the headers have arrived, for each piece of the content, and at its end. */
static enum MHD_Result handle(void *user_data, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *content,
                              size_t *content_len, void **place) {
  (void)version, (void)content;
  struct server *server = user_data;
  struct call *call = *place;
  if (call == NULL || call->target == NULL) {
    return MHD_NO;
  }
  if (call->decision != NULL) {
    if (*content_len > 0) {
      *content_len = 0;
      return MHD_YES;
    }
    return greet(connection, call->decision);
  }
  call->decision = decide(server, call, method, path);
  if (call->decision == NULL) {
    return MHD_NO;
  }
  if (cfaccess_status_is_pending(call->decision->status) && server->parked_len < MOST_PARKED) {
    park(server, call);
    return MHD_YES;
  }
  switch (call->decision->kind) {
  case CFACCESS_DECISION_OPEN:
  case CFACCESS_DECISION_ALLOWED:
    return MHD_YES;
  default:
    return send_refusal(connection, call->decision);
  }
}

/* Keys that are fetched; NULL with an error. */
static cfaccess_keys *fetched_keys(const char *team, cfaccess_error **error) {
  cfaccess_remote_options *options = NULL;
  cfaccess_keys *keys = NULL;
  const char *ca_file = getenv("CFACCESS_CA_FILE");
  if (cfaccess_remote_options_new(&options, error) == CFACCESS_STATUS_OK &&
      cfaccess_remote_options_set_log(options, log_line, NULL, NULL, error) == CFACCESS_STATUS_OK &&
      (ca_file == NULL ||
       cfaccess_remote_options_set_ca_file(options, ca_file, error) == CFACCESS_STATUS_OK) &&
      cfaccess_keys_remote(team, options, &keys, error) == CFACCESS_STATUS_OK) {
    /* So that the first requests need not start the fetch. */
    (void)!cfaccess_keys_begin(keys, NULL);
  }
  cfaccess_remote_options_free(options);
  return keys;
}

/* A guard of one application with an open path; NULL with an error. */
static cfaccess_guard *make_guard(const char *team, const char *audience, cfaccess_error **error) {
  cfaccess_keys *keys = fetched_keys(team, error);
  cfaccess_config *config = NULL;
  cfaccess_verifier *verifier = NULL;
  cfaccess_guard_config *guard_config = NULL;
  cfaccess_guard *guard = NULL;
  if (keys != NULL && cfaccess_config_new(team, &config, error) == CFACCESS_STATUS_OK &&
      cfaccess_config_add_audience(config, audience, error) == CFACCESS_STATUS_OK &&
      cfaccess_verifier_new(config, keys, &verifier, error) == CFACCESS_STATUS_OK &&
      cfaccess_guard_config_new(&guard_config, error) == CFACCESS_STATUS_OK &&
      cfaccess_guard_config_add_route(guard_config, NULL, NULL, verifier, NULL, error) ==
          CFACCESS_STATUS_OK &&
      cfaccess_guard_config_add_open_path(guard_config, "GET", NULL, "/healthz", error) ==
          CFACCESS_STATUS_OK &&
      cfaccess_guard_config_set_log(guard_config, log_line, NULL, NULL, error) == CFACCESS_STATUS_OK) {
    (void)!cfaccess_guard_new(guard_config, &guard, error);
  }
  cfaccess_guard_config_free(guard_config);
  cfaccess_verifier_free(verifier);
  cfaccess_config_free(config);
  cfaccess_keys_free(keys);
  return guard;
}

static long milliseconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void serve(struct MHD_Daemon *daemon, struct server *server) {
  long retried = milliseconds_now();
  while (!stopping) {
    MHD_run_wait(daemon, server->parked != NULL ? RETRY_MILLISECONDS : 200);
    if (milliseconds_now() - retried >= RETRY_MILLISECONDS) {
      resume_all(server);
      retried = milliseconds_now();
    }
  }
  resume_all(server);
}

int main(int argc, char **argv) {
  const char *team = argc == 4 ? argv[2] : getenv("CFACCESS_TEAM");
  const char *audience = argc == 4 ? argv[3] : getenv("CFACCESS_AUDIENCE");
  if ((argc != 2 && argc != 4) || team == NULL || audience == NULL) {
    fprintf(stderr, "usage: %s PORT [TEAM AUDIENCE]\n", argv[0]);
    return 2;
  }
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  signal(SIGPIPE, SIG_IGN);
  cfaccess_error *error = NULL;
  cfaccess_guard *guard = make_guard(team, audience, &error);
  if (guard == NULL) {
    fprintf(stderr, "%s\n", cfaccess_error_message(error));
    cfaccess_error_free(error);
    return 1;
  }
  struct server server = {.guard = guard};
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)atoi(argv[1])),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  struct MHD_Daemon *daemon = MHD_start_daemon(
      MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, &server, MHD_OPTION_SOCK_ADDR,
      (struct sockaddr *)&address, MHD_OPTION_URI_LOG_CALLBACK, begin_call, NULL, MHD_OPTION_NOTIFY_COMPLETED,
      end_call, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 30U, MHD_OPTION_END);
  if (daemon == NULL) {
    fprintf(stderr, "port %s cannot be listened on\n", argv[1]);
    cfaccess_guard_free(guard);
    return 1;
  }
  printf("http://127.0.0.1:%d\n", (int)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush(stdout);

  serve(daemon, &server);

  MHD_stop_daemon(daemon);
  cfaccess_guard_free(guard);
  return 0;
}
