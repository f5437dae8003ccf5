#ifndef CFACCESS_H
#define CFACCESS_H

/* Made from src/ffi by build.rs. To renew it: CFACCESS_BLESS=1 cargo test --test header */

#include <stddef.h>
#include <stdint.h>
#define CFACCESS_VERSION_MAJOR 0
#define CFACCESS_VERSION_MINOR 1
#define CFACCESS_VERSION_PATCH 0


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

/**
 * A log line: keys were obtained or changed, or a store of revocations answers again.
 */
#define CFACCESS_LOG_INFO 1

/**
 * A log line: a fetch failed, the copy on disk could not be used, or a store failed or has lost entries.
 */
#define CFACCESS_LOG_WARNING 2

/**
 * A person is calling: `subject` and `email` are present.
 */
#define CFACCESS_KIND_PERSON 1

/**
 * A service is calling: `common_name`, its Client ID, is present.
 */
#define CFACCESS_KIND_SERVICE 2

/**
 * In `present`: the token has `nbf`.
 */
#define CFACCESS_CLAIM_NOT_BEFORE (1 << 0)

/**
 * In `present`: the token has `sub`.
 */
#define CFACCESS_CLAIM_SUBJECT (1 << 1)

/**
 * In `present`: the token has `email`.
 */
#define CFACCESS_CLAIM_EMAIL (1 << 2)

/**
 * In `present`: the token has `common_name`.
 */
#define CFACCESS_CLAIM_COMMON_NAME (1 << 3)

/**
 * In `present`: the token has `identity_nonce`.
 */
#define CFACCESS_CLAIM_IDENTITY_NONCE (1 << 4)

/**
 * In `present`: the token has `nonce`.
 */
#define CFACCESS_CLAIM_NONCE (1 << 5)

/**
 * In `present`: the token has `identity_nonce` or `nonce`, and it is not empty.
 */
#define CFACCESS_CLAIM_SESSION (1 << 6)

/**
 * In `present`: the token has `country`.
 */
#define CFACCESS_CLAIM_COUNTRY (1 << 7)

/**
 * In `present`: the token has `type`.
 */
#define CFACCESS_CLAIM_TOKEN_TYPE (1 << 8)

/**
 * In `present`: the token has `custom`.
 */
#define CFACCESS_CLAIM_CUSTOM (1 << 9)

/**
 * In `present`: the token has `policy_id`.
 */
#define CFACCESS_CLAIM_POLICY_ID (1 << 10)

/**
 * If the request header Cf-Access-Authenticated-User-Email is present, it must equal the verified
 * e-mail address. The default.
 */
#define CFACCESS_EMAIL_HEADER_CHECK 0

/**
 * For a person the header must be present and equal the verified e-mail address.
 */
#define CFACCESS_EMAIL_HEADER_REQUIRE 1

/**
 * The header is not read. Nothing downstream may then trust it.
 */
#define CFACCESS_EMAIL_HEADER_IGNORE 2

/**
 * The request does not reach the application, and gets the answer of the decision.
 */
#define CFACCESS_DECISION_REFUSED 0

/**
 * The request goes to the application unverified: the caller is unknown.
 */
#define CFACCESS_DECISION_OPEN 1

/**
 * The request goes to the application with the claims.
 */
#define CFACCESS_DECISION_ALLOWED 2

/**
 * Tokens for which no revocation is known are refused with #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE while nothing
 * current is known of the store. The default.
 */
#define CFACCESS_WHEN_STALE_REFUSE 0

/**
 * They are accepted: an outage of the store must not become one of the application, even if a revocation does
 * not reach it.
 */
#define CFACCESS_WHEN_STALE_CONTINUE 1

/**
 * In cfaccess_revocations_list(): targets of every kind, or no target.
 */
#define CFACCESS_TARGET_ANY 0

/**
 * Every token of the team. Its value is NULL.
 */
#define CFACCESS_TARGET_TEAM 1

/**
 * Tokens with this Application Audience (AUD) tag among their audiences.
 */
#define CFACCESS_TARGET_APPLICATION 2

/**
 * Tokens of the person with this `sub`.
 */
#define CFACCESS_TARGET_SUBJECT 3

/**
 * Tokens of the person with this `email`.
 */
#define CFACCESS_TARGET_EMAIL 4

/**
 * Tokens of the service with this Client ID (`common_name`).
 */
#define CFACCESS_TARGET_SERVICE 5

/**
 * Tokens of the login with this `identity_nonce`, or else `nonce`: the `session` of claims.
 */
#define CFACCESS_TARGET_SESSION 6

