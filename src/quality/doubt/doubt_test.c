/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "quality/doubt/doubt.h"
#include <stdio.h>
#include "tests/test.h"

enum { TASKS = 1200, EACH = 5, WORKERS = 40, CLASSES = 4, ANSWERS = TASKS * EACH };

/* What is simulated of a crowd: the rest is honest, right in .6 to .95 of the cases. */
struct world {
	int copies;  /* workers 0 .. copies - 1 hand in one sheet of guesses */
	bool hasty;  /* worker 10 takes a tenth of the time, and guesses */
	bool quick;  /* worker 11 takes a tenth of the time, and is right */
	bool steady; /* worker 12 says 0 to all */
	int trap;    /* of 100 questions, so many have a wrong answer that most who err give */
	int skewed;  /* of 100 questions, so many are of class 0 */
};

struct crowd {
	uint32_t key[ANSWERS];
	int32_t from[TASKS + 1], ms[ANSWERS];
	struct belief_sums worker[WORKERS];
	double right[WORKERS];
	struct belief_crowd crowd;
	struct model_answers a;
};

static int percent(struct ctx *c)
{
	return (int)(ctx_random(c) % 100);
}

static uint32_t said(struct ctx *c, const struct world *w, uint32_t worker, uint32_t truth,
		     uint32_t sheet, bool trap)
{
	if ((int)worker < w->copies)
		return sheet;
	if (w->hasty && worker == 10)
		return (uint32_t)(ctx_random(c) % CLASSES);
	if (w->steady && worker == 12)
		return 0;
	if (percent(c) < (worker == 11 ? 97 : 60 + (int)(worker * 7) % 36))
		return truth;
	return (truth + (trap && percent(c) < 70 ? 1 : 1 + (uint32_t)(ctx_random(c) % 3))) %
	       CLASSES;
}

static void answer_all(struct ctx *c, const struct world *w, struct crowd *out)
{
	for (uint32_t t = 0; t < TASKS; t++) {
		uint32_t truth = percent(c) < w->skewed ? 0 : (uint32_t)(ctx_random(c) % CLASSES);
		uint32_t sheet = (uint32_t)(ctx_random(c) % CLASSES);
		uint32_t first = (uint32_t)(ctx_random(c) % WORKERS);
		bool trap = percent(c) < w->trap;

		out->from[t] = (int32_t)t * EACH;
		for (uint32_t i = 0; i < EACH; i++) {
			uint32_t worker = (first + i * (i < 3 ? 1 : 5)) % WORKERS;
			bool fast = (w->hasty && worker == 10) || (w->quick && worker == 11);

			out->key[t * EACH + i] =
				worker * CLASSES + said(c, w, worker, truth, sheet, trap);
			out->ms[t * EACH + i] = (fast ? 1000 : 10000) + percent(c) * 20;
		}
	}
	out->from[TASKS] = ANSWERS;
	out->a = (struct model_answers){ TASKS, WORKERS, CLASSES, out->from, out->key, NULL };
}

static void believe_all(struct ctx *c, struct crowd *o)
{
	struct model_fit fit;

	model_run(c->mem, MODEL_SHRUNK, &o->a, &(struct model_options){ 0 }, &fit);
	belief_crowd_make(c->mem, CLASSES, &o->crowd);
	for (int w = 0; w < WORKERS; w++)
		o->worker[w] = belief_sums_make(c->mem, CLASSES);
	for (int32_t t = 0; t < TASKS; t++) {
		int64_t z[CLASSES];

		for (int k = 0; k < CLASSES; k++) {
			z[k] = (int64_t)((double)fit.posterior[t * CLASSES + k] * 1e6 + 0.5);
			o->crowd.of_class[k] += z[k];
		}
		o->crowd.questions++;
		for (int32_t i = o->from[t]; i < o->from[t + 1]; i++) {
			belief_add(&o->worker[o->key[i] / CLASSES], CLASSES,
				   (int)(o->key[i] % CLASSES), z, 1);
			belief_add(&o->crowd.sums, CLASSES, (int)(o->key[i] % CLASSES), z, 1);
		}
	}
	belief_ready(&o->crowd);
	for (int w = 0; w < WORKERS; w++)
		o->right[w] = (double)o->worker[w].right / 1e6 / (double)(o->worker[w].answers + 1);
}

