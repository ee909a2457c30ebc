/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What must hold of the methods for numbers, texts, pairs and shapes, whatever the answers:
 * renaming renames, a perfect worker does not hurt, and small and strange crowds have sound
 * results. model_test.c has the same of the methods for one label.
 */
#include "model/model_test_in.h"

enum { TASKS = 12, WORKERS = 7, ROUNDS = 40 };

/* Who answers which task: at [new task][new worker] the old number of the answer, or -1. */
struct sheet {
	int32_t tasks, workers;
	int32_t from[TASKS + 1];
	uint32_t worker[TASKS * WORKERS];
	int32_t answer[TASKS * WORKERS]; /* old task * WORKERS + old worker */
};

static void fill(struct sheet *s, const bool *there, const int32_t *task_to, const int32_t *who_to)
{
	int32_t at = 0;

	for (int32_t to = 0; to < s->tasks; to++) {
		for (int32_t who = 0; who < s->workers; who++)
			for (int32_t i = 0; i < TASKS * WORKERS; i++)
				if (there[i] && task_to[i / WORKERS] == to &&
				    who_to[i % WORKERS] == who) {
					s->worker[at] = (uint32_t)who;
					s->answer[at++] = i;
				}
		s->from[to + 1] = at;
	}
}

static const int32_t as_is[TASKS] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };

/* Three of four answers are there; each task has one of the first worker at least. */
static bool *some_there(struct ctx *c)
{
	bool *there = NEW_MANY(c->mem, bool, (size_t)TASKS *WORKERS);

	for (int32_t i = 0; i < TASKS * WORKERS; i++)
		there[i] = i % WORKERS == 0 || dice(c, 4) > 0;
	return there;
}

static struct sheet *sheet_of(struct ctx *c, const bool *there, const int32_t *task_to,
			      const int32_t *who_to)
{
	struct sheet *s = NEW(c->mem, struct sheet);

	s->tasks = TASKS;
	s->workers = WORKERS;
	fill(s, there, task_to, who_to);
	return s;
}

/* --- numbers --- */

static struct model_number_fit fit_numbers(struct ctx *c, enum model_number_method method,
					   const struct sheet *s, const double *said)
{
	double *value = NEW_MANY(c->mem, double, (size_t)TASKS *WORKERS);
	const struct model_numbers a = { s->tasks, s->workers, s->from, s->worker, value };
	struct model_number_fit fit;

	for (int32_t i = 0; i < s->from[s->tasks]; i++)
		value[i] = said[s->answer[i]];
	model_number_run(c->mem, method, &a, &fit);
	return fit;
}

static double *some_numbers(struct ctx *c, bool perfect)
{
	double *said = NEW_MANY(c->mem, double, (size_t)TASKS *WORKERS);

	for (int32_t i = 0; i < TASKS * WORKERS; i++) {
		const int32_t task = i / WORKERS, who = i % WORKERS;
		const int32_t off = dice(c, 100 * (who + 1)) - 50 * (who + 1);

		said[i] = 10.0 * task + (perfect && who == WORKERS - 1 ? 0 : off / 10.0);
	}
	return said;
}

PLAIN_PROPERTY(model, renaming_tasks_and_workers_renames_numbers)
{
	const int32_t *task_to = shuffled(c, TASKS), *who_to = shuffled(c, WORKERS);
	const bool *there = some_there(c);
	const double *said = some_numbers(c, false);

	for (int m = 0; m < MODEL_NUMBERS; m++) {
		struct model_number_fit x = fit_numbers(c, (enum model_number_method)m,
							sheet_of(c, there, as_is, as_is), said);
		struct model_number_fit y = fit_numbers(c, (enum model_number_method)m,
							sheet_of(c, there, task_to, who_to), said);

		for (int32_t t = 0; t < TASKS; t++) {
			WANT(near(x.value[t], y.value[task_to[t]], 1e-6));
			WANT(near(x.error[t], y.error[task_to[t]], 1e-6));
		}
		for (int32_t w = 0; w < WORKERS; w++)
			WANT(near(1, x.weight[w] / y.weight[who_to[w]], 1e-6));
	}
}

