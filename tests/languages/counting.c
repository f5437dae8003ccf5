/* Stands before the library and counts what it gives out and what comes back, for the programs of
 * bindings/README.md. Every other function is found in the library behind it.
 *
 * At its end it writes a line for each type into the file that COUNTS names: type, given, freed. */

#define _GNU_SOURCE
#include <cfaccess.h>
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define REAL(function) ((__typeof__(&function))dlsym(RTLD_NEXT, #function))

#define COUNTED(type, object)                   \
  static atomic_int type##_given, type##_freed; \
  void cfaccess_##type##_free(object *freed) {  \
    type##_freed += freed != NULL;              \
    REAL(cfaccess_##type##_free)(freed);        \
  }

COUNTED(config, cfaccess_config)
COUNTED(keys, cfaccess_keys)
COUNTED(verifier, cfaccess_verifier)
COUNTED(claims, cfaccess_claims)
COUNTED(string, char)
COUNTED(error, cfaccess_error)

static cfaccess_status count(cfaccess_status status, atomic_int *given, cfaccess_error **error) {
  if (status == CFACCESS_STATUS_OK) {
    *given += 1;
  } else if (error != NULL) {
    error_given += 1;
  }
  return status;
}

cfaccess_status cfaccess_config_new(const char *team, cfaccess_config **out, cfaccess_error **error) {
  return count(REAL(cfaccess_config_new)(team, out, error), &config_given, error);
}

cfaccess_status cfaccess_config_add_audience(cfaccess_config *config, const char *audience,
                                             cfaccess_error **error) {
  atomic_int nothing = 0;
  return count(REAL(cfaccess_config_add_audience)(config, audience, error), &nothing, error);
}

cfaccess_status cfaccess_keys_remote(const char *team, const cfaccess_remote_options *options,
                                     cfaccess_keys **out, cfaccess_error **error) {
  return count(REAL(cfaccess_keys_remote)(team, options, out, error), &keys_given, error);
}

cfaccess_status cfaccess_verifier_new(const cfaccess_config *config, const cfaccess_keys *keys,
                                      cfaccess_verifier **out, cfaccess_error **error) {
  return count(REAL(cfaccess_verifier_new)(config, keys, out, error), &verifier_given, error);
}

cfaccess_status cfaccess_verifier_verify(const cfaccess_verifier *verifier, const char *token, size_t length,
                                         cfaccess_claims **out, cfaccess_error **error) {
  return count(REAL(cfaccess_verifier_verify)(verifier, token, length, out, error), &claims_given, error);
}

cfaccess_status cfaccess_claims_json(const cfaccess_claims *claims, char **out, cfaccess_error **error) {
  return count(REAL(cfaccess_claims_json)(claims, out, error), &string_given, error);
}

__attribute__((destructor)) static void write_counts(void) {
  FILE *file = fopen(getenv("COUNTS"), "w");
  if (file == NULL) {
    abort();
  }
#define WRITE(type) fprintf(file, #type " %d %d\n", type##_given, type##_freed)
  WRITE(config);
  WRITE(keys);
  WRITE(verifier);
  WRITE(claims);
  WRITE(string);
  WRITE(error);
  fclose(file);
}
