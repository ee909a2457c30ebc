/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pass in double: for data of usual size, where labels equal to those of Crowd-Kit matter.
 * There is one copy for each frequent number of classes, so that the inner loops are unrolled.
 */
#include "model/confusion_in.h"

#define INLINE static inline __attribute__((always_inline))

/*
 * Posterior from log weights in z; adds z ln z to the shard. With x = log weight - max and S the
 * sum of e^x that is (sum of x e^x) / S - ln S: one logarithm for each task. An anchored fit does
 * not ask for it.
 */
INLINE void finish(struct confusion_shard *s, double *restrict z, const double *restrict votes,
		   uint32_t classes)
{
	double max = z[0], sum = 0, product = 0, inverse;

	for (uint32_t k = 1; k < classes; k++)
		max = z[k] > max ? z[k] : max;
	if (s->anchored) {
		for (uint32_t k = 0; k < classes; k++)
			z[k] = exp(z[k] - max) * (votes[k] + s->pseudo);
		for (uint32_t k = 0; k < classes; k++)
			sum += z[k];
	} else {
		for (uint32_t k = 0; k < classes; k++) {
			const double x = z[k] - max;

			z[k] = exp(x);
			product += x * z[k];
		}
		for (uint32_t k = 0; k < classes; k++)
			sum += z[k];
		/* cppcheck-suppress invalidFunctionArg ; the largest adds 1, so it is no less */
		s->entropy += product / sum - log(sum);
	}
	inverse = 1 / sum;
	for (uint32_t k = 0; k < classes; k++)
		z[k] *= inverse;
}

INLINE void count_votes(const uint32_t *key, int32_t n, double *restrict votes, uint32_t classes)
{
	for (uint32_t k = 0; k < classes; k++)
		votes[k] = 0;
	for (int32_t i = 0; i < n; i++)
		votes[key[i] % classes] += 1;
}

INLINE void keep(struct confusion_shard *s, int32_t task, double *restrict z, uint32_t classes)
{
	struct model_fit *fit = s->fit;
	uint32_t best = 0;

	if (model_is_gold(s->answers, task)) {
		for (uint32_t k = 0; k < classes; k++)
			z[k] = 0;
		z[s->answers->gold[task]] = 1;
	}
	for (uint32_t k = 0; k < classes; k++) {
		s->class_sum[k] += z[k];
		best = z[k] > z[best] ? k : best;
	}
	fit->label[task] = (int32_t)best;
	fit->confidence[task] = (float)z[best];
	if (fit->posterior == NULL)
		return;

	float *old = fit->posterior + (size_t)task * classes, moved = 0;

	for (uint32_t k = 0; k < classes; k++) {
		float step = fabsf((float)z[k] - old[k]);

		moved = step > moved ? step : moved;
		old[k] = (float)z[k];
	}
	s->moved = (double)moved > s->moved ? (double)moved : s->moved;
}

INLINE void pass(struct confusion_shard *s, double *restrict z, double *restrict votes,
		 uint32_t classes)
{
	const struct model_answers *a = s->answers;
	const double *restrict table = s->table;
	double *restrict count = s->count;

	for (int32_t t = s->task; t < s->task_end; t++) {
		const uint32_t *key = a->key + a->from[t];
		const int32_t n = a->from[t + 1] - a->from[t];

		if (table == NULL || s->anchored)
			count_votes(key, n, votes, classes);
		if (table != NULL) {
			for (uint32_t k = 0; k < classes; k++)
				z[k] = s->base[k];
			for (int32_t i = 0; i < n; i++) {
				const double *row = table + (size_t)key[i] * classes;

				for (uint32_t k = 0; k < classes; k++)
					z[k] += row[k];
			}
			finish(s, z, votes, classes);
		} else {
			double sum = (double)n + s->pseudo * (double)classes;

			for (uint32_t k = 0; k < classes; k++)
				z[k] = sum > 0 ? (votes[k] + s->pseudo) / sum : 1.0 / classes;
		}
		keep(s, t, z, classes);
		for (int32_t i = 0; i < n; i++) {
			double *row = count + (size_t)key[i] * classes;

			for (uint32_t k = 0; k < classes; k++)
				row[k] += z[k];
		}
	}
}

#define FIXED(n)                                        \
	static void pass_##n(struct confusion_shard *s) \
	{                                               \
		double z[n], votes[n];                  \
                                                        \
		pass(s, z, votes, n);                   \
	}
FIXED(2)
FIXED(3)
FIXED(4)
FIXED(5)
FIXED(8)
FIXED(10)
FIXED(16)
FIXED(20)
#undef FIXED

void confusion_pass_double(struct confusion_shard *s)
{
	switch (s->answers->classes) {
	case 2:
		pass_2(s);
		break;
	case 3:
		pass_3(s);
		break;
	case 4:
		pass_4(s);
		break;
	case 5:
		pass_5(s);
		break;
	case 8:
		pass_8(s);
		break;
	case 10:
		pass_10(s);
		break;
	case 16:
		pass_16(s);
		break;
	case 20:
		pass_20(s);
		break;
	default:
		if (s->answers->classes > 0)
			pass(s, s->scratch, (double *)s->scratch + s->answers->classes,
			     (uint32_t)s->answers->classes);
	}
}
