/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Blend, the default: the plain mean of the posteriors of shrunk variational Dawid-Skene,
 * Dawid-Skene and shrunk one-coin. They are three views of a worker: habits held to those of the
 * crowd, habits of his own, and one accuracy without habits. The first two win where habits are
 * real and the third where they only seem so; README.md has the figures. Nothing is fitted.
 * Weight of a worker: that of the first.
 */
#include "model/model_in.h"

/* Rounds are counted on from member to member. */
struct counting {
	const struct model_options *options;
	int before;
};

static void tell(void *seen_by, int iteration)
{
	const struct counting *n = seen_by;

	model_tell(n->options, n->before + iteration);
}

/* Above so many posteriors their sum is kept in 16 bits: a third of each as whole 65535ths, so that
 * a mean is off by 23 millionths at most. Below they are summed as they are. */
enum { EXACT_CELLS = 500000, THIRD = 21845 };

struct summed {
	float *exact;
	uint16_t *short_;
	size_t cells;
};

static void add(struct summed *s, const float *posterior)
{
	static const float half = 0.5F; /* no share is negative, so cutting off rounds */

	for (size_t i = 0; i < s->cells; i++)
		if (s->exact != NULL)
			s->exact[i] += posterior[i] / 3;
		else
			s->short_[i] += (uint16_t)(posterior[i] * THIRD + half);
}

/* The mean of one task. */
static void mean_of(const struct summed *s, size_t task, size_t classes, double *z)
{
	for (size_t k = 0; k < classes; k++) {
		const size_t at = task * classes + k;

		z[k] = s->exact != NULL ? (double)s->exact[at] : s->short_[at] / (3.0 * THIRD);
	}
}

void model_blend(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		 struct model_fit *out)
{
	static const enum model_method method[3] = { MODEL_SHRUNK, MODEL_DAWID_SKENE,
						     MODEL_SHRUNK_ONE_COIN };
	const size_t classes = (size_t)a->classes, cells = (size_t)a->tasks * classes;
	struct counting counting = { .options = o };
	struct model_options each = *o;
	struct summed sum = { .cells = cells };

	each.lean = false;
	each.lent = out;
	each.at = tell;
	each.seen_by = &counting;
	model_fit_make(mem, a, NULL, cells <= EXACT_CELLS, out);
	sum.exact = out->posterior;
	if (sum.exact == NULL)
		sum.short_ = NEW_MANY(mem, uint16_t, cells);

	struct arena_mark mark = arena_mark(mem);

	for (int m = 0; m < 3; m++) {
		struct arena_mark inner = arena_mark(mem);
		struct model_fit one;

		model_run(mem, method[m], a, &each, &one);
		add(&sum, one.posterior);
		if (m == 0)
			memcpy(out->weight, one.weight, sizeof(double) * (size_t)a->workers);
		out->iterations += one.iterations;
		counting.before = out->iterations;
		arena_reset(mem, inner);
	}
	arena_reset(mem, mark);
	if (out->posterior == NULL)
		out->posterior = NEW_MANY(mem, float, cells);
	mark = arena_mark(mem);
	double *z = NEW_MANY(mem, double, classes);
	for (int32_t t = 0; t < a->tasks; t++) {
		mean_of(&sum, (size_t)t, classes, z);
		model_fit_label(out, t, z, a->classes);
	}
	arena_reset(mem, mark);
}
