/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pass in float, for large data: half the memory to move. exp and log are polynomials without
 * branches, so that loops over classes become vector instructions, and no libm decides a bit.
 */
#include "model/confusion_in.h"

union bits {
	float number;
	int32_t whole;
};

/* e^x for x <= 0, relative error below 3e-7; 0 below -87. */
static inline float quick_exp(float x)
{
	const float low = -87.0F, magic = 12582912.0F;
	float clipped = x > low ? x : low;
	union bits shifted = { .number = clipped * 1.44269504F + magic };
	float whole = shifted.number - magic;
	float r = clipped - whole * 0.693359375F + whole * 2.12194440e-4F;
	float p = 1.9875691500e-4F;

	p = p * r + 1.3981999507e-3F;
	p = p * r + 8.3334519073e-3F;
	p = p * r + 4.1665795894e-2F;
	p = p * r + 1.6666665459e-1F;
	p = p * r + 5.0000001201e-1F;
	p = p * r * r + r + 1;

	union bits out = { .number = p };

	out.whole += (int32_t)((uint32_t)(shifted.whole - 0x4b400000) << 23);
	return out.number;
}

/* ln x for normal x > 0, absolute error below 1e-6. */
static inline float quick_log(float x)
{
	union bits in = { .number = x };
	int32_t exponent = (in.whole - 0x3f2aaaab) >> 23;

	in.whole -= (int32_t)((uint32_t)exponent << 23);

	float f = in.number - 1, p = 7.0376836292e-2F;

	p = p * f - 1.1514610310e-1F;
	p = p * f + 1.1676998740e-1F;
	p = p * f - 1.2420140846e-1F;
	p = p * f + 1.4249322787e-1F;
	p = p * f - 1.6668057665e-1F;
	p = p * f + 2.0000714765e-1F;
	p = p * f - 2.4999993993e-1F;
	p = p * f + 3.3333331174e-1F;
	return (float)exponent * 0.693147181F + (p * f * f * f - 0.5F * f * f + f);
}

#define REAL float
#define REAL_EXP quick_exp
#define REAL_LOG quick_log
#define PASS confusion_pass_rows
#define PASS_STORAGE static
#define PREFETCH(s, table, key, classes)                                 \
	do {                                                             \
		size_t row_ = (size_t)(key)[AHEAD] * (classes);          \
		__builtin_prefetch((table) + row_);                      \
		__builtin_prefetch((const float *)(s)->count + row_, 1); \
	} while (0)
#include "model/confusion_pass.inc"

enum { BLOCK = 64 };

/* Some tasks at a time, so that exp and log of all of them are vector instructions. */
struct odds {
	float odds[BLOCK]; /* log-odds of class 1 */
	float z[2][BLOCK], entropy[BLOCK];
};

static void gather_odds(const struct confusion_shard *s, int32_t task, int32_t count,
			struct odds *restrict b)
{
	const struct model_answers *a = s->answers;
	const float *restrict table = s->table;
	const float base = (float)(s->base[1] - s->base[0]);

	for (int32_t j = 0; j < count; j++) {
		float odds = base;

		for (int32_t i = a->from[task + j]; i < a->from[task + j + 1]; i++)
			odds += table[a->key[i]];
		b->odds[j] = odds;
	}
}

/* The votes once more. */
static void anchor_odds(const struct confusion_shard *s, int32_t task, int32_t count,
			struct odds *restrict b)
{
	const struct model_answers *a = s->answers;
	const float pseudo = (float)s->pseudo;

	for (int32_t j = 0; j < count; j++) {
		const int32_t from = a->from[task + j], end = a->from[task + j + 1];
		uint32_t ones = 0;

		for (int32_t i = from; i < end; i++)
			ones += a->key[i] & 1;
		b->odds[j] += quick_log(((float)ones + pseudo) /
					((float)(end - from) - (float)ones + pseudo));
	}
}

static void solve_odds(struct odds *restrict b)
{
	for (int32_t j = 0; j < BLOCK; j++) {
		const float odds = b->odds[j], size = fabsf(odds);
		const float less = quick_exp(-size), more = 1 / (1 + less), rest = less * more;

		b->z[0][j] = odds > 0 ? rest : more;
		b->z[1][j] = odds > 0 ? more : rest;
		/* ln z of the rarer one is that of the other less the odds. */
		b->entropy[j] = quick_log(more) - rest * size;
	}
}

/* Two classes: one log-odds and one count for each (worker, label). */
static void pass_odds(struct confusion_shard *s)
{
	const struct model_answers *a = s->answers;
	float *restrict count = s->count;
	struct odds b = { 0 };

	for (int32_t task = s->task; task < s->task_end; task += BLOCK) {
		const int32_t left = s->task_end - task, tasks = left < BLOCK ? left : BLOCK;

		gather_odds(s, task, tasks, &b);
		if (s->anchored)
			anchor_odds(s, task, tasks, &b);
		solve_odds(&b);
		for (int32_t j = 0; j < tasks; j++) {
			float z[2] = { b.z[0][j], b.z[1][j] };

			s->entropy += (double)b.entropy[j];
			keep(s, task + j, z, 2);
			for (int32_t i = a->from[task + j]; i < a->from[task + j + 1]; i++)
				count[a->key[i]] += z[1];
		}
	}
}

static void start_odds(struct confusion_shard *s)
{
	const struct model_answers *a = s->answers;
	float *count = s->count, z[2];

	for (int32_t t = s->task; t < s->task_end; t++) {
		const uint32_t *key = a->key + a->from[t];
		const int32_t n = a->from[t + 1] - a->from[t];
		uint32_t ones = 0;

		for (int32_t i = 0; i < n; i++)
			ones += key[i] & 1;
		z[1] = ((float)ones + (float)s->pseudo) / ((float)n + 2 * (float)s->pseudo);
		z[0] = 1 - z[1];
		keep(s, t, z, 2);
		for (int32_t i = 0; i < n; i++)
			count[key[i]] += z[1];
	}
}

void confusion_pass_float(struct confusion_shard *s)
{
	if (s->answers->classes != 2)
		confusion_pass_rows(s);
	else if (s->table == NULL)
		start_odds(s);
	else
		pass_odds(s);
}
