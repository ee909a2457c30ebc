/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A question's log posterior is the sum of what its answers say, so it is made once and each pair
 * takes its own two terms out again. Judging a pair by results that it has helped to make was
 * turned down: two of three answers make the result, and would then be right.
 */
#include "quality/doubt/doubt_in.h"
#include <math.h>
#include <stdlib.h>

void doubt_tell(struct doubt_look *f, struct doubt d)
{
	if (f->count < DOUBT_MAX)
		f->out[f->count++] = d;
}

/* ln of the bound that x of n come about where each does with chance q. */
double doubt_bound(double x, double n, double q)
{
	double p = x / n;

	if (p <= q)
		return 0;
	return -n * (p * log(p / q) + (p < 1 ? (1 - p) * log((1 - p) / (1 - q)) : 0));
}

/* --- what the answers say --- */

static void make_said(struct doubt_look *f)
{
	const struct belief_crowd *crowd = f->of->crowd;
	const int classes = f->a->classes;
	const size_t cells = (size_t)classes * (size_t)classes;

	f->said = NEW_MANY(f->mem, float, (size_t)f->a->workers *cells);
	for (int32_t w = 0; w < f->a->workers; w++) {
		const struct belief_sums *s = &f->of->worker[w];
		float *said = f->said + (size_t)w * cells;
		double p = ((double)s->right / BELIEF_ONE + 5 * crowd->mean) /
			   ((double)s->answers + 5);

		for (int k = 0; k < classes; k++) {
			double sum = s->count != NULL ? 10 : 1;

			for (int l = 0; l < classes && s->count != NULL; l++)
				sum += (double)s->count[l * classes + k] / BELIEF_ONE;
			for (int l = 0; l < classes; l++) {
				double own = l == k ? p : (1 - p) / (classes - 1);

				if (s->count != NULL)
					own = (double)s->count[l * classes + k] / BELIEF_ONE +
					      5 * own + 5 * crowd->pooled[l * classes + k];
				said[l * classes + k] = (float)fmax(own / sum, 1e-9);
			}
		}
	}
}

/* Of a question's first `to` answers; for each class the log of what all of them say. */
static void all_say(const struct doubt_look *f, int32_t from, int32_t to, double *log_z)
{
	const uint32_t classes = (uint32_t)f->a->classes;

	for (uint32_t k = 0; k < classes; k++)
		log_z[k] = f->of->crowd->base[k];
	for (int32_t i = from; i < to; i++)
		for (uint32_t k = 0; k < classes; k++)
			log_z[k] += log((double)f->said[(size_t)f->a->key[i] * classes + k]);
}

/* z without one or two of them; `two` may be NULL. */
static void without(const struct doubt_look *f, const double *log_z, const float *one,
		    const float *two, double *z)
{
	const int classes = f->a->classes;
	double most = -INFINITY, sum = 0;

	for (int k = 0; k < classes; k++) {
		z[k] = log_z[k] - log((double)one[k]) - (two != NULL ? log((double)two[k]) : 0);
		most = z[k] > most ? z[k] : most;
	}
	for (int k = 0; k < classes; k++)
		sum += z[k] = exp(z[k] - most);
	for (int k = 0; k < classes; k++)
		z[k] /= sum;
}

/* --- one worker --- */

static int by_time(const void *one, const void *two)
{
	int32_t a = *(const int32_t *)one, b = *(const int32_t *)two;

	return (a > b) - (a < b);
}

static int32_t median_of(struct doubt_look *f, int32_t n)
{
	struct arena_mark mark = arena_mark(f->mem);
	int32_t *time = NEW_MANY(f->mem, int32_t, (size_t)n);

	memcpy(time, f->ms, (size_t)n * sizeof(*time));
	qsort(time, (size_t)n, sizeof(*time), by_time);
	int32_t median = time[n / 2];
	arena_reset(f->mem, mark);
	return median;
}

void doubt_find_fast(struct doubt_look *f, const int32_t *said, double chance)
{
	const struct model_answers *a = f->a;
	const int32_t n = a->from[a->tasks], quarter = median_of(f, n) / 4;
	int32_t *fast = NEW_MANY(f->mem, int32_t, (size_t)a->workers);
	double all = 0;

	for (int32_t i = 0; i < n; i++)
		if (f->ms[i] < quarter) {
			fast[a->key[i] / (uint32_t)a->classes]++;
			all++;
		}
	for (int32_t w = 0; w < a->workers; w++) {
		double q = (all - fast[w] + 1) / (n - said[w] + 2);

		if (said[w] < DOUBT_LEAST || 2 * fast[w] < said[w] || f->right[w] >= f->mean ||
		    doubt_bound(fast[w], said[w], q) > chance)
			continue;
		doubt_tell(f,
			   (struct doubt){ DOUBT_FAST, w, -1, said[w], fast[w], q * said[w], 0 });
	}
}

