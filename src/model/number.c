/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Numbers. Mean; median (mean of the two middle values); trimmed mean, which drops floor(n / 10)
 * at each end; LFC_N (Raykar et al. 2010): mu_t = mean at the start, then at most 50 rounds of
 *   v_w = mean over w's answers of (x - mu_t)^2 + 1e-9, mu_t = sum(x / v_w) / sum(1 / v_w),
 * until sum_t (change)^2 < 1e-6. Standard error: sqrt(variance / n) of the task's answers, for
 * LFC_N (sum 1 / v_w)^(-1/2).
 */
#include <stdlib.h>
#include "model/model_in.h"

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double mean_of(const double *value, int32_t count)
{
	double sum = 0;

	for (int32_t i = 0; i < count; i++)
		sum += value[i];
	return count > 0 ? sum / count : 0;
}

/* `sorted` may be put in order. */
static double middle_of(enum model_number_method method, double *sorted, int32_t count)
{
	const int32_t cut = count / 10;

	qsort(sorted, (size_t)count, sizeof(*sorted), by_value);
	if (method == MODEL_MEDIAN && count > 0)
		return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
	return method == MODEL_TRIMMED ? mean_of(sorted + cut, count - 2 * cut) :
					 mean_of(sorted, count);
}

static double error_of(const double *value, int32_t count)
{
	const double mean = mean_of(value, count);
	double sum = 0;

	for (int32_t i = 0; i < count; i++)
		sum += (value[i] - mean) * (value[i] - mean);
	return count > 1 ? sqrt(sum / (count - 1) / count) : 0;
}

static void measure(const struct model_numbers *a, const double *mu, const double *count,
		    double *variance)
{
	memset(variance, 0, sizeof(*variance) * (size_t)a->workers);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
			variance[a->worker[i]] += (a->value[i] - mu[t]) * (a->value[i] - mu[t]);
	for (int32_t w = 0; w < a->workers; w++)
		variance[w] = variance[w] / fmax(count[w], 1) + 1e-9;
}

static void lfc_n(struct arena *mem, const struct model_numbers *a, struct model_number_fit *out)
{
	struct arena_mark mark = arena_mark(mem);
	double *variance = NEW_MANY(mem, double, (size_t)a->workers);
	double *count = NEW_MANY(mem, double, (size_t)a->workers);
	double moved = HUGE_VAL;

	for (int32_t i = 0; i < a->from[a->tasks]; i++)
		count[a->worker[i]] += 1;
	for (; out->iterations < 50 && moved >= 1e-6; out->iterations++) {
		measure(a, out->value, count, variance);
		moved = 0;
		for (int32_t t = 0; t < a->tasks; t++) {
			double sum = 0, weight = 0, old = out->value[t];

			for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
				sum += a->value[i] / variance[a->worker[i]];
				weight += 1 / variance[a->worker[i]];
			}
			if (a->from[t] == a->from[t + 1])
				continue;
			out->value[t] = sum / weight;
			out->error[t] = 1 / sqrt(weight);
			moved += (out->value[t] - old) * (out->value[t] - old);
		}
	}
	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = 1 / variance[w];
	arena_reset(mem, mark);
}

void model_number_run(struct arena *mem, enum model_number_method method,
		      const struct model_numbers *a, struct model_number_fit *out)
{
	int32_t most = 1;

	*out = (struct model_number_fit){
		.value = NEW_MANY(mem, double, (size_t)a->tasks),
		.error = NEW_MANY(mem, double, (size_t)a->tasks),
		.weight = NEW_MANY(mem, double, (size_t)a->workers),
	};
	for (int32_t t = 0; t < a->tasks; t++)
		most = a->from[t + 1] - a->from[t] > most ? a->from[t + 1] - a->from[t] : most;

	struct arena_mark mark = arena_mark(mem);
	double *sorted = NEW_MANY(mem, double, (size_t)most);

	for (int32_t t = 0; t < a->tasks; t++) {
		const int32_t count = a->from[t + 1] - a->from[t];

		memcpy(sorted, a->value + a->from[t], (size_t)count * sizeof(double));
		out->value[t] = middle_of(method, sorted, count);
		out->error[t] = error_of(sorted, count);
	}
	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = 1;
	arena_reset(mem, mark);
	if (method == MODEL_LFC_N)
		lfc_n(mem, a, out);
}
