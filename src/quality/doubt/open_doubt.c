/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Open questions: the log odds of each group are made once, and each worker or pair takes its own
 * terms out again.
 */
#include <math.h>
#include "quality/doubt/doubt_in.h"

struct open_look {
	struct doubt_look look;
	const struct doubt_open *of;
	double *odds;  /* of each worker: ln(p / (1 - p)) */
	double *p;     /* of each worker */
	double *sum;   /* of each group of one question */
	int *size;     /* likewise */
	double *share; /* z of each group, and of none of them */
};

static void make_odds(struct open_look *f)
{
	const size_t workers = (size_t)f->of->answers->workers;

	f->p = NEW_MANY(f->look.mem, double, workers);
	f->odds = NEW_MANY(f->look.mem, double, workers);
	for (size_t w = 0; w < workers; w++) {
		const struct belief_sums *s = &f->of->worker[w];
		double p = ((double)s->right / BELIEF_ONE + 5 * f->of->crowd.mean) /
			   ((double)s->answers + 5);

		f->p[w] = fmin(fmax(p, 0.001), 0.999);
		f->odds[w] = log(f->p[w] / (1 - f->p[w]));
	}
}

/* The groups of answers [from, to); how many. */
static int add_up(struct open_look *f, int32_t from, int32_t to)
{
	int groups = 0;

	for (int32_t i = from; i < to; i++)
		groups = f->of->group[i] + 1 > groups ? f->of->group[i] + 1 : groups;
	memset(f->sum, 0, (size_t)groups * sizeof(*f->sum));
	memset(f->size, 0, (size_t)groups * sizeof(*f->size));
	for (int32_t i = from; i < to; i++) {
		f->sum[f->of->group[i]] += f->odds[f->of->answers->key[i]];
		f->size[f->of->group[i]]++;
	}
	return groups;
}

/* `share` without answers one and two (-1: none). */
static void without(struct open_look *f, int groups, int32_t one, int32_t two)
{
	const double again = log(f->of->crowd.alike);
	const int32_t out[2] = { one, two };
	double most = 0, all;

	for (int g = 0; g < groups; g++) {
		double odds = f->sum[g];
		int size = f->size[g];

		for (int i = 0; i < 2; i++)
			if (out[i] >= 0 && f->of->group[out[i]] == g) {
				odds -= f->odds[f->of->answers->key[out[i]]];
				size--;
			}
		f->share[g] = size > 0 ? odds - (size - 1) * again : -INFINITY;
		most = fmax(most, f->share[g]);
	}
	f->share[groups] = exp(-most);
	all = f->share[groups];
	for (int g = 0; g < groups; g++)
		all += f->share[g] = exp(f->share[g] - most);
	for (int g = 0; g <= groups; g++)
		f->share[g] /= all;
}

/* --- one worker --- */

/* What more than half of his answers are, if anything is (Boyer and Moore 1981). */
static uint32_t *candidates(struct open_look *f)
{
	const struct model_answers *a = f->of->answers;
	uint32_t *value = NEW_MANY(f->look.mem, uint32_t, (size_t)a->workers);
	int32_t *lead = NEW_MANY(f->look.mem, int32_t, (size_t)a->workers);

	for (int32_t i = 0; i < a->from[a->tasks]; i++) {
		uint32_t w = a->key[i];

		if (lead[w] == 0)
			value[w] = f->of->value[i];
		lead[w] += f->of->value[i] == value[w] ? 1 : -1;
	}
	return value;
}

