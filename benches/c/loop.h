#ifndef LOOP_H
#define LOOP_H

#include "rows.h"

double nanoseconds_now(void);

/* The time of one run; of all threads together where there are more. */
double nanoseconds(struct row *row, double milliseconds);

#endif
