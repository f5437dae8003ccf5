/*
 * Who is calling? Answers for each token of standard input, one line `name token` each:
 *
 *   cc demo.c -lcfaccess -o demo && ./demo certs.json < tokens.txt
 *
 * With a store of revocations as its second argument it goes by the clock.
 */
#define _POSIX_C_SOURCE 200809L

#include <cfaccess.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char TEAM[] = "acme";
/* The Application Audience (AUD) tag of this application. */
static const char AUDIENCE[] = "32eafc7626e974616deaf0dc3ce63d7bcbed58a2731e84d06bc3cdf1b53c4228";
/* The Client ID of the one service that may call. Without such a line only persons may. */
static const char SERVICE[] = "e367826f93b8d71185e03fe518aff3b4.access";
/* When the tokens were made. A server calls cfaccess_verifier_verify(), which goes by the clock. */
static const int64_t NOW = 1767225600;

static cfaccess_status open_revocations(const char *store, cfaccess_revocations **out_revocations,
                                        cfaccess_error **out_error) {
  cfaccess_revocation_options *options = NULL;

  cfaccess_status status = cfaccess_revocation_options_new(&options, out_error);
  /* Longer than by default, so that the demo works on a busy machine. */
  if (status == CFACCESS_STATUS_OK)
    status = cfaccess_revocation_options_set_timeout(options, 20000, out_error);
  if (status == CFACCESS_STATUS_OK)
    status = cfaccess_revocations_open(store, TEAM, options, out_revocations, out_error);
  cfaccess_revocation_options_free(options);
  return status;
}

/** Made once, when the program starts. */
static cfaccess_status make_verifier(const char *certs, const char *store, cfaccess_verifier **out_verifier,
                                     cfaccess_error **out_error) {
  cfaccess_config *config = NULL;
  cfaccess_keys *keys = NULL;
  cfaccess_revocations *revocations = NULL;

  cfaccess_status status = cfaccess_config_new(TEAM, &config, out_error);
  if (status == CFACCESS_STATUS_OK) status = cfaccess_config_add_audience(config, AUDIENCE, out_error);
  if (status == CFACCESS_STATUS_OK) status = cfaccess_config_allow_service(config, SERVICE, out_error);
  if (status == CFACCESS_STATUS_OK && store != NULL) {
    status = open_revocations(store, &revocations, out_error);
    if (status == CFACCESS_STATUS_OK)
      status = cfaccess_config_set_revocations(config, revocations, out_error);
  }
  if (status == CFACCESS_STATUS_OK) status = cfaccess_keys_from_file(certs, &keys, out_error);
  if (status == CFACCESS_STATUS_OK) status = cfaccess_verifier_new(config, keys, out_verifier, out_error);
  cfaccess_keys_free(keys);
  cfaccess_revocations_free(revocations);
  cfaccess_config_free(config);
  return status;
}

/** Prints who is calling, or why the token is refused. */
static void answer(const cfaccess_verifier *verifier, bool by_the_clock, const char *name,
                   const char *token) {
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;

  cfaccess_status status =
      by_the_clock ? cfaccess_verifier_verify(verifier, token, strlen(token), &claims, &error)
                   : cfaccess_verifier_verify_at(verifier, token, strlen(token), NOW, &claims, &error);
  if (status == CFACCESS_STATUS_OK) {
    const char *who = claims->kind == CFACCESS_KIND_PERSON ? claims->email.ptr : claims->common_name.ptr;
    printf("%-12s %-22s %s (%s)\n", name, cfaccess_status_name(status), who, claims->principal_id.ptr);
  } else {
    printf("%-12s %-22s %s\n", name, cfaccess_status_name(status), cfaccess_error_message(error));
  }
  cfaccess_claims_free(claims);
  cfaccess_error_free(error);
}

int main(int argc, char **argv) {
  if (argc != 2 && argc != 3) {
    fprintf(stderr, "usage: demo CERTS [STORE] < TOKENS\n");
    return 2;
  }
  cfaccess_verifier *verifier = NULL;
  cfaccess_error *error = NULL;
  const char *store = argc == 3 ? argv[2] : NULL;
  cfaccess_status status = make_verifier(argv[1], store, &verifier, &error);
  if (status != CFACCESS_STATUS_OK) {
    fprintf(stderr, "%s: %s\n", cfaccess_status_name(status), cfaccess_error_message(error));
    cfaccess_error_free(error);
    return 1;
  }

  char *line = NULL;
  size_t capacity = 0;
  while (getline(&line, &capacity, stdin) > 0) {
    char *space = strchr(line, ' ');
    if (line[0] == '#' || space == NULL) continue;
    line[strcspn(line, "\n")] = '\0';
    *space = '\0';
    answer(verifier, store != NULL, line, space + 1);
  }
  free(line);
  cfaccess_verifier_free(verifier);
  return 0;
}
