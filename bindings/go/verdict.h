/*
 * One verification as one crossing: verify, copy what was found into memory of the caller, free it.
 * A verdict holds no pointer, so that Go may keep it on the stack of a goroutine.
 */
#ifndef CFACCESS_GO_VERDICT_H
#define CFACCESS_GO_VERDICT_H

#include "shim.h"

/* Room for the strings of an ordinary token. Longer ones, up to 32 KiB, cost a second crossing. */
#define CFACCESS_GO_TEXT 4096

/* Where a string lies in the text. An absent one is empty. */
typedef struct cfaccess_go_span {
    uint32_t start;
    uint32_t length;
} cfaccess_go_span;

typedef struct cfaccess_go_verdict {
    cfaccess_status status;
    uint32_t kind;
    uint32_t present;
    uint32_t audience_count;
    uint64_t id;
    int64_t issued_at;
    int64_t not_before;
    int64_t expires_at;
    int64_t ends_at;
    cfaccess_go_span payload;
    cfaccess_go_span issuer;
    cfaccess_go_span principal_id;
    cfaccess_go_span subject;
    cfaccess_go_span email;
    cfaccess_go_span common_name;
    cfaccess_go_span identity_nonce;
    cfaccess_go_span nonce;
    cfaccess_go_span session;
    cfaccess_go_span country;
    cfaccess_go_span token_type;
    cfaccess_go_span custom;
    cfaccess_go_span audiences; /* all of them, each followed by a NUL */
    uintptr_t claims;           /* not 0: the text did not fit; cfaccess_go_claims_take brings it, or _drop */
    size_t text_length;
    char text[CFACCESS_GO_TEXT]; /* the strings of the claims, or the message of the refusal */
} cfaccess_go_verdict;

static inline cfaccess_go_span cfaccess_go_span_of(cfaccess_str string, cfaccess_str block) {
    cfaccess_go_span span = {0, 0};
    if (string.ptr != NULL) {
        span.start = (uint32_t)(string.ptr - block.ptr);
        span.length = (uint32_t)string.len;
    }
    return span;
}

static inline cfaccess_go_span cfaccess_go_span_of_audiences(const cfaccess_claims *claims) {
    cfaccess_go_span span = {0, 0};
    if (claims->audiences_len > 0) {
        span = cfaccess_go_span_of(claims->audiences[0], claims->block);
        span.length = (uint32_t)claims->block.len - span.start;
    }
    return span;
}

static inline void cfaccess_go_refuse(cfaccess_error *error, cfaccess_go_verdict *verdict) {
    const char *message = error != NULL ? cfaccess_error_message(error) : cfaccess_status_description(verdict->status);
    size_t length = strlen(message);
    verdict->text_length = length < CFACCESS_GO_TEXT ? length : CFACCESS_GO_TEXT;
    memcpy(verdict->text, message, verdict->text_length);
    cfaccess_error_free(error);
}

static inline void cfaccess_go_accept(cfaccess_claims *claims, cfaccess_go_verdict *verdict) {
    cfaccess_str block = claims->block;
    verdict->kind = claims->kind;
    verdict->present = claims->present;
    verdict->audience_count = (uint32_t)claims->audiences_len;
    verdict->id = claims->id;
    verdict->issued_at = claims->issued_at;
    verdict->not_before = claims->not_before;
    verdict->expires_at = claims->expires_at;
    verdict->ends_at = claims->ends_at;
    verdict->payload = cfaccess_go_span_of(claims->payload, block);
    verdict->issuer = cfaccess_go_span_of(claims->issuer, block);
    verdict->principal_id = cfaccess_go_span_of(claims->principal_id, block);
    verdict->subject = cfaccess_go_span_of(claims->subject, block);
    verdict->email = cfaccess_go_span_of(claims->email, block);
    verdict->common_name = cfaccess_go_span_of(claims->common_name, block);
    verdict->identity_nonce = cfaccess_go_span_of(claims->identity_nonce, block);
    verdict->nonce = cfaccess_go_span_of(claims->nonce, block);
    verdict->session = cfaccess_go_span_of(claims->session, block);
    verdict->country = cfaccess_go_span_of(claims->country, block);
    verdict->token_type = cfaccess_go_span_of(claims->token_type, block);
    verdict->custom = cfaccess_go_span_of(claims->custom, block);
    verdict->audiences = cfaccess_go_span_of_audiences(claims);
    verdict->text_length = block.len;
    if (block.len > CFACCESS_GO_TEXT) {
        verdict->claims = (uintptr_t)claims;
        return;
    }
    verdict->claims = 0;
    memcpy(verdict->text, block.ptr, block.len);
    cfaccess_claims_free(claims);
}

/* Takes what a verification gave out. */
static inline void cfaccess_go_conclude(cfaccess_status status, cfaccess_claims *claims, cfaccess_error *error,
                                        cfaccess_go_verdict *verdict) {
    verdict->status = status;
    if (status == CFACCESS_STATUS_OK) {
        cfaccess_go_accept(claims, verdict);
    } else {
        cfaccess_go_refuse(error, verdict);
    }
}

/* `now` is used if `use_now` is not 0; else the library reads its clock, and nothing waits: KEYS_PENDING. */
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

/* Waits for the fetch that the token needs; what it is worth afterwards is not told. */
static inline void cfaccess_go_wait(const cfaccess_verifier *verifier, const char *token, size_t token_len) {
    cfaccess_claims *claims = NULL;
    (void)!cfaccess_verifier_verify(verifier, token, token_len, &claims, NULL);
    cfaccess_claims_free(claims);
}

/* Brings the text that did not fit, and frees the claims. `text` has room for `text_length` bytes. */
static inline void cfaccess_go_claims_take(uintptr_t claims, char *text) {
    cfaccess_claims *owned = (cfaccess_claims *)claims;
    memcpy(text, owned->block.ptr, owned->block.len);
    cfaccess_claims_free(owned);
}

/* Frees the claims where nobody wants their text. */
static inline void cfaccess_go_claims_drop(uintptr_t claims) {
    cfaccess_claims_free((cfaccess_claims *)claims);
}

#endif
