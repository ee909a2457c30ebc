/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pass in float, for large data: half the memory to move. Some tasks are done at a time, in
 * three steps: the rows of their answers are added up, four cells by one instruction; the sums of
 * all these tasks become posteriors, with tasks side by side, so that exp and log too are vector
 * instructions; and the posteriors are added to the counts. Rows are read in whole vectors, so a
 * table has room for CONFUSION_PAD more cells; what a vector holds of the next row is not used,
 * and nothing is added there.
 *
 * After few rounds nearly all of a task's posterior lies on one class or two. A posterior below
 * 1e-12 is then not counted: it is a hundredth of the least probability that any method allows,
 * and a row of many classes need not be fetched for it.
 */
#include "model/confusion_in.h"
#include "model/confusion_quick_in.h"

#define INLINE static inline __attribute__((always_inline))
#define TINY 1e-12F

enum { LANES = 4, BLOCK = CONFUSION_BLOCK, AHEAD = 24, FEW = 8 };

typedef float lanes __attribute__((vector_size(LANES * sizeof(float))));

/* Some tasks; [task * padded + class] and [class * BLOCK + task]. */
struct work {
	struct confusion_shard *s;
	const struct model_answers *a;
	int32_t task, tasks;
	float *row, *votes; /* by task */
	float *z, *extra;   /* by class */
	float *base;
	float best[BLOCK];
	int32_t label[BLOCK], other[BLOCK], active[BLOCK];
};

INLINE lanes lanes_at(const float *at)
{
	lanes out;

	memcpy(&out, at, sizeof(out));
	return out;
}

INLINE void lanes_put(float *at, lanes x)
{
	memcpy(at, &x, sizeof(x));
}

INLINE uint32_t padded(uint32_t classes)
{
	return (classes + LANES - 1) / LANES * LANES;
}

/* Sums of the cells [first, first + LANES * count) of the rows of each task's answers. */
INLINE void gather(struct work *w, uint32_t classes, uint32_t first, uint32_t count)
{
	const struct model_answers *a = w->a;
	const float *restrict table = w->s->table;
	const uint32_t *const near_end = a->key + a->from[a->tasks] - AHEAD;

	for (int32_t j = 0; j < w->tasks; j++) {
		const uint32_t *key = a->key + a->from[w->task + j];
		const uint32_t *const end = a->key + a->from[w->task + j + 1];
		lanes sum[5];

		for (uint32_t v = 0; v < count; v++)
			sum[v] = lanes_at(w->base + first + LANES * v);
		for (; key < end; key++) {
			const float *cell = table + (size_t)*key * classes + first;

			if (classes > 4 && key < near_end) {
				const float *far = table + (size_t)key[AHEAD] * classes + first;

				__builtin_prefetch(far);
				if (count > 2)
					__builtin_prefetch(far + LANES * count - 1);
			}
			for (uint32_t v = 0; v < count; v++)
				sum[v] += lanes_at(cell + LANES * v);
		}
		for (uint32_t v = 0; v < count; v++)
			lanes_put(w->row + (size_t)j * padded(classes) + first + LANES * v, sum[v]);
	}
}

INLINE void scatter(const struct work *w, int32_t j, uint32_t classes, uint32_t first,
		    uint32_t count)
{
	const struct model_answers *a = w->a;
	const uint32_t *const end = a->key + a->from[w->task + j + 1];
	float *counts = w->s->count;
	lanes z[5];

	for (uint32_t v = 0; v < count; v++)
		z[v] = lanes_at(w->row + (size_t)j * padded(classes) + first + LANES * v);
	for (const uint32_t *key = a->key + a->from[w->task + j]; key < end; key++) {
		float *cell = counts + (size_t)*key * classes + first;

		for (uint32_t v = 0; v < count; v++)
			lanes_put(cell + LANES * v, lanes_at(cell + LANES * v) + z[v]);
	}
}

/* Of one class, or of two. */
INLINE void scatter_few(const struct work *w, int32_t j, uint32_t classes)
{
	const struct model_answers *a = w->a;
	const uint32_t *const end = a->key + a->from[w->task + j + 1];
	const int32_t label = w->label[j], other = w->other[j];
	const float one = w->z[label * BLOCK + j], two = w->z[other * BLOCK + j];
	float *counts = w->s->count;

	for (const uint32_t *key = a->key + a->from[w->task + j]; key < end; key++) {
		float *cell = counts + (size_t)*key * classes;

		cell[label] += one;
		if (w->active[j] > 1)
			cell[other] += two;
	}
}

