/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The methods on small crowds: figures checked by hand, the reference's vectors, and properties. */
#include "model/model_test_in.h"
#include "os/os.h"

enum { CROWD_MAX = 4000 };

/* Answers in any order, put in order as the reader does. */
struct crowd {
	int32_t tasks, workers, classes, count;
	int32_t task[CROWD_MAX], worker[CROWD_MAX], label[CROWD_MAX];
};

static void say(struct crowd *w, int32_t task, int32_t worker, int32_t label)
{
	CHECK(w->count < CROWD_MAX);
	w->task[w->count] = task;
	w->worker[w->count] = worker;
	w->label[w->count++] = label;
}

static struct model_answers in_order(struct arena *mem, const struct crowd *w)
{
	int32_t *from = NEW_MANY(mem, int32_t, (size_t)w->tasks + 1), at = 0;
	uint32_t *key = NEW_MANY(mem, uint32_t, (size_t)w->count);

	for (int32_t t = 0; t < w->tasks; t++) {
		for (int32_t who = 0; who < w->workers; who++)
			for (int32_t i = 0; i < w->count; i++)
				if (w->task[i] == t && w->worker[i] == who)
					key[at++] = (uint32_t)(who * w->classes + w->label[i]);
		from[t + 1] = at;
	}
	return (struct model_answers){ .tasks = w->tasks,
				       .workers = w->workers,
				       .classes = w->classes,
				       .from = from,
				       .key = key };
}

/* Each worker answers each task with chance 2/3, and is right with a skill of his own. */
static struct crowd *random_crowd(struct ctx *c, int32_t *truth)
{
	struct crowd *w = NEW(c->mem, struct crowd);

	w->tasks = 20 + dice(c, 30);
	w->workers = 4 + dice(c, 5);
	w->classes = 2 + dice(c, 4);
	for (int32_t t = 0; t < w->tasks; t++) {
		truth[t] = dice(c, w->classes);
		for (int32_t who = 0; who < w->workers; who++)
			if (who == t % w->workers || dice(c, 3) > 0)
				say(w, t, who,
				    dice(c, 100) < 55 + 4 * who ? truth[t] : dice(c, w->classes));
	}
	return w;
}

static struct model_fit fit_of(struct ctx *c, enum model_method method, const struct crowd *w)
{
	const struct model_answers a = in_order(c->mem, w);
	const struct model_options o = { .threads = 1 };
	struct model_fit fit;

	WANT_OK(model_fits(c, method, &a));
	model_run(c->mem, method, &a, &o, &fit);
	return fit;
}

/* --- figures --- */

PLAIN_TEST(model, plurality_gives_shares_and_counts_a_tie)
{
	struct crowd w = { .tasks = 2, .workers = 3, .classes = 2 };

	say(&w, 0, 0, 1);
	say(&w, 0, 1, 1);
	say(&w, 0, 2, 0);
	say(&w, 1, 0, 1);
	say(&w, 1, 1, 0);

	struct model_fit fit = fit_of(c, MODEL_PLURALITY, &w);

	WANT_I64(1, fit.label[0]);
	WANT(near(2.0 / 3, (double)fit.confidence[0], 1e-6));
	WANT_I64(0, fit.label[1]);
	WANT_I64(1, model_tied(fit.posterior, 2));
	WANT_I64(2, model_tied(fit.posterior + 2, 2));
}

PLAIN_TEST(model, wawa_weighs_by_agreement_with_plurality)
{
	struct crowd w = { .tasks = 3, .workers = 3, .classes = 2 };

	/* Worker 2 disagrees on task 0 and is half as good on the tied task 2. */
	for (int32_t t = 0; t < 2; t++)
		for (int32_t who = 0; who < 3; who++)
			say(&w, t, who, t == 0 && who == 2 ? 0 : 1);
	say(&w, 2, 0, 1);
	say(&w, 2, 2, 0);

	/* Plurality of task 2 is the first label 0: s = 2/3, 1, 2/3. */
	struct model_fit fit = fit_of(c, MODEL_WAWA, &w);

	WANT(near(2.0 / 3, fit.weight[0], 1e-12));
	WANT(near(1, fit.weight[1], 1e-12));
	WANT(near(2.0 / 3, fit.weight[2], 1e-12));
	WANT(near((2.0 / 3 + 1) / (4.0 / 3 + 1), (double)fit.posterior[1], 1e-6));
	WANT(near(0.5, (double)fit.posterior[4], 1e-6));
}