PLAIN_TEST(model, a_perfect_worker_makes_numbers_no_worse_on_average)
{
	for (int m = 0; m < MODEL_NUMBERS; m++) {
		double off[2] = { 0 };

		for (int round = 0; round < ROUNDS; round++) {
			const double *said = some_numbers(c, true);
			bool *there = some_there(c);

			for (int with = 0; with < 2; with++) {
				for (int32_t t = 0; t < TASKS; t++)
					there[t * WORKERS + WORKERS - 1] = with == 1;
				struct model_number_fit fit =
					fit_numbers(c, (enum model_number_method)m,
						    sheet_of(c, there, as_is, as_is), said);
				for (int32_t t = 0; t < TASKS; t++)
					off[with] += fabs(fit.value[t] - 10.0 * t);
			}
		}
		WANT(off[1] <= off[0]);
	}
}

PLAIN_TEST(model, small_and_strange_crowds_have_sound_numbers)
{
	const double said[4] = { 5, 5, -3, 8 };
	const int32_t none[1] = { 0 }, one[2] = { 0, 1 }, tasks[3] = { 0, 2, 2 }, two[2] = { 0, 2 };
	const uint32_t who[2] = { 0, 1 };
	const struct model_numbers crowd[] = {
		{ 0, 0, none, who, said },    /* nobody, nothing */
		{ 1, 1, one, who, said },     /* one worker, one task */
		{ 2, 2, tasks, who, said },   /* all the same, and a task that nobody answers */
		{ 1, 2, two, who, said + 2 }, /* tied */
	};
	const double wanted[] = { 0, 5, 5, 2.5 };

	for (int m = 0; m < MODEL_NUMBERS; m++)
		for (int i = 0; i < 4; i++) {
			struct model_number_fit fit;

			model_number_run(c->mem, (enum model_number_method)m, &crowd[i], &fit);
			if (crowd[i].tasks > 0)
				WANT(near(wanted[i], fit.value[0], 1e-6));
			for (int32_t t = 0; t < crowd[i].tasks; t++)
				WANT(isfinite(fit.error[t]));
			for (int32_t w = 0; w < crowd[i].workers; w++)
				WANT(isfinite(fit.weight[w]));
		}
}

/* --- texts --- */

enum { WORDS = 6, SAYS_MAX = 2 * WORDS };

struct said_text {
	int32_t word[SAYS_MAX];
	int32_t count;
};

/* Words of task t are 100 t + 1 and so on; a slip is a word left out, or another one. */
static struct said_text *some_texts(struct ctx *c, int32_t slips, int32_t perfect)
{
	struct said_text *said = NEW_MANY(c->mem, struct said_text, (size_t)TASKS * WORKERS);

	for (int32_t i = 0; i < TASKS * WORKERS; i++)
		for (int32_t n = 1; n <= WORDS; n++) {
			const bool slip = i % WORKERS < perfect && dice(c, 100) < slips;
			const int32_t word = 100 * (i / WORKERS) + n;

			if (!slip)
				said[i].word[said[i].count++] = word;
			else if (dice(c, 2) == 0)
				said[i].word[said[i].count++] = word + 10 * (1 + dice(c, 4));
		}
	return said;
}

static struct model_text_fit fit_texts(struct ctx *c, const struct sheet *s,
				       const struct said_text *said)
{
	int32_t *word_from = NEW_MANY(c->mem, int32_t, (size_t)TASKS * WORKERS + 1);
	int32_t *word = NEW_MANY(c->mem, int32_t, (size_t)TASKS * WORKERS * SAYS_MAX);
	const struct model_texts a = { s->tasks, s->workers, s->from, s->worker, word_from, word };
	struct model_text_fit fit;

	for (int32_t i = 0; i < s->from[s->tasks]; i++) {
		const struct said_text *one = &said[s->answer[i]];

		memcpy(word + word_from[i], one->word, sizeof(int32_t) * (size_t)one->count);
		word_from[i + 1] = word_from[i] + one->count;
	}
	model_text_run(c->mem, &a, &fit);
	return fit;
}

