/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Agreement, of the answers alone.
 *
 * Krippendorff's alpha (Krippendorff 2011) = 1 - Do / De over tasks with two answers or more:
 *   Do = sum_t sum over ordered pairs of t of d / (n_t - 1), De = sum over all ordered pairs of d
 *   / (n - 1); d nominal [c != k], interval (x_c - x_k)^2, ordinal the same on mid-ranks: the
 *   reference's sum_{g=c..k} n_g - (n_c + n_k) / 2 is R_k - R_c with R_c = sum_{g<c} n_g + n_c / 2.
 *   So all three take one walk over the answers and no matrix.
 * Fleiss' kappa (Fleiss 1971), n answers on every task: P_t = (sum c_t^2 - n) / (n (n - 1)),
 *   kappa = (mean P - sum p^2) / (1 - sum p^2), p the shares of the classes.
 * Cohen's kappa: (po - pe) / (1 - pe) on common tasks, pe from the marginals; not defined at pe =
 * 1.
 */
#include "model/model_in.h"

struct spread {
	double count, sum, square;
};

static void add(struct spread *s, double x)
{
	s->count += 1;
	s->sum += x;
	s->square += x * x;
}

/* Sum of (x - y)^2 over ordered pairs. */
static double pairs(const struct spread *s)
{
	return 2 * (s->count * s->square - s->sum * s->sum);
}

static double mean_value(const struct model_answers *a, const double *value)
{
	double sum = 0;
	int32_t count = a->from[a->tasks];

	for (int32_t i = 0; i < count; i++)
		sum += value[a->key[i] % (uint32_t)a->classes];
	return count > 0 ? sum / count : 0;
}

static double alpha_interval(const struct model_answers *a, const double *value, bool *has)
{
	const double middle = mean_value(a, value);
	struct spread all = { 0 };
	double observed = 0, expected;

	for (int32_t t = 0; t < a->tasks; t++) {
		struct spread one = { 0 };
		int32_t n = a->from[t + 1] - a->from[t];

		for (int32_t i = a->from[t]; n > 1 && i < a->from[t + 1]; i++) {
			double x = value[a->key[i] % (uint32_t)a->classes] - middle;

			add(&one, x);
			add(&all, x);
		}
		observed += n > 1 ? pairs(&one) / (n - 1) : 0;
	}
	expected = all.count > 1 ? pairs(&all) / (all.count - 1) : 0;
	*has = expected > 0;
	return *has ? 1 - observed / expected : 0;
}

/*
 * Equal pairs of a task among its ordered pairs, without an array of classes for each task; its
 * answers are added to `total`.
 */
static double same_pairs(const struct model_answers *a, int32_t task, int32_t *votes,
			 int64_t *total)
{
	const uint32_t classes = (uint32_t)a->classes;
	int64_t same = 0;

	for (int32_t i = a->from[task]; i < a->from[task + 1]; i++)
		same += votes[a->key[i] % classes]++;
	for (int32_t i = a->from[task]; i < a->from[task + 1]; i++) {
		const uint32_t label = a->key[i] % classes;

		total[label] += votes[label];
		votes[label] = 0;
	}
	return 2 * (double)same;
}

void model_agreement(const struct model_answers *a, const double *value,
		     struct model_agreement *out)
{
	struct arena *mem = arena_new(0);
	int32_t *votes = NEW_MANY(mem, int32_t, (size_t)a->classes);
	int64_t *total = NEW_MANY(mem, int64_t, (size_t)a->classes);
	double apart = 0, share = 0, n = 0, square = 0;
	int32_t paired = 0, each = a->tasks > 0 ? a->from[1] - a->from[0] : 0;

	*out = (struct model_agreement){ .has_fleiss = each > 1 };
	for (int32_t t = 0; t < a->tasks; t++) {
		const int32_t count = a->from[t + 1] - a->from[t];
		const double all = (double)count * (count - 1.0);

		out->has_fleiss = out->has_fleiss && count == each;
		if (count < 2)
			continue;

		double same = same_pairs(a, t, votes, total);

		n += count;
		apart += (all - same) / (count - 1.0);
		share += same / all;
		paired++;
	}
	for (int32_t k = 0; k < a->classes; k++)
		square += (double)total[k] * (double)total[k];
	out->percent = paired > 0 ? share / paired : 0;
	out->has_alpha = n * n > square && n > 1;
	if (out->has_alpha)
		out->alpha = 1 - apart / ((n * n - square) / (n - 1));
	out->has_fleiss = out->has_fleiss && out->has_alpha;
	if (out->has_fleiss)
		out->fleiss = (out->percent - square / n / n) / (1 - square / n / n);
	if (value != NULL)
		out->alpha = alpha_interval(a, value, &out->has_alpha);
	arena_free(mem);
}

void model_mid_ranks(const struct model_answers *a, double *value)
{
	double below = 0;

	memset(value, 0, sizeof(*value) * (size_t)a->classes);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; a->from[t + 1] - a->from[t] > 1 && i < a->from[t + 1];
		     i++)
			value[a->key[i] % (uint32_t)a->classes] += 1;
	for (int32_t k = 0; k < a->classes; k++) {
		double count = value[k];

		value[k] = below + count / 2;
		below += count;
	}
}

bool model_cohen(struct arena *mem, const struct model_answers *a, int32_t left, int32_t right,
		 int32_t *common, double *kappa)
{
	const uint32_t classes = (uint32_t)a->classes;
	struct arena_mark mark = arena_mark(mem);
	double *of_left = NEW_MANY(mem, double, classes);
	double *of_right = NEW_MANY(mem, double, classes);
	double same = 0, chance = 0, n = 0;

	for (int32_t t = 0; t < a->tasks; t++) {
		int32_t said_left = -1, said_right = -1;

		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			int32_t worker = (int32_t)(a->key[i] / classes);
			int32_t label = (int32_t)(a->key[i] % classes);

			said_left = worker == left ? label : said_left;
			said_right = worker == right ? label : said_right;
		}
		if (said_left < 0 || said_right < 0)
			continue;
		n += 1;
		same += said_left == said_right;
		of_left[said_left] += 1;
		of_right[said_right] += 1;
	}
	for (uint32_t k = 0; k < classes; k++)
		chance += of_left[k] * of_right[k];
	arena_reset(mem, mark);
	*common = (int32_t)n;
	if (n == 0 || chance >= n * n)
		return false;
	*kappa = (same / n - chance / n / n) / (1 - chance / n / n);
	return true;
}
