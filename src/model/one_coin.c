/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One accuracy for each worker: e_w(l|k) = s_w if l = k, else (1 - s_w) / (K - 1), clipped to
 * [1e-10, 1 - 1e-10]. Weight of a worker: s_w, a share of answers.
 *
 * One-coin Dawid-Skene, as Crowd-Kit 1.4.1: start z = vote shares, p(k) = mean z, s_w = mean of
 * z_t(l) over w's answers; rounds of {E, p, s} with the loss and the stop rule of Dawid-Skene
 * (confusion.c).
 * ZenCrowd (Demartini et al. 2012): s_w = .8 at the start, uniform classes, 20 rounds of {E, s}.
 * Shrunk one-coin: start z = vote shares, uniform classes, s_w = (h_w + 5 m) / (n_w + 5) with h_w =
 * sum of z_t(l) over w's answers and m = clip(sum h / N, 1/K + .02, .99), so that a worker with few
 * answers is an average one; stop at max |dz| < 1e-3 or 60 rounds.
 */
#include "model/model_in.h"

struct coin {
	const struct model_answers *a;
	double *skill;	 /* s_w */
	double *up;	 /* log odds of an answer being right against one certain wrong class */
	double *slip;	 /* ln of an answer being one certain wrong class */
	double strength; /* answers of an average worker that each one has in advance */
	double *right, *count;
	double *classes_of;
	double *base;
	double *z;
	double entropy; /* sum of z ln z */
	double moved;	/* largest |z' - z| */
};

static void make(struct arena *mem, const struct model_answers *a, double *skill, struct coin *m)
{
	*m = (struct coin){
		.a = a,
		.skill = skill,
		.up = NEW_MANY(mem, double, (size_t)a->workers),
		.slip = NEW_MANY(mem, double, (size_t)a->workers),
		.right = NEW_MANY(mem, double, (size_t)a->workers),
		.count = NEW_MANY(mem, double, (size_t)a->workers),
		.classes_of = NEW_MANY(mem, double, (size_t)a->classes),
		.base = NEW_MANY(mem, double, (size_t)a->classes),
		.z = NEW_MANY(mem, double, (size_t)a->classes),
	};
	for (int32_t i = 0; i < a->from[a->tasks]; i++)
		m->count[a->key[i] / (uint32_t)a->classes] += 1;
}

static double clipped(double p)
{
	return fmin(fmax(p, MODEL_FLOOR), 1 - MODEL_FLOOR);
}

static void set_gains(struct coin *m)
{
	for (int32_t w = 0; w < m->a->workers; w++) {
		m->slip[w] = log(clipped((1 - m->skill[w]) / fmax(m->a->classes - 1, 1)));
		m->up[w] = log(clipped(m->skill[w])) - m->slip[w];
	}
}

static void set_skills(struct coin *m)
{
	double mean = 0;

	if (m->strength > 0) {
		for (int32_t w = 0; w < m->a->workers; w++)
			mean += m->right[w];
		mean /= fmax(m->a->from[m->a->tasks], 1);
		mean = fmin(fmax(mean, 1.0 / m->a->classes + 0.02), 0.99);
	}
	for (int32_t w = 0; w < m->a->workers; w++)
		m->skill[w] =
			(m->right[w] + m->strength * mean) / fmax(m->count[w] + m->strength, 1);
}

static void take(struct coin *m, int32_t task, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;
	const float *old = fit->posterior + (size_t)task * classes;

	if (model_is_gold(a, task)) {
		memset(m->z, 0, classes * sizeof(double));
		m->z[a->gold[task]] = 1;
	}
	for (uint32_t k = 0; k < classes; k++) {
		double p = fmax(m->z[k], MODEL_FLOOR);

		m->entropy += p * log(p);
		m->classes_of[k] += m->z[k];
	}
	for (int32_t i = a->from[task]; i < a->from[task + 1]; i++)
		m->right[a->key[i] / classes] += m->z[a->key[i] % classes];
	for (uint32_t k = 0; k < classes; k++)
		m->moved = fmax(m->moved, fabs(m->z[k] - (double)old[k]));
	model_fit_label(fit, task, m->z, a->classes);
}

/* One round over the tasks: from the votes, or from skills and class prior. */
static void expect(struct coin *m, bool start, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;

	m->entropy = m->moved = 0;
	if (!start)
		set_gains(m);
	memset(m->right, 0, (size_t)a->workers * sizeof(double));
	memset(m->classes_of, 0, classes * sizeof(double));
	for (int32_t t = 0; t < a->tasks; t++) {
		if (start) {
			model_votes(a, t, m->z);
			for (uint32_t k = 0; k < classes; k++)
				m->z[k] = a->from[t + 1] > a->from[t] ?
						  m->z[k] / (a->from[t + 1] - a->from[t]) :
						  1.0 / a->classes;
		} else {
			memcpy(m->z, m->base, classes * sizeof(double));
			for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
				m->z[a->key[i] % classes] += m->up[a->key[i] / classes];
			model_softmax(m->z, a->classes);
		}
		take(m, t, fit);
	}
	set_skills(m);
}

/* Sum of z [ln e + ln p] over all answers, with the skills that belong to the posteriors. */
static double fitness(struct coin *m, const struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;
	double sum = 0;

	CHECK(classes > 0);
	set_gains(m);
	for (int32_t t = 0; t < a->tasks; t++) {
		const float *z = fit->posterior + (size_t)t * classes;
		double prior = 0;

		for (uint32_t k = 0; k < classes; k++)
			prior += (double)z[k] * m->base[k];
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			const uint32_t w = a->key[i] / classes;

			sum += prior + m->slip[w] + (double)z[a->key[i] % classes] * m->up[w];
		}
	}
	return sum;
}

static void set_base(struct coin *m)
{
	for (int32_t k = 0; k < m->a->classes; k++)
		m->base[k] = log(fmax(m->classes_of[k] / m->a->tasks, MODEL_FLOOR));
}

void model_one_coin(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		    struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 100;
	struct coin m;
	double loss = -HUGE_VAL;

	model_fit_make(mem, a, o->lent, true, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out->weight, &m);
	expect(&m, true, out);
	for (bool done = a->tasks == 0 || a->classes == 0; !done && out->iterations < most;) {
		model_tell(o, out->iterations++);
		set_base(&m);
		expect(&m, false, out);
		set_base(&m);

		double next = (fitness(&m, out) - m.entropy) / a->from[a->tasks];

		done = next - loss < 1e-5;
		loss = next;
	}
	arena_reset(mem, mark);
}

void model_zencrowd(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		    struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 20;
	struct coin m;

	model_fit_make(mem, a, o->lent, true, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out->weight, &m);
	for (int32_t w = 0; w < a->workers; w++)
		m.skill[w] = 0.8;
	for (; out->iterations < most; model_tell(o, out->iterations++))
		expect(&m, false, out);
	arena_reset(mem, mark);
}

void model_shrunk_one_coin(struct arena *mem, const struct model_answers *a,
			   const struct model_options *o, struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 60;
	struct coin m;

	model_fit_make(mem, a, o->lent, true, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out->weight, &m);
	m.strength = 5;
	expect(&m, true, out);
	for (bool done = a->tasks == 0; !done && out->iterations < most;) {
		model_tell(o, out->iterations++);
		expect(&m, false, out);
		done = m.moved < 1e-3;
	}
	arena_reset(mem, mark);
}
