#include <cfaccess.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  cfaccess_keys *keys = NULL;
  cfaccess_config *config = NULL;
  cfaccess_verifier *verifier = NULL;
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;
  int exit_code = 1;

  if (argc != 4) {
    fprintf(stderr, "usage: %s TEAM AUDIENCE TOKEN\n", argv[0]);
    return 2;
  }
  if (cfaccess_config_new(argv[1], &config, &error) == CFACCESS_STATUS_OK &&
      cfaccess_config_add_audience(config, argv[2], &error) == CFACCESS_STATUS_OK &&
      cfaccess_keys_remote(argv[1], NULL, &keys, &error) == CFACCESS_STATUS_OK &&
      cfaccess_verifier_new(config, keys, &verifier, &error) == CFACCESS_STATUS_OK &&
      cfaccess_verifier_verify(verifier, argv[3], strlen(argv[3]), &claims, &error) == CFACCESS_STATUS_OK) {
    printf("%s is calling\n", claims->principal_id.ptr);
    exit_code = 0;
  } else {
    cfaccess_status status = cfaccess_error_status(error);
    fprintf(stderr, "HTTP %d, %s: %s\n", (int)cfaccess_status_http(status), cfaccess_status_name(status),
            cfaccess_error_message(error));
  }
  cfaccess_claims_free(claims);
  cfaccess_verifier_free(verifier);
  cfaccess_keys_free(keys);
  cfaccess_config_free(config);
  cfaccess_error_free(error);
  return exit_code;
}
