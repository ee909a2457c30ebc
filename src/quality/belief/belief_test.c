/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/belief/belief.h"
#include <math.h>
#include "model/model.h"
#include "tests/test.h"

enum { TASKS = 80, WORKERS = 6, CLASSES = 3 };

/* A seeded crowd: worker w is right with .9 - .1 w, else any other class. */
static void crowd_of(struct ctx *c, uint32_t *key, int32_t *from)
{
	for (int t = 0; t < TASKS; t++) {
		uint32_t truth = (uint32_t)(t % CLASSES);

		from[t] = t * WORKERS;
		for (uint32_t w = 0; w < WORKERS; w++) {
			bool right = ctx_random(c) % 100 < 90 - 10 * w;
			uint32_t off = right ? 0 : 1 + (uint32_t)(ctx_random(c) % 2);
			uint32_t label = (truth + off) % CLASSES;

			key[t * WORKERS + (int)w] = w * CLASSES + label;
		}
	}
	from[TASKS] = TASKS * WORKERS;
}

TEST(belief, the_posterior_from_the_sums_of_a_fit_is_that_of_the_fit)
{
	static uint32_t key[TASKS * WORKERS];
	static int32_t from[TASKS + 1];
	struct belief_sums sums[WORKERS];
	struct belief_crowd crowd;
	struct model_fit fit;

	crowd_of(c, key, from);
	struct model_answers a = { TASKS, WORKERS, CLASSES, from, key, NULL };
	model_run(c->mem, MODEL_SHRUNK, &a, &(struct model_options){ 0 }, &fit);
	belief_crowd_make(c->mem, CLASSES, &crowd);
	for (int w = 0; w < WORKERS; w++)
		sums[w] = belief_sums_make(c->mem, CLASSES);
	for (int t = 0; t < TASKS; t++) {
		int64_t z[CLASSES];

		for (int k = 0; k < CLASSES; k++) {
			z[k] = (int64_t)((double)fit.posterior[t * CLASSES + k] * 1e6 + 0.5);
			crowd.of_class[k] += z[k];
		}
		crowd.questions++;
		for (int i = from[t]; i < from[t + 1]; i++) {
			belief_add(&sums[key[i] / CLASSES], CLASSES, key[i] % CLASSES, z, 1);
			belief_add(&crowd.sums, CLASSES, key[i] % CLASSES, z, 1);
		}
	}
	belief_ready(&crowd);
	for (int t = 0; t < TASKS; t++) {
		struct belief_answer answer[WORKERS];
		int64_t z[CLASSES];

		for (int i = 0; i < WORKERS; i++)
			answer[i] = (struct belief_answer){ &sums[key[from[t] + i] / CLASSES], 0,
							    key[from[t] + i] % CLASSES };
		belief_judge(c->mem, &crowd, answer, WORKERS, z, NULL, NULL);
		/* The prior of the crowd's mean, which the fit does not have, moves it a little. */
		for (int k = 0; k < CLASSES; k++)
			WANT(fabs((double)z[k] / 1e6 - (double)fit.posterior[t * CLASSES + k]) <
			     0.01);
	}
}

TEST(belief, what_was_added_can_be_taken_away_to_the_last_unit)
{
	struct belief_sums s = belief_sums_make(c->mem, CLASSES);
	int64_t z[CLASSES] = { 333333, 333334, 333333 };

	belief_add(&s, CLASSES, 1, z, 1);
	WANT_I64(333334, s.right);
	belief_add(&s, CLASSES, 1, z, -1);
	WANT_I64(0, s.answers);
	WANT_I64(0, s.right);
	for (int i = 0; i < CLASSES * CLASSES; i++)
		WANT_I64(0, s.count[i]);
}

TEST(belief, an_answer_does_not_vouch_for_itself)
{
	struct belief_sums s = belief_sums_make(c->mem, 2);
	struct belief_answer answer[] = { { &s, 0, 0 }, { &s, 0, 1 }, { &s, 0, 1 } };
	struct belief_crowd crowd;
	int64_t z[2], others[3];

	belief_crowd_make(c->mem, 2, &crowd);
	belief_ready(&crowd);
	belief_judge(c->mem, &crowd, answer, 3, z, NULL, others);
	WANT(z[1] > 700000);
	WANT(others[0] < z[0]);
	WANT(others[1] > 490000 && others[1] < 510000); /* one says this, one that */
}

