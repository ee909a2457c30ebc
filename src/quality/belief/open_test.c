/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/belief/open.h"
#include <math.h>
#include "tests/test.h"

enum { WORKERS = 12, TASKS = 600, EACH = 5 };

static const struct open_crowd usual = { 0.8, 0.1 };

static struct belief_sums fresh(void)
{
	return (struct belief_sums){ .answers = 0 };
}

/* What is thought of `count` fresh workers' answers in these groups. */
static void judge(struct ctx *c, const int *label, int count, int groups, int64_t *z,
		  int64_t *others)
{
	static struct belief_sums sums;
	struct belief_answer answer[16];

	sums = fresh();
	for (int i = 0; i < count; i++)
		answer[i] = (struct belief_answer){ &sums, 0, label[i] };
	open_judge(c->mem, usual, answer, count, groups, z, others);
}

TEST(open, one_answer_is_believed_as_its_worker_is)
{
	int64_t z[2], others[1];

	judge(c, (int[]){ 0 }, 1, 1, z, others);
	WANT_I64(800000, z[0]);
	WANT_I64(200000, z[1]);
	WANT_I64(800000, others[0]); /* there are no others: what is thought of the crowd */
}

TEST(open, two_that_are_the_same_are_believed_by_how_rarely_errors_are)
{
	int64_t z[2];

	judge(c, (int[]){ 0, 0 }, 2, 1, z, NULL);
	/* odds 16 / .1 */
	WANT(llabs(z[0] - 160 * 1000000LL / 161) <= 1);
}

TEST(open, it_is_the_one_coin_model_where_errors_are_spread_over_a_list)
{
	/* K values: q = 1/(K-1); two for one value, one for another. */
	const double p = 0.8, slip = 0.2 / 10;
	const double one = p * p * slip, other = slip * slip * p, none = 9 * slip * slip * slip;
	int64_t z[3];

	judge(c, (int[]){ 0, 0, 1 }, 3, 2, z, NULL);
	/* One coin gives the nine values that nobody said nine shares, here they are one event. */
	WANT(fabs((double)z[0] / 1e6 - one / (one + other + none)) < 2e-3);
	WANT(z[0] + z[1] + z[2] > 999997 && z[0] + z[1] + z[2] < 1000003);
}

TEST(open, renaming_groups_and_shuffling_answers_changes_nothing)
{
	int64_t a[4], b[4], one[6], two[6];

	judge(c, (int[]){ 0, 0, 1, 2, 0, 1 }, 6, 3, a, one);
	judge(c, (int[]){ 2, 1, 2, 0, 1, 2 }, 6, 3, b, two);
	WANT_I64(a[0], b[2]);
	WANT_I64(a[1], b[1]);
	WANT_I64(a[2], b[0]);
	WANT_I64(a[3], b[3]);
	WANT_I64(one[0], two[0]);
	WANT_I64(one[2], two[1]);
	WANT_I64(one[3], two[3]);
}

TEST(open, more_that_agree_are_never_less_sure_and_nobody_vouches_for_himself)
{
	int label[8] = { 0 };
	int64_t z[3], others[8], before = 0;

	for (int n = 1; n <= 8; n++) {
		judge(c, label, n, 1, z, others);
		WANT(z[0] >= before);
		WANT(n == 1 || others[0] < z[0] || z[0] == BELIEF_ONE);
		before = z[0];
	}
	judge(c, (int[]){ 0, 0, 1 }, 3, 2, z, others);
	WANT(others[2] < 10000);			/* two others say something else */
	WANT(others[0] > 400000 && others[0] < 500000); /* one says this, one that, or neither */
}

TEST(open, nothing_stops_below_its_least_or_goes_on_past_its_most)
{
	static const int64_t sure[3] = { 999990, 5, 5 }, torn[3] = { 400000, 400000, 200000 },
			     lost[3] = { 300000, 600000, 100000 };
	const struct belief_rule rule = { 0.95, 2, 5 };

	WANT(!open_is_enough(usual, sure, 2, 1, BELIEF_USUAL, rule));
	WANT(open_is_enough(usual, sure, 2, 2, BELIEF_USUAL, rule));
	for (int n = 2; n < 5; n++) {
		WANT(!open_is_enough(usual, torn, 2, n, BELIEF_USUAL, rule));
		WANT(!open_is_enough(usual, lost, 2, n, BELIEF_USUAL, rule));
	}
	WANT(open_is_enough(usual, torn, 2, 5, BELIEF_USUAL, rule));
}

TEST(open, whose_word_is_worth_nothing_does_not_count)
{
	struct belief_sums good = { .answers = 100, .right = 95LL * BELIEF_ONE },
			   fair = { .answers = 100, .right = 50LL * BELIEF_ONE },
			   bad = { .answers = 100, .right = 1LL * BELIEF_ONE };
	struct belief_answer answer[] = { { &good, 0, 0 }, { &fair, 0, 1 }, { &bad, 0, 2 } };
	int weight[3];

	open_weigh(usual, answer, 3, weight);
	WANT_I64(2, weight[0]);
	WANT_I64(1, weight[1]);
	WANT_I64(0, weight[2]);
	open_weigh(usual, &answer[2], 1, weight);
	WANT_I64(2, weight[0]);
}

