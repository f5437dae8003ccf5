/* The row of libjwt. Its jwt_decode() takes a key as PEM each time, and leaves the claims to its caller. */

#include <jwt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rows.h"

static struct text pem;
static char *token, *issuer, *audience;

static int is_for_us(jwt_t *jwt) {
  char *audiences = jwt_get_grants_json(jwt, "aud");
  int found = audiences != NULL && strstr(audiences, audience) != NULL;
  time_t now = time(NULL);

  free(audiences);
  return found && strcmp(jwt_get_grant(jwt, "iss"), issuer) == 0 && jwt_get_grant_int(jwt, "exp") > now &&
         jwt_get_grant_int(jwt, "nbf") <= now;
}

static void run_libjwt(struct row *row) {
  jwt_t *jwt;

  if (jwt_decode(&jwt, token, (const unsigned char *)pem.ptr, (int)pem.len) != 0 ||
      jwt_get_alg(jwt) != JWT_ALG_RS256 || !is_for_us(jwt) || jwt_get_grant(jwt, "email") == NULL) {
    fail(row->name);
  }
  jwt_free(jwt);
}

struct row rows[] = {{.name = "libjwt", .run = run_libjwt}};
const size_t rows_len = 1;

void prepare(struct row *row, const char *folder) {
  (void)row;
  if (token == NULL) {
    pem = read_file(folder, "key.pem");
    token = read_word(folder, "token");
    issuer = read_word(folder, "issuer");
    audience = read_word(folder, "audience");
  }
}