/*
 * How much of his answers each class would be if he were right, or else as the others are: the
 * larger share of the two, summed. In a project where nearly all is of one class, who is always
 * right says it more often than others do.
 */
static void add_shares(struct doubt_look *f, int32_t task, int32_t *votes, double *z, int32_t *own,
		       float *share)
{
	const struct model_answers *a = f->a;
	const uint32_t classes = (uint32_t)a->classes;
	const int32_t from = a->from[task], to = a->from[task + 1];
	const int32_t known = a->gold != NULL ? a->gold[task] : -1;
	double *log_z = z + classes;

	if (to - from < 2)
		return;
	memset(votes, 0, classes * sizeof(*votes));
	all_say(f, from, to, log_z);
	for (int32_t i = from; i < to; i++)
		votes[a->key[i] % classes]++;
	for (int32_t i = from; i < to; i++) {
		uint32_t label = a->key[i] % classes;
		float *to_add = share + (size_t)(a->key[i] - label);

		own[a->key[i]]++;
		without(f, log_z, f->said + (size_t)a->key[i] * classes, NULL, z);
		for (uint32_t l = 0; l < classes; l++) {
			double others = (double)(votes[l] - (l == label)) / (to - from - 1);

			if (known >= 0)
				z[l] = l == (uint32_t)known;
			to_add[l] += (float)fmax(others, z[l]);
		}
	}
}

static void find_constant(struct doubt_look *f, const int32_t *said, double chance)
{
	const struct model_answers *a = f->a;
	const size_t classes = (size_t)a->classes, cells = (size_t)a->workers * classes;
	int32_t *own = NEW_MANY(f->mem, int32_t, cells),
		*votes = NEW_MANY(f->mem, int32_t, classes);
	float *share = NEW_MANY(f->mem, float, cells);
	double *z = NEW_MANY(f->mem, double, 2 * classes);

	for (int32_t t = 0; t < a->tasks; t++)
		add_shares(f, t, votes, z, own, share);
	for (int32_t w = 0; w < a->workers; w++) {
		const size_t at = (size_t)w * classes;
		int32_t n = 0;

		for (size_t l = 0; l < classes && said[w] >= DOUBT_LEAST; l++)
			n += own[at + l];
		for (size_t l = 0; l < classes && n >= DOUBT_LEAST; l++) {
			double q = fmin(((double)share[at + l] + 1) / (n + 1), 1);

			if (10 * own[at + l] >= 9 * n && doubt_bound(own[at + l], n, q) <= chance)
				doubt_tell(f, (struct doubt){ DOUBT_CONSTANT, w, -1, n, own[at + l],
							      q * n, (int)l });
		}
	}
}

/* --- two workers --- */

struct doubt_pair *doubt_pair_of(struct doubt_look *f, uint32_t one, uint32_t two)
{
	const uint32_t low = one < two ? one : two, high = one < two ? two : one;
	const uint64_t name = (uint64_t)(low + 1) << 32 | high;
	uint64_t mix = name * 0x9e3779b97f4a7c15u;

	for (size_t at = (mix ^ mix >> 31) & (f->room - 1);; at = (at + 1) & (f->room - 1)) {
		if (f->pair[at].name == name)
			return &f->pair[at];
		if (f->pair[at].name != 0)
			continue;
		if (f->pairs == DOUBT_PAIRS)
			return NULL;
		f->pairs++;
		f->pair[at].name = name;
		return &f->pair[at];
	}
}

static void count_pair(struct doubt_look *f, int32_t task, const double *log_z, uint32_t one,
		       uint32_t two, double *z)
{
	const int classes = f->a->classes;
	const size_t cells = (size_t)classes * (size_t)classes;
	const uint32_t u = one / (uint32_t)classes, v = two / (uint32_t)classes;
	const int lu = (int)(one % (uint32_t)classes), lv = (int)(two % (uint32_t)classes);
	const float *eu = f->said + u * cells, *ev = f->said + v * cells;
	const int32_t known = f->a->gold != NULL ? f->a->gold[task] : -1;
	struct doubt_pair *pair = u != v ? doubt_pair_of(f, u, v) : NULL;
	double expected = 0;

	if (pair == NULL)
		return;
	if (known < 0)
		without(f, log_z, eu + lu * classes, ev + lv * classes, z);
	for (int k = 0; k < classes && known >= 0; k++)
		z[k] = k == known;
	for (int l = 0; l < classes; l++) {
		double both = 0;

		for (int k = 0; k < classes; k++)
			both += z[k] * (double)eu[l * classes + k] * (double)ev[l * classes + k];
		expected += (1 - z[l]) * both;
	}
	pair->common++;
	pair->found += lu == lv ? (float)(1 - z[lu]) : 0;
	pair->expected += (float)expected;
}

