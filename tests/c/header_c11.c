/*
 * The header stands alone in C11, and twice does no harm.
 */
#include <cfaccess.h>
/* Once more. */
#include <cfaccess.h>

_Static_assert(sizeof(cfaccess_status) == sizeof(int32_t), "a status is 32 bits wide in every language");
_Static_assert(sizeof(cfaccess_str) == sizeof(char *) + sizeof(size_t), "a string is pointer and length");
_Static_assert(offsetof(cfaccess_claims, struct_size) == 0, "the size comes first");

int main(void) {
  struct cfaccess_claims *with_its_tag = NULL;
  cfaccess_claims *without = with_its_tag;
  cfaccess_claims_free(without);
  return cfaccess_version_number() == CFACCESS_VERSION_NUMBER ? 0 : 1;
}
