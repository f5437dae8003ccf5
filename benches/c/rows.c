/* The rows that are measured through the C ABI. */

#include "rows.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "floor.h"

#define HOT 1000
#define MANY 100000

static const floor_key *bare;
static int64_t now;

static struct setting cold = {.entries = 0};
static struct setting cached = {.entries = -1};
/* It is given many more tokens than it keeps. */
static struct setting flooded = {.entries = -1};
static struct setting hot = {.entries = -1};
static struct setting full = {.entries = MANY, .filled = MANY};
static struct setting with_32_keys = {.keys = "32_keys.json", .entries = -1};
static struct setting with_1000_audiences = {.audiences = "1000_audiences", .entries = -1};

static void run_floor(struct row *row) {
  (void)row;
  if (!floor_holds(bare)) {
    fail("the signature of the floor is invalid");
  }
}

static struct text next_token(struct row *row) {
  struct text token = row->tokens.items[row->next];

  row->next = row->next + 1 == row->tokens.count ? 0 : row->next + 1;
  return token;
}

static void finish(const struct row *row, cfaccess_status status, cfaccess_claims *claims,
                   cfaccess_error *error) {
  if (status != row->expected) {
    fail(row->name);
  }
  if (status == CFACCESS_STATUS_OK) {
    cfaccess_claims_free(claims);
  } else {
    cfaccess_error_free(error);
  }
}

static void run_verify(struct row *row) {
  struct text token = next_token(row);
  cfaccess_claims *claims;
  cfaccess_error *error;
  cfaccess_status status;

  status = cfaccess_verifier_verify(row->setting->verifier, token.ptr, token.len, &claims, &error);
  finish(row, status, claims, error);
}

static void run_verify_at(struct row *row) {
  struct text token = next_token(row);
  cfaccess_claims *claims;
  cfaccess_error *error;
  cfaccess_status status;

  status = cfaccess_verifier_verify_at(row->setting->verifier, token.ptr, token.len, now, &claims, &error);
  finish(row, status, claims, error);
}

static void run_request(struct row *row) {
  cfaccess_claims *claims;
  cfaccess_error *error;
  cfaccess_status status;

  status = cfaccess_verifier_verify_request_at(row->setting->verifier, row->headers, row->headers_len, now,
                                               &claims, &error);
  finish(row, status, claims, error);
}

static void run_lookup(struct row *row) {
  struct text token = next_token(row);

  if (cfaccess_verifier_lookup(row->setting->verifier, token.ptr, token.len) == 0) {
    fail(row->name);
  }
}

/* The same headers as a request to a guard of one route and an open path. */
static void run_guard(struct row *row) {
  const cfaccess_request request = {.struct_size = sizeof request,
                                    .method = "GET",
                                    .method_len = 3,
                                    .path = "/api/items",
                                    .path_len = 10,
                                    .raw_target = "/api/items?page=2",
                                    .raw_target_len = 17,
                                    .headers = row->headers,
                                    .headers_len = row->headers_len};
  cfaccess_decision *decision = cfaccess_guard_try_decide(row->guard, &request);

  if (decision->kind != CFACCESS_DECISION_ALLOWED) {
    fail(decision->message.ptr);
  }
  cfaccess_decision_free(decision);
}

static void run_guard_lookup(struct row *row) {
  if (cfaccess_guard_lookup(row->guard, row->joined.ptr, row->joined.len, row->joined_parts) == 0) {
    fail(row->name);
  }
}