PLAIN_TEST(model, one_round_of_dawid_skene_is_as_worked_by_hand)
{
	struct crowd w = { .tasks = 2, .workers = 2, .classes = 2 };
	struct model_options o = { .iterations_max = 1 };
	struct model_answers a;
	struct model_fit fit;

	say(&w, 0, 0, 0);
	say(&w, 0, 1, 0);
	say(&w, 1, 0, 1);
	say(&w, 1, 1, 0);
	a = in_order(c->mem, &w);
	model_run(c->mem, MODEL_DAWID_SKENE, &a, &o, &fit);

	/*
	 * Start z = (1,0), (1/2,1/2), p = (3/4,1/4). Worker 0: e(0|0) = 2/3, e(1|0) = 1/3, e(0|1) =
	 * 1e-10 / (1/2 + 1e-10), e(1|1) = 1; worker 1 always says 0: e = 1.
	 * Task 1: 3/4 * 1/3 against 1/4 * 1.
	 */
	WANT(near(1, (double)fit.posterior[0], 1e-6));
	WANT(near(0.5, (double)fit.posterior[2], 1e-6));
}

/* So many labels with one posterior, so many of which are right. */
static struct model_calibration taught(struct ctx *c, int32_t count, int32_t right, float posterior)
{
	struct model_fit fit = { .label = NEW_MANY(c->mem, int32_t, (size_t)count),
				 .confidence = NEW_MANY(c->mem, float, (size_t)count) };
	int32_t *known = NEW_MANY(c->mem, int32_t, (size_t)count);
	struct model_calibration out;

	for (int32_t t = 0; t < count; t++) {
		fit.confidence[t] = posterior;
		known[t] = t < right ? 0 : 1;
	}
	model_calibrate(&fit, count, known, &out);
	return out;
}

PLAIN_TEST(model, confidence_before_any_gold_is_lower_than_the_posterior)
{
	struct model_fit none = { 0 };
	struct model_calibration k;

	model_calibrate(&none, 0, NULL, &k);
	WANT_I64(0, k.known);
	for (double z = 0.51; z < 1; z += 0.01)
		WANT(model_sure(&k, z, 1) < z &&
		     model_sure(&k, z, 1) > model_sure(&k, z - 0.01, 1));
	WANT(near(0.5, model_sure(&k, 0.5, 2), 1e-12));
	WANT(near(0.2, model_sure(&k, 0.2, 5), 1e-12));
	WANT(model_sure(&k, 1, 1) < 0.95);
}

PLAIN_TEST(model, many_gold_tasks_decide_the_confidence_and_few_move_it_a_little)
{
	const struct model_calibration before = taught(c, 0, 0, 0);
	const struct model_calibration many = taught(c, 2000, 1280, 0.999F);
	const struct model_calibration few = taught(c, 3, 2, 0.999F);

	WANT(near(0.64, model_sure(&many, 0.999, 1), 0.01));
	WANT(model_sure(&few, 0.999, 1) < model_sure(&before, 0.999, 1));
	WANT(model_sure(&few, 0.999, 1) > 0.75);
	WANT_I64(3, few.known);
	WANT(model_sure(&(struct model_calibration){ .slope = 0.3, .shift = -9 }, 1, 1) < 0.01);
}

PLAIN_TEST(model, digamma_meets_its_known_values)
{
	WANT(near(-0.57721566490153286, model_digamma(1), 1e-12));
	WANT(near(-1.9635100260214235, model_digamma(0.5), 1e-12));
	WANT(near(2.2517525890667211, model_digamma(10), 1e-12));
	WANT(near(-100.56088545786867, model_digamma(0.01), 1e-10));
}

PLAIN_TEST(model, alpha_meets_the_table_of_krippendorff_2011)
{
	static const char *const coder[4] = { "123321412...", "1233224125.3", ".3332342251.",
					      "12332441251." };
	struct crowd w = { .tasks = 12, .workers = 4, .classes = 5 };
	double value[5] = { 1, 2, 3, 4, 5 };
	struct model_agreement got;
	struct model_answers a;

	for (int32_t who = 0; who < 4; who++)
		for (int32_t t = 0; t < 12; t++)
			if (coder[who][t] != '.')
				say(&w, t, who, coder[who][t] - '1');
	a = in_order(c->mem, &w);
	model_agreement(&a, NULL, &got);
	WANT(got.has_alpha && near(0.743, got.alpha, 5e-4));
	WANT(!got.has_fleiss);
	model_agreement(&a, value, &got);
	WANT(near(0.849, got.alpha, 5e-4));
	model_mid_ranks(&a, value);
	model_agreement(&a, value, &got);
	WANT(near(0.815, got.alpha, 5e-4));
}

