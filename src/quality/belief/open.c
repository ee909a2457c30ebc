/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The formulas are told in open.h. Sums run in the order of the answers that are given. */
#include "quality/belief/open.h"
#include <math.h>

static const double one = BELIEF_ONE, strength = 5;

static double least_0(int64_t sum)
{
	return sum > 0 ? (double)sum / one : 0;
}

struct open_crowd open_ready(const struct belief_sums *s, int64_t both_same, int64_t both)
{
	const double mean = (least_0(s->right) + 8) / ((double)s->answers + 10);
	const double alike = (least_0(both_same) + 1) / (least_0(both) + 10);

	return (struct open_crowd){ fmin(fmax(mean, 0.1), 0.99), fmin(fmax(alike, 1e-3), 0.5) };
}

static double right_of(struct open_crowd c, const struct belief_answer *a)
{
	const double p = (least_0(a->worker->right) + strength * c.mean) /
			 ((double)(a->worker->answers + a->rejected) + strength);

	return fmin(fmax(p, 0.001), 0.999);
}

static double odds_of(struct open_crowd c, const struct belief_answer *a)
{
	const double p = right_of(c, a);

	return log(p / (1 - p));
}

/* From the log odds of each group and how many are in it; one that nobody is left in has no
 * share. */
static void normalise(struct open_crowd c, const double *sum, const int *size, int groups,
		      int64_t *z)
{
	double most = 0, all = 0;

	for (int g = 0; g < groups; g++)
		if (size[g] > 0)
			most = fmax(most, sum[g] - (size[g] - 1) * log(c.alike));
	all = exp(-most);
	for (int g = 0; g < groups; g++)
		if (size[g] > 0)
			all += exp(sum[g] - (size[g] - 1) * log(c.alike) - most);
	z[groups] = (int64_t)(exp(-most) / all * one + 0.5);
	for (int g = 0; g < groups; g++)
		z[g] = size[g] == 0 ? 0 :
				      (int64_t)(exp(sum[g] - (size[g] - 1) * log(c.alike) - most) /
							all * one +
						0.5);
}

void open_judge(struct arena *mem, struct open_crowd c, const struct belief_answer *answer,
		int count, int groups, int64_t *z, int64_t *others)
{
	struct arena_mark mark = arena_mark(mem);
	double *sum = NEW_MANY(mem, double, (size_t)groups);
	int *size = NEW_MANY(mem, int, (size_t)groups);
	int64_t *less = NEW_MANY(mem, int64_t, (size_t)groups + 1);

	for (int i = 0; i < count; i++) {
		sum[answer[i].label] += odds_of(c, &answer[i]);
		size[answer[i].label]++;
	}
	normalise(c, sum, size, groups, z);
	for (int i = 0; others != NULL && i < count; i++) {
		const int g = answer[i].label;
		const double own = odds_of(c, &answer[i]), was = sum[g];

		sum[g] -= own;
		size[g]--;
		normalise(c, sum, size, groups, less);
		others[i] = size[g] > 0 ? less[g] :
					  (int64_t)((double)less[groups] * right_of(c, &answer[i]));
		sum[g] = was;
		size[g]++;
	}
	arena_reset(mem, mark);
}

void open_wrong(const int *label, const int64_t *believed, int count, int64_t *both_same,
		int64_t *both)
{
	*both_same = *both = 0;
	for (int i = 0; i < count; i++)
		for (int j = i + 1; j < count; j++) {
			const bool same = label[i] == label[j];
			const int64_t right = believed[i] + (same ? 0 : believed[j]);
			const int64_t wrong = right < BELIEF_ONE ? BELIEF_ONE - right : 0;

			*both += wrong;
			*both_same += same ? wrong : 0;
		}
}

void open_weigh(struct open_crowd c, const struct belief_answer *answer, int count, int *weight)
{
	double most = -HUGE_VAL;

	for (int i = 0; i < count; i++)
		most = fmax(most, odds_of(c, &answer[i]) - log(c.alike));
	for (int i = 0; i < count; i++) {
		const double adds = odds_of(c, &answer[i]) - log(c.alike);

		weight[i] = most <= 0 || adds >= 0.75 * most ? 2 : adds >= 0.25 * most ? 1 : 0;
	}
}

double open_sure(const int64_t *z, int answers, struct belief_trust trust)
{
	return belief_sure((const int64_t[]){ z[0], BELIEF_ONE - z[0] }, 2, answers, 0, trust);
}

bool open_is_enough(struct open_crowd c, const int64_t *z, int groups, int answers,
		    struct belief_trust trust, struct belief_rule rule)
{
	int64_t second = 0;

	if (answers < rule.least || answers >= rule.most)
		return answers >= rule.most;
	for (int g = 1; g <= groups; g++)
		second = z[g] > second ? z[g] : second;
	if (second > z[0])
		return false;
	const double right = open_sure(z, answers, trust);

	return right >= rule.target ||
	       !belief_may_turn(
		       &(struct belief_stand){
			       .right = right,
			       .other = (1 - right) * (double)second /
					fmax((double)(BELIEF_ONE - z[0]), 1),
			       .odds = log(fmax((double)z[0], 0.5) / fmax((double)second, 0.5)),
			       .mean = c.mean,
			       .slip = fmin((1 - c.mean) * c.alike, c.mean / 2) },
		       rule.most - answers, rule.target);
}
