/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Plurality: z_t(k) = votes for k / answers of t, 1 / K where nobody has answered. A tie is equal
 * shares; the label is the first.
 * Wawa (worker agreement with aggregate, Appen; as in Ustalov et al., JOSS 2024):
 *   y_t = plurality label, s_w = share of w's answers equal to y_t,
 *   z_t(k) = sum of s_w over the voters for k / sum over all voters.
 * Weight of a worker: 1, and s_w. A gold task is its known class.
 */
#include "model/model_in.h"

static void known(const struct model_answers *a, int32_t task, double *z)
{
	memset(z, 0, sizeof(*z) * (size_t)a->classes);
	z[a->gold[task]] = 1;
}

void model_plurality(struct arena *mem, const struct model_answers *a, struct model_fit *out)
{
	model_fit_make(mem, a, NULL, true, out);

	struct arena_mark mark = arena_mark(mem);
	double *z = NEW_MANY(mem, double, (size_t)a->classes);

	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = 1;
	for (int32_t t = 0; t < a->tasks; t++) {
		double count = a->from[t + 1] - a->from[t];

		model_votes(a, t, z);
		for (int32_t k = 0; k < a->classes; k++)
			z[k] = count > 0 ? z[k] / count : 1.0 / a->classes;
		if (model_is_gold(a, t))
			known(a, t, z);
		model_fit_label(out, t, z, a->classes);
	}
	arena_reset(mem, mark);
}

void model_wawa(struct arena *mem, const struct model_answers *a, struct model_fit *out)
{
	uint32_t classes = (uint32_t)a->classes;

	model_plurality(mem, a, out);

	struct arena_mark mark = arena_mark(mem);
	double *z = NEW_MANY(mem, double, classes);
	double *count = NEW_MANY(mem, double, (size_t)a->workers);

	memset(out->weight, 0, sizeof(*out->weight) * (size_t)a->workers);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			count[a->key[i] / classes] += 1;
			out->weight[a->key[i] / classes] +=
				a->key[i] % classes == (uint32_t)out->label[t];
		}
	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] /= fmax(count[w], 1);
	for (int32_t t = 0; t < a->tasks; t++) {
		double sum = 0;

		if (model_is_gold(a, t))
			continue;
		memset(z, 0, sizeof(*z) * classes);
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			z[a->key[i] % classes] += out->weight[a->key[i] / classes];
			sum += out->weight[a->key[i] / classes];
		}
		if (sum <= 0) /* nobody here ever agreed with anybody: the votes stand */
			continue;
		for (uint32_t k = 0; k < classes; k++)
			z[k] /= sum;
		model_fit_label(out, t, z, a->classes);
	}
	arena_reset(mem, mark);
	out->iterations = 1;
}
