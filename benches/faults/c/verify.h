#ifndef FAULTS_VERIFY_H
#define FAULTS_VERIFY_H

#include <stddef.h>

/* Makes the verifier from the environment. */
void prepare(void);

/* "OK", or the name of the refusal. Called by many threads at once. */
const char *verify(const char *token, size_t length);

#endif
