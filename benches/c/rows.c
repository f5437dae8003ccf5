/* The rows that are measured through the C ABI. */

#include <cfaccess.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "floor.h"

/* How many runs lie between two looks at the clock. */
#define BATCH 16

#define MOST_HEADERS 16

/* There only if c/allocations.c is preloaded. */
unsigned long allocations_so_far(void) __attribute__((weak));

struct file {
    char bytes[32768];
    size_t length;
};

static const floor_key *bare;
static const cfaccess_verifier *verifier;
static int64_t now;

struct row {
    const char *name;
    const char *input; /* NULL: the floor */
    cfaccess_status expected;
    struct file file;
    cfaccess_header headers[MOST_HEADERS];
    size_t headers_len; /* 0: the input is a token */
};

static struct row rows[] = {
    {.name = "c_floor"},
    {.name = "c_verify", .input = "token", .expected = CFACCESS_STATUS_OK},
    {.name = "c_request", .input = "request", .expected = CFACCESS_STATUS_OK},
    {.name = "c_malformed", .input = "malformed", .expected = CFACCESS_STATUS_MALFORMED},
    {.name = "c_garbage", .input = "garbage", .expected = CFACCESS_STATUS_MALFORMED},
    {.name = "c_unknown_key", .input = "unknown_key", .expected = CFACCESS_STATUS_UNKNOWN_KEY},
    {.name = "c_bad_signature", .input = "bad_signature", .expected = CFACCESS_STATUS_BAD_SIGNATURE},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void fail(const char *what) {
    fprintf(stderr, "rows.c: %s\n", what);
    exit(1);
}

static void run(const struct row *row) {
    cfaccess_claims *claims;
    cfaccess_error *error;
    cfaccess_status status;

    if (row->input == NULL) {
        if (!floor_holds(bare)) {
            fail("the floor does not hold");
        }
        return;
    }
    if (row->headers_len > 0) {
        status = cfaccess_verifier_verify_request_at(verifier, row->headers, row->headers_len, now, &claims,
                                                     &error);
    } else {
        status = cfaccess_verifier_verify_at(verifier, row->file.bytes, row->file.length, now, &claims, &error);
    }
    if (status != row->expected) {
        fail("another status than expected");
    }
    cfaccess_claims_free(claims);
    cfaccess_error_free(error);
}

static double nanoseconds_now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double nanoseconds(const struct row *row, double milliseconds) {
    double begin, elapsed;
    long runs = 0;

    for (int i = 0; i < BATCH; i++) {
        run(row);
    }
    begin = nanoseconds_now();
    do {
        for (int i = 0; i < BATCH; i++) {
            run(row);
        }
        runs += BATCH;
        elapsed = nanoseconds_now() - begin;
    } while (elapsed < milliseconds * 1e6);
    return elapsed / (double)runs;
}

static struct file read_file(const char *folder, const char *name) {
    struct file file;
    char path[4096];
    FILE *stream;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    stream = fopen(path, "rb");
    if (stream == NULL) {
        fail(path);
    }
    file.length = fread(file.bytes, 1, sizeof file.bytes - 1, stream);
    file.bytes[file.length] = '\0';
    fclose(stream);
    return file;
}

/* Points into the lines of the file. */
static void read_headers(struct row *row) {
    for (char *line = strtok(row->file.bytes, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        char *colon = strstr(line, ": ");

        if (colon == NULL || row->headers_len == MOST_HEADERS) {
            fail("not a request");
        }
        row->headers[row->headers_len++] = (cfaccess_header){
            .name = line,
            .name_len = (size_t)(colon - line),
            .value = colon + 2,
            .value_len = strlen(colon + 2),
        };
    }
}

static void prepare(const char *folder) {
    struct file document = read_file(folder, "keys.json");
    cfaccess_keys *keys;
    cfaccess_config *config;
    cfaccess_verifier *made;

    if (cfaccess_keys_from_json(document.bytes, document.length, &keys, NULL) != CFACCESS_STATUS_OK ||
        cfaccess_config_new(read_file(folder, "team").bytes, &config, NULL) != CFACCESS_STATUS_OK ||
        cfaccess_config_add_audience(config, read_file(folder, "audience").bytes, NULL) != CFACCESS_STATUS_OK ||
        cfaccess_verifier_new(config, keys, &made, NULL) != CFACCESS_STATUS_OK) {
        fail("no verifier");
    }
    verifier = made;
    bare = floor_prepare(folder);
    now = strtoll(read_file(folder, "now").bytes, NULL, 10);
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].input != NULL) {
            rows[i].file = read_file(folder, rows[i].input);
            if (strcmp(rows[i].input, "request") == 0) {
                read_headers(&rows[i]);
            }
        }
    }
}

static const struct row *find(const char *name) {
    for (size_t i = 0; i < ROWS; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return &rows[i];
        }
    }
    fail("not a row");
    return NULL;
}

static unsigned long allocations(const struct row *row) {
    unsigned long before;

    if (allocations_so_far == NULL) {
        fail("c/allocations.c is not preloaded");
    }
    run(row);
    before = allocations_so_far();
    run(row);
    return allocations_so_far() - before;
}

int main(int argc, char **argv) {
    char line[256], name[64];
    long number;

    if (argc != 2) {
        fail("the folder of inputs is missing");
    }
    prepare(argv[1]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "time %63s %ld", name, &number) == 2) {
            printf("%.2f\n", nanoseconds(find(name), (double)number));
        } else if (sscanf(line, "allocations %63s", name) == 1) {
            printf("%lu\n", allocations(find(name)));
        } else if (sscanf(line, "run %63s %ld", name, &number) == 2) {
            for (const struct row *row = find(name); number > 0; number--) {
                run(row);
            }
            printf("0\n");
        } else {
            fail("not a command");
        }
        fflush(stdout);
    }
    return 0;
}