TEST(open, strange_sums_give_numbers)
{
	struct belief_sums odd = { .answers = -3, .right = -5LL * BELIEF_ONE };
	const struct open_crowd crowd = open_ready(&odd, -1, -1);
	struct belief_answer answer[] = { { &odd, 0, 0 }, { &odd, 9, 1 } };
	int64_t z[3], others[2];
	int weight[2];

	WANT(crowd.mean >= 0.1 && crowd.mean <= 0.99);
	WANT(crowd.alike >= 1e-3 && crowd.alike <= 0.5);
	open_judge(c->mem, crowd, answer, 2, 2, z, others);
	WANT(z[0] >= 0 && z[0] <= BELIEF_ONE && z[2] >= 0);
	open_judge(c->mem, crowd, answer, 0, 1, z, NULL);
	WANT_I64(BELIEF_ONE, z[1]);
	open_weigh(crowd, answer, 2, weight);
	WANT(weight[0] == 2 || weight[1] == 2);
}

/* --- a crowd whose truth is known --- */

struct crowd {
	struct belief_sums worker[WORKERS], all;
	int64_t both_same, both;
	int who[TASKS][EACH], value[TASKS][EACH]; /* value 0 is the truth */
	int label[TASKS][EACH], groups[TASKS];
	int64_t believed[TASKS][EACH], same[TASKS], pairs[TASKS];
};

/* Worker w is right with .35 + .05 w; one error in five is what an earlier error was. */
static void answer_all(struct ctx *c, struct crowd *k)
{
	for (int t = 0; t < TASKS; t++) {
		int fresh_value = 1, wrong = -1;

		for (int i = 0; i < EACH; i++) {
			k->who[t][i] = (int)(((unsigned)t * 5 + (unsigned)i * 7) % WORKERS);
			if ((int)(ctx_random(c) % 100) < 35 + 5 * k->who[t][i])
				k->value[t][i] = 0;
			else if (wrong >= 0 && ctx_random(c) % 5 == 0)
				k->value[t][i] = wrong;
			else
				wrong = k->value[t][i] = fresh_value++;
		}
	}
}

static void count(struct crowd *k, int t, int sign)
{
	for (int i = 0; i < EACH; i++) {
		struct belief_sums *s = &k->worker[k->who[t][i]];

		s->answers += sign;
		s->right += sign * k->believed[t][i];
		k->all.answers += sign;
		k->all.right += sign * k->believed[t][i];
	}
	k->both_same += sign * k->same[t];
	k->both += sign * k->pairs[t];
}

/* Judges task t without its part in the sums and counts it anew; the believed share of the best
 * group goes to `claim`. True when that is the truth. */
static bool judge_anew(struct ctx *c, struct crowd *k, int t, bool first, double *claim)
{
	struct arena_mark mark = arena_mark(c->mem);
	struct belief_answer answer[EACH];
	int value[EACH] = { 0 }, groups = 0, best = 0;
	int64_t z[EACH + 1];

	if (!first)
		count(k, t, -1);
	for (int i = 0; i < EACH; i++) {
		int g = 0;

		while (g < groups && value[g] != k->value[t][i])
			g++;
		if (g == groups)
			value[groups++] = k->value[t][i];
		k->label[t][i] = g;
		answer[i] = (struct belief_answer){ &k->worker[k->who[t][i]], 0, g };
	}
	open_judge(c->mem, open_ready(&k->all, k->both_same, k->both), answer, EACH, groups, z,
		   NULL);
	for (int i = 0; i < EACH; i++)
		k->believed[t][i] = z[k->label[t][i]];
	open_wrong(k->label[t], k->believed[t], EACH, &k->same[t], &k->pairs[t]);
	count(k, t, 1);
	for (int g = 1; g < groups; g++)
		best = z[g] > z[best] ? g : best;
	*claim = (double)z[best] / BELIEF_ONE;
	arena_reset(c->mem, mark);
	return value[best] == 0;
}

static double plurality(const struct crowd *k)
{
	double right = 0;

	for (int t = 0; t < TASKS; t++) {
		int votes[EACH] = { 0 }, most = 0, tied = 0, of_truth = 0;

		for (int i = 0; i < EACH; i++)
			for (int j = 0; j < EACH; j++)
				votes[i] += k->value[t][j] == k->value[t][i];
		for (int i = 0; i < EACH; i++) {
			most = votes[i] > most ? votes[i] : most;
			of_truth = k->value[t][i] == 0 ? votes[i] : of_truth;
		}
		for (int i = 0; i < EACH; i++)
			tied += votes[i] == most;
		right += of_truth == most ? (double)most / tied : 0;
	}
	return right / TASKS;
}

TEST(open, a_crowd_is_known_from_its_agreement_and_its_claims_hold)
{
	struct crowd *k = NEW(c->mem, struct crowd);
	double right = 0, claimed = 0, far = 0, claim;

	answer_all(c, k);
	for (int round = 0; round < 4; round++) {
		right = claimed = 0;
		for (int t = 0; t < TASKS; t++) {
			right += judge_anew(c, k, t, round == 0, &claim);
			claimed += claim;
		}
	}
	for (int w = 0; w < WORKERS; w++)
		far += fabs((double)k->worker[w].right / BELIEF_ONE / (double)k->worker[w].answers -
			    (0.35 + 0.05 * w)) /
		       WORKERS;
	WANT(far < 0.06);
	WANT(right / TASKS > plurality(k));
	WANT(fabs(claimed - right) / TASKS < 0.03);
	const struct open_crowd found = open_ready(&k->all, k->both_same, k->both);
	WANT(found.alike > 0.05 && found.alike < 0.3);
	for (int t = 0; t < TASKS; t++)
		count(k, t, -1);
	WANT_I64(0, k->all.right); /* to the last unit */
	WANT_I64(0, k->both_same);
	WANT_I64(0, k->both);
}
