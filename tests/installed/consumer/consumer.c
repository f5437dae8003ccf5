/* The same source is a program in C and in C++. */
#include <cfaccess.h>
#include <stdio.h>

int main(void) {
  cfaccess_config *config = NULL;
  cfaccess_error *error = NULL;
  if (cfaccess_config_new("no team", &config, &error) == CFACCESS_STATUS_OK) {
    return 1;
  }
  printf("cfaccess %s: %s\n", cfaccess_version(), cfaccess_error_message(error));
  cfaccess_error_free(error);
  return 0;
}