static void find_constant(struct open_look *f, double chance)
{
	const struct model_answers *a = f->of->answers;
	const uint32_t *value = candidates(f);
	int32_t *n = NEW_MANY(f->look.mem, int32_t, (size_t)a->workers);
	int32_t *own = NEW_MANY(f->look.mem, int32_t, (size_t)a->workers);
	double *share = NEW_MANY(f->look.mem, double, (size_t)a->workers);

	for (int32_t t = 0; t < a->tasks; t++) {
		const int32_t from = a->from[t], to = a->from[t + 1];
		const int groups =
			to - from > 1 && to - from <= DOUBT_ANSWERS ? add_up(f, from, to) : 0;

		for (int32_t i = from; groups > 0 && i < to; i++) {
			uint32_t w = a->key[i];
			double others = 0, believed = 0;

			without(f, groups, i, -1);
			for (int32_t k = from; k < to; k++)
				if (k != i && f->of->value[k] == value[w]) {
					others += 1.0 / (to - from - 1);
					believed = f->share[f->of->group[k]];
				}
			n[w]++;
			own[w] += f->of->value[i] == value[w];
			share[w] += fmax(others, believed);
		}
	}
	for (int32_t w = 0; w < a->workers; w++) {
		double q = fmin((share[w] + 1) / (n[w] + 1), 1);

		if (n[w] >= DOUBT_LEAST && 10 * own[w] >= 9 * n[w] &&
		    doubt_bound(own[w], n[w], q) <= chance)
			doubt_tell(&f->look, (struct doubt){ DOUBT_CONSTANT, w, -1, n[w], own[w],
							     q * n[w], 0 });
	}
}

/* --- two workers --- */

static void count_pair(struct open_look *f, int groups, int32_t one, int32_t two)
{
	const uint32_t u = f->of->answers->key[one], v = f->of->answers->key[two];
	struct doubt_pair *pair = u != v ? doubt_pair_of(&f->look, u, v) : NULL;
	double right;

	if (pair == NULL)
		return;
	without(f, groups, one, two);
	right = f->share[groups];
	for (int g = 0; g < groups; g++)
		right += f->share[g] * (1 - f->share[g]);
	pair->common++;
	if (f->of->group[one] == f->of->group[two])
		pair->found += (float)(1 - f->share[f->of->group[one]]);
	pair->expected += (float)(f->p[u] * f->p[v] * right +
				  (1 - f->p[u]) * (1 - f->p[v]) * f->of->crowd.alike);
}

static void count_pairs(struct open_look *f)
{
	const struct model_answers *a = f->of->answers;
	int64_t steps = 0;

	for (int32_t t = 0; t < a->tasks && steps < DOUBT_STEPS; t++) {
		const int32_t from = a->from[t], all = a->from[t + 1] - from;
		const int32_t to = from + (all < DOUBT_ANSWERS ? all : DOUBT_ANSWERS);
		const int groups = add_up(f, from, to);

		steps += (int64_t)(to - from) * (to - from) / 2 * groups;
		for (int32_t i = from; i < to; i++)
			for (int32_t j = i + 1; j < to; j++)
				count_pair(f, groups, i, j);
	}
}

void doubt_find_open(struct arena *mem, const struct doubt_open *of, struct doubt **out,
		     size_t *count)
{
	struct open_look f = { .of = of,
			       .look = { .mem = mem,
					 .a = of->answers,
					 .ms = of->ms,
					 .right = of->right,
					 .mean = of->crowd.mean } };
	int32_t *said;

	*out = f.look.out = NEW_MANY(mem, struct doubt, DOUBT_MAX);
	struct arena_mark mark = arena_mark(mem);
	f.sum = NEW_MANY(mem, double, DOUBT_ANSWERS + 1);
	f.size = NEW_MANY(mem, int, DOUBT_ANSWERS + 1);
	f.share = NEW_MANY(mem, double, DOUBT_ANSWERS + 2);
	double workers = doubt_begin(&f.look, &said);
	if (workers > 0) {
		make_odds(&f);
		doubt_find_fast(&f.look, said, log(DOUBT_CHANCE / workers));
		find_constant(&f, log(DOUBT_CHANCE / workers));
		doubt_pairs_begin(&f.look);
		count_pairs(&f);
		doubt_pairs_tell(&f.look);
	}
	arena_reset(mem, mark);
	doubt_sort(&f.look);
	*count = f.look.count;
}