static size_t doubts(struct ctx *c, struct world w, struct doubt **out)
{
	struct crowd *o = NEW(c->mem, struct crowd);
	size_t count;

	answer_all(c, &w, o);
	believe_all(c, o);
	doubt_find(c->mem, &(struct doubt_crowd){ &o->a, o->ms, o->worker, o->right, &o->crowd },
		   out, &count);
	return count;
}

TEST(doubt, an_honest_crowd_is_not_doubted)
{
	struct doubt *d;
	size_t wrong = 0;

	for (int round = 0; round < 20; round++)
		wrong += doubts(c, (struct world){ .skewed = round * 4 }, &d);
	WANT_I64(0, wrong);
}

TEST(doubt, questions_that_mislead_everybody_make_nobody_a_copyist)
{
	struct doubt *d;
	size_t wrong = 0;

	for (int round = 0; round < 20; round++)
		wrong += doubts(c, (struct world){ .trap = 40 }, &d);
	WANT_I64(0, wrong);
}

TEST(doubt, who_hands_in_one_sheet_is_found_and_nobody_else)
{
	int found = 0, wrong = 0;

	for (int round = 0; round < 20; round++) {
		struct doubt *d;
		size_t n = doubts(c, (struct world){ .copies = 3, .trap = 20 }, &d);

		for (size_t i = 0; i < n; i++) {
			bool copies = d[i].what == DOUBT_ALIKE && d[i].other < 3;

			found += copies;
			wrong += !copies;
		}
	}
	printf("copyists: %d of 60 pairs found, %d wrongly suspected\n", found, wrong);
	WANT(found >= 54);
	WANT_I64(0, wrong);
}

TEST(doubt, who_is_fast_and_guesses_is_found_and_who_is_fast_and_right_is_not)
{
	int found = 0, wrong = 0;

	for (int round = 0; round < 20; round++) {
		struct doubt *d;
		size_t n = doubts(c, (struct world){ .hasty = true, .quick = true }, &d);

		for (size_t i = 0; i < n; i++) {
			found += d[i].what == DOUBT_FAST && d[i].worker == 10;
			wrong += d[i].worker != 10;
		}
	}
	WANT_I64(20, found);
	WANT_I64(0, wrong);
}

TEST(doubt, one_answer_to_everything_is_found_unless_it_is_nearly_always_right)
{
	struct doubt *d;

	for (int round = 0; round < 20; round++) {
		WANT_I64(1, doubts(c, (struct world){ .steady = true }, &d));
		WANT(d[0].what == DOUBT_CONSTANT && d[0].worker == 12 && d[0].label == 0);
		WANT_I64(0, doubts(c, (struct world){ .steady = true, .skewed = 98 }, &d));
	}
}

TEST(doubt, of_few_answers_nothing_is_said)
{
	static const uint32_t key[] = { 0, 2, 0, 2, 0, 2 };
	static const int32_t from[] = { 0, 2, 4, 6 }, ms[] = { 1, 9000, 1, 9000, 1, 9000 };
	struct model_answers a = { 3, 2, 2, from, key, NULL };
	struct belief_sums worker[2] = { belief_sums_make(c->mem, 2), belief_sums_make(c->mem, 2) };
	const double right[2] = { 0, 0 };
	struct belief_crowd crowd;
	struct doubt *d;
	size_t count;

	belief_crowd_make(c->mem, 2, &crowd);
	belief_ready(&crowd);
	doubt_find(c->mem, &(struct doubt_crowd){ &a, ms, worker, right, &crowd }, &d, &count);
	WANT_I64(0, count);
	a.tasks = 0;
	doubt_find(c->mem, &(struct doubt_crowd){ &a, ms, worker, right, &crowd }, &d, &count);
	WANT_I64(0, count);
}

/* --- open questions --- */

/* Honest workers are right in .6 to .95 of the cases; else they say something of their own, or
 * with one in ten what another error is. */
struct open_world {
	uint32_t key[ANSWERS], value[ANSWERS];
	uint16_t group[ANSWERS];
	int32_t from[TASKS + 1], ms[ANSWERS];
	struct belief_sums worker[WORKERS], all;
	double right[WORKERS];
};