PLAIN_TEST(model, fleiss_and_cohen_are_as_worked_by_hand)
{
	/* Two raters, four tasks: 00 01 11 11. P = 3/4, shares 3/8 and 5/8: pe = 34/64. */
	static const int32_t said[4][2] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { 1, 1 } };
	struct crowd w = { .tasks = 4, .workers = 2, .classes = 2 };
	struct model_agreement got;
	struct model_answers a;
	int32_t common;
	double kappa;

	for (int32_t t = 0; t < 4; t++)
		for (int32_t who = 0; who < 2; who++)
			say(&w, t, who, said[t][who]);
	a = in_order(c->mem, &w);
	model_agreement(&a, NULL, &got);
	WANT(got.has_fleiss && near((0.75 - 34.0 / 64) / (1 - 34.0 / 64), got.fleiss, 1e-12));
	WANT(near(0.75, got.percent, 1e-12));
	/* Cohen: marginals (1/2, 1/2) and (1/4, 3/4): pe = 1/2. */
	WANT(model_cohen(c->mem, &a, 0, 1, &common, &kappa));
	WANT_I64(4, common);
	WANT(near(0.5, kappa, 1e-12));
	/* One class alone: not defined. */
	for (int32_t i = 0; i < w.count; i++)
		w.label[i] = 1;
	a = in_order(c->mem, &w);
	WANT(!model_cohen(c->mem, &a, 0, 1, &common, &kappa));
	model_agreement(&a, NULL, &got);
	WANT(!got.has_alpha && !got.has_fleiss);
}

PLAIN_TEST(model, numbers_have_mean_median_and_trimmed_mean)
{
	const double value[11] = { 100, 1, 2, 3, 4, 5, 6, 7, 8, 9, -50 };
	uint32_t worker[11];
	const int32_t from[2] = { 0, 11 };
	const struct model_numbers a = { 1, 11, from, worker, value };
	struct model_number_fit fit;

	for (uint32_t i = 0; i < 11; i++)
		worker[i] = i;
	model_number_run(c->mem, MODEL_MEAN, &a, &fit);
	WANT(near(95.0 / 11, fit.value[0], 1e-12));
	model_number_run(c->mem, MODEL_MEDIAN, &a, &fit);
	WANT(near(5, fit.value[0], 1e-12));
	model_number_run(c->mem, MODEL_TRIMMED, &a, &fit);
	WANT(near(5, fit.value[0], 1e-12));
}

PLAIN_TEST(model, lfc_n_follows_the_steady_worker)
{
	/* Workers 0 and 1 say the truth, 2 is far off by turns: the mean is bent, LFC_N is not. */
	double value[30];
	uint32_t worker[30];
	int32_t from[11] = { 0 };
	const struct model_numbers a = { 10, 3, from, worker, value };
	struct model_number_fit fit;

	for (int32_t t = 0; t < 10; t++) {
		for (uint32_t who = 0; who < 3; who++) {
			worker[3 * t + (int32_t)who] = who;
			value[3 * t + (int32_t)who] = who < 2 ? t : t + (t % 2 ? 30 : -30);
		}
		from[t + 1] = 3 * t + 3;
	}
	model_number_run(c->mem, MODEL_LFC_N, &a, &fit);
	for (int32_t t = 0; t < 10; t++)
		WANT(near(t, fit.value[t], 0.01));
	WANT(fit.weight[0] > 100 * fit.weight[2]);
}

PLAIN_TEST(model, boxes_join_and_give_the_median_of_their_corners)
{
	const struct model_box box[] = { { .at = { 0, 0, 10, 10 } },
					 { .at = { 50, 50, 60, 60 } },
					 { .at = { 1, 0, 11, 10 } },
					 { .at = { 0, 1, 10, 14 } },
					 { .at = { 90, 90, 99, 99 } } };
	const int32_t from[2] = { 0, 3 }, box_from[4] = { 0, 2, 3, 5 };
	const struct model_boxes a = { 1, from, box_from, box };
	struct model_box out[5];

	WANT_I64(1, model_box_merge(c->mem, &a, 0, out));
	WANT(near(0, out[0].at[0], 1e-12) && near(10, out[0].at[2], 1e-12));
	WANT(near(10, out[0].at[3], 1e-12) && near(1, out[0].confidence, 1e-12));
}

