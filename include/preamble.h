
/**
 * @file
 * cfaccess: who is calling? Verifies Cloudflare Access application tokens at an origin server.
 *
 * A complete program:
 * @code
 * #include <cfaccess.h>
 * #include <stdio.h>
 * #include <string.h>
 *
 * int main(int argc, char **argv) {
 *   cfaccess_keys *keys = NULL;
 *   cfaccess_config *config = NULL;
 *   cfaccess_verifier *verifier = NULL;
 *   cfaccess_claims *claims = NULL;
 *   cfaccess_error *error = NULL;
 *   int exit_code = 1;
 *
 *   if (argc != 4) {
 *     fprintf(stderr, "usage: %s TEAM AUDIENCE TOKEN\n", argv[0]);
 *     return 2;
 *   }
 *   if (cfaccess_config_new(argv[1], &config, &error) == CFACCESS_STATUS_OK &&
 *       cfaccess_config_add_audience(config, argv[2], &error) == CFACCESS_STATUS_OK &&
 *       cfaccess_keys_remote(argv[1], NULL, &keys, &error) == CFACCESS_STATUS_OK &&
 *       cfaccess_verifier_new(config, keys, &verifier, &error) == CFACCESS_STATUS_OK &&
 *       cfaccess_verifier_verify(verifier, argv[3], strlen(argv[3]), &claims, &error) == CFACCESS_STATUS_OK) {
 *     printf("%s is calling\n", claims->principal_id.ptr);
 *     exit_code = 0;
 *   } else {
 *     cfaccess_status status = cfaccess_error_status(error);
 *     fprintf(stderr, "HTTP %d, %s: %s\n", (int)cfaccess_status_http(status), cfaccess_status_name(status),
 *             cfaccess_error_message(error));
 *   }
 *   cfaccess_claims_free(claims);
 *   cfaccess_verifier_free(verifier);
 *   cfaccess_keys_free(keys);
 *   cfaccess_config_free(config);
 *   cfaccess_error_free(error);
 *   return exit_code;
 * }
 * @endcode
 *
 * @par Errors
 * A function that can fail returns a #cfaccess_status, 0 for success. Its last argument is a place for an
 * error object, which may be NULL. There is no last error per thread and no errno. Treat a status
 * that you do not know as a refusal.
 *
 * @par Out-pointers
 * Every `out_` place is set to NULL on entry, and to a value on success only (`out_error` on failure only).
 * It may be uninitialised before the call, and can be freed after it in any case. Its earlier value is not
 * freed.
 *
 * @par Ownership
 * What a function returns through an `out_` place is owned by the caller, who frees it once, with the
 * matching `_free` function, never with free(). Each `_free` accepts NULL. String arguments are copied or
 * used during the call only. An argument that may be NULL says so; any other NULL is refused with
 * #CFACCESS_STATUS_NULL_ARGUMENT.
 *
 * @par Strings
 * Tokens and documents are a pointer and a length, and need no NUL. Names and paths are NUL-terminated. Every
 * returned string is UTF-8, NUL-terminated and without inner NUL. Times are seconds since 1970.
 *
 * @par Threads
 * A function that takes a handle as `const` may be called with the same handle by several threads at once.
 * Any other use of a handle, including freeing it, requires that no other thread is using it. The library
 * starts threads only to fetch keys (cfaccess_keys_remote()) and to ask a store of revocations
 * (cfaccess_revocations_open()), and each ends with its fetch. A verification waits for a fetch if its token names an
 * unknown key; while keys are in force only two threads of a process wait, and the rest is refused with
 * #CFACCESS_STATUS_KEYS_PENDING at once. It also waits for a store whose last answer is older than the interval, as
 * long as the store answers; and for nothing else. The threads of the library block all signals.
 *
 * Do not cancel a thread (pthread_cancel()) that may be inside of a function or a callback of this library: the
 * process would abort, as cancelling unwinds the stack through Rust. Disable it around the call with
 * pthread_setcancelstate(); a cancellation that comes meanwhile acts afterwards.
 *
 * @par Stack
 * A call takes at most 256 KiB of the caller's stack, whatever the token or the document; what a callback takes
 * comes on top. Threads that the library starts have stacks of their own.
 *
 * @par Fork and unload
 * A child process can use the handles of its parent. A fetch in progress finishes in the parent, and so does a
 * question to a store of revocations; the child starts its own when it needs one, and does not release what the
 * parent's fetch was using (its keys, user data). fork() and exit() may wait for some tens of milliseconds while a
 * fetch seeds its random generator. The library stays loaded after dlclose().
 *
 * What remains are locks below this library. If a fetch in the parent holds one at the moment of the fork, in the
 * name lookup of the C library (while it reads resolv.conf, for instance) or in the Rust runtime, it stays locked
 * in the child: that child cannot fetch keys, and its callers are refused after the timeout. A program that forks
 * before its first fetch, or after cfaccess_keys_connect(), does not meet them. Handlers of pthread_atfork() do not
 * run after a raw clone().
 *
 * @par Requests
 * A verifier verifies a token or the headers of a request. A guard (cfaccess_guard_new()) decides on a whole
 * request, as a middleware does: by host and path, with open paths, and with the answer to a refused request. It
 * always returns a decision, never a status.
 *
 * @par Panics
 * An error inside the library becomes #CFACCESS_STATUS_INTERNAL, which is a refusal; it never unwinds into
 * the caller.
 *
 * @par ABI
 * Later versions only add numbers, functions and struct members, members at the end. While the major version
 * is 0, this is promised within a minor version.
 */

/** The version of this header; compare it with cfaccess_version_number(). */
#define CFACCESS_VERSION_NUMBER \
  ((CFACCESS_VERSION_MAJOR << 16) | (CFACCESS_VERSION_MINOR << 8) | CFACCESS_VERSION_PATCH)

#if defined(__GNUC__) || defined(__clang__)
/** The result says whether the other outputs are valid. */
#define CFACCESS_MUST_USE __attribute__((warn_unused_result))
#else
#define CFACCESS_MUST_USE
#endif
