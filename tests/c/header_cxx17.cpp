/*
 * The header stands alone in C++17, and twice does no harm.
 */
#include <cfaccess.h>
/* Once more. */
#include <cfaccess.h>

#include <type_traits>

static_assert(sizeof(cfaccess_status) == sizeof(int32_t), "a status is 32 bits wide in every language");
static_assert(std::is_standard_layout<cfaccess_claims>::value, "claims are the struct that C sees");

int main() {
  cfaccess_config *config = nullptr;
  cfaccess_status status = cfaccess_config_new("acme", &config, nullptr);
  cfaccess_config_free(config);
  return status == CFACCESS_STATUS_OK && cfaccess_status_http(status) == 200 ? 0 : 1;
}
