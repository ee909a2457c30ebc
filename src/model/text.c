/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Text: weighted medoid-first ROVER (after Fiscus 1997).
 *   1. d_ij = word edit distance / max(1, len_i, len_j); answers in order of sum_j d_ij, the
 *   medoid first;
 *      empty ones are left out.
 *   2. Q_w = (1 + sum v) / (2 + answers of w with others beside them), v = 1 - min(1, upper
 *   median of
 *      the distances to the others); u_i = Q_w^3 max(.05, 1 - mean_j d_ij)^2 + 1e-6.
 *   3. One slot for each word of the medoid, {word: u}. Each next answer is aligned: word x at
 *   slot s
 *      costs 1 - weight_s(x) / U, skipping s costs 1 - weight_s(empty) / U, inserting costs 1; at
 *      equal cost match, then skip, then insert. U is the weight so far.
 *   4. Each slot gives its heaviest entry, the empty word counted at .8. Confidence: weight / U.
 */
#include <stdlib.h>
#include "model/model_in.h"

#define EMPTY_COUNTS 0.8

int model_word_distance(struct arena *mem, const int32_t *left, int left_count,
			const int32_t *right, int right_count)
{
	struct arena_mark mark = arena_mark(mem);
	int *row = NEW_MANY(mem, int, (size_t)right_count + 1);

	for (int j = 0; j <= right_count; j++)
		row[j] = j;
	for (int i = 1; i <= left_count; i++) {
		int corner = row[0];

		row[0] = i;
		for (int j = 1; j <= right_count; j++) {
			int change = corner + (left[i - 1] != right[j - 1]);
			int least = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

			corner = row[j];
			row[j] = change < least ? change : least;
		}
	}

	int distance = row[right_count];

	arena_reset(mem, mark);
	return distance;
}

struct near {
	double sum;    /* of distances to the others */
	double median; /* the upper one */
	int others;
};

static int by_value(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int length(const struct model_texts *a, int32_t answer)
{
	return a->word_from[answer + 1] - a->word_from[answer];
}

static void measure(struct arena *mem, const struct model_texts *a, int32_t task, struct near *near)
{
	struct arena_mark mark = arena_mark(mem);
	const int32_t from = a->from[task], n = a->from[task + 1] - from;
	double *d = NEW_MANY(mem, double, (size_t)n *(size_t)n);
	double *sorted = NEW_MANY(mem, double, (size_t)n);

	for (int32_t i = 0; i < n; i++)
		for (int32_t j = i + 1; j < n; j++) {
			int x = length(a, from + i), y = length(a, from + j);

			if (x == 0 || y == 0)
				continue;
			d[i * n + j] =
				(double)model_word_distance(mem, a->word + a->word_from[from + i],
							    x, a->word + a->word_from[from + j],
							    y) /
				(x > y ? x : y);
			d[j * n + i] = d[i * n + j];
		}
	for (int32_t i = 0; i < n; i++) {
		struct near *one = &near[from + i];

		for (int32_t j = 0; j < n; j++) {
			if (j == i || length(a, from + j) == 0 || length(a, from + i) == 0)
				continue;
			one->sum += d[i * n + j];
			sorted[one->others++] = d[i * n + j];
		}
		qsort(sorted, (size_t)one->others, sizeof(double), by_value);
		one->median = one->others > 0 ? sorted[one->others / 2] : 0;
	}
	arena_reset(mem, mark);
}

/* --- the network of one task --- */

struct entry {
	int32_t word;
	double weight;
};

struct slot {
	struct entry *entry; /* the first is the empty word */
	int count;
};

struct network {
	struct arena *mem;
	struct slot *slot, *other;
	int count, entries_max;
	double weight;
};

static struct slot slot_new(struct network *net, double empty)
{
	struct slot out = { NEW_MANY(net->mem, struct entry, (size_t)net->entries_max), 1 };

	out.entry[0].weight = empty;
	return out;
}

static double slot_weight(const struct slot *s, int32_t word)
{
	for (int i = 0; i < s->count; i++)
		if (s->entry[i].word == word)
			return s->entry[i].weight;
	return 0;
}

static void slot_add(struct slot *s, int32_t word, double weight)
{
	int i = 0;

	while (i < s->count && s->entry[i].word != word)
		i++;
	if (i == s->count)
		s->entry[s->count++] = (struct entry){ word, 0 };
	s->entry[i].weight += weight;
}

enum move { MATCH, SKIP, INSERT };

/* The cheapest way, as moves from the end; how many. */
static int align(struct network *net, const int32_t *word, int words, char *way)
{
	const int columns = words + 1;
	char *move = arena_take(net->mem, (size_t)(net->count + 1) * (size_t)columns);
	double *above = NEW_MANY(net->mem, double, (size_t)columns);
	double *row = NEW_MANY(net->mem, double, (size_t)columns);
	int steps = 0;

	for (int j = 1; j < columns; j++) {
		above[j] = j;
		move[j] = INSERT;
	}
	for (int i = 1; i <= net->count; i++) {
		const struct slot *s = &net->slot[i - 1];
		const double skip = 1 - s->entry[0].weight / net->weight;
		double *swap;

		row[0] = above[0] + skip;
		move[i * columns] = SKIP;
		for (int j = 1; j < columns; j++) {
			double match = above[j - 1] + 1 - slot_weight(s, word[j - 1]) / net->weight;
			double best = match;
			char how = MATCH;

			if (above[j] + skip < best - 1e-12) {
				best = above[j] + skip;
				how = SKIP;
			}
			if (row[j - 1] + 1 < best - 1e-12) {
				best = row[j - 1] + 1;
				how = INSERT;
			}
			row[j] = best;
			move[i * columns + j] = how;
		}
		swap = above;
		above = row;
		row = swap;
	}
	for (int i = net->count, j = words; i > 0 || j > 0;) {
		char how = move[i * columns + j];

		way[steps++] = how;
		i -= how != INSERT;
		j -= how != SKIP;
	}
	return steps;
}

static void add_answer(struct network *net, const int32_t *word, int words, double weight)
{
	char *way = arena_take(net->mem, (size_t)(net->count + words + 1));
	int steps = align(net, word, words, way), from = 0, at = 0, to = 0;
	struct slot *swap;

	while (steps-- > 0) {
		struct slot *s = &net->other[to++];

		if (way[steps] == INSERT)
			*s = slot_new(net, net->weight);
		else
			*s = net->slot[from++];
		slot_add(s, way[steps] == SKIP ? 0 : word[at++], weight);
	}
	swap = net->slot;
	net->slot = net->other;
	net->other = swap;
	net->count = to;
	net->weight += weight;
}

struct ranked {
	double sum;
	int32_t answer;
};

static int by_sum(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->sum < b->sum || a->sum > b->sum)
		return a->sum < b->sum ? -1 : 1;
	return a->answer - b->answer;
}