/* By how many words task t (in its old numbers) is off, in a fit where it is `to`. */
static int off_by(struct ctx *c, const struct model_text_fit *fit, int32_t t, int32_t to)
{
	int32_t truth[WORDS];

	for (int32_t n = 0; n < WORDS; n++)
		truth[n] = 100 * t + n + 1;
	return model_word_distance(c->mem, truth, WORDS, fit->word + fit->word_from[to],
				   fit->word_from[to + 1] - fit->word_from[to]);
}

static bool *all_there(struct ctx *c)
{
	bool *there = NEW_MANY(c->mem, bool, (size_t)TASKS *WORKERS);

	for (int32_t i = 0; i < TASKS * WORKERS; i++)
		there[i] = true;
	return there;
}

/* Answers equally far from all others go in the order of the workers: so where most agree. */
PLAIN_PROPERTY(model, renaming_tasks_and_workers_renames_texts)
{
	const int32_t *task_to = shuffled(c, TASKS), *who_to = shuffled(c, WORKERS);
	const struct said_text *said = some_texts(c, 40, 3);
	const bool *there = all_there(c);
	struct model_text_fit x = fit_texts(c, sheet_of(c, there, as_is, as_is), said);
	struct model_text_fit y = fit_texts(c, sheet_of(c, there, task_to, who_to), said);

	for (int32_t t = 0; t < TASKS; t++) {
		WANT_I64(0, off_by(c, &x, t, t));
		WANT_I64(0, off_by(c, &y, t, task_to[t]));
	}
	for (int32_t w = 0; w < WORKERS; w++)
		WANT(near(x.weight[w], y.weight[who_to[w]], 1e-9));
}

PLAIN_TEST(model, a_perfect_worker_makes_texts_no_worse_on_average)
{
	int off[2] = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		const struct said_text *said = some_texts(c, 45, WORKERS - 1);
		bool *there = some_there(c);

		for (int with = 0; with < 2; with++) {
			for (int32_t t = 0; t < TASKS; t++)
				there[t * WORKERS + WORKERS - 1] = with == 1;
			struct model_text_fit fit =
				fit_texts(c, sheet_of(c, there, as_is, as_is), said);
			for (int32_t t = 0; t < TASKS; t++)
				off[with] += off_by(c, &fit, t, t);
		}
	}
	WANT(off[0] > 0 && off[1] <= off[0]);
}

PLAIN_TEST(model, small_and_strange_crowds_have_sound_texts)
{
	const int32_t word[4] = { 1, 2, 3, 4 };
	const int32_t none[1] = { 0 }, one[2] = { 0, 1 }, two[2] = { 0, 2 }, gap[3] = { 0, 0, 1 };
	const int32_t empty[3] = { 0, 0, 0 }, whole[2] = { 0, 4 }, halves[3] = { 0, 2, 4 };
	const uint32_t who[2] = { 0, 1 };
	const struct model_texts crowd[] = {
		{ 0, 0, none, who, none, word },  /* nobody, nothing */
		{ 1, 1, one, who, whole, word },  /* one worker, one task */
		{ 1, 2, two, who, empty, word },  /* two who say nothing */
		{ 2, 1, gap, who, whole, word },  /* a task that nobody answers */
		{ 1, 2, two, who, halves, word }, /* tied */
	};
	const int32_t wanted[] = { 0, 4, 0, 4, 2 };

	for (int i = 0; i < 5; i++) {
		struct model_text_fit fit;

		model_text_run(c->mem, &crowd[i], &fit);
		WANT_I64(wanted[i], fit.word_from[crowd[i].tasks]);
		for (int32_t n = 0; n < wanted[i]; n++)
			WANT(fit.confidence[n] > 0 && fit.confidence[n] <= 1);
		for (int32_t w = 0; w < crowd[i].workers; w++)
			WANT(fit.weight[w] >= 0 && fit.weight[w] <= 1);
	}
}

/* --- pairs: each task compares two items, the one with the lower number being better --- */

enum { ITEMS = 6 };

