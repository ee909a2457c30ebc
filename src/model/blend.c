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

void model_blend(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		 struct model_fit *out)
{
	static const enum model_method method[3] = { MODEL_SHRUNK, MODEL_DAWID_SKENE,
						     MODEL_SHRUNK_ONE_COIN };
	const size_t classes = (size_t)a->classes, cells = (size_t)a->tasks * classes;
	struct counting counting = { .options = o };
	struct model_options each = *o;

	each.lean = false;
	each.at = tell;
	each.seen_by = &counting;
	model_fit_make(mem, a, true, out);

	struct arena_mark mark = arena_mark(mem);
	double *z = NEW_MANY(mem, double, classes);

	for (int m = 0; m < 3; m++) {
		struct arena_mark inner = arena_mark(mem);
		struct model_fit one;

		model_run(mem, method[m], a, &each, &one);
		for (size_t i = 0; i < cells; i++)
			out->posterior[i] += one.posterior[i] / 3;
		if (m == 0)
			memcpy(out->weight, one.weight, sizeof(double) * (size_t)a->workers);
		out->iterations += one.iterations;
		counting.before = out->iterations;
		arena_reset(mem, inner);
	}
	for (int32_t t = 0; t < a->tasks; t++) {
		for (size_t k = 0; k < classes; k++)
			z[k] = (double)out->posterior[(size_t)t * classes + k];
		model_fit_label(out, t, z, a->classes);
	}
	arena_reset(mem, mark);
}
