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

/* Two classes: one log-odds and one count for each (worker, label). */
static void pass_odds(struct confusion_shard *s)
{
	const struct model_answers *a = s->answers;
	const float *restrict table = s->table;
	float *restrict count = s->count;
	const float base = (float)(s->base[1] - s->base[0]), pseudo = (float)s->pseudo;

	for (int32_t t = s->task; t < s->task_end; t++) {
		const uint32_t *key = a->key + a->from[t];
		const int32_t n = a->from[t + 1] - a->from[t];
		float odds = base, z[2];

		for (int32_t i = 0; i < n; i++)
			odds += table[key[i]];
		if (s->anchored) {
			uint32_t ones = 0;

			for (int32_t i = 0; i < n; i++)
				ones += key[i] & 1;
			odds += quick_log(((float)ones + pseudo) /
					  ((float)n - (float)ones + pseudo));
		}

		float less = quick_exp(odds > 0 ? -odds : odds), one = 1 / (1 + less);
		float rest = less * one;

		z[1] = odds > 0 ? one : rest;
		z[0] = odds > 0 ? rest : one;
		/* ln z of the rarer one is that of the other less the odds. */
		s->entropy += (double)(quick_log(one) - rest * (odds > 0 ? odds : -odds));
		keep(s, t, z, 2);
		for (int32_t i = 0; i < n; i++)
			count[key[i]] += z[1];
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
