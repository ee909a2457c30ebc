/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Pairs: Bradley and Terry 1952, P(first wins) = 1 / (1 + exp(-(s_i - s_j))), y = 1, 0 or 1/2.
 * Maximise sum u_w [y ln P + (1 - y) ln(1 - P)] - (.3 / 2) sum s^2 by damped diagonal Newton:
 *   g_i = sum of signed u (y - P) - .3 s_i, h_i = sum u P (1 - P) + .3, s_i += .5 g_i / h_i,
 * 200 rounds or until no step reaches 1e-6. Weighted form: q_w = (2 + sum of shares) / (4 +
 * answers), share = (votes equal to mine - 1) / (n_t - 1) on tasks with two answers or more, u_w
 * = q_w^2.
 */
#include "model/model_in.h"

#define RIDGE 0.3

static void weigh(struct arena *mem, const struct model_pairs *a, double *weight)
{
	struct arena_mark mark = arena_mark(mem);
	double *share = NEW_MANY(mem, double, (size_t)a->workers);
	double *count = NEW_MANY(mem, double, (size_t)a->workers);

	for (int32_t t = 0; t < a->tasks; t++) {
		const int32_t n = a->from[t + 1] - a->from[t];
		int votes[3] = { 0 };

		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
			votes[(int)(2 * a->wins[i])]++;
		for (int32_t i = a->from[t]; n > 1 && i < a->from[t + 1]; i++) {
			share[a->worker[i]] += (votes[(int)(2 * a->wins[i])] - 1.0) / (n - 1);
			count[a->worker[i]] += 1;
		}
	}
	for (int32_t w = 0; w < a->workers; w++) {
		double q = (2 + share[w]) / (4 + count[w]);

		weight[w] = q * q;
	}
	arena_reset(mem, mark);
}

static double round_of(const struct model_pairs *a, struct model_pair_fit *out, double *slope,
		       double *curve)
{
	double largest = 0;

	for (int32_t i = 0; i < a->items; i++) {
		slope[i] = -RIDGE * out->score[i];
		curve[i] = RIDGE;
	}
	for (int32_t t = 0; t < a->tasks; t++) {
		const int32_t first = a->first[t], second = a->second[t];
		const double p = 1 / (1 + exp(out->score[second] - out->score[first]));

		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			const double u = out->weight[a->worker[i]];
			const double pull = u * ((double)a->wins[i] - p);

			slope[first] += pull;
			slope[second] -= pull;
			curve[first] += u * p * (1 - p);
			curve[second] += u * p * (1 - p);
		}
	}
	for (int32_t i = 0; i < a->items; i++) {
		double step = 0.5 * slope[i] / curve[i];

		out->score[i] += step;
		out->spread[i] = 1 / sqrt(curve[i]);
		largest = fmax(largest, fabs(step));
	}
	return largest;
}

static int32_t root_of(int32_t *parent, int32_t item)
{
	while (parent[item] != item) {
		parent[item] = parent[parent[item]];
		item = parent[item];
	}
	return item;
}

void model_pair_run(struct arena *mem, const struct model_pairs *a, bool weighted,
		    struct model_pair_fit *out)
{
	const size_t items = (size_t)a->items;

	*out = (struct model_pair_fit){
		.score = NEW_MANY(mem, double, items),
		.spread = NEW_MANY(mem, double, items),
		.component = NEW_MANY(mem, int32_t, items),
		.weight = NEW_MANY(mem, double, (size_t)a->workers),
	};

	struct arena_mark mark = arena_mark(mem);
	double *slope = NEW_MANY(mem, double, items), *curve = NEW_MANY(mem, double, items);
	double step = HUGE_VAL;

	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = 1;
	if (weighted)
		weigh(mem, a, out->weight);
	for (; out->iterations < 200 && step >= 1e-6; out->iterations++)
		step = round_of(a, out, slope, curve);
	for (int32_t i = 0; i < a->items; i++)
		out->component[i] = i;
	for (int32_t t = 0; t < a->tasks; t++) {
		int32_t x = root_of(out->component, a->first[t]);
		int32_t y = root_of(out->component, a->second[t]);

		out->component[x > y ? x : y] = x > y ? y : x;
	}
	for (int32_t i = 0; i < a->items; i++)
		out->component[i] = root_of(out->component, i);
	arena_reset(mem, mark);
}