PLAIN_TEST(model, boxes_are_matched_for_the_best_sum)
{
	/* Greedy by the first would take the overlap that the second needs. */
	const struct model_box left[] = { { .at = { 0, 0, 10, 10 } }, { .at = { 4, 0, 14, 10 } } };
	const struct model_box right[] = { { .at = { 2, 0, 12, 10 } }, { .at = { -4, 0, 6, 10 } } };
	int partner[2];

	WANT(near(8.0 / 12, model_box_iou(&left[0], &right[0]), 1e-12));
	WANT_I64(2, model_box_match(c->mem, left, 2, right, 2, 0.3, partner));
	WANT_I64(1, partner[0]);
	WANT_I64(0, partner[1]);
	WANT_I64(1, model_box_match(c->mem, left, 2, right, 1, 0.3, partner));
	WANT_I64(0, model_box_match(c->mem, left, 2, right, 0, 0.3, partner));
}

PLAIN_TEST(model, areas_of_polygons_are_exact)
{
	const double square[] = { 0, 0, 10, 0, 10, 10, 0, 10 },
		     moved[] = { 5, 5, 15, 5, 15, 15, 5, 15 };
	const double corner[] = { 0, 0, 10, 0, 10, 4, 4, 4, 4, 10, 0, 10 }; /* an L: 64 */
	const double tie[] = {
		0, 0, 10, 10, 10, 0, 0, 10
	}; /* crosses itself: two triangles of 25 */
	const double turned[] = { 5, -2, 12, 5, 5, 12, -2, 5 }; /* a square on its corner: 98 */
	const struct model_polygon a = { square, 4, 0 }, b = { moved, 4, 0 }, l = { corner, 6, 0 },
				   t = { tie, 4, 0 }, d = { turned, 4, 0 };
	const double line[] = { 0, 0, 5, 5, 10, 10 };

	WANT(near(100, model_polygon_area(c->mem, &a), 1e-9));
	WANT(near(64, model_polygon_area(c->mem, &l), 1e-9));
	WANT(near(50, model_polygon_area(c->mem, &t), 1e-9));
	WANT(near(0, model_polygon_area(c->mem, &(struct model_polygon){ line, 3, 0 }), 1e-9));
	WANT(near(25.0 / 175, model_polygon_iou(c->mem, &a, &b), 1e-12));
	WANT(near(0.64, model_polygon_iou(c->mem, &a, &l), 1e-12));
	WANT(near(0.5, model_polygon_iou(c->mem, &t, &a), 1e-12));
	/* What of the turned one lies outside: four triangles, 4 wide and 2 high. */
	WANT(near(82.0 / 116, model_polygon_iou(c->mem, &d, &a), 1e-12));
	WANT(near(1, model_polygon_iou(c->mem, &l, &l), 1e-12));
}

PLAIN_TEST(model, polygons_join_and_the_one_nearest_to_all_is_kept)
{
	const double first[] = { 0, 0, 10, 0, 0, 10 }, second[] = { 1, 0, 11, 0, 1, 10 };
	const double third[] = { 3, 0, 13, 0, 3, 10 }, alone[] = { 50, 50, 60, 50, 50, 60 };
	const struct model_polygon polygon[] = {
		{ alone, 3, 0 }, { first, 3, 0 }, { third, 3, 0 }, { second, 3, 0 }
	};
	const int32_t from[2] = { 0, 3 }, polygon_from[4] = { 0, 2, 3, 4 };
	const struct model_polygons a = { 1, from, polygon_from, polygon };
	struct model_polygon out[4];

	WANT_I64(1, model_polygon_merge(c->mem, &a, 0, out));
	WANT(out[0].at == second);
	WANT(near(1, out[0].confidence, 1e-12));
}

