/*
 * One verification as one crossing: verify, copy the outcome into memory of the caller, free it.
 * A verdict holds no pointer, so Go can keep it on the stack of a goroutine.
 */
#ifndef CFACCESS_GO_VERDICT_H
#define CFACCESS_GO_VERDICT_H

#include "shim.h"

/* Room for the strings of an ordinary token. Longer ones, up to 32 KiB, cost a second crossing. */
#define CFACCESS_GO_TEXT 4096

/* What claims say in numbers; the rest is in their block. */
typedef struct cfaccess_go_numbers {
  uint32_t kind;
  uint32_t present;
  uint32_t audience_count;
  uint64_t id;
  int64_t issued_at;
  int64_t not_before;
  int64_t expires_at;
  int64_t ends_at;
} cfaccess_go_numbers;

typedef struct cfaccess_go_verdict {
  cfaccess_status status;
  cfaccess_go_numbers numbers;
  uintptr_t claims; /* not 0: the text did not fit; cfaccess_go_claims_take copies it, or _drop */
  size_t text_length;
  char text[CFACCESS_GO_TEXT]; /* the block of the claims, or the message of the refusal */
} cfaccess_go_verdict;

static inline void cfaccess_go_refuse(cfaccess_error *error, cfaccess_go_verdict *verdict) {
  const char *message =
      error != NULL ? cfaccess_error_message(error) : cfaccess_status_description(verdict->status);
  size_t length = strlen(message);
  verdict->text_length = length < CFACCESS_GO_TEXT ? length : CFACCESS_GO_TEXT;
  memcpy(verdict->text, message, verdict->text_length);
  cfaccess_error_free(error);
}

static inline cfaccess_go_numbers cfaccess_go_numbers_of(const cfaccess_claims *claims) {
  cfaccess_go_numbers numbers;
  numbers.kind = claims->kind;
  numbers.present = claims->present;
  numbers.audience_count = (uint32_t)claims->audiences_len;
  numbers.id = claims->id;
  numbers.issued_at = claims->issued_at;
  numbers.not_before = claims->not_before;
  numbers.expires_at = claims->expires_at;
  numbers.ends_at = claims->ends_at;
  return numbers;
}

static inline void cfaccess_go_accept(cfaccess_claims *claims, cfaccess_go_verdict *verdict) {
  cfaccess_str block = claims->block;
  verdict->numbers = cfaccess_go_numbers_of(claims);
  verdict->text_length = block.len;
  if (block.len > CFACCESS_GO_TEXT) {
    verdict->claims = (uintptr_t)claims;
    return;
  }
  verdict->claims = 0;
  memcpy(verdict->text, block.ptr, block.len);
  cfaccess_claims_free(claims);
}

/* Takes the outcome of a verification. */
static inline void cfaccess_go_conclude(cfaccess_status status, cfaccess_claims *claims,
                                        cfaccess_error *error, cfaccess_go_verdict *verdict) {
  verdict->status = status;
  if (status == CFACCESS_STATUS_OK) {
    cfaccess_go_accept(claims, verdict);
  } else {
    cfaccess_go_refuse(error, verdict);
  }
}

/* `now` is used if `use_now` is not 0; else the library reads its clock, and nothing waits. */
static inline void cfaccess_go_verify(const cfaccess_verifier *verifier, const char *token, size_t token_len,
                                      int use_now, int64_t now, cfaccess_go_verdict *verdict) {
  cfaccess_claims *claims = NULL;
  cfaccess_error *error = NULL;
  cfaccess_status status = use_now
                               ? cfaccess_verifier_verify_at(verifier, token, token_len, now, &claims, &error)
                               : cfaccess_verifier_try_verify(verifier, token, token_len, &claims, &error);
  cfaccess_go_conclude(status, claims, error, verdict);
}

/* The verifier comes as a number because Go looks into what pointers point to before it crosses. */
static inline uint64_t cfaccess_go_lookup(uintptr_t verifier, const char *token, size_t token_len) {
  return cfaccess_verifier_lookup((const cfaccess_verifier *)verifier, token, token_len);
}

/* Copies the text that did not fit, and frees the claims. `text` has room for `text_length` bytes. */
static inline void cfaccess_go_claims_take(uintptr_t claims, char *text) {
  cfaccess_claims *owned = (cfaccess_claims *)claims;
  memcpy(text, owned->block.ptr, owned->block.len);
  cfaccess_claims_free(owned);
}

/* Frees the claims of a text that is not needed. */
static inline void cfaccess_go_claims_drop(uintptr_t claims) {
  cfaccess_claims_free((cfaccess_claims *)claims);
}

#endif