TEST(belief, no_answers_and_many_classes_are_fine)
{
	struct belief_sums s = belief_sums_make(c->mem, 200);
	struct belief_answer answer[] = { { &s, 3, 199 }, { &s, 0, 199 } };
	struct belief_crowd crowd;
	int64_t z[200];

	WANT(s.count == NULL);
	belief_crowd_make(c->mem, 200, &crowd);
	belief_ready(&crowd);
	belief_judge(c->mem, &crowd, answer, 2, z, NULL, NULL);
	WANT(z[199] > 900000);
	belief_judge(c->mem, &crowd, answer, 0, z, NULL, NULL);
	WANT_I64(5000, z[0]);
}

TEST(belief, claims_that_were_wrong_make_the_next_ones_smaller)
{
	static const int64_t z[2] = { 990000, 10000 };
	struct belief_known known[40];
	double before[2], after[2];

	for (int i = 0; i < 40; i++)
		known[i] = (struct belief_known){ z, i % 10 < 7 ? 0 : 1, 0, 5, 1 };
	struct belief_trust trust = belief_learn(BELIEF_USUAL, 1, known, 40, 2);
	WANT(trust.sure / (1 + 4 * trust.alike) < 1 / (1 + 4 * BELIEF_USUAL.alike));
	belief_calm(z, 2, 5, BELIEF_USUAL, before);
	belief_calm(z, 2, 5, trust, after);
	WANT(after[0] < before[0]);
	WANT(after[0] > 0.65 && after[0] < 0.8);
	WANT(belief_learn(BELIEF_USUAL, 1, known, 0, 2).alike <= BELIEF_USUAL.alike);
}

TEST(belief, the_shift_brings_claims_to_the_share_that_was_right)
{
	static const int64_t z[3] = { 900000, 80000, 20000 };
	struct belief_trust trust = BELIEF_USUAL;
	struct belief_known known[400];

	const double before = belief_sure(z, 3, 2, 0, trust);
	for (int i = 0; i < 400; i++)
		known[i] = (struct belief_known){ z, i % 2, 0, 2, 1 };
	trust.shift = belief_shift(trust, BELIEF_USUAL, BELIEF_SHIFTS, known, 400, 3);
	WANT(before > 0.75);
	WANT(belief_sure(z, 3, 2, 0, trust) < 0.52);
	/* Two of them are hardly anything. */
	trust.shift = belief_shift(trust, BELIEF_USUAL, BELIEF_SHIFTS, known, 2, 3);
	WANT(belief_sure(z, 3, 2, 0, trust) > 0.65);
	trust.shift = belief_shift(trust, BELIEF_USUAL, BELIEF_SHIFTS, known, 0, 3);
	WANT(belief_sure(z, 3, 2, 0, trust) >= before);
}

TEST(belief, without_a_shift_the_claim_of_a_class_is_its_calmed_share)
{
	static const int64_t z[3] = { 600000, 300000, 100000 };
	double calm[3];

	belief_calm(z, 3, 4, BELIEF_USUAL, calm);
	for (int k = 0; k < 3; k++)
		WANT(fabs(belief_sure(z, 3, 4, k, BELIEF_USUAL) - calm[k]) < 1e-12);
}

/* A crowd that is right with .8 in 1,000 answers to questions with two classes. */
static struct belief_crowd usual_crowd(struct ctx *c)
{
	struct belief_crowd crowd;

	belief_crowd_make(c->mem, 2, &crowd);
	crowd.sums.answers = 1000;
	crowd.sums.right = (int64_t)800 * BELIEF_ONE;
	belief_ready(&crowd);
	return crowd;
}

TEST(belief, no_question_stops_below_its_least_or_goes_on_past_its_most)
{
	static const int64_t sure[2] = { 999999, 1 }, torn[2] = { 500000, 500000 };
	struct belief_crowd crowd = usual_crowd(c);
	struct belief_rule rule = { 0.95, 2, 5 };

	WANT(!belief_is_enough(&crowd, sure, 1, BELIEF_USUAL, rule));
	WANT(belief_is_enough(&crowd, sure, 2, BELIEF_USUAL, rule));
	for (int n = 2; n < 5; n++)
		WANT(!belief_is_enough(&crowd, torn, n, BELIEF_USUAL, rule));
	WANT(belief_is_enough(&crowd, torn, 5, BELIEF_USUAL, rule));
}

TEST(belief, nothing_is_asked_when_all_that_is_left_could_not_turn_the_result)
{
	static const int64_t claim[2] = { 950000, 50000 };
	struct belief_crowd crowd = usual_crowd(c);
	/* Three e-folds of odds are three answers more against it than for it; two are left. */
	struct belief_rule rule = { 0.99, 2, 10 };

	WANT(belief_is_enough(&crowd, claim, 8, BELIEF_USUAL, rule));
	WANT(!belief_is_enough(&crowd, claim, 4, BELIEF_USUAL, rule));
}
