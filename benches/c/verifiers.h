/* Verifiers, made for the first row that needs them. */
#ifndef VERIFIERS_H
#define VERIFIERS_H

#include <cfaccess.h>

#include "inputs.h"

struct setting {
  const char *keys;      /* the file with the key set; NULL: keys.json */
  const char *audiences; /* the file with an audience in each line; NULL: audience */
  int64_t entries;       /* of the cache; -1: the default */
  size_t filled;         /* how many of the file `tokens` are verified beforehand */
  cfaccess_verifier *verifier;
};

/* Makes the verifier once. */
void make_verifier(struct setting *setting, const char *folder);

/* A number from its stats. */
double stat_of(const cfaccess_verifier *verifier, const char *name);

#endif