PLAIN_PROPERTY(model, polygons_that_are_boxes_overlap_as_boxes_do)
{
	struct model_box box[2] = { 0 };
	double corner[2][8];
	struct model_polygon polygon[2];

	for (int i = 0; i < 2; i++) {
		double *at = box[i].at;

		for (int axis = 0; axis < 2; axis++) {
			at[axis] = dice(c, 10);
			at[axis + 2] = at[axis] + 1 + dice(c, 10);
		}
		memcpy(corner[i],
		       (double[]){ at[0], at[1], at[2], at[1], at[2], at[3], at[0], at[3] },
		       sizeof(corner[i]));
		polygon[i] = (struct model_polygon){ corner[i], 4, 0 };
	}
	WANT(near(model_box_iou(&box[0], &box[1]),
		  model_polygon_iou(c->mem, &polygon[0], &polygon[1]), 1e-12));
}

PLAIN_TEST(model, texts_are_folded_into_words)
{
	struct str text = S("  Don\xe2\x80\x99t \xc3\x84rger, the `Dog_1'!"), form;
	char out[80];
	size_t len;

	WANT(model_fold(&text, &form, out, &len));
	WANT_STR(S("don't"), ((struct str){ out, len }));
	WANT_STR(S("Don\xe2\x80\x99t"), form);
	WANT(model_fold(&text, &form, out, &len));
	WANT_STR(S("\xc3\xa4rger"), ((struct str){ out, len }));
	WANT(model_fold(&text, &form, out, &len));
	WANT(model_fold(&text, &form, out, &len));
	WANT_STR(S("'dog_1'"), ((struct str){ out, len }));
	WANT(!model_fold(&text, &form, out, &len));
}

PLAIN_TEST(model, rover_takes_the_word_of_most_in_each_slot)
{
	const int32_t word[] = { 1, 2, 3, 4, 1, 9, 3, 4, 1, 2, 3 };
	const int32_t from[2] = { 0, 3 }, word_from[4] = { 0, 4, 8, 11 };
	const uint32_t worker[3] = { 0, 1, 2 };
	const struct model_texts a = { 1, 3, from, worker, word_from, word };
	struct model_text_fit fit;

	WANT_I64(1, model_word_distance(c->mem, word, 4, word + 4, 4));
	WANT_I64(2, model_word_distance(c->mem, word + 4, 4, word + 8, 3));
	model_text_run(c->mem, &a, &fit);
	WANT_I64(4, fit.word_from[1]);
	for (int i = 0; i < 4; i++)
		WANT_I64(i + 1, fit.word[i]);
	WANT(near(1, (double)fit.confidence[0], 1e-6) && fit.confidence[1] < 1);
}

PLAIN_TEST(model, pairs_meet_the_condition_of_their_optimum)
{
	/* Item 0 beats 1 in three of four: 4 (3/4 - P) = .3 s with P = 1 / (1 + exp(-2 s)). */
	const int32_t from[2] = { 0, 4 }, first[1] = { 0 }, second[1] = { 1 };
	const uint32_t worker[4] = { 0, 1, 2, 3 };
	const float wins[4] = { 1, 1, 1, 0 };
	const struct model_pairs a = { 1, 4, 2, from, worker, wins, first, second };
	struct model_pair_fit fit;

	model_pair_run(c->mem, &a, false, &fit);

	const double s = fit.score[0], p = 1 / (1 + exp(-2 * s));

	WANT(near(0.3 * s, 3 - 4 * p, 1e-4) && s > 0);
	WANT(near(-s, fit.score[1], 1e-12));
	WANT_I64(0, fit.component[1]);
	model_pair_run(c->mem, &a, true, &fit);
	/* Winners agree with 2 of 3 others, the loser with none: q = (2 + 2/3) / 5 and 2 / 5. */
	WANT(near((2 + 2.0 / 3) / 5 * (2 + 2.0 / 3) / 5, fit.weight[0], 1e-12));
	WANT(near(0.16, fit.weight[3], 1e-12));
}

/* --- properties of all methods for one label --- */

static void same_fit(const struct model_fit *x, const struct model_fit *y, int32_t tasks,
		     const int32_t *task_to, int32_t classes, const int32_t *class_to)
{
	for (int32_t t = 0; t < tasks; t++)
		for (int32_t k = 0; k < classes; k++)
			WANT(near((double)x->posterior[t * classes + k],
				  (double)y->posterior[task_to[t] * classes + class_to[k]], 2e-3));
}

