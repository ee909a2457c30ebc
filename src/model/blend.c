/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Blend: the plain mean of the posteriors of shrunk variational Dawid-Skene, MACE and
 * Dawid-Skene, which err on different tasks. Nothing is fitted. Weight of a worker: that of the
 * first.
 */
#include "model/model_in.h"

void model_blend(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		 struct model_fit *out)
{
	static const enum model_method method[3] = { MODEL_SHRUNK, MODEL_MACE, MODEL_DAWID_SKENE };
	const size_t classes = (size_t)a->classes, cells = (size_t)a->tasks * classes;
	struct model_options each = *o;

	each.lean = false;
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
		arena_reset(mem, inner);
	}
	for (int32_t t = 0; t < a->tasks; t++) {
		for (size_t k = 0; k < classes; k++)
			z[k] = (double)out->posterior[(size_t)t * classes + k];
		model_fit_label(out, t, z, a->classes);
	}
	arena_reset(mem, mark);
}