static uint32_t said_open(struct ctx *c, const struct world *w, uint32_t worker, uint32_t t,
			  uint32_t sheet)
{
	if ((int)worker < w->copies)
		return sheet;
	if (w->steady && worker == 12)
		return 7;
	if (!(w->hasty && worker == 10) && percent(c) < 60 + (int)(worker * 7) % 36)
		return percent(c) < w->skewed ? 7 : 1000 * (t + 1);
	return 1000 * (t + 1) + (percent(c) < 10 ? 1 : 2 + (uint32_t)(ctx_random(c) % 900));
}

static size_t open_doubts(struct ctx *c, struct world w, struct doubt **out)
{
	struct open_world *o = NEW(c->mem, struct open_world);
	int64_t both_same = 0, both = 0;
	size_t count;

	for (uint32_t t = 0; t < TASKS; t++) {
		uint32_t sheet = 1000 * (t + 1) + 950 + (uint32_t)(ctx_random(c) % 2);
		uint32_t first = (uint32_t)(ctx_random(c) % WORKERS);

		o->from[t] = (int32_t)t * EACH;
		for (uint32_t i = 0; i < EACH; i++) {
			uint32_t at = t * EACH + i, g = 0;
			bool fast;

			o->key[at] = (first + i * (i < 3 ? 1 : 5)) % WORKERS;
			fast = w.hasty && o->key[at] == 10;
			o->ms[at] = (fast ? 1000 : 10000) + percent(c) * 20;
			o->value[at] = said_open(c, &w, o->key[at], t, sheet);
			while (g < i && o->value[t * EACH + g] != o->value[at])
				g++;
			o->group[at] = (uint16_t)(g < i ? o->group[t * EACH + g] : i);
		}
	}
	o->from[TASKS] = ANSWERS;
	for (int round = 0; round < 3; round++) {
		struct open_crowd crowd = open_ready(&o->all, both_same, both);
		struct belief_sums before[WORKERS];

		memcpy(before, o->worker, sizeof(before));
		memset(o->worker, 0, sizeof(o->worker));
		o->all = (struct belief_sums){ 0 };
		both_same = both = 0;
		for (int t = 0; t < TASKS; t++) {
			struct belief_answer answer[EACH];
			int64_t z[EACH + 1], believed[EACH], same, pairs;
			int label[EACH];

			for (int i = 0; i < EACH; i++) {
				label[i] = o->group[t * EACH + i];
				answer[i] = (struct belief_answer){ &before[o->key[t * EACH + i]],
								    0, label[i] };
			}
			open_judge(c->mem, crowd, answer, EACH, EACH, z, NULL);
			for (int i = 0; i < EACH; i++) {
				struct belief_sums *s = &o->worker[o->key[t * EACH + i]];

				believed[i] = z[label[i]];
				s->answers++;
				s->right += believed[i];
				o->all.answers++;
				o->all.right += believed[i];
			}
			open_wrong(label, believed, EACH, &same, &pairs);
			both_same += same;
			both += pairs;
		}
	}
	for (int n = 0; n < WORKERS; n++)
		o->right[n] = (double)o->worker[n].right / 1e6 / (double)(o->worker[n].answers + 1);
	struct model_answers a = { TASKS, WORKERS, 1, o->from, o->key, NULL };
	doubt_find_open(c->mem,
			&(struct doubt_open){ &a, o->ms, o->group, o->value, o->worker, o->right,
					      open_ready(&o->all, both_same, both) },
			out, &count);
	return count;
}

/* What is found in a world of that form; the bodies of its two tests. */
typedef size_t finder(struct ctx *, struct world, struct doubt **);

static void honest_is_not_doubted(struct ctx *c, finder *find, int least, int step)
{
	struct doubt *d;
	size_t wrong = 0;

	for (int round = 0; round < 20; round++)
		wrong += find(c, (struct world){ .skewed = least + round * step }, &d);
	WANT_I64(0, wrong);
}

