/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The methods by name, their limits, and what all of them share. */
#include "model/model_in.h"

static const char *const names[MODEL_METHODS] = {
	[MODEL_PLURALITY] = "plurality", [MODEL_WAWA] = "wawa",
	[MODEL_ONE_COIN] = "one-coin",	 [MODEL_SHRUNK_ONE_COIN] = "shrunk-one-coin",
	[MODEL_ZENCROWD] = "zencrowd",	 [MODEL_DAWID_SKENE] = "dawid-skene",
	[MODEL_SHRUNK] = "shrunk",	 [MODEL_IBCC] = "ibcc",
	[MODEL_GLAD] = "glad",		 [MODEL_MACE] = "mace",
	[MODEL_BLEND] = "blend",
};

const char *model_name(enum model_method method)
{
	CHECK((unsigned)method < MODEL_METHODS);
	return names[method];
}

bool model_by_name(struct str name, enum model_method *out)
{
	for (int i = 0; i < MODEL_METHODS; i++)
		if (str_eq(str_of(names[i]), name)) {
			*out = (enum model_method)i;
			return true;
		}
	return false;
}

enum err model_fits(struct ctx *c, enum model_method method, const struct model_answers *a)
{
	int64_t classes = a->classes;
	bool matrix = method == MODEL_DAWID_SKENE || method == MODEL_SHRUNK ||
		      method == MODEL_IBCC || method == MODEL_BLEND;

	if (classes > MODEL_CLASSES_MAX)
		return refuse(c, ERR_LIMIT,
			      "%d different labels are more than the %d of a choice; for free "
			      "answers use the kind text or number",
			      a->classes, MODEL_CLASSES_MAX);
	if (matrix && (int64_t)a->workers * classes * classes > MODEL_CELLS_MAX)
		return refuse(c, ERR_LIMIT,
			      "%d workers with %d labels need too large confusion tables for %s; "
			      "use the method one-coin, wawa or plurality",
			      a->workers, a->classes, names[method]);
	if ((int64_t)a->workers * classes > UINT32_MAX)
		return refuse(c, ERR_LIMIT, "%d workers with %d labels are too many", a->workers,
			      a->classes);
	if ((int64_t)a->tasks * classes > MODEL_POSTERIOR_MAX)
		return refuse(c, ERR_LIMIT, "%d tasks with %d labels need too large tables",
			      a->tasks, a->classes);
	return OK;
}

void model_run(struct arena *mem, enum model_method method, const struct model_answers *a,
	       const struct model_options *o, struct model_fit *out)
{
	switch (method) {
	case MODEL_PLURALITY:
		model_plurality(mem, a, out);
		break;
	case MODEL_WAWA:
		model_wawa(mem, a, out);
		break;
	case MODEL_ONE_COIN:
		model_one_coin(mem, a, o, out);
		break;
	case MODEL_SHRUNK_ONE_COIN:
		model_shrunk_one_coin(mem, a, o, out);
		break;
	case MODEL_ZENCROWD:
		model_zencrowd(mem, a, o, out);
		break;
	case MODEL_DAWID_SKENE:
		model_dawid_skene(mem, a, o, out);
		break;
	case MODEL_SHRUNK:
		model_shrunk(mem, a, o, out);
		break;
	case MODEL_IBCC:
		model_ibcc(mem, a, o, out);
		break;
	case MODEL_GLAD:
		model_glad(mem, a, o, out);
		break;
	case MODEL_MACE:
		model_mace(mem, a, o, out);
		break;
	case MODEL_BLEND:
		model_blend(mem, a, o, out);
		break;
	case MODEL_METHODS:
		CHECK(method < MODEL_METHODS);
	}
}

void model_fit_make(struct arena *mem, const struct model_answers *a, const struct model_fit *lent,
		    bool posterior, struct model_fit *out)
{
	size_t tasks = (size_t)a->tasks;

	*out = (struct model_fit){
		.label = lent != NULL ? lent->label : NEW_MANY(mem, int32_t, tasks),
		.confidence = lent != NULL ? lent->confidence : NEW_MANY(mem, float, tasks),
		.weight = NEW_MANY(mem, double, (size_t)a->workers),
	};
	if (posterior)
		out->posterior = NEW_MANY(mem, float, tasks *(size_t)a->classes);
}

void model_votes(const struct model_answers *a, int32_t task, double *out)
{
	uint32_t classes = (uint32_t)a->classes;

	memset(out, 0, sizeof(*out) * classes);
	for (int32_t i = a->from[task]; i < a->from[task + 1]; i++)
		out[a->key[i] % classes] += 1;
}

void model_fit_label(struct model_fit *fit, int32_t task, const double *posterior, int32_t classes)
{
	int32_t best = 0;

	for (int32_t k = 1; k < classes; k++)
		if (posterior[k] > posterior[best])
			best = k;
	fit->label[task] = best;
	fit->confidence[task] = (float)posterior[best];
	if (fit->posterior != NULL)
		for (int32_t k = 0; k < classes; k++)
			fit->posterior[(size_t)task * (size_t)classes + (size_t)k] =
				(float)posterior[k];
}

void model_softmax(double *log_weight, int32_t classes)
{
	double max = log_weight[0], sum = 0;

	for (int32_t k = 1; k < classes; k++)
		max = fmax(max, log_weight[k]);
	for (int32_t k = 0; k < classes; k++) {
		log_weight[k] = exp(log_weight[k] - max);
		sum += log_weight[k];
	}
	for (int32_t k = 0; k < classes; k++)
		log_weight[k] /= sum;
}

int model_tied(const float *posterior, int32_t classes)
{
	float best = 0;
	int tied = 0;

	for (int32_t k = 0; k < classes; k++)
		best = posterior[k] > best ? posterior[k] : best;
	for (int32_t k = 0; k < classes; k++)
		tied += posterior[k] > best - MODEL_TIE;
	return tied;
}

/* Without posteriors a task counts as its label with its confidence. */
static double said_right(const struct model_answers *a, const struct model_fit *fit, int32_t task,
			 uint32_t label)
{
	if (fit->posterior != NULL)
		return (double)fit->posterior[(size_t)task * (size_t)a->classes + label];
	return (uint32_t)fit->label[task] == label ? (double)fit->confidence[task] : 0;
}

void model_workers(const struct model_answers *a, const struct model_fit *fit,
		   struct model_worker *out)
{
	uint32_t classes = (uint32_t)a->classes;

	memset(out, 0, sizeof(*out) * (size_t)a->workers);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			struct model_worker *w = &out[a->key[i] / classes];

			w->answers++;
			w->right += said_right(a, fit, t, a->key[i] % classes);
		}
}

void model_confusion_all(const struct model_answers *a, const struct model_fit *fit, float *counts)
{
	uint32_t classes = (uint32_t)a->classes;

	memset(counts, 0, sizeof(*counts) * (size_t)a->workers * classes * classes);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++) {
			float *row = counts + (size_t)a->key[i] * classes;

			for (uint32_t k = 0; k < classes; k++)
				row[k] += (float)said_right(a, fit, t, k);
		}
}

/* psi(x) = psi(x + 1) - 1/x up to 6, then the asymptotic series. */
double model_digamma(double x)
{
	double out = 0;

	for (; x < 6; x += 1)
		out -= 1 / x;

	double r = 1 / (x * x);

	return out + log(x) - 0.5 / x -
	       r * (1.0 / 12 -
		    r * (1.0 / 120 -
			 r * (1.0 / 252 - r * (1.0 / 240 - r * (1.0 / 132 - r * 691 / 32760)))));
}