PLAIN_PROPERTY(model, renaming_tasks_workers_and_labels_renames_the_result)
{
	int32_t truth[64];
	struct crowd *w = random_crowd(c, truth), *moved = NEW(c->mem, struct crowd);
	const int32_t *task_to = shuffled(c, w->tasks), *who_to = shuffled(c, w->workers);
	const int32_t *class_to = shuffled(c, w->classes);
	const int32_t as_it_is[5] = { 0, 1, 2, 3, 4 };
	struct crowd *labelled = NEW(c->mem, struct crowd); /* the labels are kept */

	*moved = *w;
	for (int32_t i = 0; i < w->count; i++) {
		moved->task[i] = task_to[w->task[i]];
		moved->worker[i] = who_to[w->worker[i]];
		moved->label[i] = class_to[w->label[i]];
	}
	*labelled = *moved;
	memcpy(labelled->label, w->label, sizeof(w->label));
	for (int m = 0; m < MODEL_METHODS; m++) {
		struct model_fit x, y;

		/* Wawa breaks ties of plurality by the order of the labels. */
		x = fit_of(c, (enum model_method)m, w);
		y = fit_of(c, (enum model_method)m, m == MODEL_WAWA ? labelled : moved);
		if (x.iterations == y.iterations)
			same_fit(&x, &y, w->tasks, task_to, w->classes,
				 m == MODEL_WAWA ? as_it_is : class_to);
	}
}

PLAIN_TEST(model, a_perfect_worker_does_not_hurt_on_average)
{
	for (int m = 0; m < MODEL_METHODS; m++) {
		double before = 0, after = 0;

		for (int round = 0; round < 40; round++) {
			struct arena_mark mark = arena_mark(c->mem);
			int32_t truth[64];
			struct crowd *w = random_crowd(c, truth);
			struct model_fit fit = fit_of(c, (enum model_method)m, w);

			for (int32_t t = 0; t < w->tasks; t++)
				before += (fit.label[t] == truth[t]) / (double)w->tasks;
			for (int32_t t = 0; t < w->tasks; t++)
				say(w, t, w->workers, truth[t]);
			w->workers++;
			fit = fit_of(c, (enum model_method)m, w);
			for (int32_t t = 0; t < w->tasks; t++)
				after += (fit.label[t] == truth[t]) / (double)w->tasks;
			arena_reset(c->mem, mark);
		}
		WANT(after >= before);
	}
}

/* Every posterior is a share, and those of a task sum to one. */
static void is_sound(const struct model_fit *fit, const struct crowd *w)
{
	for (int32_t t = 0; t < w->tasks; t++) {
		double sum = 0;

		for (int32_t k = 0; k < w->classes; k++) {
			WANT(fit->posterior[t * w->classes + k] >= 0);
			sum += (double)fit->posterior[t * w->classes + k];
		}
		WANT(near(1, sum, 1e-5));
		WANT(fit->label[t] >= 0 && fit->label[t] < w->classes);
	}
	for (int32_t who = 0; who < w->workers; who++)
		WANT(isfinite(fit->weight[who]));
}

PLAIN_TEST(model, small_and_strange_crowds_have_sound_results)
{
	static struct crowd crowd[7];

	memset(crowd, 0, sizeof(crowd));
	crowd[0] = (struct crowd){ .classes = 1 }; /* nobody, nothing */
	crowd[1] = (struct crowd){ .tasks = 1, .workers = 1, .classes = 1 };
	say(&crowd[1], 0, 0, 0);
	crowd[2] = (struct crowd){ .tasks = 9, .workers = 1, .classes = 3 }; /* one worker */
	for (int32_t t = 0; t < 9; t++)
		say(&crowd[2], t, 0, t % 3);
	crowd[3] = (struct crowd){ .tasks = 1, .workers = 9, .classes = 3 }; /* one task */
	for (int32_t who = 0; who < 9; who++)
		say(&crowd[3], 0, who, who < 5 ? 2 : 0);
	crowd[4] = (struct crowd){ .tasks = 8, .workers = 2, .classes = 2 }; /* all tied */
	for (int32_t t = 0; t < 8; t++)
		for (int32_t who = 0; who < 2; who++)
			say(&crowd[4], t, who, (t + who) % 2);
	crowd[5] = (struct crowd){ .tasks = 8, .workers = 3, .classes = 1 }; /* one class */
	for (int32_t i = 0; i < 24; i++)
		say(&crowd[5], i / 3, i % 3, 0);
	crowd[6] = (struct crowd){ .tasks = 3, .workers = 2, .classes = 2 }; /* a task left out */
	for (int32_t i = 0; i < 4; i++)
		say(&crowd[6], i / 2 * 2, i % 2, i / 2);
	for (int m = 0; m < MODEL_METHODS; m++)
		for (int i = 0; i < 7; i++) {
			struct model_fit fit = fit_of(c, (enum model_method)m, &crowd[i]);

			is_sound(&fit, &crowd[i]);
			if (i == 2)
				for (int32_t t = 0; t < 9; t++)
					WANT_I64(t % 3, fit.label[t]);
			if (i == 3)
				WANT_I64(2, fit.label[0]);
		}
}