static void wrongdoers_are_found(struct ctx *c, finder *find, const char *form)
{
	int pairs = 0, fast = 0, constant = 0, wrong = 0;

	for (int round = 0; round < 20; round++) {
		struct doubt *d;
		size_t n =
			find(c, (struct world){ .copies = 3, .hasty = true, .steady = true }, &d);

		for (size_t i = 0; i < n; i++) {
			bool copies = d[i].what == DOUBT_ALIKE && d[i].other < 3;
			bool quick = d[i].what == DOUBT_FAST && d[i].worker == 10;
			bool same = d[i].what == DOUBT_CONSTANT && d[i].worker == 12;

			pairs += copies;
			fast += quick;
			constant += same;
			wrong += !copies && !quick && !same;
		}
	}
	printf("%s: %d of 60 pairs, %d and %d of 20, %d wrongly suspected\n", form, pairs, fast,
	       constant, wrong);
	WANT(pairs >= 54);
	WANT_I64(20, fast);
	WANT_I64(20, constant);
	WANT_I64(0, wrong);
}

TEST(doubt, of_open_questions_an_honest_crowd_is_not_doubted)
{
	honest_is_not_doubted(c, open_doubts, 0, 4);
}

TEST(doubt, of_open_questions_who_copies_is_fast_or_says_one_thing_is_found_and_nobody_else)
{
	wrongdoers_are_found(c, open_doubts, "open");
}

TEST(doubt, one_text_to_everything_is_found_unless_all_say_it)
{
	struct doubt *d;

	for (int round = 0; round < 10; round++) {
		WANT_I64(1, open_doubts(c, (struct world){ .steady = true }, &d));
		WANT(d[0].what == DOUBT_CONSTANT && d[0].worker == 12);
		WANT_I64(0, open_doubts(c, (struct world){ .steady = true, .skewed = 100 }, &d));
	}
}

/* --- choices of many --- */

/* Six options. Honest workers tell each as it is in .92 to .99 of the cases, so all of them in .6
 * to .94. */
static size_t many_doubts(struct ctx *c, struct world w, struct doubt **out)
{
	enum { OPTIONS = 6 };
	struct open_world *o = NEW(c->mem, struct open_world);
	uint16_t *mark = NEW_MANY(c->mem, uint16_t, (size_t)ANSWERS * OPTIONS);
	size_t count;

	for (uint32_t t = 0; t < TASKS; t++) {
		uint32_t truth = 0, sheet = (uint32_t)(ctx_random(c) % 64);
		uint32_t first = (uint32_t)(ctx_random(c) % WORKERS);

		for (uint32_t q = 0; q < OPTIONS; q++)
			truth |= (uint32_t)(percent(c) < (w.skewed > 0 ? w.skewed : 30)) << q;
		o->from[t] = (int32_t)t * EACH;
		for (uint32_t i = 0; i < EACH; i++) {
			const uint32_t at = t * EACH + i;
			const uint32_t who = (first + i * (i < 3 ? 1 : 5)) % WORKERS;
			const bool fast = w.hasty && who == 10;

			o->key[at] = who;
			o->ms[at] = (fast ? 1000 : 10000) + percent(c) * 20;
			for (uint32_t q = 0; q < OPTIONS; q++) {
				const uint32_t slip = percent(c) >= 92 + (int)(who * 7) % 8;
				uint32_t chosen = (truth >> q & 1) ^ slip;

				if ((int)who < w.copies)
					chosen = sheet >> q & 1;
				else if (fast)
					chosen = (uint32_t)(ctx_random(c) % 2);
				else if (w.steady && who == 12)
					chosen = q == 2;
				mark[at * OPTIONS + q] = (uint16_t)chosen;
			}
		}
	}
	o->from[TASKS] = ANSWERS;
	struct model_answers a = { TASKS, WORKERS, 1, o->from, o->key, NULL };
	doubt_find_many(c->mem, &(struct doubt_many){ &a, o->ms, mark, OPTIONS }, out, &count);
	return count;
}

TEST(doubt, of_choices_of_many_an_honest_crowd_is_not_doubted)
{
	honest_is_not_doubted(c, many_doubts, 3, 3);
}

TEST(doubt, of_choices_of_many_who_copies_is_fast_or_says_one_thing_is_found_and_nobody_else)
{
	wrongdoers_are_found(c, many_doubts, "many");
}