static void count_pairs(struct doubt_look *f)
{
	const struct model_answers *a = f->a;
	const int classes = a->classes;
	double *log_z = NEW_MANY(f->mem, double, classes), *z = NEW_MANY(f->mem, double, classes);
	int64_t steps = 0;

	for (int32_t t = 0; t < a->tasks && steps < DOUBT_STEPS; t++) {
		const int32_t from = a->from[t];
		int32_t to = a->from[t + 1];

		to = to - from > DOUBT_ANSWERS ? from + DOUBT_ANSWERS : to;
		steps += (int64_t)(to - from) * (to - from) / 2 * classes * classes;
		all_say(f, from, to, log_z);
		for (int32_t i = from; i < to; i++)
			for (int32_t j = i + 1; j < to; j++)
				count_pair(f, t, log_z, a->key[i], a->key[j], z);
	}
}

void doubt_pairs_begin(struct doubt_look *f)
{
	f->room = 2 * DOUBT_PAIRS;
	f->pairs = 0;
	f->pair = NEW_MANY(f->mem, struct doubt_pair, f->room);
}

void doubt_pairs_tell(struct doubt_look *f)
{
	double found = 0, expected = 0, rate = 1, tests = 0;

	for (size_t i = 0; i < f->room; i++) {
		found += (double)f->pair[i].found;
		expected += (double)f->pair[i].expected;
		tests += f->pair[i].common >= DOUBT_LEAST;
	}
	if (expected > 0 && found > expected)
		rate = found / expected;
	for (size_t i = 0; i < f->room; i++) {
		const struct doubt_pair *p = &f->pair[i];
		double mean = rate * (double)p->expected + 1e-9;

		if (p->common < DOUBT_LEAST || (double)p->found < 3 * mean ||
		    doubt_bound((double)p->found, p->common, mean / p->common) >
			    log(DOUBT_CHANCE / tests))
			continue;
		doubt_tell(f, (struct doubt){ DOUBT_ALIKE, (int32_t)(p->name >> 32) - 1,
					      (int32_t)(p->name & 0xffffffff), p->common,
					      (double)p->found, mean, 0 });
	}
}

static int by_worker(const void *one, const void *two)
{
	const struct doubt *a = one, *b = two;

	if (a->what != b->what)
		return (int)a->what - (int)b->what;
	if (a->worker != b->worker)
		return a->worker < b->worker ? -1 : 1;
	return (a->other > b->other) - (a->other < b->other);
}

double doubt_begin(struct doubt_look *f, int32_t **said)
{
	const struct model_answers *a = f->a;
	double workers = 0;

	*said = NEW_MANY(f->mem, int32_t, (size_t)a->workers);
	for (int32_t i = 0; i < a->from[a->tasks]; i++)
		(*said)[a->key[i] / (uint32_t)a->classes]++;
	for (int32_t w = 0; w < a->workers; w++)
		workers += (*said)[w] >= DOUBT_LEAST;
	return workers;
}

void doubt_sort(struct doubt_look *f)
{
	qsort(f->out, f->count, sizeof(*f->out), by_worker);
}

void doubt_find(struct arena *mem, const struct doubt_crowd *of, struct doubt **out, size_t *count)
{
	struct doubt_look f = { .mem = mem,
				.of = of,
				.a = of->answers,
				.ms = of->ms,
				.right = of->right,
				.mean = of->crowd->mean };
	int32_t *said;

	*out = f.out = NEW_MANY(mem, struct doubt, DOUBT_MAX);
	struct arena_mark mark = arena_mark(mem);
	double workers = doubt_begin(&f, &said);
	if (workers > 0) {
		make_said(&f);
		doubt_find_fast(&f, said, log(DOUBT_CHANCE / workers));
		find_constant(&f, said, log(DOUBT_CHANCE / workers));
		if (f.a->classes <= BELIEF_CLASSES) {
			doubt_pairs_begin(&f);
			count_pairs(&f);
			doubt_pairs_tell(&f);
		}
	}
	arena_reset(mem, mark);
	doubt_sort(&f);
	*count = f.count;
}