static void emit(const struct network *net, struct model_text_fit *out, int32_t *at)
{
	for (int i = 0; i < net->count; i++) {
		const struct slot *s = &net->slot[i];
		double best = s->entry[0].weight * EMPTY_COUNTS;
		int32_t word = 0;
		double weight = 0;

		for (int e = 1; e < s->count; e++)
			if (s->entry[e].weight > best) {
				best = weight = s->entry[e].weight;
				word = s->entry[e].word;
			}
		if (word == 0)
			continue;
		out->word[*at] = word;
		out->confidence[(*at)++] = (float)(weight / net->weight);
	}
}

static void merge(struct arena *mem, const struct model_texts *a, int32_t task,
		  const struct near *near, struct model_text_fit *out, int32_t *at)
{
	struct arena_mark mark = arena_mark(mem);
	const int32_t from = a->from[task], n = a->from[task + 1] - from;
	const size_t words = (size_t)(a->word_from[from + n] - a->word_from[from]);
	struct ranked *order = NEW_MANY(mem, struct ranked, (size_t)n);
	struct network net = {
		.mem = mem,
		.slot = NEW_MANY(mem, struct slot, words + 1),
		.other = NEW_MANY(mem, struct slot, words + 1),
		.entries_max = n + 1,
	};
	int count = 0;

	for (int32_t i = from; i < from + n; i++)
		if (length(a, i) > 0)
			order[count++] = (struct ranked){ near[i].sum, i };
	qsort(order, (size_t)count, sizeof(*order), by_sum);
	for (int r = 0; r < count; r++) {
		const int32_t i = order[r].answer;
		const double far = near[i].others > 0 ? near[i].sum / near[i].others : 0;
		const double q = out->weight[a->worker[i]], close = fmax(0.05, 1 - far);

		add_answer(&net, a->word + a->word_from[i], length(a, i),
			   q * q * q * close * close + 1e-6);
	}
	emit(&net, out, at);
	arena_reset(mem, mark);
}

void model_text_run(struct arena *mem, const struct model_texts *a, struct model_text_fit *out)
{
	const size_t answers = (size_t)a->from[a->tasks], words = (size_t)a->word_from[answers];

	*out = (struct model_text_fit){
		.word_from = NEW_MANY(mem, int32_t, (size_t)a->tasks + 1),
		.word = NEW_MANY(mem, int32_t, words),
		.confidence = NEW_MANY(mem, float, words),
		.weight = NEW_MANY(mem, double, (size_t)a->workers),
	};

	struct arena_mark mark = arena_mark(mem);
	struct near *near = NEW_MANY(mem, struct near, answers);
	double *count = NEW_MANY(mem, double, (size_t)a->workers);
	int32_t at = 0;

	for (int32_t t = 0; t < a->tasks; t++)
		measure(mem, a, t, near);
	for (size_t i = 0; i < answers; i++) {
		if (near[i].others == 0)
			continue;
		count[a->worker[i]] += 1;
		out->weight[a->worker[i]] += 1 - fmin(1, near[i].median);
	}
	for (int32_t w = 0; w < a->workers; w++)
		out->weight[w] = (1 + out->weight[w]) / (2 + count[w]);
	for (int32_t t = 0; t < a->tasks; t++) {
		merge(mem, a, t, near, out, &at);
		out->word_from[t + 1] = at;
	}
	arena_reset(mem, mark);
}
