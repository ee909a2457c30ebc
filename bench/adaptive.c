/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * adaptive: recorded answers bought one by one, by the rule that the house stops by.
 *
 *   adaptive [--gold N] [--seeds N] [--least N] [--target P]... [--leave-out]
 *            [--prior] [--order rounds|numbers|doubt] [--budget B] DIR...
 *
 * DIR holds answers.tsv[.gz] (task, worker, label, with a header line) and truth.tsv[.gz] (task,
 * label). For each of 5 seeds the answers of each task get a random order; each round buys the
 * next answer of every open task; from the second on the model is fitted to all that was bought
 * (at most 12 iterations) and belief_is_enough says which tasks are open, as the house does when
 * it estimates anew. When none is, all that was bought is fitted once more. With --gold N, N
 * tasks with truth are bought whole, teach the calibration, and are not scored; without, no truth
 * is used.
 *
 * With --leave-out each set is replayed with a prior that it has no part in: of each other set the
 * s and r of belief.h that make its truths most likely, with all of its answers, the first one of
 * a task, the first two, and so on, each task weighing one; of these the medians. --prior prints
 * what all of them say together.
 *
 * With --order numbers a fiftieth of the tasks is open at a time, in their order, nearly as
 * dispatch does it; with --order doubt all get two answers, and then each round goes to the
 * fiftieth whose claims have the greatest entropy. With --budget B it ends at so many answers for
 * each task.
 *
 * Prints a row for each set and target: answers for each task, accuracy (ties by fraction), how
 * far that is from `full`, the best of plurality, one-coin, ibcc and shrunk on all answers; the
 * mean claim, and by how much it is above the accuracy; the share of tasks that reached the
 * target, what they claimed and how many of them were right.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench/median.h"
#include "model/model.h"
#include "quality/belief/belief.h"

#define USAGE                                                                                  \
	"adaptive [--gold N] [--seeds N] [--least N] [--target P]... [--leave-out] [--prior] " \
	"[--order rounds|numbers|doubt] [--budget B] DIR..."
#define HEAD                                                                     \
	"set          target     all answers     full accuracy     diff   claim" \
	"     over  reached  claimed    right"

enum {
	LINE = 4096,
	CELLS_MAX = 4000000,
	CLASSES_MAX = 64,
	TARGETS_MAX = 32,
	ONE_TASK = 1024,
	SETS_MAX = 64
};

struct set {
	int32_t tasks, workers, classes;
	size_t answers;
	int32_t *task, *worker, *label; /* of each answer, sorted by task */
	int32_t *from;			/* tasks + 1 */
	int32_t *truth;			/* -1: not known */
	int32_t most;			/* answers of one task */
};

struct chosen {
	int gold, seeds, least, targets;
	double target[TARGETS_MAX];
	struct belief_trust prior;
	enum { ROUNDS, NUMBERS, DOUBT } order;
	double budget;
	bool just_prior;
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "adaptive: %s\n", why);
	exit(2);
}

/* --- reading --- */

struct names {
	struct str *name;
	size_t count;
};

