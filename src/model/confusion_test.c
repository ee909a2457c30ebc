/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The passes over all answers: that the quick ones say what the plain one says. */
#include "model/confusion_in.h"
#include "model/confusion_quick_in.h"
#include "model/model_test_in.h"

PLAIN_TEST(model, quick_exp_and_quick_log_keep_their_bounds)
{
	for (float x = 0; x > -87; x -= 0.0007F)
		WANT(near(1, (double)quick_exp(x) / exp((double)x), 3e-7));
	for (float x = 1e-37F; x < 1e37F; x *= 1.003F)
		WANT(near(log((double)x), (double)quick_log(x),
			  fmax(1e-6, fabs(log((double)x)) * 2e-7)));
}

PLAIN_TEST(model, two_threads_give_the_bits_of_one)
{
	enum { TASKS = 4100, EACH = 50, WORKERS = 50 }; /* enough for two parts */
	int32_t *from = NEW_MANY(c->mem, int32_t, TASKS + 1);
	uint32_t *key = NEW_MANY(c->mem, uint32_t, TASKS * EACH);
	struct model_options one = { .threads = 1 }, two = { .threads = 2 };
	const enum model_method method[2] = { MODEL_DAWID_SKENE, MODEL_SHRUNK };
	struct model_fit x, y;

	for (int32_t classes = 2; classes <= 82; classes += 80) { /* in double and in float */
		struct model_answers a = { TASKS, WORKERS, classes, from, key, NULL };

		for (int32_t t = 0; t < TASKS; t++) {
			from[t + 1] = (t + 1) * EACH;
			for (int32_t i = t * EACH; i < (t + 1) * EACH; i++)
				key[i] = (uint32_t)(dice(c, WORKERS) * classes +
						    (dice(c, 3) > 0 ? t % classes :
								      dice(c, classes)));
		}
		for (int i = 0; i < 2; i++) {
			one.iterations_max = two.iterations_max = 3;
			model_run(c->mem, method[i], &a, &one, &x);
			model_run(c->mem, method[i], &a, &two, &y);
			WANT_I64(x.iterations, y.iterations);
			WANT(memcmp(x.posterior, y.posterior,
				    sizeof(float) * TASKS * (size_t)classes) == 0);
		}
	}
}

/* The same log weights as the two passes want them. */
struct weights {
	double *row, *count;
	float *small, *small_count; /* with two classes a cell for each (worker, label): log-odds */
};

static struct weights random_weights(struct ctx *c, size_t rows, size_t classes)
{
	struct weights w = {
		.row = NEW_MANY(c->mem, double, rows *classes),
		.count = NEW_MANY(c->mem, double, rows *classes),
		.small = NEW_MANY(c->mem, float, rows *classes + CONFUSION_PAD),
		.small_count = NEW_MANY(c->mem, float, rows *classes + CONFUSION_PAD),
	};

	for (size_t i = 0; i < rows * classes; i++) {
		w.row[i] = -dice(c, 1000) / 50.0;
		w.small[i] = (float)w.row[i];
	}
	for (size_t i = 0; classes == 2 && i < rows; i++)
		w.small[i] = (float)(w.row[2 * i + 1] - w.row[2 * i]);
	return w;
}

static void counts_agree(const struct weights *w, size_t rows, size_t classes)
{
	for (size_t i = 0; i < rows * classes; i++)
		if (classes > 2)
			WANT(near(w->count[i], (double)w->small_count[i], 1e-3));
		else if (i % 2 == 1)
			WANT(near(w->count[i], (double)w->small_count[i / 2], 1e-3));
	for (size_t i = classes > 2 ? rows * classes : rows; i < rows * classes + CONFUSION_PAD;
	     i++)
		WANT(w->small_count[i] <= 0); /* nothing is added where no cell is */
}

static void random_answers(struct ctx *c, int32_t workers, struct model_answers *out)
{
	int32_t *from = NEW_MANY(c->mem, int32_t, (size_t)out->tasks + 1);
	int32_t *gold = NEW_MANY(c->mem, int32_t, (size_t)out->tasks);
	uint32_t *key = NEW_MANY(c->mem, uint32_t, (size_t)(out->tasks * workers));

	for (int32_t t = 0; t < out->tasks; t++) {
		from[t + 1] = from[t];
		gold[t] = dice(c, 20) == 0 ? dice(c, out->classes) : -1;
		for (int32_t who = 0; who < workers; who++)
			if (who == 0 || dice(c, 2) == 0)
				key[from[t + 1]++] =
					(uint32_t)(out->classes * who + dice(c, out->classes));
	}
	out->workers = workers;
	out->from = from;
	out->key = key;
	out->gold = gold;
}

/* One pass over 150 tasks, in float and in double, with the same random weights. */
static void passes_agree(struct ctx *c, int32_t classes, bool anchored)
{
	const size_t rows = 7 * (size_t)classes;
	struct model_answers a = { .tasks = 150, .classes = classes };
	struct weights w = random_weights(c, rows, (size_t)classes);
	double *base = NEW_MANY(c->mem, double, (size_t)classes);
	struct confusion_shard s[2];
	struct model_fit fit[2];

	random_answers(c, 7, &a);
	for (int32_t k = 0; k < classes; k++)
		base[k] = -dice(c, 300) / 100.0;
	for (int i = 0; i < 2; i++) {
		model_fit_make(c->mem, &a, NULL, true, &fit[i]);
		s[i] = (struct confusion_shard){
			.answers = &a,
			.task_end = a.tasks,
			.table = i == 0 ? (const void *)w.row : (const void *)w.small,
			.base = base,
			.pseudo = 0.01,
			.anchored = anchored,
			.count = i == 0 ? (void *)w.count : (void *)w.small_count,
			.scratch = arena_take(c->mem, confusion_scratch(classes)),
			.class_sum = NEW_MANY(c->mem, double, (size_t)classes),
			.fit = &fit[i],
		};
	}
	confusion_pass_double(&s[0]);
	if (classes == 2)
		confusion_pass_odds(&s[1]);
	else
		confusion_pass_float(&s[1]);
	for (int32_t i = 0; i < classes * a.tasks; i++)
		WANT(near((double)fit[0].posterior[i], (double)fit[1].posterior[i], 1e-4));
	for (int32_t t = 0; t < a.tasks; t++)
		WANT(near((double)fit[0].confidence[t], (double)fit[1].confidence[t], 1e-4));
	counts_agree(&w, rows, (size_t)classes);
	for (int32_t k = 0; k < classes; k++)
		WANT(near(s[0].class_sum[k], s[1].class_sum[k], 1e-3));
	WANT(near(s[0].moved, s[1].moved, 1e-4));
	if (!anchored)
		WANT(near(s[0].entropy, s[1].entropy, 1e-3));
}

PLAIN_PROPERTY(model, the_pass_in_float_says_what_the_one_in_double_says)
{
	static const int32_t classes[] = { 2, 3, 4, 5, 7, 8, 10, 13, 16, 20, 33 };

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		passes_agree(c, classes[i], false);
		passes_agree(c, classes[i], true);
	}
}