/**
 * The outcome of a call. Numbers and names are stable; later versions only add to them.
 *
 * Treat a number that you do not know as a refusal.
 */
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
enum cfaccess_status : int32_t
#else
enum
#endif
{
  /**
   * The call succeeded. Every other value is a refusal.
   */
  CFACCESS_STATUS_OK = 0,
  /**
   * A pointer that must not be NULL was NULL.
   */
  CFACCESS_STATUS_NULL_ARGUMENT = 1,
  /**
   * An argument is outside of its documented range.
   */
  CFACCESS_STATUS_INVALID_ARGUMENT = 2,
  /**
   * The configuration is incomplete or wrong; nothing was built from it.
   */
  CFACCESS_STATUS_INVALID_CONFIG = 3,
  /**
   * The key document is not a usable JWK Set; the keys in force stay.
   */
  CFACCESS_STATUS_KEYS_INVALID = 20,
  /**
   * The key document contains no usable key; the keys in force stay.
   */
  CFACCESS_STATUS_NO_USABLE_KEYS = 21,
  /**
   * The keys could not be obtained.
   */
  CFACCESS_STATUS_KEYS_UNAVAILABLE = 22,
  /**
   * The keys are being fetched; try again.
   */
  CFACCESS_STATUS_KEYS_PENDING = 23,
  /**
   * The request carries no token.
   */
  CFACCESS_STATUS_NO_TOKEN = 40,
  /**
   * The token is longer than 16,384 bytes, or its header than 2,048.
   */
  CFACCESS_STATUS_TOO_LARGE = 41,
  /**
   * Not a signed token in compact form, or its header is not strict JSON with `alg` and `kid`.
   */
  CFACCESS_STATUS_MALFORMED = 42,
  /**
   * An opaque `oauth:` token, which only Access itself can read.
   */
  CFACCESS_STATUS_OPAQUE_TOKEN = 43,
  /**
   * The header requires a feature that this library does not support (`crit`, `zip`, another `typ`).
   */
  CFACCESS_STATUS_UNSUPPORTED_HEADER = 44,
  /**
   * The algorithm is not RS256.
   */
  CFACCESS_STATUS_UNSUPPORTED_ALGORITHM = 45,
  /**
   * The key set contains no usable key with the token's `kid`.
   */
  CFACCESS_STATUS_UNKNOWN_KEY = 60,
  /**
   * The signature is invalid.
   */
  CFACCESS_STATUS_BAD_SIGNATURE = 61,
  /**
   * The payload is not a strict JSON object.
   */
  CFACCESS_STATUS_MALFORMED_CLAIMS = 80,
  /**
   * One of `exp`, `iat`, `iss` and `aud` is missing.
   */
  CFACCESS_STATUS_MISSING_CLAIM = 81,
  /**
   * A claim has the wrong type or a value out of range.
   */
  CFACCESS_STATUS_INVALID_CLAIM = 82,
  /**
   * The token was issued by another team.
   */
  CFACCESS_STATUS_WRONG_ISSUER = 83,
  /**
   * The token was issued for another application.
   */
  CFACCESS_STATUS_WRONG_AUDIENCE = 84,
  /**
   * Not an application token: its `type` is not `app`.
   */
  CFACCESS_STATUS_WRONG_TOKEN_TYPE = 85,
  /**
   * The token has expired.
   */
  CFACCESS_STATUS_EXPIRED = 86,
  /**
   * `nbf` or `iat` is in the future.
   */
  CFACCESS_STATUS_NOT_YET_VALID = 87,
  /**
   * The lifetime of the token is longer than the configuration allows.
   */
  CFACCESS_STATUS_SESSION_TOO_LONG = 88,
  /**
   * The login was longer ago than the configuration allows.
   */
  CFACCESS_STATUS_SESSION_TOO_OLD = 89,
  /**
   * Neither a person nor a service, or both.
   */
  CFACCESS_STATUS_AMBIGUOUS_IDENTITY = 90,
  /**
   * The service's Client ID is not allowed here.
   */
  CFACCESS_STATUS_SERVICE_NOT_ALLOWED = 91,
  /**
   * The request and the token name different people.
   */
  CFACCESS_STATUS_IDENTITY_MISMATCH = 92,
  /**
   * The token, its session or its owner was revoked.
   */
  CFACCESS_STATUS_REVOKED = 93,
  /**
   * The owner of the token, its session or its application is blocked.
   */
  CFACCESS_STATUS_BLOCKED = 94,
  /**
   * No route of the guard is for the request's host and path.
   */
  CFACCESS_STATUS_NO_ROUTE = 100,
  /**
   * The path can be interpreted in several ways, and paths decide between routes.
   */
  CFACCESS_STATUS_UNCLEAN_PATH = 101,
  /**
   * A page of another origin caused the request.
   */
  CFACCESS_STATUS_CROSS_ORIGIN = 102,
  /**
   * The revocation store could not be queried.
   */
  CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE = 110,
  /**
   * The revocation store is being read; try again.
   */
  CFACCESS_STATUS_REVOCATIONS_PENDING = 111,
  /**
   * An internal error; the call was refused.
   */
  CFACCESS_STATUS_INTERNAL = 255,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum cfaccess_status cfaccess_status;
#else
typedef int32_t cfaccess_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * The kinds of targets, in the order in which they are asked: the first that is revoked names the refusal.
 */
typedef struct TargetKind TargetKind;

/**
 * What one application accepts: built step by step, then copied into verifiers. No option turns a
 * check off. For one thread at a time.
 */
typedef struct cfaccess_config cfaccess_config;

/**
 * Where a fetch function writes the document. Valid during its call only.
 */
typedef struct cfaccess_document cfaccess_document;

/**
 * Why a call was refused: a status and a message. Owned by the caller, freed with
 * cfaccess_error_free(). Immutable, so any number of threads may read it.
 */
typedef struct cfaccess_error cfaccess_error;

/**
 * Decides which requests reach an application, and how the others are answered. Any number of threads may use one at
 * once.
 *
 * A decision takes these steps in order, and the first one that settles it counts:
 * 1. An open path goes to the application, whatever token the request carries.
 * 2. The route is found by host and path: NO_ROUTE, or UNCLEAN_PATH where paths decide between routes.
 * 3. A preflight request goes to the application if the configuration allows it.
 * 4. The verifier of the route verifies the headers, as cfaccess_verifier_verify_request() does.
 * 5. The origin is checked if the configuration asks for it: CROSS_ORIGIN.
 *
 * What cannot be read unambiguously is refused, never guessed. A path is unclean if an application, a proxy or a file
 * system could take it for another one: if it has an empty segment, "." or ".." (also before ";"), an encoded slash or
 * backslash, a control character, an escape that remains after decoding, or bytes that are not UTF-8. An unclean path
 * is never open. If a host has a single route for all paths, such a request is verified like any other.
 */
typedef struct cfaccess_guard cfaccess_guard;

/**
 * The configuration of a guard: built step by step, then copied into guards. It needs at least one route. A value
 * whose meaning is in doubt is #CFACCESS_STATUS_INVALID_CONFIG. One thread at a time.
 */
typedef struct cfaccess_guard_config cfaccess_guard_config;

/**
 * The public keys of one Access team, shared by any number of verifiers and threads.
 */
typedef struct cfaccess_keys cfaccess_keys;

/**
 * How the keys of a team are fetched and kept current: built step by step, then copied into keys. The
 * defaults serve. One thread at a time.
 */
typedef struct cfaccess_remote_options cfaccess_remote_options;

/**
 * How the revocations of a team are kept current: built step by step, then copied into revocations. The
 * defaults serve, and `memory:` has no use for them. For one thread at a time.
 */
typedef struct cfaccess_revocation_options cfaccess_revocation_options;

/**
 * What was revoked for one Access team, shared by any number of verifiers and threads: see
 * cfaccess_config_set_revocations().
 */
typedef struct cfaccess_revocations cfaccess_revocations;

/**
 * How a revocation, a block or a lift is made: built step by step, and used by any number of calls. The defaults
 * serve. An option that a call has no use for is refused by it with #CFACCESS_STATUS_INVALID_ARGUMENT. For one
 * thread at a time.
 */
typedef struct cfaccess_revoke_options cfaccess_revoke_options;

/**
 * Finds out who is calling: a frozen configuration with the keys of its team. Any number of threads may
 * use one at once.
 */
typedef struct cfaccess_verifier cfaccess_verifier;

/**
 * A borrowed string: UTF-8 of `len` bytes without inner NUL, followed by a NUL.
 * `ptr` is NULL if the string is absent.
 */
typedef struct cfaccess_str {
  /**
   * The first byte, or NULL.
   */
  const char *ptr;
  /**
   * The length in bytes, without the NUL.
   */
  size_t len;
} cfaccess_str;

/**
 * What a verified token says. Read only: verifying the same token again may return the same claims, at the
 * same address, to any thread. Free them once for each time they are returned, with cfaccess_claims_free().
 * Later versions add members at the end only, and bits to `present`: nothing beyond `struct_size` exists.
 * All strings live as long as the claims.
 */
typedef struct cfaccess_claims {
  /**
   * The size of this struct in the library, in bytes.
   */
  size_t struct_size;
  /**
   * #CFACCESS_KIND_PERSON or #CFACCESS_KIND_SERVICE.
   */
  uint32_t kind;
  /**
   * CFACCESS_CLAIM_* bits: which of the optional claims the token has.
   */
  uint32_t present;
  /**
   * `iat`, in seconds since 1970.
   */
  int64_t issued_at;
  /**
   * `nbf`, in seconds since 1970; 0 if absent, see `present`.
   */
  int64_t not_before;
  /**
   * `exp`, in seconds since 1970; once this time and the leeway have passed, the token is refused.
   */
  int64_t expires_at;
  /**
   * The number of `audiences`.
   */
  size_t audiences_len;
  /**
   * `aud`: the Application Audience tags that the token was issued for.
   */
  const struct cfaccess_str *audiences;
  /**
   * All strings in one piece, so that they can be copied at once: those from `payload` to `custom`, then
   * the audiences, then those after `id`, in the order of the members. Each is followed by a NUL, which
   * `block.len` includes; an absent string is empty. Later versions add strings at the end only: read
   * those you know and ignore the rest.
   */
  struct cfaccess_str block;
  /**
   * The whole payload, JSON as it was signed.
   */
  struct cfaccess_str payload;
  /**
   * `iss`: https://<team>.cloudflareaccess.com
   */
  struct cfaccess_str issuer;
  /**
   * A stable identifier of the caller across applications and teams: HOST/person/SUB or
   * HOST/service/COMMON_NAME, where HOST is the host of the team, such as acme.cloudflareaccess.com.
   * An e-mail address is not one.
   */
  struct cfaccess_str principal_id;
  /**
   * `sub`: a person's identifier in the team; empty or absent for a service.
   */
  struct cfaccess_str subject;
  /**
   * `email`: a person's address as the identity provider gives it, or whatever else the team chose for it: at most
   * 320 bytes without white space, control and format characters. `non_identity@<host of the team>` is no human
   * being but a device that was enrolled with a service token.
   */
  struct cfaccess_str email;
  /**
   * `common_name`: a service's Client ID.
   */
  struct cfaccess_str common_name;
  /**
   * `identity_nonce`: identifies the login session.
   */
  struct cfaccess_str identity_nonce;
  /**
   * `nonce`: identifies the login session in older tokens.
   */
  struct cfaccess_str nonce;
  /**
   * The login session: `identity_nonce`, or else `nonce`.
   */
  struct cfaccess_str session;
  /**
   * `country`: where a person logged in from.
   */
  struct cfaccess_str country;
  /**
   * `type`: "app"; absent in older tokens.
   */
  struct cfaccess_str token_type;
  /**
   * `custom`: the configured claims of the identity provider, a JSON object as it was signed.
   * Access leaves entries out when the token grows too large.
   */
  struct cfaccess_str custom;
  /**
   * The latest time at which a session of the application's own should end, in seconds since 1970: `exp`,
   * or earlier if the configuration limits the time since login.
   */
  int64_t ends_at;
  /**
   * Identifies these claims in this process, see cfaccess_verifier_lookup(). Never 0, and never reused.
   */
  uint64_t id;
  /**
   * `policy_id`: the Access policy that a person met, a UUID; absent for a service and in older tokens.
   */
  struct cfaccess_str policy_id;
} cfaccess_claims;

/**
 * A header of a request: name and value, each a pointer and a length, without NUL.
 */
typedef struct cfaccess_header {
  /**
   * The name, compared without regard to case; NULL only if name_len is 0.
   */
  const char *name;
  /**
   * Its length in bytes.
   */
  size_t name_len;
  /**
   * The value, as received; NULL only if value_len is 0.
   */
  const char *value;
  /**
   * Its length in bytes.
   */
  size_t value_len;
} cfaccess_header;

/**
 * What happens to a request. Treat an unknown kind as a refusal. Read-only; owned by the caller and freed once, with
 * cfaccess_decision_free(); everything in it is valid until then. Members are only ever added at the end: those beyond
 * `struct_size` do not exist.
 */
typedef struct cfaccess_decision {
  /**
   * The size of this struct in the library, in bytes.
   */
  size_t struct_size;
  /**
   * One of CFACCESS_DECISION_*.
   */
  uint32_t kind;
  /**
   * Why it is refused; #CFACCESS_STATUS_OK if it is not.
   */
  cfaccess_status status;
  /**
   * The HTTP status of the answer: that of `status`, or 302 if a browser is sent to log in; 0 unless it is refused.
   */
  uint32_t http_status;
  /**
   * Who is calling: owned by the decision, not to be freed; NULL unless it is allowed.
   */
  const struct cfaccess_claims *claims;
  /**
   * The `id` of the claims; 0 unless it is allowed.
   */
  uint64_t claims_id;
  /**
   * The value of Cf-Access-Authenticated-User-Email for the application. It replaces every such header of the
   * request, also those with underscores for hyphens. Absent means that the application gets no such header.
   */
  struct cfaccess_str email;
  /**
   * Why it is refused, for logs: as cfaccess_error_message(). Absent unless it is refused.
   */
  struct cfaccess_str message;
  /**
   * A line for the operator's log, present when requests begin to be refused with an HTTP status of 500 or more.
   * Absent while that lasts, and if cfaccess_guard_config_set_log() has set a function, which receives it instead.
   */
  struct cfaccess_str warning;
  /**
   * The number of `headers`.
   */
  size_t headers_len;
  /**
   * The headers of the answer; each name and value is NUL-terminated, too. Content-Length is one of them, for
   * servers that do not add it themselves. Later versions may add others.
   */
  const struct cfaccess_header *headers;
  /**
   * The content of the answer; empty for a redirect and for HEAD. Absent unless it is refused.
   */
  struct cfaccess_str body;
  /**
   * If it is refused, the number of the route that was found, in the order in which they were added, from 0: its keys
   * or its revocations are being fetched where the status is pending. -1 if none was found, and unless it is refused.
   */
  int64_t route;
} cfaccess_decision;

/**
 * A request as the server received it. Zero the whole struct, then set `struct_size` and what is known: NULL means
 * unknown. Strings need no final NUL, and are used during the call only.
 *
 * Members are only ever added at the end.
 */
typedef struct cfaccess_request {
  /**
   * sizeof(cfaccess_request): tells the library which members the caller knows.
   */
  size_t struct_size;
  /**
   * The method, in its original case.
   */
  const char *method;
  /**
   * Its length in bytes.
   */
  size_t method_len;
  /**
   * "http", "https", "ws" or "wss". The last two mark the handshake of a WebSocket, for servers that hide its
   * Upgrade header.
   */
  const char *scheme;
  /**
   * Its length in bytes.
   */
  size_t scheme_len;
  /**
   * The host with its port, if the server has removed it from the headers; NULL if it is one of them.
   */
  const char *host;
  /**
   * Its length in bytes.
   */
  size_t host_len;
  /**
   * The path that the application routes on: percent-decoded, as bytes of UTF-8, without the query and without a
   * prefix that the server or a mount has stripped. Empty means "/".
   */
  const char *path;
  /**
   * Its length in bytes.
   */
  size_t path_len;
  /**
   * The target of the request line, undecoded, with or without the query.
   */
  const char *raw_target;
  /**
   * Its length in bytes.
   */
  size_t raw_target_len;
  /**
   * The headers, in any order; at least those that cfaccess_guard_header() lists. NULL only if there are none.
   */
  const struct cfaccess_header *headers;
  /**
   * Their number.
   */
  size_t headers_len;
  /**
   * The same request joined, see cfaccess_guard_lookup(). If it is not NULL, none of the members above is read
   * except `struct_size`.
   */
  const char *joined;
  /**
   * Its length in bytes.
   */
  size_t joined_len;
  /**
   * The number of its parts.
   */
  size_t joined_parts;
} cfaccess_request;

/**
 * Receives what happens to keys or revocations: one of CFACCESS_LOG_* and a NUL-terminated line, which is valid during
 * the call and never contains a token. It is called on any thread and must not unwind.
 */
typedef void (*cfaccess_log_function)(void *user_data, int32_t level, const char *line);

/**
 * Frees user data: called once, on any thread, when the library no longer uses it. It must not unwind.
 */
typedef void (*cfaccess_release_function)(void *user_data);

/**
 * Fetches the document at a URL in place of the library's own HTTPS.
 *
 * It writes the document with cfaccess_document_write() and returns 0; on failure it writes the reason, one
 * line of text, and returns any other number. It is called on a thread of the library, should return within
 * the timeout, and may be called again before an earlier call has returned. The URL is valid during the
 * call. It must not unwind.
 */
typedef int32_t (*cfaccess_fetch_function)(void *user_data,
                                           const char *url,
                                           struct cfaccess_document *document);





#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Appends to the document of a fetch function.
 *
 * @param document     the argument of the fetch function
 * @param content      borrowed during the call; NULL only if content_len is 0
 * @param content_len  in bytes
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_INVALID, and nothing is appended, if the document would
 *         be larger than 1 MiB; #CFACCESS_STATUS_NULL_ARGUMENT; #CFACCESS_STATUS_INVALID_ARGUMENT if
 *         content_len is larger than any object in memory
 */
cfaccess_status cfaccess_document_write(struct cfaccess_document *document,
                                        const char *content,
                                        size_t content_len,
                                        struct cfaccess_error **out_error);

/**
 * Frees claims: once for each time they were returned. Their strings live until then.
 *
 * @param claims  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_claims_free(struct cfaccess_claims *claims);

/**
 * Claims as one JSON object, for languages that would otherwise read the struct member by member: `kind` ("person" or
 * "service"), `groups` (see cfaccess_groups_from_custom()), and every other member of cfaccess_claims under its name
 * but `struct_size`, `present`, `block` and `id`. Absent claims are null, times are seconds since 1970, `custom` and
 * `payload` are objects as they were signed. Members are only ever added.
 *
 * @param claims     as they were handed out, not a copy of the struct; borrowed
 * @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_claims_json(const struct cfaccess_claims *claims,
                                     char **out_json,
                                     struct cfaccess_error **out_error);

/**
 * Reads the groups of a person from the claim `custom`, as JSON: a list of strings; `[]` if the token says that there
 * are none; `null` if it does not tell, because the claim is not configured, or Access left it out as the token grew
 * too large, or its form is none of those below. Only `[]` is a reason to think that the person is in no group.
 *
 * Identity providers write a group as a string, which is taken as it is, or as an object, of which the first of
 * `name`, `email` and `id` counts that is a string and not empty. A single string is one group, `null` is an empty list,
 * and a list with anything else in it is not read in part. Several groups may have one name.
 *
 * @param custom      `custom` of cfaccess_claims, or a copy of it; borrowed; NULL only if custom_len is 0
 * @param custom_len  in bytes; 0 if the token has no `custom`, which gives `null`
 * @param out_json    owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if `custom` is not a strict JSON object;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_groups_from_custom(const char *custom,
                                            size_t custom_len,
                                            char **out_json,
                                            struct cfaccess_error **out_error);

/**
 * Starts a configuration with the team whose tokens are accepted.
 *
 * @param team        NUL-terminated, copied: "acme", "acme.cloudflareaccess.com",
 *                    "https://acme.cloudflareaccess.com/", or the same under fed.cloudflareaccess.com
 * @param out_config  owned, freed with cfaccess_config_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_new(const char *team,
                                    struct cfaccess_config **out_config,
                                    struct cfaccess_error **out_error);

/**
 * Accepts tokens issued for this Application Audience (AUD) tag, in addition to those already added. A tag
 * that is not 64 hex digits is reported by cfaccess_verifier_warning(). Adding a tag again has no effect.
 *
 * @param config     changed on success only
 * @param audience   NUL-terminated, copied: 1 to 512 bytes without white space or control characters
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also for more than 1,024;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_add_audience(struct cfaccess_config *config,
                                             const char *audience,
                                             struct cfaccess_error **out_error);

/**
 * Accepts the service with this Client ID, in addition to people. By default services are refused.
 *
 * @param config     changed on success only
 * @param client_id  NUL-terminated, copied: the `common_name` of the service's tokens
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also if any service is already
 *         allowed; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_allow_service(struct cfaccess_config *config,
                                              const char *client_id,
                                              struct cfaccess_error **out_error);

/**
 * Accepts every service that Access lets in, in addition to people.
 *
 * @param config     changed on success only
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if services are already listed;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_allow_any_service(struct cfaccess_config *config,
                                                  struct cfaccess_error **out_error);

/**
 * How far the clocks of Access and of this machine may differ.
 *
 * @param config     changed on success only
 * @param seconds    0 to 300; default 30
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_leeway(struct cfaccess_config *config,
                                           int64_t seconds,
                                           struct cfaccess_error **out_error);

/**
 * The longest lifetime (`exp` - `iat`) that a token may have. The leeway does not apply.
 *
 * @param config     changed on success only
 * @param seconds    1 to 31,622,400 (366 days); default 2,628,060 (one month, the longest session that the
 *                   dashboard of Access offers, and a minute)
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_max_lifetime(struct cfaccess_config *config,
                                                 int64_t seconds,
                                                 struct cfaccess_error **out_error);

/**
 * The longest time since login (`now` - `iat`) that is accepted. The leeway does not apply.
 *
 * @param config     changed on success only
 * @param seconds    1 to 31,622,400 (366 days); no limit by default
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_max_age(struct cfaccess_config *config,
                                            int64_t seconds,
                                            struct cfaccess_error **out_error);

/**
 * Reads the token of a request from the cookie CF_Authorization if the header
 * Cf-Access-Jwt-Assertion is absent. Access does not guarantee that the cookie is passed on.
 *
 * @param config     changed on success only
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_accept_cookie(struct cfaccess_config *config,
                                              struct cfaccess_error **out_error);

/**
 * How the request header Cf-Access-Authenticated-User-Email, which any client can send, is handled.
 *
 * @param config     changed on success only
 * @param policy     one of CFACCESS_EMAIL_HEADER_*; default #CFACCESS_EMAIL_HEADER_CHECK
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_email_header(struct cfaccess_config *config,
                                                 int32_t policy,
                                                 struct cfaccess_error **out_error);

/**
 * How many verified tokens are cached, so that a token that is seen again is only looked up. A cache hit is
 * as strict as a verification.
 *
 * @param config     changed on success only
 * @param entries    0 to 10,000,000; default 8,192; 0 turns the cache off
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_cache_entries(struct cfaccess_config *config,
                                                  int64_t entries,
                                                  struct cfaccess_error **out_error);

/**
 * How much memory the cached tokens may take.
 *
 * @param config     changed on success only
 * @param bytes      0 to 68,719,476,736 (64 GiB); default 33,554,432 (32 MiB); 0 turns the cache off
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_cache_bytes(struct cfaccess_config *config,
                                                int64_t bytes,
                                                struct cfaccess_error **out_error);

/**
 * Refuses tokens that were revoked: with #CFACCESS_STATUS_REVOKED or #CFACCESS_STATUS_BLOCKED, whether or not they were
 * accepted before. By default none are.
 *
 * @param config       changed on success only
 * @param revocations  shared, of the same team; the handle may be freed afterwards
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_config_set_revocations(struct cfaccess_config *config,
                                                const struct cfaccess_revocations *revocations,
                                                struct cfaccess_error **out_error);

/**
 * Frees a configuration. Verifiers made from it keep their copy.
 *
 * @param config  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_config_free(struct cfaccess_config *config);

/**
 * Frees a decision, and the claims in it.
 *
 * @param decision  owned, invalid afterwards; NULL is fine
 */
void cfaccess_decision_free(struct cfaccess_decision *decision);

/**
 * The status of an error, the same that the call returned.
 *
 * @param error  borrowed
 * @return the status; #CFACCESS_STATUS_NULL_ARGUMENT for NULL
 */
cfaccess_status cfaccess_error_status(const struct cfaccess_error *error);

/**
 * The cause in words, for logs: one printable ASCII line of at most 256 characters that never contains
 * a token, a signature or a key. The wording is not stable; branch on the status.
 *
 * @param error  borrowed
 * @return NUL-terminated, owned by the error; an empty string for NULL, never NULL
 */
const char *cfaccess_error_message(const struct cfaccess_error *error);

/**
 * Frees an error.
 *
 * @param error  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_error_free(struct cfaccess_error *error);

/**
 * Freezes a configuration into a guard.
 *
 * @param config     copied, may be changed or freed afterwards
 * @param out_guard  owned, freed with cfaccess_guard_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if there is no route, or an origin is trusted and none
 *         checked; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_new(const struct cfaccess_guard_config *config,
                                   struct cfaccess_guard **out_guard,
                                   struct cfaccess_error **out_error);

/**
 * Decides on a request now. If keys are fetched and the key of its token is missing, it waits for the fetch, for at
 * most the timeout of the keys; no other request waits.
 *
 * There always is a decision: a wrong argument is a refusal with #CFACCESS_STATUS_NULL_ARGUMENT or
 * #CFACCESS_STATUS_INVALID_ARGUMENT, an internal error one with #CFACCESS_STATUS_INTERNAL.
 *
 * @param guard    borrowed
 * @param request  borrowed during the call
 * @return owned, freed with cfaccess_decision_free(); never NULL
 */
CFACCESS_MUST_USE
struct cfaccess_decision *cfaccess_guard_decide(const struct cfaccess_guard *guard,
                                                const struct cfaccess_request *request);

/**
 * Decides like cfaccess_guard_decide(), but never waits: while the key of its token is being fetched, the request is
 * refused with #CFACCESS_STATUS_KEYS_PENDING, and while revocations are being read with
 * #CFACCESS_STATUS_REVOCATIONS_PENDING. For event loops: while cfaccess_status_is_pending() says so, set the request
 * aside and try again every 25 ms; it ends within the timeout of the keys or the revocations. Here these two do not
 * count as refusals in cfaccess_verifier_stats().
 *
 * @param guard    borrowed
 * @param request  borrowed during the call
 * @return as cfaccess_guard_decide()
 */
CFACCESS_MUST_USE
struct cfaccess_decision *cfaccess_guard_try_decide(const struct cfaccess_guard *guard,
                                                    const struct cfaccess_request *request);

/**
 * Decides as cfaccess_guard_decide() would at another time, for tests and replays.
 *
 * @param guard    borrowed
 * @param request  borrowed during the call
 * @param now      seconds since 1970, from 0 to 2^53 - 1
 * @return as cfaccess_guard_decide(); refused with #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
 */
CFACCESS_MUST_USE
struct cfaccess_decision *cfaccess_guard_decide_at(const struct cfaccess_guard *guard,
                                                   const struct cfaccess_request *request,
                                                   int64_t now);

/**
 * Looks up the cached claims with which a decision would allow the request now. For wrappers that keep their own
 * conversion of claims, by `claims_id`, and the e-mail to pass on: it never waits, and there is nothing to free.
 *
 * The request is joined: method, scheme, host, path and raw target, as in cfaccess_request, then the name and value of
 * each header, each followed by a NUL. An empty scheme, host or raw target is unknown. A part that contains a NUL
 * changes the number of parts, and the request is refused.
 *
 * @param guard         borrowed
 * @param joined        borrowed during the call; NULL only if joined_len is 0
 * @param joined_len    in bytes
 * @param joined_parts  the number of parts before they were joined: 5, and 2 for each header
 * @return the `claims_id`; 0 if cfaccess_guard_decide() must be called, and for NULL
 */
CFACCESS_MUST_USE
uint64_t cfaccess_guard_lookup(const struct cfaccess_guard *guard,
                               const char *joined,
                               size_t joined_len,
                               size_t joined_parts);

/**
 * The names of the headers that a decision depends on, in lower case. Others need not be passed. Call it with 0, 1, 2
 * and so on until it returns NULL.
 *
 * @param index  from 0
 * @return static, NUL-terminated; NULL past the last
 */
const char *cfaccess_guard_header(size_t index);

/**
 * Frees a guard. No other thread may be using it.
 *
 * @param guard  owned, invalid afterwards; NULL is fine
 */
void cfaccess_guard_free(struct cfaccess_guard *guard);

/**
 * Creates an empty configuration.
 *
 * @param out_config  owned, freed with cfaccess_guard_config_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_new(struct cfaccess_guard_config **out_config,
                                          struct cfaccess_error **out_error);

/**
 * Sets the verifier for the requests of a host below a path, and the page on which a browser logs in.
 *
 * A browser that navigates to a page with GET is redirected to the login page, with 302, if a login helps: after
 * NO_TOKEN, EXPIRED and SESSION_TOO_OLD. The path of the request is added as the parameter `redirect_url`, its
 * query is not.
 *
 * A refusal with REVOKED expires the cookie CF_Authorization, so that Access issues another token, and has
 * `Retry-After` until such a token would be accepted; then a browser is redirected to the login page as above. If
 * its login session itself was revoked, it is redirected to /cdn-cgi/access/logout, with or without a login page. If
 * it comes back refused within a minute, which the cookie cfaccess-redirected shows, it gets a page instead.
 *
 * @param config      changed on success only
 * @param host        NUL-terminated, copied: a name, or an IPv4 or IPv6 address, without a port; compared without
 *                    regard to case. NULL means every host that no other route names
 * @param prefix      NUL-terminated, copied: a decoded path that begins with a slash. It matches whole segments:
 *                    "/admin" covers /admin/users, not /administration. The longest match wins. "/" and NULL
 *                    cover all paths
 * @param verifier    shared, the handle may be freed afterwards
 * @param login_page  NUL-terminated, copied: https://<team>.cloudflareaccess.com/cdn-cgi/access/login/<host>, or
 *                    another https URL without user, query and fragment; NULL for none
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG, also if another route has the same host and prefix;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_add_route(struct cfaccess_guard_config *config,
                                                const char *host,
                                                const char *prefix,
                                                const struct cfaccess_verifier *verifier,
                                                const char *login_page,
                                                struct cfaccess_error **out_error);

/**
 * Lets requests with this method and exactly this path through unverified, such as health checks and webhooks. GET
 * includes HEAD. Nothing below the path is open, and no WebSocket handshake is.
 *
 * @param config     changed on success only
 * @param method     NUL-terminated, copied: capital letters
 * @param host       NUL-terminated, copied: as in cfaccess_guard_config_add_route(); NULL means every host
 * @param path       NUL-terminated, copied: the whole decoded path. There are no patterns: `*` is refused
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_add_open_path(struct cfaccess_guard_config *config,
                                                    const char *method,
                                                    const char *host,
                                                    const char *path,
                                                    struct cfaccess_error **out_error);

/**
 * Refuses, with CROSS_ORIGIN, requests caused by a page of another origin, except a plain GET, HEAD or OPTIONS.
 * WebSocket handshakes are refused too. Open paths are not checked.
 *
 * Sec-Fetch-Site decides or, for browsers without it, Origin. A request with neither does not come from a page. The
 * cookie that Access turns into the token is SameSite=None by default, so browsers send it with such requests.
 *
 * @param config     changed on success only
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_check_origin(struct cfaccess_guard_config *config,
                                                   struct cfaccess_error **out_error);

/**
 * Exempts another origin from cfaccess_guard_config_check_origin(), which must be called too.
 *
 * @param config     changed on success only
 * @param origin     NUL-terminated, copied: a scheme, a host and an optional port, "https://app.example.com"
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_CONFIG or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_trust_origin(struct cfaccess_guard_config *config,
                                                   const char *origin,
                                                   struct cfaccess_error **out_error);

/**
 * Lets preflight requests through unverified: OPTIONS with one Origin and one Access-Control-Request-Method. Browsers
 * send no credentials with them; the application's CORS middleware answers them.
 *
 * @param config     changed on success only
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_allow_preflight(struct cfaccess_guard_config *config,
                                                      struct cfaccess_error **out_error);

/**
 * Sets a function that receives warnings for the operator, with #CFACCESS_LOG_WARNING: those of the verifiers when a
 * guard is made, and one line each time requests begin to be refused with an HTTP status of 500 or more, never one per
 * request.
 *
 * @param config     changed on success only
 * @param log        called by cfaccess_guard_new() and by the functions that decide, on the caller's thread, and
 *                   never while the library holds a lock
 * @param user_data  passed to `log`; owned by the library if the call succeeds
 * @param release    gets `user_data` back once the configuration and its guards are freed; may be NULL
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_guard_config_set_log(struct cfaccess_guard_config *config,
                                              cfaccess_log_function log,
                                              void *user_data,
                                              cfaccess_release_function release,
                                              struct cfaccess_error **out_error);

/**
 * Frees a configuration. Guards made from it keep their copy.
 *
 * @param config  owned, invalid afterwards; NULL is fine
 */
void cfaccess_guard_config_free(struct cfaccess_guard_config *config);

/**
 * Reads the document that Access serves at /cdn-cgi/access/certs: a JWK Set (RFC 7517), of which
 * `keys` is used. Each entry is checked and prepared on its own; an unusable one is skipped and
 * reported by cfaccess_keys_status().
 *
 * The keys of a local Access are marked: each entry has the member `"cfaccess_local": true`. A verifier takes them for
 * the team `cfaccess-local` only, and that team takes no others.
 *
 * @param json       borrowed during the call; NULL only if json_len is 0
 * @param json_len   in bytes, at most 1 MiB
 * @param out_keys   owned, freed with cfaccess_keys_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_INVALID if it is not a JWK Set, too large, has
 *         more than 32 entries, some of them marked and others not, or one with another value than true in the mark; #CFACCESS_STATUS_NO_USABLE_KEYS; #CFACCESS_STATUS_NULL_ARGUMENT;
 *         #CFACCESS_STATUS_INVALID_ARGUMENT if json_len is larger than any object in memory
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_from_json(const char *json,
                                        size_t json_len,
                                        struct cfaccess_keys **out_keys,
                                        struct cfaccess_error **out_error);

/**
 * Reads the same document from a file.
 *
 * @param path       NUL-terminated, borrowed during the call
 * @param out_keys   owned, freed with cfaccess_keys_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_keys_from_json(), and #CFACCESS_STATUS_KEYS_UNAVAILABLE if the file cannot be read
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_from_file(const char *path,
                                        struct cfaccess_keys **out_keys,
                                        struct cfaccess_error **out_error);

/**
 * Replaces the whole set at once, also while other threads verify: each verification uses one set from
 * start to end. On failure the keys in force stay.
 *
 * @param keys       borrowed
 * @param json       borrowed during the call; NULL only if json_len is 0
 * @param json_len   in bytes, at most 1 MiB
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_keys_from_json(); #CFACCESS_STATUS_KEYS_INVALID also for keys of a local Access in place of
 *         others, and the other way round; #CFACCESS_STATUS_INVALID_ARGUMENT also for keys that are fetched
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_load_json(const struct cfaccess_keys *keys,
                                        const char *json,
                                        size_t json_len,
                                        struct cfaccess_error **out_error);

/**
 * The keys in force now, as a JSON object: `source` ("json", "file" or "remote"), `keys` (each `kid`,
 * `sha256` of its DER SubjectPublicKeyInfo, `bits`), `skipped` (each `kid`, which may be null, and
 * `reason`); for keys that are fetched, `age` (seconds since the endpoint last confirmed them, null if
 * never), `last_error` (a line, null since the last success), `next_refresh` (seconds until a fetch is due),
 * `fetches` started, `failures`, `not_modified` (HTTP 304) and `suppressed` (how often a key was needed but
 * a fetch could not start at once). Later versions only add members.
 *
 * @param keys       borrowed
 * @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_status(const struct cfaccess_keys *keys,
                                     char **out_json,
                                     struct cfaccess_error **out_error);

/**
 * Begins a fetch without waiting for it, unless keys are in force or a fetch is in progress. For event loops, before
 * the first request comes; until the fetch ends, functions that never wait return #CFACCESS_STATUS_KEYS_PENDING.
 *
 * @param keys       borrowed
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT; neither says whether the fetch succeeds
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_begin(const struct cfaccess_keys *keys,
                                    struct cfaccess_error **out_error);

/**
 * Frees a handle on keys. Verifiers made from it keep using the keys.
 *
 * @param keys  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_keys_free(struct cfaccess_keys *keys);

/**
 * Fetches a team's keys from https://<team>.cloudflareaccess.com/cdn-cgi/access/certs and keeps them current,
 * on threads that end with each fetch. The first verification begins the first fetch, unless
 * cfaccess_keys_connect() did.
 *
 * Keys are fetched again ahead of age, and when a token names a key that is not there, but never more often
 * than once a cooldown. A caller whose key is there never waits. While the endpoint fails, the keys in force
 * stay so until `max_stale` has passed since it last confirmed them; then every token is refused with
 * #CFACCESS_STATUS_KEYS_UNAVAILABLE until it answers again.
 *
 * Proxies are read from the environment during this call, as curl reads them: the first of https_proxy,
 * HTTPS_PROXY, all_proxy and ALL_PROXY that is not empty, unless no_proxy or else NO_PROXY names the host or
 * a parent domain of it (`cloudflareaccess.com`), or is `*`. cfaccess_remote_options_set_proxy() says what a
 * proxy looks like. HTTP_PROXY is not used.
 *
 * Certificate authorities are read from the platform's store during this call; SSL_CERT_FILE (a PEM file)
 * and SSL_CERT_DIR (folders of PEM files) take its place if one of them is set. No redirect is followed.
 *
 * The team `cfaccess-local` is that of a local Access. Its keys are fetched in plain HTTP, through no proxy, from the
 * address of cfaccess_remote_options_set_local(), or else from the one in the environment variable CFACCESS_LOCAL,
 * which is read during this call and for this team alone; an empty one counts as none. With a CA file instead they
 * are fetched over HTTPS, and that file alone is trusted. They must carry the mark of a local Access, and those of
 * other teams must not: a document that breaks this is refused like one that is not a JWK Set.
 *
 * @param team       NUL-terminated, as in cfaccess_config_new()
 * @param options    copied, may be changed or freed afterwards; NULL for the defaults
 * @param out_keys   owned, freed with cfaccess_keys_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if the team, an option or a proxy of the
 *         environment is wrong, the address of a local Access is given for another team, is missing or is given
 *         beside a CA file or a fetch function, certificate authorities cannot be read, or the cache file cannot be
 *         used; the message names which; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_remote(const char *team,
                                     const struct cfaccess_remote_options *options,
                                     struct cfaccess_keys **out_keys,
                                     struct cfaccess_error **out_error);

/**
 * Sees to it that there are keys before the first token comes: fetches them now and waits, unless some are in
 * force. Keys from JSON or a file always are.
 *
 * @param keys       borrowed
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_KEYS_UNAVAILABLE with the reason, and later verifications try
 *         again; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_connect(const struct cfaccess_keys *keys,
                                      struct cfaccess_error **out_error);

/**
 * Connects as cfaccess_keys_connect(), but never waits. For event loops.
 *
 * @param keys       borrowed
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_keys_connect(), and #CFACCESS_STATUS_KEYS_PENDING while the keys are being fetched
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_keys_try_connect(const struct cfaccess_keys *keys,
                                          struct cfaccess_error **out_error);

/**
 * Whether a fetch is in progress that has not reached its timeout. After #CFACCESS_STATUS_KEYS_PENDING, a caller
 * that waits in its own way asks this again and again, and then repeats its call. It never waits.
 *
 * @param keys  borrowed
 * @return 1 or 0; 0 for NULL
 */
CFACCESS_MUST_USE
int32_t cfaccess_keys_is_fetching(const struct cfaccess_keys *keys);

/**
 * Asks whether a caller that got #CFACCESS_STATUS_KEYS_PENDING may wait for the fetch in a way of its own. While
 * keys are in force, only two callers of a process may wait at once, so that tokens with made-up keys cannot hold
 * up a whole server; this counts them together with those that wait inside of the library. It never waits.
 *
 * @param keys  borrowed
 * @return 1 if it may, and calls cfaccess_keys_end_wait() once when it has waited; 0 if enough callers wait, and for
 *         NULL
 */
CFACCESS_MUST_USE
int32_t cfaccess_keys_begin_wait(const struct cfaccess_keys *keys);

/**
 * Ends a wait that cfaccess_keys_begin_wait() has allowed.
 *
 * @param keys  borrowed; NULL is fine
 */
void cfaccess_keys_end_wait(const struct cfaccess_keys *keys);

/**
 * Begins no further fetch, and waits for those in progress, for at most the timeout. Afterwards no function of the
 * options is called any more; one that still runs then is not waited for, and its user data is released when it
 * returns. Keys in force stay in force until they are stale. Not to be called from such a function.
 *
 * @param keys  borrowed; NULL is fine
 */
void cfaccess_keys_close(const struct cfaccess_keys *keys);

/**
 * Begins with the defaults.
 *
 * @param out_options  owned, freed with cfaccess_remote_options_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_new(struct cfaccess_remote_options **out_options,
                                            struct cfaccess_error **out_error);

/**
 * Trusts the certificate authorities of a PEM file in addition to the platform's, for networks that re-sign
 * TLS. For the team `cfaccess-local` they are trusted in place of the platform's.
 *
 * @param options    changed on success only
 * @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
 *                   read by cfaccess_keys_remote()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_ca_file(struct cfaccess_remote_options *options,
                                                    const char *path,
                                                    struct cfaccess_error **out_error);

/**
 * Uses a proxy in place of those of the environment, for programs whose environment is emptied, as nginx
 * does. Like them it is not used if NO_PROXY excepts the team's host.
 *
 * @param options    changed on success only
 * @param url        NUL-terminated, copied: `[scheme://][user:password@]host[:port]`. The scheme is `http`
 *                   (the default), `https`, `socks4`, `socks4a`, `socks5` or `socks5h`; `socks4` and
 *                   `socks5` look up the endpoint's name here, the others at the proxy. The port is 443 for
 *                   `https` and 1080 for the others unless given, as in curl. User and password are
 *                   percent-encoded. An empty string means a direct connection, whatever the environment
 *                   says
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if it is not of this form, with a message
 *         that does not repeat it; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_proxy(struct cfaccess_remote_options *options,
                                                  const char *url,
                                                  struct cfaccess_error **out_error);

/**
 * Says where a local Access listens. It is for the team `cfaccess-local` and no other; without it and without a ca_file,
 * that team has the address in the environment variable CFACCESS_LOCAL.
 *
 * @param options    changed on success only
 * @param url        NUL-terminated, copied: `http://127.0.0.1:PORT` or `http://[::1]:PORT`, with at most a slash after
 *                   it
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if it is not of this form, with a message
 *         that does not repeat it; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_local(struct cfaccess_remote_options *options,
                                                  const char *url,
                                                  struct cfaccess_error **out_error);

/**
 * Keeps a copy of the keys in a file, so that a restart during an outage works. It is replaced whole and
 * readable by its owner alone; one that is mounted by itself, and cannot be replaced, is written in place.
 *
 * Whoever can write the copy chooses who is let in. cfaccess_keys_remote() refuses a path that is a symbolic
 * link or belongs to another user than this process's, and a folder that belongs to another user (root
 * excepted) or that others can write without the sticky bit; a group of this process may write both. A copy
 * that is corrupt, older than `max_stale` or writable by others is ignored, which cfaccess_keys_status()
 * reports, and replaced by the next fetch. Its age is written in it, so that it does not grow younger when
 * it is copied.
 *
 * @param options    changed on success only
 * @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
 *                   the file need not exist yet
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_cache_file(struct cfaccess_remote_options *options,
                                                       const char *path,
                                                       struct cfaccess_error **out_error);

/**
 * How long a fetch may take, and how long a call may wait for one. Bounds are checked by
 * cfaccess_keys_remote().
 *
 * @param options       changed on success only
 * @param milliseconds  100 to 60,000; 5,000 unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_timeout(struct cfaccess_remote_options *options,
                                                    int64_t milliseconds,
                                                    struct cfaccess_error **out_error);

/**
 * The age at which keys are fetched again, ahead of need. The endpoint's `Cache-Control: max-age` may make
 * it sooner, never later. Bounds are checked by cfaccess_keys_remote().
 *
 * @param options       changed on success only
 * @param milliseconds  at least the cooldown; 3,600,000 (an hour) unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_refresh_after(struct cfaccess_remote_options *options,
                                                          int64_t milliseconds,
                                                          struct cfaccess_error **out_error);

/**
 * The least time between the beginnings of two fetches, whatever caused them; up to a tenth is added at
 * random. Bounds are checked by cfaccess_keys_remote().
 *
 * @param options       changed on success only
 * @param milliseconds  at least 1,000; 30,000 unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_cooldown(struct cfaccess_remote_options *options,
                                                     int64_t milliseconds,
                                                     struct cfaccess_error **out_error);

/**
 * How long keys stay in force that the endpoint no longer confirms. Bounds are checked by
 * cfaccess_keys_remote().
 *
 * @param options       changed on success only
 * @param milliseconds  at least the age of a refresh, at most 518,400,000 (six days); 86,400,000 (a day)
 *                      unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_max_stale(struct cfaccess_remote_options *options,
                                                      int64_t milliseconds,
                                                      struct cfaccess_error **out_error);

/**
 * Begins the first fetch when a verifier is made, rather than with the first token. Not for a program that forks its
 * workers afterwards: each of them fetches for itself anyway.
 *
 * @param options    changed on success only
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_prefetch(struct cfaccess_remote_options *options,
                                                 struct cfaccess_error **out_error);

/**
 * Fetches through a function of the caller's in place of the library's own HTTPS.
 *
 * @param options    changed on success only
 * @param fetch      called on threads of the library
 * @param user_data  handed to `fetch`; the library's from now on if the call succeeds
 * @param release    gets `user_data` back once options and keys are freed, their verifiers too, and no
 *                   fetch runs; may be NULL
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_fetch(struct cfaccess_remote_options *options,
                                                  cfaccess_fetch_function fetch,
                                                  void *user_data,
                                                  cfaccess_release_function release,
                                                  struct cfaccess_error **out_error);

/**
 * Tells a function of the caller's what happens to the keys.
 *
 * @param options    changed on success only
 * @param log        called on any thread, never while the library holds a lock
 * @param user_data  handed to `log`; the library's from now on if the call succeeds
 * @param release    gets `user_data` back, as in cfaccess_remote_options_set_fetch(); may be NULL
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_remote_options_set_log(struct cfaccess_remote_options *options,
                                                cfaccess_log_function log,
                                                void *user_data,
                                                cfaccess_release_function release,
                                                struct cfaccess_error **out_error);

/**
 * Frees options. Keys made from them keep their copy.
 *
 * @param options  owned, invalid afterwards; NULL is fine
 */
void cfaccess_remote_options_free(struct cfaccess_remote_options *options);

/**
 * Verifies the token of a request, given as its headers, now.
 *
 * The token is the value of Cf-Access-Jwt-Assertion; if that header is absent and the
 * configuration accepts the cookie, the value of the cookie CF_Authorization. Of up to four different
 * cookies the first that verifies is used, if all that verify name one principal. NO_TOKEN if there is no
 * token or it is empty, MALFORMED if there is more than one header, or if none of several different cookies
 * can be used, REVOKED or BLOCKED instead if one of them was. If the request has the header
 * Cf-Access-Authenticated-User-Email, it must equal the verified
 * e-mail address without regard to ASCII case, and be empty for a service, unless the configuration says
 * otherwise; if not, IDENTITY_MISMATCH, after all other checks. No other header is read.
 *
 * @param verifier     borrowed
 * @param headers      borrowed during the call, in any order; NULL only if headers_len is 0
 * @param headers_len  their number
 * @param out_claims   owned, freed with cfaccess_claims_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify(), and the refusals above; #CFACCESS_STATUS_INVALID_ARGUMENT if a
 *         length is larger than any object in memory
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_verify_request(const struct cfaccess_verifier *verifier,
                                                 const struct cfaccess_header *headers,
                                                 size_t headers_len,
                                                 struct cfaccess_claims **out_claims,
                                                 struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify_request(), but never waits, as cfaccess_verifier_try_verify().
 *
 * @param verifier     borrowed
 * @param headers      as in cfaccess_verifier_verify_request()
 * @param headers_len  as in cfaccess_verifier_verify_request()
 * @param out_claims   owned, freed with cfaccess_claims_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify_request(), #CFACCESS_STATUS_KEYS_PENDING and
 *         #CFACCESS_STATUS_REVOCATIONS_PENDING
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_try_verify_request(const struct cfaccess_verifier *verifier,
                                                     const struct cfaccess_header *headers,
                                                     size_t headers_len,
                                                     struct cfaccess_claims **out_claims,
                                                     struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify_request() would at another time, for tests and replays.
 *
 * @param verifier     borrowed
 * @param headers      as in cfaccess_verifier_verify_request()
 * @param headers_len  as in cfaccess_verifier_verify_request()
 * @param now          seconds since 1970, from 0 to 2^53 - 1
 * @param out_claims   owned, freed with cfaccess_claims_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify_request(); #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_verify_request_at(const struct cfaccess_verifier *verifier,
                                                    const struct cfaccess_header *headers,
                                                    size_t headers_len,
                                                    int64_t now,
                                                    struct cfaccess_claims **out_claims,
                                                    struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify_request_at(), but never waits, as cfaccess_verifier_try_verify().
 *
 * @param verifier     borrowed
 * @param headers      as in cfaccess_verifier_verify_request()
 * @param headers_len  how many
 * @param now          seconds since 1970, from 0 to 2^53 - 1
 * @param out_claims   owned, freed with cfaccess_claims_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify_request_at(), #CFACCESS_STATUS_KEYS_PENDING and
 *         #CFACCESS_STATUS_REVOCATIONS_PENDING
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_try_verify_request_at(const struct cfaccess_verifier *verifier,
                                                        const struct cfaccess_header *headers,
                                                        size_t headers_len,
                                                        int64_t now,
                                                        struct cfaccess_claims **out_claims,
                                                        struct cfaccess_error **out_error);

/**
 * Begins with the defaults.
 *
 * @param out_options  owned, freed with cfaccess_revocation_options_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_new(struct cfaccess_revocation_options **out_options,
                                                struct cfaccess_error **out_error);

/**
 * The time within which a revocation is in force in every process. The store is asked again at half of it,
 * in the background; from it on they wait for the answer. Bounds are checked by cfaccess_revocations_open().
 *
 * @param options       changed on success only
 * @param milliseconds  100 to 60,000; 2,000 unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_interval(struct cfaccess_revocation_options *options,
                                                         int64_t milliseconds,
                                                         struct cfaccess_error **out_error);

/**
 * How long one answer of the store may take, and how long a call may wait for it. A store that does not
 * answer holds up the callers of a process once. Bounds are checked by cfaccess_revocations_open().
 *
 * @param options       changed on success only
 * @param milliseconds  100 to 60,000; 1,000 unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_timeout(struct cfaccess_revocation_options *options,
                                                        int64_t milliseconds,
                                                        struct cfaccess_error **out_error);

/**
 * How long the revocations that are known count while the store does not answer. Bounds are checked by
 * cfaccess_revocations_open().
 *
 * @param options       changed on success only
 * @param milliseconds  at least the interval, at most 86,400,000 (a day); 300,000 unless set
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG below 0; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_max_stale(struct cfaccess_revocation_options *options,
                                                          int64_t milliseconds,
                                                          struct cfaccess_error **out_error);

/**
 * What happens to tokens once `max_stale` has passed since the store last answered, or if it never did.
 * Tokens that are known to be revoked are refused either way.
 *
 * @param options     changed on success only
 * @param when_stale  one of CFACCESS_WHEN_STALE_*; default #CFACCESS_WHEN_STALE_REFUSE
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG for another number;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_when_stale(struct cfaccess_revocation_options *options,
                                                           int32_t when_stale,
                                                           struct cfaccess_error **out_error);

/**
 * Trusts the certificate authorities of a PEM file in addition to the platform's, for a store at `rediss://`.
 *
 * @param options    changed on success only
 * @param path       NUL-terminated, copied; a relative path starts at the working directory of this call;
 *                   read by cfaccess_revocations_open()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_ca_file(struct cfaccess_revocation_options *options,
                                                        const char *path,
                                                        struct cfaccess_error **out_error);

/**
 * Tells a function of the caller's what happens to the store: that it does not answer, answers again, or has
 * lost entries.
 *
 * @param options    changed on success only
 * @param log        called on any thread, never while the library holds a lock
 * @param user_data  handed to `log`; the library's from now on if the call succeeds
 * @param release    gets `user_data` back once options and revocations are freed, their verifiers too, and the
 *                   store is not being read; may be NULL
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocation_options_set_log(struct cfaccess_revocation_options *options,
                                                    cfaccess_log_function log,
                                                    void *user_data,
                                                    cfaccess_release_function release,
                                                    struct cfaccess_error **out_error);

/**
 * Frees options. Revocations made from them keep their copy.
 *
 * @param options  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_revocation_options_free(struct cfaccess_revocation_options *options);

/**
 * Ends the sessions of a target: its tokens that were issued up to now and a margin are refused with
 * #CFACCESS_STATUS_REVOKED; of a session all are. Revoking again only moves that time to later.
 *
 * When it returns #CFACCESS_STATUS_OK, the store has remembered it, and it is in force in this process; in others it
 * is within their interval. It waits for the store, for at most 2 seconds or the timeout, whichever is longer.
 *
 * @param revocations    borrowed
 * @param kind           one of CFACCESS_TARGET_*
 * @param value          NUL-terminated, copied: 1 to 512 bytes, compared without regard to ASCII case, an e-mail
 *                       without regard to any case, and a session exactly; NULL for the team
 * @param options        borrowed during the call; NULL for the defaults
 * @param out_good_from  the first second whose tokens are accepted: a token that is issued before it stays refused
 *                       as long as it lives; 2^53 - 1 for never (a session); 0 on failure; may be NULL
 * @param out_error      owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if kind, value or an option is wrong;
 *         #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE if the store did not confirm the write, so that it is not known
 *         to be there, or refuses it; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_revoke(const struct cfaccess_revocations *revocations,
                                            int32_t kind,
                                            const char *value,
                                            const struct cfaccess_revoke_options *options,
                                            int64_t *out_good_from,
                                            struct cfaccess_error **out_error);

/**
 * Keeps a target out, until a time or for ever: all its tokens are refused with #CFACCESS_STATUS_BLOCKED. Those that
 * were issued before the block stay refused after it, with #CFACCESS_STATUS_REVOKED. It waits as
 * cfaccess_revocations_revoke() does.
 *
 * @param revocations    borrowed
 * @param kind           as in cfaccess_revocations_revoke()
 * @param value          as in cfaccess_revocations_revoke()
 * @param options        borrowed during the call; NULL for the defaults
 * @param out_good_from  as in cfaccess_revocations_revoke(), for when the block is over; may be NULL
 * @param out_error      owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_revocations_revoke()
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_block(const struct cfaccess_revocations *revocations,
                                           int32_t kind,
                                           const char *value,
                                           const struct cfaccess_revoke_options *options,
                                           int64_t *out_good_from,
                                           struct cfaccess_error **out_error);

/**
 * Ends a block; tokens that were issued before it stay refused. Where there is no block, the revocation is
 * lifted, and its tokens are good again. Lifting what is not there has no effect. It waits as
 * cfaccess_revocations_revoke() does.
 *
 * @param revocations  borrowed
 * @param kind         as in cfaccess_revocations_revoke()
 * @param value        as in cfaccess_revocations_revoke()
 * @param options      borrowed during the call; NULL for the defaults
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_revocations_revoke()
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_lift(const struct cfaccess_revocations *revocations,
                                          int32_t kind,
                                          const char *value,
                                          const struct cfaccess_revoke_options *options,
                                          struct cfaccess_error **out_error);

/**
 * A page of the entries of the store, as a JSON object with the list `entries`, in the order of kind and value. Each
 * has `kind` ("email"), `value` (as it is compared; empty for the team), `not_issued_after` and `blocked_until` (null
 * if it is no revocation or no block), `expires_at` (from then on it refuses no token that is alive, and falls away),
 * `made_at`, `made_by` and `reason`. Times are seconds since 1970; 2^53 - 1 means always, for ever and never. Those
 * that were lifted have neither of the first two times; they and those that fell away are there until the store
 * removes them. Later versions only add members. It waits as cfaccess_revocations_revoke() does.
 *
 * @param revocations  borrowed
 * @param kind         one of CFACCESS_TARGET_*; #CFACCESS_TARGET_ANY for all
 * @param after_kind   with `after_value` the last target of the page before; #CFACCESS_TARGET_ANY for the first page
 * @param after_value  NUL-terminated; NULL for the team and for the first page
 * @param limit        1 to 10,000; a page with fewer entries is the last
 * @param out_json     owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT; #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE if the
 *         store does not answer; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_list(const struct cfaccess_revocations *revocations,
                                          int32_t kind,
                                          int32_t after_kind,
                                          const char *after_value,
                                          int64_t limit,
                                          char **out_json,
                                          struct cfaccess_error **out_error);

/**
 * Adds entries as cfaccess_revocations_list() writes them, all or none: of another store, or made by the program
 * itself. They only raise what is there. It waits as cfaccess_revocations_revoke() does.
 *
 * @param revocations  borrowed
 * @param json         borrowed during the call; NULL only if json_len is 0. Of each entry `kind`, `value` (not for
 *                     the team) and `expires_at` are needed; `made_at` is now unless it is there. An `expires_at`
 *                     that is too early for a token that could be alive is put off
 * @param json_len     in bytes
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_revocations_revoke()
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_import(const struct cfaccess_revocations *revocations,
                                            const char *json,
                                            size_t json_len,
                                            struct cfaccess_error **out_error);

/**
 * Opens the store of a team's revocations:
 * - `memory:` for the life of this process; the program itself makes the revocations
 * - `sqlite:PATH` for the processes of one host
 * - `redis://...`, `rediss://...` and `redis+unix://...` for many hosts (Redis or Valkey)
 *
 * A revocation here ends tokens. The login lives at Cloudflare, which gives a browser new tokens from it: end
 * both.
 *
 * Nothing is read yet: the first verification does that, unless cfaccess_revocations_connect() did. A store that
 * other processes write to is asked again at half the interval, on threads that end with each answer, and callers
 * do not wait for it. Only a token that comes when the last answer is older than the interval waits for the next
 * one, for at most the timeout, and only if the last question was answered. While the store does not answer, the
 * revocations that are known count until `max_stale` has passed; cfaccess_revocation_options_set_when_stale() says
 * what happens then. A token that is known to be revoked is refused however old that knowledge is.
 *
 * @param url              NUL-terminated, copied; may hold a password, which no message shows
 * @param team             NUL-terminated, as in cfaccess_config_new()
 * @param options          copied, may be changed or freed afterwards; NULL for the defaults
 * @param out_revocations  owned, freed with cfaccess_revocations_free()
 * @param out_error        owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if the URL, the team or an option is wrong, or the
 *         library was built without this kind of store, which the message names; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_open(const char *url,
                                          const char *team,
                                          const struct cfaccess_revocation_options *options,
                                          struct cfaccess_revocations **out_revocations,
                                          struct cfaccess_error **out_error);

/**
 * Makes sure that the store has been read before the first token comes: reads it now and waits, unless what is known
 * is current. It waits for at most the timeout, and longer only while a large store goes on answering.
 *
 * @param revocations  borrowed
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_REVOCATIONS_UNAVAILABLE with the reason, and later verifications
 *         try again; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_connect(const struct cfaccess_revocations *revocations,
                                             struct cfaccess_error **out_error);

/**
 * Connects as cfaccess_revocations_connect(), but never waits. For event loops.
 *
 * @param revocations  borrowed
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_revocations_connect(), and #CFACCESS_STATUS_REVOCATIONS_PENDING while the store is being read
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_try_connect(const struct cfaccess_revocations *revocations,
                                                 struct cfaccess_error **out_error);

/**
 * Whether the store is being read, and has not reached the timeout. After #CFACCESS_STATUS_REVOCATIONS_PENDING, a
 * caller that waits in its own way asks this again and again, and then repeats its call. It never waits.
 *
 * @param revocations  borrowed
 * @return 1 or 0; 0 for NULL
 */
CFACCESS_MUST_USE
int32_t cfaccess_revocations_is_reading(const struct cfaccess_revocations *revocations);

/**
 * What is known now, as a JSON object: `source` ("memory", "sqlite" or "redis"), `entries` (how many refuse
 * tokens in this process), `version` (increases whenever they change), `age` (seconds since the store last
 * answered; null if it never did, and for "memory"), `last_error` (a line, null since the last answer),
 * `refreshes` (questions to the store), `failures` (of those), `skipped` (entries of the store that cannot be
 * read and are not used) and `losses` (how often the store was seen to have lost entries; this process keeps
 * those that it knew). Later versions only add members. It never waits.
 *
 * @param revocations  borrowed
 * @param out_json     owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revocations_status(const struct cfaccess_revocations *revocations,
                                            char **out_json,
                                            struct cfaccess_error **out_error);

/**
 * Asks the store no more, and waits for an answer that is on its way, for at most the timeout. Afterwards the log
 * function is not called any more, unless a call of it still runs. What is known counts on, and is old after
 * `max_stale`; writes go on to work. Not to be called from the log function.
 *
 * @param revocations  borrowed; NULL is allowed
 */
void cfaccess_revocations_close(const struct cfaccess_revocations *revocations);

/**
 * Frees a handle on revocations. Verifiers made with it go on with them.
 *
 * @param revocations  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_revocations_free(struct cfaccess_revocations *revocations);

/**
 * Begins with the defaults.
 *
 * @param out_options  owned, freed with cfaccess_revoke_options_free()
 * @param out_error    owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_new(struct cfaccess_revoke_options **out_options,
                                            struct cfaccess_error **out_error);

/**
 * Revokes tokens that were issued up to this time, rather than up to now and the margin: for a leak that is
 * noticed late. For cfaccess_revocations_revoke() only, which refuses a time in the future.
 *
 * @param options    changed on success only
 * @param seconds    since 1970, from 0 to 2^53 - 1
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_ARGUMENT or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_set_at(struct cfaccess_revoke_options *options,
                                               int64_t seconds,
                                               struct cfaccess_error **out_error);

/**
 * How much later than now tokens are still revoked: times of issue are whole seconds, and the revocation is in
 * force everywhere only after the interval. For cfaccess_revocations_revoke() only, which checks the bounds.
 *
 * @param options    changed on success only
 * @param seconds    0 to 300; 2 unless set
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_set_margin(struct cfaccess_revoke_options *options,
                                                   int64_t seconds,
                                                   struct cfaccess_error **out_error);

/**
 * When a block ends by itself; by default it does not. For cfaccess_revocations_block() only, which refuses a
 * time in the past.
 *
 * @param options    changed on success only
 * @param seconds    since 1970, from 0 to 2^53 - 1
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_INVALID_ARGUMENT or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_set_until(struct cfaccess_revoke_options *options,
                                                  int64_t seconds,
                                                  struct cfaccess_error **out_error);

/**
 * Why, for the audit of the store.
 *
 * @param options    changed on success only
 * @param reason     NUL-terminated, copied: one line of at most 256 bytes, which the call checks
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if it is not UTF-8;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_set_reason(struct cfaccess_revoke_options *options,
                                                   const char *reason,
                                                   struct cfaccess_error **out_error);

/**
 * Who, for the audit of the store.
 *
 * @param options    changed on success only
 * @param made_by    NUL-terminated, copied: one line of at most 256 bytes, which the call checks
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_ARGUMENT if it is not UTF-8;
 *         #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_revoke_options_set_made_by(struct cfaccess_revoke_options *options,
                                                    const char *made_by,
                                                    struct cfaccess_error **out_error);

/**
 * Frees options.
 *
 * @param options  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_revoke_options_free(struct cfaccess_revoke_options *options);

/**
 * The name of a status, the same in every language: "EXPIRED".
 *
 * @param status  any number
 * @return static, NUL-terminated, never NULL; "UNKNOWN_STATUS" for a number this library does not know
 */
const char *cfaccess_status_name(int32_t status);

/**
 * What a status means, in one line.
 *
 * @param status  any number
 * @return static, NUL-terminated, never NULL
 */
const char *cfaccess_status_description(int32_t status);

/**
 * The HTTP status that an origin should answer with: 200 for OK, 401 if a new login may help, 403 if it does
 * not, 503 while keys or revocations cannot be obtained, 500 for errors in the program.
 *
 * @param status  any number
 * @return 200, 401, 403, 500 or 503; 500 for a number this library does not know
 */
int32_t cfaccess_status_http(int32_t status);

/**
 * Whether a call that got this status may be repeated, as something that it needs is being fetched:
 * #CFACCESS_STATUS_KEYS_PENDING and #CFACCESS_STATUS_REVOCATIONS_PENDING. For event loops, which set a request aside
 * and try again every 25 ms; what is being fetched is there, or has failed, within the timeout of keys or revocations.
 *
 * @param status  any number
 * @return 1 or 0; 0 for a number this library does not know
 */
int32_t cfaccess_status_is_pending(int32_t status);

/**
 * Frees a string that this library returned as `char *`.
 *
 * @param string  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_string_free(char *string);

/**
 * Freezes a configuration into a verifier.
 *
 * @param config        copied; may be changed or freed afterwards
 * @param keys          shared; the handle may be freed afterwards
 * @param out_verifier  owned, freed with cfaccess_verifier_free()
 * @param out_error     owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; #CFACCESS_STATUS_INVALID_CONFIG if there is no audience, if the keys or
 *         the revocations are those of another team, or if the keys are those of a local Access and the team is
 *         not `cfaccess-local`, or the other way round; #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_new(const struct cfaccess_config *config,
                                      const struct cfaccess_keys *keys,
                                      struct cfaccess_verifier **out_verifier,
                                      struct cfaccess_error **out_error);

/**
 * Warnings about what looks wrong in the configuration but may be intended, such as an audience that is not
 * 64 hex digits, or the team of a local Access. Call it with 0, 1, 2 and so on until it returns NULL.
 *
 * @param verifier  borrowed
 * @param index     from 0
 * @return one line, NUL-terminated, owned by the verifier; NULL after the last one, and for NULL
 */
const char *cfaccess_verifier_warning(const struct cfaccess_verifier *verifier, size_t index);

/**
 * Verifies an application token, the value of the request header Cf-Access-Jwt-Assertion, at the current
 * time.
 *
 * The checks run in this order, and the first that fails decides the status. No claim is read before the
 * signature is known to be valid.
 * 1. form: NO_TOKEN, OPAQUE_TOKEN, MALFORMED, TOO_LARGE
 * 2. header: MALFORMED, UNSUPPORTED_ALGORITHM, UNSUPPORTED_HEADER; of the header, its form and `alg` are
 *    checked first, then unsupported members, then `typ` and `kid`
 * 3. key and signature: UNKNOWN_KEY, or KEYS_UNAVAILABLE or KEYS_PENDING while it cannot be told whether the
 *    key is known; BAD_SIGNATURE
 * 4. claims: MALFORMED_CLAIMS, MISSING_CLAIM, INVALID_CLAIM
 * 5. policy: WRONG_ISSUER, WRONG_AUDIENCE, WRONG_TOKEN_TYPE, EXPIRED, NOT_YET_VALID, SESSION_TOO_LONG,
 *    SESSION_TOO_OLD, AMBIGUOUS_IDENTITY, SERVICE_NOT_ALLOWED
 * 6. revocation, if the configuration has any: REVOKED, BLOCKED; REVOCATIONS_UNAVAILABLE or REVOCATIONS_PENDING
 *    while it cannot be told
 *
 * If keys are fetched, a token whose key is not in force waits for the fetch, for at most the timeout of the
 * keys. While keys are in force only two callers of a process wait for another key; the rest is refused at once
 * with KEYS_PENDING. A token that is good otherwise waits for revocations that are due, for at most their timeout, see
 * cfaccess_revocations_open(). No other token waits.
 *
 * @param verifier    borrowed
 * @param token       borrowed during the call, need not be NUL-terminated; NULL only if token_len is 0
 * @param token_len   in bytes; more than 16,384 is TOO_LARGE, 0 is NO_TOKEN
 * @param out_claims  owned, freed with cfaccess_claims_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK; one of the statuses above; #CFACCESS_STATUS_NULL_ARGUMENT;
 *         #CFACCESS_STATUS_INVALID_ARGUMENT if token_len is larger than any object in memory;
 *         #CFACCESS_STATUS_INTERNAL
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_verify(const struct cfaccess_verifier *verifier,
                                         const char *token,
                                         size_t token_len,
                                         struct cfaccess_claims **out_claims,
                                         struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify(), but never waits: while the token's key is being fetched it is
 * refused with KEYS_PENDING, and while revocations are being read with REVOCATIONS_PENDING. Then it can be tried
 * again, see cfaccess_status_is_pending(). For event loops.
 *
 * @param verifier    borrowed
 * @param token       as in cfaccess_verifier_verify()
 * @param token_len   as in cfaccess_verifier_verify()
 * @param out_claims  owned, freed with cfaccess_claims_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify(), #CFACCESS_STATUS_KEYS_PENDING and #CFACCESS_STATUS_REVOCATIONS_PENDING
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_try_verify(const struct cfaccess_verifier *verifier,
                                             const char *token,
                                             size_t token_len,
                                             struct cfaccess_claims **out_claims,
                                             struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify() would at another time, for tests and replays.
 *
 * @param verifier    borrowed
 * @param token       as in cfaccess_verifier_verify()
 * @param token_len   as in cfaccess_verifier_verify()
 * @param now         seconds since 1970, from 0 to 2^53 - 1
 * @param out_claims  owned, freed with cfaccess_claims_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify(); #CFACCESS_STATUS_INVALID_ARGUMENT if `now` is out of range
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_verify_at(const struct cfaccess_verifier *verifier,
                                            const char *token,
                                            size_t token_len,
                                            int64_t now,
                                            struct cfaccess_claims **out_claims,
                                            struct cfaccess_error **out_error);

/**
 * Verifies as cfaccess_verifier_verify_at(), but never waits, as cfaccess_verifier_try_verify().
 *
 * @param verifier    borrowed
 * @param token       as in cfaccess_verifier_verify()
 * @param token_len   as in cfaccess_verifier_verify()
 * @param now         seconds since 1970, from 0 to 2^53 - 1
 * @param out_claims  owned, freed with cfaccess_claims_free()
 * @param out_error   owned, freed with cfaccess_error_free(); may be NULL
 * @return as cfaccess_verifier_verify_at(), #CFACCESS_STATUS_KEYS_PENDING and
 *         #CFACCESS_STATUS_REVOCATIONS_PENDING
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_try_verify_at(const struct cfaccess_verifier *verifier,
                                                const char *token,
                                                size_t token_len,
                                                int64_t now,
                                                struct cfaccess_claims **out_claims,
                                                struct cfaccess_error **out_error);

/**
 * Explains to people why a token is refused: a JSON object with the list `checks` of every check that can be
 * made, each with `check`, `result` ("passed" or "failed"), `expected` and `found`, and if it failed
 * `status` and `message`; `warnings` are those of cfaccess_verifier_warning(). It is not a verdict, and no member
 * says whether the token is accepted. Claims are shown whether or not the signature is valid; the signature is never shown.
 *
 * @param verifier   borrowed
 * @param token      as in cfaccess_verifier_verify()
 * @param token_len  as in cfaccess_verifier_verify()
 * @param now        seconds since 1970, from 0 to 2^53 - 1
 * @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK, #CFACCESS_STATUS_NULL_ARGUMENT or #CFACCESS_STATUS_INVALID_ARGUMENT;
 *         none of them says anything about the token
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_explain(const struct cfaccess_verifier *verifier,
                                          const char *token,
                                          size_t token_len,
                                          int64_t now,
                                          char **out_json,
                                          struct cfaccess_error **out_error);

/**
 * Looks up the claims that were returned before for this very token, if they are still valid: time, keys,
 * session and revocations are checked as by cfaccess_verifier_verify(). For wrappers that keep claims in a form of their
 * own, by `id`: it never waits, and there is nothing to free.
 *
 * @param verifier   borrowed
 * @param token      as in cfaccess_verifier_verify()
 * @param token_len  as in cfaccess_verifier_verify()
 * @return the `id` of the claims; 0 whenever cfaccess_verifier_verify() should be called instead, and for NULL
 */
CFACCESS_MUST_USE
uint64_t cfaccess_verifier_lookup(const struct cfaccess_verifier *verifier,
                                  const char *token,
                                  size_t token_len);

/**
 * What a verifier has done since it was created, as a JSON object: `verified` (tokens accepted after a
 * verification), `hits` (tokens accepted from the cache), `refusals` (an object of counts by the name of the
 * status), `evictions` (cached tokens that were removed to make room), `entries` (tokens in the cache now),
 * `bytes` (the memory that they take) and `warnings` (those of cfaccess_verifier_warning()). Later versions only add
 * members.
 *
 * @param verifier   borrowed
 * @param out_json   owned, NUL-terminated, freed with cfaccess_string_free()
 * @param out_error  owned, freed with cfaccess_error_free(); may be NULL
 * @return #CFACCESS_STATUS_OK or #CFACCESS_STATUS_NULL_ARGUMENT
 */
CFACCESS_MUST_USE
cfaccess_status cfaccess_verifier_stats(const struct cfaccess_verifier *verifier,
                                        char **out_json,
                                        struct cfaccess_error **out_error);

/**
 * Frees a handle on a verifier, which no other thread may be using. Guards made from it go on with it.
 *
 * @param verifier  owned, invalid afterwards; NULL is allowed
 */
void cfaccess_verifier_free(struct cfaccess_verifier *verifier);

/**
 * The version of the loaded library: compare it with #CFACCESS_VERSION_NUMBER, the version
 * of the header. While the major version is 0, the minor versions must be the same.
 *
 * @return major << 16 | minor << 8 | patch
 */
uint32_t cfaccess_version_number(void);

/**
 * The version of the loaded library as text.
 *
 * @return static, NUL-terminated, such as "0.1.0"
 */
const char *cfaccess_version(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CFACCESS_H */
