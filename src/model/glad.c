/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * GLAD (Whitehill et al. 2009): ability of the worker times ease of the task.
 *   s = P(right) = 1 / (1 + exp(-alpha_w exp(b_t))); a wrong answer is uniform over K - 1 labels;
 *   uniform classes; alpha_w ~ N(1,1), b_t ~ N(1,1), both start at 1.
 *   E: z_t(k) ~ prod (s if l = k else (1 - s) / (K - 1)).
 *   M: maximise Q = sum [z_t(l) ln s + (1 - z_t(l)) ln((1 - s) / (K - 1))] + ln priors by 25
 *   steps of conjugate gradients (Polak-Ribiere, restarted when it does not climb) with halving
 *   line search.
 * Rounds until Q / (N K) moves by less than 1e-5, up or down (Q holds no entropy, so that it may
 * fall), at most 100. Weight: alpha_w; difficulty: b_t.
 */
#include "model/model_in.h"

enum { STEPS = 25, HALVINGS = 20 };

struct glad {
	const struct model_answers *a;
	size_t size; /* workers, then tasks */
	double *at;
	double *slope, *slope_old, *slope_tried, *way, *tried;
	const double *right; /* z_t(l) of each answer */
};

/* Q at a place, and its slope. */
static double quality_at(const struct glad *m, const double *at, double *slope)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;
	const double *ease = at + a->workers, wrong = log(fmax(classes - 1.0, 1));
	double q = 0;

	for (size_t i = 0; i < m->size; i++) {
		q -= 0.5 * (at[i] - 1) * (at[i] - 1);
		slope[i] = 1 - at[i];
	}
	for (int32_t t = 0; t < a->tasks; t++) {
		const double e = exp(fmin(ease[t], 30));

		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			const uint32_t w = a->key[i] / classes;
			const double x = at[w] * e, z = m->right[i];

			/* ln s = -ln(1 + e^-x) and ln(1 - s) = -x + ln s, from one exp of |x|. */
			const double small = exp(-fabs(x)), both = log1p(small);
			const double s = (x > 0 ? 1 : small) / (1 + small), miss = z - s;

			q -= both + z * fmax(-x, 0) + (1 - z) * (fmax(x, 0) + wrong);
			slope[w] += miss * e;
			slope[a->workers + t] += miss * x;
		}
	}
	return q;
}

static double dot(const double *x, const double *y, size_t size)
{
	double sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += x[i] * y[i];
	return sum;
}

/* Go along `way` as far as it climbs enough; the new Q, or the old one when it does not. */
static double climb(struct glad *m, double q, double rise, double *length)
{
	double step = *length;

	for (int i = 0; i < HALVINGS; i++, step *= 0.5) {
		for (size_t j = 0; j < m->size; j++)
			m->tried[j] = m->at[j] + step * m->way[j];

		double next = quality_at(m, m->tried, m->slope_tried);

		if (next >= q + 1e-4 * step * rise) {
			memcpy(m->at, m->tried, m->size * sizeof(double));
			memcpy(m->slope_old, m->slope, m->size * sizeof(double));
			memcpy(m->slope, m->slope_tried, m->size * sizeof(double));
			*length = 2 * step;
			return next;
		}
	}
	return q;
}

static double maximise(struct glad *m)
{
	double q = quality_at(m, m->at, m->slope), length = 1.0 / 16;

	memcpy(m->way, m->slope, m->size * sizeof(double));
	for (int step = 0; step < STEPS; step++) {
		double rise = dot(m->way, m->slope, m->size), before = q;

		if (rise <= 0) {
			memcpy(m->way, m->slope, m->size * sizeof(double));
			rise = dot(m->slope, m->slope, m->size);
		}
		q = climb(m, q, rise, &length);
		if (q - before <= 1e-7 * fabs(q))
			break;

		double turn =
			(dot(m->slope, m->slope, m->size) - dot(m->slope, m->slope_old, m->size)) /
			fmax(dot(m->slope_old, m->slope_old, m->size), 1e-300);

		for (size_t j = 0; j < m->size; j++)
			m->way[j] = m->slope[j] + fmax(turn, 0) * m->way[j];
	}
	return q;
}

static void expect(struct glad *m, double *right, double *z, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;
	const double wrong = log(fmax(classes - 1.0, 1));

	for (int32_t t = 0; t < a->tasks; t++) {
		const double e = exp(fmin(m->at[a->workers + t], 30));

		memset(z, 0, classes * sizeof(double));
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			/* ln s - ln (1 - s) is the product itself. */
			double x = m->at[a->key[i] / classes] * e;

			z[a->key[i] % classes] += x + wrong;
		}
		model_softmax(z, a->classes);
		if (model_is_gold(a, t)) {
			memset(z, 0, classes * sizeof(double));
			z[a->gold[t]] = 1;
		}
		model_fit_label(fit, t, z, a->classes);
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
			right[i] = z[a->key[i] % classes];
	}
}

void model_glad(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 100;
	const size_t size = (size_t)a->workers + (size_t)a->tasks;
	const double scale = fmax((double)a->from[a->tasks] * a->classes, 1);
	double last = -HUGE_VAL;

	model_fit_make(mem, a, NULL, true, out);
	out->difficulty = NEW_MANY(mem, float, (size_t)a->tasks);

	struct arena_mark mark = arena_mark(mem);
	double *right = NEW_MANY(mem, double, (size_t)a->from[a->tasks]);
	double *z = NEW_MANY(mem, double, (size_t)a->classes);
	struct glad m = {
		.a = a,
		.size = size,
		.at = NEW_MANY(mem, double, size),
		.slope = NEW_MANY(mem, double, size),
		.slope_old = NEW_MANY(mem, double, size),
		.slope_tried = NEW_MANY(mem, double, size),
		.way = NEW_MANY(mem, double, size),
		.tried = NEW_MANY(mem, double, size),
		.right = right,
	};

	for (size_t i = 0; i < size; i++)
		m.at[i] = 1;
	for (bool done = a->tasks == 0; !done && out->iterations < most;) {
		model_tell(o, out->iterations++);
		expect(&m, right, z, out);

		double q = maximise(&m) / scale;

		done = fabs(q - last) < 1e-5;
		last = q;
	}
	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = m.at[w];
	for (int32_t t = 0; t < a->tasks; t++)
		out->difficulty[t] = (float)m.at[a->workers + t];
	arena_reset(mem, mark);
}