struct row rows[] = {
    {.name = "c_floor", .run = run_floor},
    {.name = "c_verify", .run = run_verify_at, .setting = &cold, .input = "token"},
    {.name = "c_verify_kept",
     .run = run_verify,
     .setting = &flooded,
     .input = "tokens",
     .step = 1,
     .lines = MANY},
    {.name = "c_request", .run = run_request, .setting = &cold, .input = "request"},
    {.name = "c_malformed",
     .run = run_verify_at,
     .setting = &cached,
     .input = "malformed",
     .expected = CFACCESS_STATUS_MALFORMED},
    {.name = "c_garbage",
     .run = run_verify_at,
     .setting = &cached,
     .input = "garbage",
     .expected = CFACCESS_STATUS_MALFORMED},
    {.name = "c_unknown_key",
     .run = run_verify_at,
     .setting = &cached,
     .input = "unknown_key",
     .expected = CFACCESS_STATUS_UNKNOWN_KEY},
    {.name = "c_bad_signature",
     .run = run_verify_at,
     .setting = &cached,
     .input = "bad_signature",
     .expected = CFACCESS_STATUS_BAD_SIGNATURE},
    {.name = "c_hit", .run = run_verify, .setting = &cached, .input = "token"},
    {.name = "c_lookup", .run = run_lookup, .setting = &cached, .input = "token"},
    {.name = "c_guard", .run = run_guard, .setting = &cached, .input = "request"},
    {.name = "c_guard_lookup", .run = run_guard_lookup, .setting = &cached, .input = "request"},
    {.name = "c_hit_1000",
     .run = run_verify,
     .setting = &hot,
     .input = "tokens",
     .step = MANY / HOT,
     .lines = HOT},
    {.name = "c_hit_1000_of_100000",
     .run = run_verify,
     .setting = &full,
     .input = "tokens",
     .step = MANY / HOT,
     .lines = HOT},
    {.name = "c_hit_100000",
     .run = run_verify,
     .setting = &full,
     .input = "tokens",
     .step = 1,
     .lines = MANY},
    {.name = "c_hit_32_keys", .run = run_verify, .setting = &with_32_keys, .input = "tokens_of_32_keys"},
    {.name = "c_hit_1000_32_keys",
     .run = run_verify,
     .setting = &with_32_keys,
     .input = "tokens_of_32_keys",
     .step = 1,
     .lines = HOT},
    {.name = "c_hit_audiences",
     .run = run_verify,
     .setting = &with_1000_audiences,
     .input = "tokens_of_1000_audiences"},
    {.name = "c_hit_1000_audiences",
     .run = run_verify,
     .setting = &with_1000_audiences,
     .input = "tokens_of_1000_audiences",
     .step = 1,
     .lines = HOT},
    {.name = "c_hit_two_threads",
     .run = run_verify,
     .threads = 2,
     .setting = &cached,
     .input = "tokens",
     .step = 1,
     .lines = 2},
    {.name = "c_lookup_two_threads", .run = run_lookup, .threads = 2, .setting = &cached, .input = "token"},
};
const size_t rows_len = sizeof rows / sizeof rows[0];

static void read_headers(struct row *row, const char *folder) {
  struct texts lines = read_lines(folder, row->input, 1, MOST_HEADERS);

  for (size_t i = 0; i < lines.count; i++) {
    struct text line = lines.items[i];
    const char *colon = memchr(line.ptr, ':', line.len);
    size_t name_len = (size_t)(colon - line.ptr);

    row->headers[row->headers_len++] = (cfaccess_header){
        .name = line.ptr,
        .name_len = name_len,
        .value = colon + 2,
        .value_len = line.len - name_len - 2,
    };
  }
  free(lines.items);
}

static void make_guard(struct row *row) {
  cfaccess_guard_config *config;

  if (cfaccess_guard_config_new(&config, NULL) != CFACCESS_STATUS_OK ||
      cfaccess_guard_config_add_route(config, NULL, NULL, row->setting->verifier, NULL, NULL) !=
          CFACCESS_STATUS_OK ||
      cfaccess_guard_config_add_open_path(config, "GET", NULL, "/healthz", NULL) != CFACCESS_STATUS_OK ||
      cfaccess_guard_new(config, &row->guard, NULL) != CFACCESS_STATUS_OK) {
    fail("a guard");
  }
  cfaccess_guard_config_free(config);
}

/* As a wrapper hands a request over: the headers that a guard reads, each part followed by a NUL. */
static void join_request(struct row *row) {
  static const char start[] = "GET\0https\0\0/api/items\0/api/items?page=2";
  char *end, *text = malloc(1 << 16);

  memcpy(text, start, sizeof start);
  end = text + sizeof start;
  row->joined_parts = 5;
  for (size_t i = 0; i < row->headers_len; i++) {
    const cfaccess_header *header = &row->headers[i];
    size_t known = 0;

    while (cfaccess_guard_header(known) != NULL &&
           (strlen(cfaccess_guard_header(known)) != header->name_len ||
            strncasecmp(cfaccess_guard_header(known), header->name, header->name_len) != 0)) {
      known++;
    }
    if (cfaccess_guard_header(known) != NULL) {
      end = (char *)memcpy(end, header->name, header->name_len) + header->name_len;
      *end++ = '\0';
      end = (char *)memcpy(end, header->value, header->value_len) + header->value_len;
      *end++ = '\0';
      row->joined_parts += 2;
    }
  }
  row->joined = (struct text){text, (size_t)(end - text)};
}

/* So that every token of a row is kept. */
static void verify_all(struct row *row) {
  void (*run)(struct row *) = row->run == run_lookup         ? run_verify
                              : row->run == run_guard_lookup ? run_guard
                                                             : row->run;

  for (size_t i = 0; i < row->tokens.count; i++) {
    run(row);
  }
}

void prepare(struct row *row, const char *folder) {
  if (bare == NULL) {
    bare = floor_prepare(folder);
    now = strtoll(read_word(folder, "now"), NULL, 10);
  }
  if (row->input == NULL || row->tokens.count > 0) {
    return;
  }
  make_verifier(row->setting, folder);
  if (row->lines == 0) {
    row->step = row->lines = 1;
  }
  row->tokens = read_lines(folder, row->input, row->step, row->lines);
  if (strcmp(row->input, "request") == 0) {
    read_headers(row, folder);
    make_guard(row);
    join_request(row);
  }
  if (row->tokens.count <= HOT) {
    verify_all(row);
  }
}
