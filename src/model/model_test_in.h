/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the tests of the models share: figures that are nearly equal, dice, and new names. */
#ifndef MODEL_TEST_IN_H
#define MODEL_TEST_IN_H
#include <stdio.h>
#include "model/model_in.h"
#include "tests/test.h"

/* Within `by`; else both are told. */
static inline bool near(double wanted, double got, double by)
{
	if (fabs(wanted - got) <= by)
		return true;
	fprintf(stderr, "wanted %.9g, got %.9g\n", wanted, got);
	return false;
}

static inline int32_t dice(struct ctx *c, int32_t sides)
{
	return (int32_t)(ctx_random(c) % (uint64_t)sides);
}

/* The numbers below `count` in any order. */
static inline int32_t *shuffled(struct ctx *c, int32_t count)
{
	int32_t *to = NEW_MANY(c->mem, int32_t, (size_t)count);

	for (int32_t i = 0; i < count; i++) {
		int32_t j = dice(c, i + 1);

		to[i] = to[j];
		to[j] = i;
	}
	return to;
}

#endif
