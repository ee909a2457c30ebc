/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * MACE (Hovy et al. 2013), variational, from one fixed start: a worker knows the truth with
 * theta_w, else he draws from his own spam distribution xi_w.
 *   g_i(k) = sp_w xi_w(l) + theta_w [l = k]; uniform classes; z_t(k) ~ prod g_i(k);
 *   knew_i = z_t(l) theta_w / (sp_w xi_w(l) + theta_w), spam_i = 1 - knew_i;
 *   (sp_w, theta_w) = exp psi(count + .5) / exp psi(n_w + 1);
 *   xi_w(l) = exp psi(spam of l + 10) / exp psi(all spam + 10 K).
 * Start sp = theta = .5, xi uniform; 50 rounds. Weight of a worker: theta_w, a share.
 */
#include "model/model_in.h"

struct mace {
	const struct model_answers *a;
	double *spam, *know; /* sp_w, theta_w */
	double *knew;	     /* count of w */
	double *answers;     /* n_w */
	double *draw;	     /* sp_w xi_w(l), by key */
	double *spammed;     /* count by key */
	double *z;
};

static void expect(struct mace *m, struct model_fit *fit)
{
	const struct model_answers *a = m->a;
	const uint32_t classes = (uint32_t)a->classes;

	memset(m->knew, 0, sizeof(double) * (size_t)a->workers);
	memset(m->spammed, 0, sizeof(double) * (size_t)a->workers * classes);
	for (int32_t t = 0; t < a->tasks; t++) {
		/* Every class has the factor of the draw; only the answered one has more. */
		memset(m->z, 0, sizeof(double) * classes);
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			double draw = m->draw[a->key[i]];

			m->z[a->key[i] % classes] += log1p(m->know[a->key[i] / classes] / draw);
		}
		model_softmax(m->z, a->classes);
		if (model_is_gold(a, t)) {
			memset(m->z, 0, sizeof(double) * classes);
			m->z[a->gold[t]] = 1;
		}
		model_fit_label(fit, t, m->z, a->classes);
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			uint32_t worker = a->key[i] / classes;
			double know = m->know[worker];
			double knew =
				m->z[a->key[i] % classes] * know / (m->draw[a->key[i]] + know);

			m->knew[worker] += knew;
			m->spammed[a->key[i]] += 1 - knew;
		}
	}
}

static void maximise(struct mace *m)
{
	const size_t classes = (size_t)m->a->classes;

	for (size_t w = 0; w < (size_t)m->a->workers; w++) {
		double spam = 0, all = model_digamma(m->answers[w] + 1);

		for (size_t l = 0; l < classes; l++)
			spam += m->spammed[w * classes + l];
		m->spam[w] = exp(model_digamma(spam + 0.5) - all);
		m->know[w] = exp(model_digamma(m->knew[w] + 0.5) - all);
		all = model_digamma(spam + 10 * (double)classes);
		for (size_t l = 0; l < classes; l++)
			m->draw[w * classes + l] =
				m->spam[w] *
				exp(model_digamma(m->spammed[w * classes + l] + 10) - all);
	}
}

void model_mace(struct arena *mem, const struct model_answers *a, const struct model_options *o,
		struct model_fit *out)
{
	const int most = o->iterations_max > 0 ? o->iterations_max : 50;
	const size_t workers = (size_t)a->workers, keys = workers * (size_t)a->classes;

	model_fit_make(mem, a, NULL, true, out);

	struct arena_mark mark = arena_mark(mem);
	struct mace m = {
		.a = a,
		.spam = NEW_MANY(mem, double, workers),
		.know = out->weight,
		.knew = NEW_MANY(mem, double, workers),
		.answers = NEW_MANY(mem, double, workers),
		.draw = NEW_MANY(mem, double, keys),
		.spammed = NEW_MANY(mem, double, keys),
		.z = NEW_MANY(mem, double, (size_t)a->classes),
	};

	for (int32_t i = 0; i < a->from[a->tasks]; i++)
		m.answers[a->key[i] / (uint32_t)a->classes] += 1;
	for (size_t w = 0; w < workers; w++)
		m.know[w] = 0.5;
	for (size_t i = 0; i < keys; i++)
		m.draw[i] = 0.5 / a->classes;
	for (; out->iterations < most; model_tell(o, out->iterations++)) {
		expect(&m, out);
		maximise(&m);
	}
	arena_reset(mem, mark);
}