static float *some_wins(struct ctx *c, const int32_t *first, const int32_t *second)
{
	float *wins = NEW_MANY(c->mem, float, (size_t)TASKS *WORKERS);

	for (int32_t i = 0; i < TASKS * WORKERS; i++) {
		const bool better = first[i / WORKERS] < second[i / WORKERS];
		const bool right = i % WORKERS == WORKERS - 1 || dice(c, 100) < 60;

		wins[i] = i % WORKERS < WORKERS - 1 && dice(c, 8) == 0 ? 0.5F :
			  better == right			       ? 1 :
									 0;
	}
	return wins;
}

static struct model_pair_fit fit_pairs(struct ctx *c, bool weighted, const struct sheet *s,
				       const float *said, const int32_t *first,
				       const int32_t *second)
{
	float *wins = NEW_MANY(c->mem, float, (size_t)TASKS *WORKERS);
	const struct model_pairs a = { s->tasks,  s->workers, ITEMS, s->from,
				       s->worker, wins,	      first, second };
	struct model_pair_fit fit;

	for (int32_t i = 0; i < s->from[s->tasks]; i++)
		wins[i] = said[s->answer[i]];
	model_pair_run(c->mem, &a, weighted, &fit);
	return fit;
}

static void some_items(struct ctx *c, int32_t *first, int32_t *second)
{
	for (int32_t t = 0; t < TASKS; t++) {
		first[t] = dice(c, ITEMS);
		second[t] = (first[t] + 1 + dice(c, ITEMS - 1)) % ITEMS;
	}
}

PLAIN_PROPERTY(model, renaming_tasks_workers_and_items_renames_scores)
{
	const int32_t *task_to = shuffled(c, TASKS), *who_to = shuffled(c, WORKERS);
	const int32_t *item_to = shuffled(c, ITEMS);
	int32_t first[TASKS], second[TASKS], left[TASKS], right[TASKS];
	const bool *there = some_there(c);

	some_items(c, first, second);
	for (int32_t t = 0; t < TASKS; t++) {
		left[task_to[t]] = item_to[first[t]];
		right[task_to[t]] = item_to[second[t]];
	}
	const float *said = some_wins(c, first, second);
	for (int weighted = 0; weighted < 2; weighted++) {
		struct model_pair_fit x = fit_pairs(
			c, weighted == 1, sheet_of(c, there, as_is, as_is), said, first, second);
		struct model_pair_fit y = fit_pairs(
			c, weighted == 1, sheet_of(c, there, task_to, who_to), said, left, right);

		for (int32_t i = 0; i < ITEMS; i++) {
			WANT(near(x.score[i], y.score[item_to[i]], 1e-6));
			WANT(near(x.spread[i], y.spread[item_to[i]], 1e-6));
		}
		for (int32_t w = 0; w < WORKERS; w++)
			WANT(near(x.weight[w], y.weight[who_to[w]], 1e-9));
	}
}

PLAIN_TEST(model, a_perfect_worker_makes_scores_no_worse_on_average)
{
	for (int weighted = 0; weighted < 2; weighted++) {
		int right[2] = { 0 };

		for (int round = 0; round < ROUNDS; round++) {
			int32_t first[TASKS], second[TASKS];
			bool *there = some_there(c);

			some_items(c, first, second);
			const float *said = some_wins(c, first, second);
			for (int with = 0; with < 2; with++) {
				for (int32_t t = 0; t < TASKS; t++)
					there[t * WORKERS + WORKERS - 1] = with == 1;
				struct model_pair_fit fit =
					fit_pairs(c, weighted == 1,
						  sheet_of(c, there, as_is, as_is), said, first,
						  second);
				for (int32_t t = 0; t < TASKS; t++)
					right[with] +=
						(fit.score[first[t]] > fit.score[second[t]]) ==
						(first[t] < second[t]);
			}
		}
		WANT(right[1] >= right[0]);
	}
}