INLINE void count_votes(struct work *w, uint32_t classes)
{
	const struct model_answers *a = w->a;

	memset(w->votes, 0, sizeof(float) * BLOCK * padded(classes));
	for (int32_t j = 0; j < w->tasks; j++)
		for (int32_t i = a->from[w->task + j]; i < a->from[w->task + j + 1]; i++)
			w->votes[(size_t)j * padded(classes) + a->key[i] % classes] += 1;
}

INLINE void turn(const float *restrict row, float *restrict z, uint32_t classes)
{
	for (uint32_t j = 0; j < BLOCK; j++)
		for (uint32_t k = 0; k < classes; k++)
			z[k * BLOCK + j] = row[j * padded(classes) + k];
}

INLINE void turn_back(const float *restrict z, float *restrict row, uint32_t classes)
{
	for (uint32_t j = 0; j < BLOCK; j++)
		for (uint32_t k = 0; k < padded(classes); k++)
			row[j * padded(classes) + k] = k < classes ? z[k * BLOCK + j] : 0;
}

/*
 * Posteriors from log weights in z; adds z ln z to the shard. With x = log weight - max and S the
 * sum of e^x that is (sum of x e^x) / S - ln S: one logarithm for each task. An anchored fit does
 * not ask for it.
 */
INLINE void solve(struct work *w, uint32_t classes)
{
	float *restrict z = w->z;
	const float *restrict votes = w->extra;
	const float pseudo = (float)w->s->pseudo;
	float max[BLOCK], sum[BLOCK] = { 0 }, product[BLOCK] = { 0 };
	const bool anchored = w->s->anchored;

	for (uint32_t j = 0; j < BLOCK; j++)
		max[j] = z[j];
	for (uint32_t k = 1; k < classes; k++)
		for (uint32_t j = 0; j < BLOCK; j++)
			max[j] = z[k * BLOCK + j] > max[j] ? z[k * BLOCK + j] : max[j];
	for (uint32_t k = 0; k < classes; k++)
		for (uint32_t j = 0; j < BLOCK; j++) {
			const float x = z[k * BLOCK + j] - max[j];
			float e = quick_exp(x);

			if (anchored)
				e *= votes[k * BLOCK + j] + pseudo;
			z[k * BLOCK + j] = e;
			sum[j] += e;
			product[j] += x * e;
		}
	for (uint32_t j = 0; j < BLOCK; j++)
		product[j] = product[j] / sum[j] - quick_log(sum[j]);
	if (!anchored)
		for (int32_t j = 0; j < w->tasks; j++)
			w->s->entropy += (double)product[j];
	for (uint32_t j = 0; j < BLOCK; j++)
		sum[j] = 1 / sum[j];
	for (uint32_t k = 0; k < classes; k++)
		for (uint32_t j = 0; j < BLOCK; j++)
			z[k * BLOCK + j] *= sum[j];
}

INLINE void believe_gold(struct work *w, uint32_t classes)
{
	for (int32_t j = 0; j < w->tasks; j++) {
		if (!model_is_gold(w->a, w->task + j))
			continue;
		for (uint32_t k = 0; k < classes; k++)
			w->z[k * BLOCK + (uint32_t)j] = 0;
		w->z[w->a->gold[w->task + j] * BLOCK + j] = 1;
	}
}

/* Label and confidence of each task. */
INLINE void choose(struct work *w, uint32_t classes)
{
	const float *restrict z = w->z;
	int32_t label[BLOCK] = { 0 };
	float best[BLOCK];

	for (uint32_t j = 0; j < BLOCK; j++)
		best[j] = z[j];
	for (uint32_t k = 1; k < classes; k++)
		for (uint32_t j = 0; j < BLOCK; j++)
			best[j] = z[k * BLOCK + j] > best[j] ? z[k * BLOCK + j] : best[j];
	for (uint32_t k = classes; k-- > 0;) /* the first of several */
		for (uint32_t j = 0; j < BLOCK; j++)
			label[j] = z[k * BLOCK + j] >= best[j] ? (int32_t)k : label[j];
	memcpy(w->best, best, sizeof(best));
	memcpy(w->label, label, sizeof(label));
}

/* How many classes of each task count, and one of these beside its label. */
INLINE void find_active(struct work *w, uint32_t classes)
{
	const float *restrict z = w->z;
	int32_t label[BLOCK], other[BLOCK] = { 0 }, active[BLOCK] = { 0 };

	memcpy(label, w->label, sizeof(label));
	for (uint32_t k = 0; k < classes; k++)
		for (uint32_t j = 0; j < BLOCK; j++) {
			const int32_t counts = z[k * BLOCK + j] > TINY ? 1 : 0;
			const int32_t beside = counts & (label[j] != (int32_t)k ? 1 : 0);

			other[j] = beside != 0 ? (int32_t)k : other[j];
			active[j] += counts;
		}
	memcpy(w->other, other, sizeof(other));
	memcpy(w->active, active, sizeof(active));
}