PLAIN_TEST(model, gold_is_believed_and_trains_its_workers)
{
	struct crowd w = { .tasks = 21, .workers = 2, .classes = 2 };
	struct model_options o = { 0 };
	int32_t gold[21];
	struct model_answers a;
	struct model_fit fit;

	/* Worker 1 is right on all gold tasks, worker 0 wrong; on the last they disagree. */
	for (int32_t t = 0; t < 21; t++) {
		say(&w, t, 0, t < 20 ? 1 - t % 2 : 0);
		say(&w, t, 1, t < 20 ? t % 2 : 1);
		gold[t] = t < 20 ? t % 2 : -1;
	}
	a = in_order(c->mem, &w);
	a.gold = gold;
	for (int m = MODEL_ONE_COIN; m < MODEL_METHODS; m++) {
		model_run(c->mem, (enum model_method)m, &a, &o, &fit);
		WANT_I64(0, fit.label[0]);
		WANT(near(1, (double)fit.confidence[1], 1e-6));
		WANT_I64(1, fit.label[20]);
	}
}

PLAIN_TEST(model, too_many_labels_are_refused)
{
	struct model_answers a = { .tasks = 1, .workers = 1, .classes = 1000000 };

	for (int m = 0; m < MODEL_METHODS; m++)
		WANT_ERR(ERR_LIMIT, model_fits(c, (enum model_method)m, &a));
	a.classes = 20000;
	WANT_ERR(ERR_LIMIT, model_fits(c, MODEL_SHRUNK, &a));
	WANT_OK(model_fits(c, MODEL_WAWA, &a));
	a.tasks = 100000;
	WANT_ERR(ERR_LIMIT, model_fits(c, MODEL_WAWA, &a));
}

/* --- many posteriors --- */

PLAIN_TEST(model, of_very_many_posteriors_the_blend_is_their_mean_to_four_digits)
{
	enum { TASKS = 5100, CLASSES = 100, WORKERS = 5, EACH = 3 };
	static const enum model_method members[3] = { MODEL_SHRUNK, MODEL_DAWID_SKENE,
						      MODEL_SHRUNK_ONE_COIN };
	const struct model_options options = { .iterations_max = 5 };
	int32_t *from = NEW_MANY(c->mem, int32_t, TASKS + 1);
	uint32_t *key = NEW_MANY(c->mem, uint32_t, TASKS * EACH);
	struct model_fit all, one[3];
	double far = 0;

	for (uint32_t t = 0; t < TASKS; t++)
		for (uint32_t i = 0; i < EACH; i++) {
			bool right = ctx_random(c) % 100 < 50 + 10 * i;
			uint32_t label = right ? t % CLASSES : (uint32_t)(ctx_random(c) % CLASSES);

			key[t * EACH + i] = (t + i) % WORKERS * CLASSES + label;
			from[t + 1] = (int32_t)((t + 1) * EACH);
		}
	struct model_answers a = { TASKS, WORKERS, CLASSES, from, key, NULL };
	model_run(c->mem, MODEL_BLEND, &a, &options, &all);
	for (int m = 0; m < 3; m++)
		model_run(c->mem, members[m], &a, &options, &one[m]);
	for (size_t t = 0; t < TASKS; t++) {
		for (size_t k = t * CLASSES; k < (t + 1) * CLASSES; k++) {
			double mean = (double)one[0].posterior[k] / 3 +
				      (double)one[1].posterior[k] / 3 +
				      (double)one[2].posterior[k] / 3;

			far = fmax(far, fabs(mean - (double)all.posterior[k]));
		}
	}
	WANT(far < 2.5e-5);
	WANT(far > 1e-7); /* it was the short way */
}