PLAIN_TEST(model, small_and_strange_crowds_have_sound_scores)
{
	const int32_t none[1] = { 0 }, one[2] = { 0, 1 }, two[2] = { 0, 2 };
	const int32_t first[1] = { 0 }, second[1] = { 1 };
	const uint32_t who[2] = { 0, 1 };
	const float wins[4] = { 1, 0, 0.5F, 0.5F };
	const struct model_pairs crowd[] = {
		{ 0, 0, 0, none, who, wins, first, second },	/* nobody, nothing */
		{ 1, 1, 2, one, who, wins, first, second },	/* one worker, one task */
		{ 1, 2, 2, two, who, wins, first, second },	/* tied */
		{ 1, 2, 3, two, who, wins + 2, first, second }, /* all equal, and an item alone */
	};

	for (int i = 0; i < 8; i++) {
		const struct model_pairs *a = &crowd[i / 2];
		struct model_pair_fit fit;

		model_pair_run(c->mem, a, i % 2 == 1, &fit);
		for (int32_t n = 0; n < a->items; n++) {
			WANT(isfinite(fit.spread[n]));
			WANT(i / 2 == 1 ? (fit.score[n] > 0) == (n == 0) :
					  near(0, fit.score[n], 1e-12));
		}
		for (int32_t w = 0; w < a->workers; w++)
			WANT(isfinite(fit.weight[w]));
	}
}

/* --- shapes: objects 100 apart, seen by most, drawn a little off --- */

enum { OBJECTS = 3 };

struct seen {
	bool there[WORKERS][OBJECTS];
	double at[WORKERS][OBJECTS][4];
};

static void some_shapes(struct ctx *c, int32_t most_off, struct seen *s)
{
	for (int w = 0; w < WORKERS; w++)
		for (int o = 0; o < OBJECTS; o++) {
			s->there[w][o] = w == WORKERS - 1 || dice(c, 10) < 8;
			for (int i = 0; i < 4; i++) {
				const int32_t off = dice(c, 20 * most_off + 1) - 10 * most_off;

				s->at[w][o][i] = 100.0 * o + (i < 2 ? 0 : 20) +
						 (w == WORKERS - 1 ? 0 : off / 10.0);
			}
		}
}

/* What the first `workers` have seen, in the order `who`, objects by `label_to`. */
static int merge_boxes(struct ctx *c, const struct seen *s, int workers, const int32_t *who,
		       const int32_t *label_to, struct model_box *out)
{
	struct model_box box[WORKERS * OBJECTS];
	int32_t box_from[WORKERS + 1] = { 0 };
	const int32_t from[2] = { 0, workers };
	const struct model_boxes a = { 1, from, box_from, box };

	for (int w = 0; w < workers; w++) {
		box_from[w + 1] = box_from[w];
		for (int o = 0; o < OBJECTS; o++) {
			if (!s->there[who[w]][o])
				continue;
			struct model_box *one = &box[box_from[w + 1]++];

			*one = (struct model_box){ .label = label_to[o] };
			memcpy(one->at, s->at[who[w]][o], sizeof(one->at));
		}
	}
	return model_box_merge(c->mem, &a, 0, out);
}

static int merge_polygons(struct ctx *c, const struct seen *s, int workers, const int32_t *who,
			  struct model_polygon *out)
{
	struct model_polygon polygon[WORKERS * OBJECTS];
	int32_t polygon_from[WORKERS + 1] = { 0 };
	const int32_t from[2] = { 0, workers };
	const struct model_polygons a = { 1, from, polygon_from, polygon };

	for (int w = 0; w < workers; w++) {
		polygon_from[w + 1] = polygon_from[w];
		for (int o = 0; o < OBJECTS; o++) {
			const double *at = s->at[who[w]][o];
			double *point = NEW_MANY(c->mem, double, 8);

			if (!s->there[who[w]][o])
				continue;
			memcpy(point,
			       (double[]){ at[0], at[1], at[2], at[1], at[2], at[3], at[0], at[3] },
			       8 * sizeof(double));
			polygon[polygon_from[w + 1]++] = (struct model_polygon){ point, 4, 0 };
		}
	}
	return model_polygon_merge(c->mem, &a, 0, out);
}

