/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One accuracy for each worker: e_w(l|k) = s_w if l = k, else (1 - s_w) / (K - 1), clipped to
 * [1e-10, 1 - 1e-10]. Weight of a worker: s_w, a share of answers.
 *
 * One-coin Dawid-Skene, as Crowd-Kit 1.4.1: start z = vote shares, p(k) = mean z, s_w = mean of
 * z_t(l) over w's answers; rounds of {E, p, s} with the loss and the stop rule of Dawid-Skene
 * (confusion.c).
 * ZenCrowd (Demartini et al. 2012): s_w = .8 at the start, uniform classes, 20 rounds of {E, s}.
 */
#include "model/model_in.h"

struct coin {
	const struct model_answers *a;
	double *skill; /* s_w */
	double *right, *count;
	double *classes_of;
	double *base;
	double *z;
	double entropy; /* sum of z ln z */
};

static void make(struct arena *mem, const struct model_answers *a, double *skill, struct coin *m)
{
	*m = (struct coin){
		.a = a,
		.skill = skill,
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

/* Log odds of an answer being right against one certain wrong class; *slip: ln of the latter. */
static double gain(const struct coin *m, uint32_t worker, double *slip)
{
	double s = clipped(m->skill[worker]);

	*slip = log(clipped((1 - m->skill[worker]) / fmax(m->a->classes - 1, 1)));
	return log(s) - *slip;
}

static void take(struct coin *m, int32_t task, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;

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
	model_fit_label(fit, task, m->z, a->classes);
}

/* One round over the tasks: from the votes, or from skills and class prior. */
static void expect(struct coin *m, bool start, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;

	m->entropy = 0;
	memset(m->right, 0, (size_t)a->workers * sizeof(double));
	memset(m->classes_of, 0, classes * sizeof(double));
	for (int32_t t = 0; t < a->tasks; t++) {
		if (start) {
			model_votes(a, t, m->z);
			for (uint32_t k = 0; k < classes; k++)
				m->z[k] /= a->from[t + 1] - a->from[t];
		} else {
			double slip;

			memcpy(m->z, m->base, classes * sizeof(double));
			for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
				m->z[a->key[i] % classes] += gain(m, a->key[i] / classes, &slip);
			model_softmax(m->z, a->classes);
		}
		take(m, t, fit);
	}
	for (int32_t w = 0; w < a->workers; w++)
		m->skill[w] = m->right[w] / fmax(m->count[w], 1);
}

/* Sum of z [ln e + ln p] over all answers, with the skills that belong to the posteriors. */
static double fitness(const struct coin *m, const struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;
	double sum = 0;

	CHECK(classes > 0);
	for (int32_t t = 0; t < a->tasks; t++) {
		const float *z = fit->posterior + (size_t)t * classes;
		double prior = 0;

		for (uint32_t k = 0; k < classes; k++)
			prior += (double)z[k] * m->base[k];
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			double slip, up = gain(m, a->key[i] / classes, &slip);

			sum += prior + slip + (double)z[a->key[i] % classes] * up;
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

	model_fit_make(mem, a, true, out);

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

	model_fit_make(mem, a, true, out);

	struct arena_mark mark = arena_mark(mem);

	make(mem, a, out->weight, &m);
	for (int32_t w = 0; w < a->workers; w++)
		m.skill[w] = 0.8;
	for (; out->iterations < most; model_tell(o, out->iterations++))
		expect(&m, false, out);
	arena_reset(mem, mark);
}