INLINE void keep(struct work *w, uint32_t classes)
{
	struct model_fit *fit = w->s->fit;
	float moved = (float)w->s->moved;

	memcpy(fit->label + w->task, w->label, sizeof(int32_t) * (size_t)w->tasks);
	memcpy(fit->confidence + w->task, w->best, sizeof(float) * (size_t)w->tasks);
	for (int32_t j = 0; fit->posterior != NULL && j < w->tasks; j++) {
		float *old = fit->posterior + (size_t)(w->task + j) * classes;
		const float *row = w->row + (size_t)j * padded(classes);

		for (uint32_t k = 0; k < classes; k++) {
			float step = fabsf(row[k] - old[k]);

			moved = step > moved ? step : moved;
			old[k] = row[k];
		}
	}
	w->s->moved = (double)moved;
}

INLINE void sum_classes(const struct work *w, uint32_t classes)
{
	for (uint32_t k = 0; k < classes; k++) {
		float sum = 0;

		for (int32_t j = 0; j < w->tasks; j++)
			sum += w->z[k * BLOCK + (uint32_t)j];
		w->s->class_sum[k] += (double)sum;
	}
}

/* From the votes alone. */
INLINE void start(struct work *w, uint32_t classes)
{
	const float pseudo = (float)w->s->pseudo;

	for (int32_t j = 0; j < w->tasks; j++) {
		const int32_t n = w->a->from[w->task + j + 1] - w->a->from[w->task + j];
		const float sum = (float)n + pseudo * (float)classes;

		for (uint32_t k = 0; k < classes; k++)
			w->z[k * BLOCK + (uint32_t)j] =
				sum > 0 ?
					(w->votes[(size_t)j * padded(classes) + k] + pseudo) / sum :
					1 / (float)classes;
	}
}

INLINE void pass(struct work *w, uint32_t classes, bool fixed)
{
	const struct confusion_shard *s = w->s;
	const uint32_t all = padded(classes) / LANES;

	for (w->task = s->task; w->task < s->task_end; w->task += BLOCK) {
		w->tasks = s->task_end - w->task < BLOCK ? s->task_end - w->task : BLOCK;
		if (s->table == NULL || s->anchored)
			count_votes(w, classes);
		if (s->table == NULL) {
			start(w, classes);
		} else {
			if (fixed)
				gather(w, classes, 0, all);
			else
				for (uint32_t v = 0; v < all; v++)
					gather(w, classes, LANES * v, 1);
			turn(w->row, w->z, classes);
			if (s->anchored)
				turn(w->votes, w->extra, classes);
			solve(w, classes);
		}
		if (w->a->gold != NULL)
			believe_gold(w, classes);
		choose(w, classes);
		if (classes > FEW)
			find_active(w, classes);
		turn_back(w->z, w->row, classes);
		keep(w, classes);
		sum_classes(w, classes);
		for (int32_t j = 0; j < w->tasks; j++)
			if (classes > FEW && w->active[j] <= 2)
				scatter_few(w, j, classes);
			else if (fixed)
				scatter(w, j, classes, 0, all);
			else
				for (uint32_t v = 0; v < all; v++)
					scatter(w, j, classes, LANES * v, 1);
	}
}

#define FIXED(n)                                                       \
	static __attribute__((noinline)) void pass_##n(struct work *w) \
	{                                                              \
		pass(w, n, true);                                      \
	}
FIXED(3)
FIXED(4)
FIXED(5)
FIXED(8)
FIXED(10)
FIXED(16)
FIXED(20)
#undef FIXED

void confusion_pass_float(struct confusion_shard *s)
{
	const uint32_t classes = (uint32_t)s->answers->classes;
	const size_t block = BLOCK * (size_t)padded(classes);
	float *at = s->scratch;
	struct work w = { .s = s,
			  .a = s->answers,
			  .row = at,
			  .votes = at + block,
			  .z = at + 2 * block,
			  .extra = at + 3 * block,
			  .base = at + 4 * block };

	for (uint32_t k = 0; k < classes; k++)
		w.base[k] = (float)s->base[k];
	switch (classes) {
	case 0:
		break;
	case 3:
		pass_3(&w);
		break;
	case 4:
		pass_4(&w);
		break;
	case 5:
		pass_5(&w);
		break;
	case 8:
		pass_8(&w);
		break;
	case 10:
		pass_10(&w);
		break;
	case 16:
		pass_16(&w);
		break;
	case 20:
		pass_20(&w);
		break;
	default:
		pass(&w, classes, false);
	}
}