PLAIN_PROPERTY(model, renaming_workers_and_labels_renames_shapes)
{
	const int32_t *who = shuffled(c, WORKERS), *label_to = shuffled(c, OBJECTS);
	struct model_box x[WORKERS * OBJECTS], y[WORKERS * OBJECTS];
	struct model_polygon p[WORKERS * OBJECTS], q[WORKERS * OBJECTS];
	struct seen s;

	some_shapes(c, 2, &s);
	int boxes = merge_boxes(c, &s, WORKERS, as_is, as_is, x);
	int polygons = merge_polygons(c, &s, WORKERS, as_is, p);

	WANT_I64(boxes, merge_boxes(c, &s, WORKERS, who, label_to, y));
	for (int i = 0; i < boxes; i++) {
		for (int n = 0; n < 4; n++)
			WANT(near(x[i].at[n], y[i].at[n], 1e-9));
		WANT(near(x[i].confidence, y[i].confidence, 1e-9));
		WANT_I64(label_to[x[i].label], y[i].label);
	}
	WANT_I64(polygons, merge_polygons(c, &s, WORKERS, who, q));
	for (int i = 0; i < polygons; i++)
		WANT(near(p[i].confidence, q[i].confidence, 1e-9));
}

/* Objects that are found, each by the overlap of the best result with it. */
static double overlap(struct ctx *c, const struct seen *s, int workers)
{
	struct model_box out[WORKERS * OBJECTS];
	struct model_polygon shape[WORKERS * OBJECTS];
	const int boxes = merge_boxes(c, s, workers, as_is, as_is, out);
	const int polygons = merge_polygons(c, s, workers, as_is, shape);
	double sum = 0;

	for (int o = 0; o < OBJECTS; o++) {
		const double low = 100.0 * o, high = low + 20;
		const struct model_box truth = { .at = { low, low, high, high } };
		const double corner[8] = { low, low, high, low, high, high, low, high };
		const struct model_polygon square = { corner, 4, 0 };
		double best = 0, other = 0;

		for (int i = 0; i < boxes; i++)
			best = fmax(best, model_box_iou(&truth, &out[i]));
		for (int i = 0; i < polygons; i++)
			other = fmax(other, model_polygon_iou(c->mem, &square, &shape[i]));
		sum += best + other;
	}
	return sum;
}

PLAIN_TEST(model, a_perfect_worker_makes_shapes_no_worse_on_average)
{
	double sum[2] = { 0 };

	for (int round = 0; round < ROUNDS; round++) {
		struct seen s;

		some_shapes(c, 6, &s);
		for (int with = 0; with < 2; with++)
			sum[with] += overlap(c, &s, WORKERS - 1 + with);
	}
	WANT(sum[1] >= sum[0] && sum[0] < 2.0 * OBJECTS * ROUNDS);
}

PLAIN_TEST(model, small_and_strange_crowds_have_sound_shapes)
{
	struct model_box out[WORKERS * OBJECTS];
	struct model_polygon shape[WORKERS * OBJECTS];
	struct seen s = { 0 };

	/* Nobody; one who sees nothing; one who sees all; two who each see another object. */
	WANT_I64(0, merge_boxes(c, &s, 0, as_is, as_is, out));
	WANT_I64(0, merge_polygons(c, &s, 0, as_is, shape));
	WANT_I64(0, merge_boxes(c, &s, 1, as_is, as_is, out));
	WANT_I64(0, merge_polygons(c, &s, 1, as_is, shape));
	some_shapes(c, 2, &s);
	for (int o = 0; o < OBJECTS; o++)
		s.there[0][o] = true;
	WANT_I64(OBJECTS, merge_boxes(c, &s, 1, as_is, as_is, out));
	WANT_I64(OBJECTS, merge_polygons(c, &s, 1, as_is, shape));
	for (int o = 0; o < OBJECTS; o++) {
		WANT(near(1, out[o].confidence, 1e-12) && near(1, shape[o].confidence, 1e-12));
		s.there[0][o] = o == 0;
		s.there[1][o] = o == 1;
	}
	WANT_I64(2, merge_boxes(c, &s, 2, as_is, as_is, out));
	WANT_I64(2, merge_polygons(c, &s, 2, as_is, shape));
	WANT(near(0.5, out[0].confidence, 1e-12) && near(0.5, shape[1].confidence, 1e-12));
}