static int by_bytes(const void *a, const void *b)
{
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static void sort_names(struct names *n)
{
	size_t kept = 0;

	qsort(n->name, n->count, sizeof(*n->name), by_bytes);
	for (size_t i = 0; i < n->count; i++)
		if (kept == 0 || !str_eq(n->name[kept - 1], n->name[i]))
			n->name[kept++] = n->name[i];
	n->count = kept;
}

static int32_t find(const struct names *n, struct str name)
{
	const struct str *at = bsearch(&name, n->name, n->count, sizeof(name), by_bytes);

	return at != NULL ? (int32_t)(at - n->name) : -1;
}

/* Rows of `columns` cells behind the header line. */
static size_t read_rows(struct arena *mem, const char *dir, const char *name, int columns,
			struct str **out)
{
	char line[LINE];
	size_t count = 0;

	snprintf(line, sizeof(line), "f='%s/%s'; [ -f \"$f\" ] || f=\"$f.gz\"; zcat -f \"$f\"", dir,
		 name);
	FILE *in = popen(line, "r");
	if (in == NULL)
		stop("zcat does not start");
	*out = NEW_MANY(mem, struct str, (size_t)CELLS_MAX);
	for (int n = 0; fgets(line, sizeof(line), in) != NULL; n++) {
		struct str rest = str_copy(mem, str_trim(str_of(line))), cell;

		if (n == 0)
			continue;
		for (int i = 0; i < columns; i++) {
			if (!str_split(rest, '\t', &cell, &rest)) {
				cell = rest;
				rest = S("");
			}
			if (count == CELLS_MAX)
				stop("too many rows");
			(*out)[count++] = cell;
		}
	}
	if (pclose(in) != 0 || count == 0)
		stop("a file cannot be read");
	return count / (size_t)columns;
}

static struct names names_of(struct arena *mem, const struct str *cell, size_t rows, int columns,
			     int at)
{
	struct names out = { NEW_MANY(mem, struct str, rows), rows };

	for (size_t i = 0; i < rows; i++)
		out.name[i] = cell[i * (size_t)columns + (size_t)at];
	sort_names(&out);
	return out;
}

static void read_set(struct arena *mem, const char *dir, struct set *s)
{
	struct str *cell, *known;
	size_t rows = read_rows(mem, dir, "answers.tsv", 3, &cell);
	size_t truths = read_rows(mem, dir, "truth.tsv", 2, &known);
	struct names task = names_of(mem, cell, rows, 3, 0),
		     worker = names_of(mem, cell, rows, 3, 1);
	struct names label = names_of(mem, cell, rows, 3, 2);

	*s = (struct set){ (int32_t)task.count,
			   (int32_t)worker.count,
			   (int32_t)label.count,
			   rows,
			   NEW_MANY(mem, int32_t, rows),
			   NEW_MANY(mem, int32_t, rows),
			   NEW_MANY(mem, int32_t, rows),
			   NEW_MANY(mem, int32_t, task.count + 1),
			   NEW_MANY(mem, int32_t, task.count),
			   0 };
	for (size_t i = 0; i < rows; i++)
		s->from[find(&task, cell[3 * i]) + 1]++;
	for (int32_t t = 0; t < s->tasks; t++) {
		s->most = s->from[t + 1] > s->most ? s->from[t + 1] : s->most;
		s->from[t + 1] += s->from[t];
		s->truth[t] = -1;
	}
	int32_t *next = NEW_MANY(mem, int32_t, task.count);
	for (size_t i = 0; i < rows; i++) {
		int32_t t = find(&task, cell[3 * i]), at = s->from[t] + next[t]++;

		s->task[at] = t;
		s->worker[at] = find(&worker, cell[3 * i + 1]);
		s->label[at] = find(&label, cell[3 * i + 2]);
	}
	for (size_t i = 0; i < truths; i++) {
		int32_t t = find(&task, known[2 * i]);

		if (t >= 0)
			s->truth[t] = find(&label, known[2 * i + 1]);
	}
}

/* --- buying --- */

/* splitmix64: the same orders everywhere. */
static uint64_t roll(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static void shuffle(int32_t *list, int32_t count, uint64_t *seed)
{
	for (int32_t i = count - 1; i > 0; i--) {
		int32_t j = (int32_t)(roll(seed) % (uint64_t)(i + 1)), kept = list[i];

		list[i] = list[j];
		list[j] = kept;
	}
}

struct buying {
	const struct set *s;
	int32_t *order;	 /* answers of each task in the order in which they are bought */
	int32_t *bought; /* of each task */
	bool *open, *gold;
	struct belief_known *known, *stop;
	size_t pairs;
	int64_t left; /* that may be bought, and one more; 0: all */
	struct belief_trust prior, trust;
	struct belief_crowd crowd;
	struct belief_sums *worker;
	struct model_fit fit;
	struct arena *mem;
};

static int32_t answers_of(const struct set *s, int32_t task)
{
	return s->from[task + 1] - s->from[task];
}

static int by_number(const void *a, const void *b)
{
	return *(const int32_t *)a - *(const int32_t *)b;
}

/* The sums of the house from the posteriors of a fit. */
static void sum_up(struct arena *mem, struct buying *b)
{
	const struct set *s = b->s;
	int64_t z[CLASSES_MAX];

	belief_crowd_make(mem, s->classes, &b->crowd);
	b->worker = NEW_MANY(mem, struct belief_sums, (size_t)s->workers);
	for (int32_t w = 0; w < s->workers; w++)
		b->worker[w] = belief_sums_make(mem, s->classes);
	for (int32_t t = 0; t < s->tasks; t++) {
		for (int32_t k = 0; k < s->classes; k++) {
			z[k] = (int64_t)((double)b->fit.posterior[t * s->classes + k] * BELIEF_ONE +
					 0.5);
			b->crowd.of_class[k] += z[k];
		}
		b->crowd.questions++;
		for (int32_t i = 0; i < b->bought[t]; i++) {
			int32_t a = b->order[s->from[t] + i];

			belief_add(&b->worker[s->worker[a]], s->classes, s->label[a], z, 1);
			belief_add(&b->crowd.sums, s->classes, s->label[a], z, 1);
		}
	}
	belief_ready(&b->crowd);
}

/* The fit of what is bought; its answers are in order of worker, as the model wants them. */
static void fit(struct arena *mem, struct buying *b, int iterations)
{
	const struct set *s = b->s;
	int32_t *from = NEW_MANY(mem, int32_t, (size_t)s->tasks + 1), at = 0;
	uint32_t *key = NEW_MANY(mem, uint32_t, s->answers);
	struct model_options o = { .iterations_max = iterations };

	for (int32_t t = 0; t < s->tasks; t++) {
		int32_t mine[ONE_TASK];

		memcpy(mine, b->order + s->from[t], (size_t)b->bought[t] * sizeof(*mine));
		qsort(mine, (size_t)b->bought[t], sizeof(*mine), by_number);
		for (int32_t i = 0; i < b->bought[t]; i++)
			key[at++] = (uint32_t)(s->worker[mine[i]] * s->classes + s->label[mine[i]]);
		from[t + 1] = at;
	}
	struct model_answers a = { s->tasks, s->workers, s->classes, from, key, NULL };
	model_run(mem, MODEL_SHRUNK, &a, &o, &b->fit);
	sum_up(mem, b);
	b->mem = mem;
}

/* The worker's sums without his answer to this task, which counted at z. */
static const struct belief_sums *without(const struct buying *b, int32_t answer, const int64_t *z)
{
	const struct set *s = b->s;
	const struct belief_sums *all = &b->worker[s->worker[answer]];
	struct belief_sums *out = NEW(b->mem, struct belief_sums);

	*out = belief_sums_make(b->mem, s->classes);
	out->answers = all->answers;
	out->right = all->right;
	if (out->count != NULL)
		memcpy(out->count, all->count,
		       (size_t)s->classes * (size_t)s->classes * sizeof(*out->count));
	belief_add(out, s->classes, s->label[answer], z, -1);
	return out;
}

static void claim(const struct buying *b, int32_t task, int64_t *out)
{
	struct arena_mark mark = arena_mark(b->mem);
	const struct set *s = b->s;
	struct belief_answer answer[ONE_TASK];
	int64_t z[CLASSES_MAX], own[CLASSES_MAX];

	for (int32_t k = 0; k < s->classes; k++)
		own[k] = (int64_t)((double)b->fit.posterior[task * s->classes + k] * BELIEF_ONE +
				   0.5);
	for (int32_t i = 0; i < b->bought[task]; i++) {
		int32_t a = b->order[s->from[task] + i];

		answer[i] = (struct belief_answer){ without(b, a, own), 0, s->label[a] };
	}
	belief_judge(b->mem, &b->crowd, answer, b->bought[task], z, out, NULL);
	arena_reset(b->mem, mark);
}

static void open_buying(struct arena *mem, const struct set *s, int gold, uint64_t seed,
			struct belief_trust prior, struct buying *b)
{
	const size_t tasks = (size_t)s->tasks;
	int32_t *pick = NEW_MANY(mem, int32_t, tasks);

	*b = (struct buying){ .s = s,
			      .order = NEW_MANY(mem, int32_t, s->answers),
			      .bought = NEW_MANY(mem, int32_t, tasks),
			      .open = NEW_MANY(mem, bool, tasks),
			      .gold = NEW_MANY(mem, bool, tasks),
			      .known = NEW_MANY(mem, struct belief_known,
						(size_t)gold * (size_t)s->most),
			      .stop = NEW_MANY(mem, struct belief_known, (size_t)gold),
			      .prior = prior,
			      .trust = prior };
	for (size_t i = 0; i < s->answers; i++)
		b->order[i] = (int32_t)i;
	for (int32_t t = 0; t < s->tasks; t++) {
		shuffle(b->order + s->from[t], answers_of(s, t), &seed);
		b->open[t] = true;
		pick[t] = t;
	}
	shuffle(pick, s->tasks, &seed);
	for (int32_t i = 0; i < s->tasks && gold > 0; i++)
		if (s->truth[pick[i]] >= 0) {
			b->gold[pick[i]] = true;
			gold--;
		}
}

/* Of one task; false when there is none, or all is spent. */
static bool buy_one(struct buying *b, int32_t t)
{
	if ((!b->open[t] && !b->gold[t]) || b->bought[t] >= answers_of(b->s, t) || b->left == 1)
		return false;
	b->bought[t]++;
	b->left -= b->left > 0;
	return true;
}

static double entropy(const struct buying *b, int32_t t);

/* The next part of those that are still open, in the order of their numbers. */
static bool buy_numbers(struct buying *b, int32_t part)
{
	int32_t given = 0;

	for (int32_t t = 0; t < b->s->tasks && given < part; t++)
		given += buy_one(b, t);
	return given > 0;
}

struct doubted {
	int32_t task;
	double entropy;
};

static int by_doubt(const void *one, const void *two)
{
	const struct doubted *a = one, *b = two;

	if (a->entropy < b->entropy || a->entropy > b->entropy)
		return a->entropy > b->entropy ? -1 : 1;
	return a->task - b->task;
}

static bool buy_doubted(struct arena *mem, struct buying *b, int32_t part)
{
	struct doubted *list = NEW_MANY(mem, struct doubted, (size_t)b->s->tasks);
	int32_t count = 0, given = 0;

	for (int32_t t = 0; t < b->s->tasks; t++)
		if (b->open[t] && b->bought[t] < answers_of(b->s, t))
			list[count++] = (struct doubted){ t, entropy(b, t) };
	qsort(list, (size_t)count, sizeof(*list), by_doubt);
	for (int32_t i = 0; i < count && given < part; i++)
		given += buy_one(b, list[i].task);
	return given > 0;
}

static bool buy(struct arena *mem, struct buying *b, const struct chosen *c, int round)
{
	const int32_t part = b->s->tasks / 50 + 1;

	if (c->order == NUMBERS && round > 0)
		return buy_numbers(b, part);
	if (c->order == DOUBT && round > 2)
		return buy_doubted(mem, b, part);
	return buy_numbers(b, INT32_MAX);
}

static double entropy(const struct buying *b, int32_t t)
{
	double calm[CLASSES_MAX], sum = 0;
	int64_t z[CLASSES_MAX];

	claim(b, t, z);
	belief_calm(z, b->s->classes, b->bought[t], b->trust, calm);
	for (int32_t k = 0; k < b->s->classes; k++)
		sum -= calm[k] * log(fmax(calm[k], 1e-12));
	return sum;
}

static int top_of(const int64_t *z, int classes)
{
	int top = 0;

	for (int k = 1; k < classes; k++)
		top = z[k] > z[top] ? k : top;
	return top;
}

static struct belief_known known_of(struct arena *mem, const struct buying *b, int32_t t)
{
	int64_t *own = NEW_MANY(mem, int64_t, (size_t)b->s->classes);

	claim(b, t, own);
	return (struct belief_known){ own, b->s->truth[t], top_of(own, b->s->classes), b->bought[t],
				      1.0 / fmax(answers_of(b->s, t) - 1, 1) };
}

/* Known tasks with one answer, with two, and so on, as the crowd is known now. */
static void claim_known(struct arena *mem, struct buying *b)
{
	b->pairs = 0;
	for (int32_t t = 0; t < b->s->tasks; t++) {
		const int32_t all = b->bought[t];

		for (b->bought[t] = 1; b->gold[t] && b->bought[t] <= all; b->bought[t]++)
			b->known[b->pairs++] = known_of(mem, b, t);
		b->bought[t] = all;
	}
}

/* Each of them when its answers were enough, if they were. */
static size_t find_stops(struct buying *b, struct belief_rule rule)
{
	const struct belief_known *k = b->known;
	size_t count = 0;

	for (int32_t t = 0; t < b->s->tasks; t++) {
		bool enough = !b->gold[t];

		rule.most = answers_of(b->s, t);
		for (int32_t n = 0; n < b->bought[t] && b->gold[t]; n++, k++) {
			if (enough)
				continue;
			enough = belief_is_enough(&b->crowd, k->claim, k->answers, b->trust, rule);
			if (enough)
				b->stop[count++] = *k;
		}
	}
	for (size_t i = 0; i < count; i++)
		b->stop[i].weight = 1;
	return count;
}

/* As quality.refit does. Where answers are enough depends on what is learned. */
static void learn(struct arena *mem, struct buying *b, double target, int least)
{
	const struct belief_rule rule = { target, least, 0 };
	const int classes = b->s->classes;

	claim_known(mem, b);
	b->trust = belief_learn(b->prior, 1, b->known, b->pairs, classes);
	for (int i = 0; i < 5; i++)
		b->trust.shift = belief_shift(b->trust, b->prior, BELIEF_SHIFTS, b->stop,
					      find_stops(b, rule), classes);
}

static void close_some(struct buying *b, double target, int least)
{
	int64_t z[CLASSES_MAX];

	for (int32_t t = 0; t < b->s->tasks; t++) {
		struct belief_rule rule = { target, least, answers_of(b->s, t) };

		claim(b, t, z);
		b->open[t] = !belief_is_enough(&b->crowd, z, b->bought[t], b->trust, rule);
	}
}

/* --- scoring --- */

struct figures {
	double answers, accuracy, claim, reached, reached_claim, reached_right;
};

static double right_of(const struct set *s, const float *z, int32_t task)
{
	float top = 0;
	int tied = 0;

	for (int32_t k = 0; k < s->classes; k++)
		top = z[k] > top ? z[k] : top;
	for (int32_t k = 0; k < s->classes; k++)
		tied += z[k] > top - MODEL_TIE;
	return z[s->truth[task]] > top - MODEL_TIE ? 1.0 / tied : 0;
}

static struct figures score(const struct buying *b, double target)
{
	const struct set *s = b->s;
	struct figures f = { 0 };
	double tasks = 0, scored = 0;

	for (int32_t t = 0; t < s->tasks; t++) {
		double sure, right;
		int64_t z[CLASSES_MAX];

		if (b->gold[t])
			continue;
		f.answers += b->bought[t];
		tasks++;
		if (s->truth[t] < 0)
			continue;
		claim(b, t, z);
		sure = belief_sure(z, s->classes, b->bought[t], top_of(z, s->classes), b->trust);
		right = right_of(s, b->fit.posterior + t * s->classes, t);
		f.accuracy += right;
		f.claim += sure;
		f.reached += sure >= target;
		f.reached_claim += sure >= target ? sure : 0;
		f.reached_right += sure >= target ? right : 0;
		scored++;
	}
	f.reached_claim /= fmax(f.reached, 1);
	f.reached_right /= fmax(f.reached, 1);
	f.reached /= scored;
	f.accuracy /= scored;
	f.claim /= scored;
	f.answers /= tasks;
	return f;
}

static struct figures replay(struct arena *mem, const struct set *s, const struct chosen *c,
			     double target, uint64_t seed)
{
	struct buying b;

	open_buying(mem, s, c->gold, seed, c->prior, &b);
	struct arena_mark mark = arena_mark(mem);
	b.left = c->budget > 0 ? (int64_t)(c->budget * s->tasks) + 1 : 0;
	for (int round = 1; buy(mem, &b, c, round); round++) {
		arena_reset(mem, mark);
		if (round == 1 && c->order != NUMBERS)
			continue;
		fit(mem, &b, 12);
		if (c->gold > 0)
			learn(mem, &b, target, c->least);
		close_some(&b, target, c->least);
	}
	fit(mem, &b, 60);
	if (c->gold > 0)
		learn(mem, &b, target, c->least);
	return score(&b, target);
}

static double full(struct arena *mem, const struct set *s)
{
	static const enum model_method methods[] = { MODEL_PLURALITY, MODEL_ONE_COIN, MODEL_IBCC,
						     MODEL_SHRUNK };
	uint32_t *key = NEW_MANY(mem, uint32_t, s->answers);
	double best = 0;

	for (size_t i = 0; i < s->answers; i++)
		key[i] = (uint32_t)(s->worker[i] * s->classes + s->label[i]);
	struct model_answers a = { s->tasks, s->workers, s->classes, s->from, key, NULL };
	for (size_t m = 0; m < sizeof(methods) / sizeof(*methods); m++) {
		struct model_fit f;
		double right = 0, scored = 0;

		model_run(mem, methods[m], &a, &(struct model_options){ 0 }, &f);
		for (int32_t t = 0; t < s->tasks; t++)
			if (s->truth[t] >= 0) {
				right += right_of(s, f.posterior + t * s->classes, t);
				scored++;
			}
		best = fmax(best, right / scored);
	}
	return best;
}

static void row(struct arena *mem, const char *dir, const struct set *s, const struct chosen *c,
		double target, double best)
{
	const char *slash = strrchr(dir, '/');
	struct figures sum = { 0 };

	for (int n = 0; n < c->seeds; n++) {
		struct arena_mark mark = arena_mark(mem);
		struct figures f = replay(mem, s, c, target, (uint64_t)n + 1);

		sum.answers += f.answers / c->seeds;
		sum.accuracy += f.accuracy / c->seeds;
		sum.claim += f.claim / c->seeds;
		sum.reached += f.reached / c->seeds;
		sum.reached_claim += f.reached_claim / c->seeds;
		sum.reached_right += f.reached_right / c->seeds;
		arena_reset(mem, mark);
	}
	printf("%-12s %6.3f %7.2f %7.2f %8.4f %8.4f %+8.4f %7.4f %+8.4f %8.2f %8.3f %8.3f\n",
	       slash != NULL ? slash + 1 : dir, target, (double)s->answers / s->tasks, sum.answers,
	       best, sum.accuracy, sum.accuracy - best, sum.claim, sum.claim - sum.accuracy,
	       sum.reached, sum.reached_claim, sum.reached_right);
	fflush(stdout);
}

/* --- leaving one out --- */

/* What the set's own truths say of its claims, without a prior. */
static struct belief_trust own_trust(struct arena *mem, const struct set *s)
{
	struct belief_known *known = NEW_MANY(mem, struct belief_known, s->answers);
	struct buying b;
	size_t pairs = 0;

	open_buying(mem, s, 0, 1, BELIEF_USUAL, &b);
	for (int32_t t = 0; t < s->tasks; t++)
		b.bought[t] = answers_of(s, t);
	fit(mem, &b, 60);
	for (int32_t t = 0; t < s->tasks; t++)
		for (int32_t n = 1; s->truth[t] >= 0 && n <= answers_of(s, t); n++) {
			b.bought[t] = n;
			known[pairs] = known_of(mem, &b, t);
			known[pairs++].weight = 1.0 / answers_of(s, t);
		}
	return belief_learn(BELIEF_USUAL, 0, known, pairs, s->classes);
}

static struct belief_trust prior_without(const struct belief_trust *own, int sets, int left)
{
	double sure[SETS_MAX], alike[SETS_MAX];
	struct belief_trust out = BELIEF_USUAL;
	int n = 0;

	for (int i = 0; i < sets; i++)
		if (i != left) {
			sure[n] = own[i].sure;
			alike[n++] = own[i].alike;
		}
	if (n == 0)
		return out;
	out.sure = median(sure, n);
	out.alike = median(alike, n);
	return out;
}

static void open_set(struct arena *mem, const char *dir, struct set *s)
{
	read_set(mem, dir, s);
	if (s->classes > CLASSES_MAX || s->most > ONE_TASK)
		stop("too many labels, or answers to one task");
}

static void run(struct chosen *c, char *const *dir, int dirs, bool leave_out)
{
	struct belief_trust own[SETS_MAX];

	for (int i = 0; i < dirs && leave_out; i++) {
		struct arena *mem = arena_new(0);
		struct set s;

		open_set(mem, dir[i], &s);
		own[i] = own_trust(mem, &s);
		arena_free(mem);
	}
	if (c->just_prior) {
		const struct belief_trust all = prior_without(own, dirs, -1);

		printf("s %.3f, r %.3f\n", all.sure, all.alike);
		return;
	}
	for (int i = 0; i < dirs; i++) {
		struct arena *mem = arena_new(0);
		struct set s;

		open_set(mem, dir[i], &s);
		double best = full(mem, &s);
		c->prior = leave_out ? prior_without(own, dirs, i) : BELIEF_USUAL;
		if (leave_out)
			printf("without it the prior is s %.3f, r %.3f; its own %.3f, %.3f\n",
			       c->prior.sure, c->prior.alike, own[i].sure, own[i].alike);
		for (int t = 0; t < c->targets; t++)
			row(mem, dir[i], &s, c, c->target[t], best);
		arena_free(mem);
	}
}

static int order_of(const char *word)
{
	static const char *const words[] = { "rounds", "numbers", "doubt" };

	for (int i = 0; i < 3; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	stop(USAGE);
}

int main(int argc, char **argv)
{
	struct chosen c = { .seeds = 5, .least = 2 };
	char *dir[SETS_MAX];
	bool leave_out = false;
	int dirs = 0;

	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc;

		if (strcmp(argv[i], "--gold") == 0 && more)
			c.gold = (int)strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0 && more)
			c.seeds = (int)strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--least") == 0 && more)
			c.least = (int)strtol(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--target") == 0 && more && c.targets < TARGETS_MAX)
			c.target[c.targets++] = strtod(argv[++i], NULL);
		else if (strcmp(argv[i], "--budget") == 0 && more)
			c.budget = strtod(argv[++i], NULL);
		else if (strcmp(argv[i], "--order") == 0 && more)
			c.order = order_of(argv[++i]);
		else if (strcmp(argv[i], "--leave-out") == 0)
			leave_out = true;
		else if (strcmp(argv[i], "--prior") == 0)
			leave_out = c.just_prior = true;
		else if (argv[i][0] != '-' && dirs < SETS_MAX)
			dir[dirs++] = argv[i];
		else
			stop(USAGE);
	}
	if (c.targets == 0)
		c.target[c.targets++] = 0.95;
	if (dirs == 0)
		stop(USAGE);
	puts(HEAD);
	run(&c, dir, dirs, leave_out);
	return 0;
}
