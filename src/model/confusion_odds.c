/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pass in float for two classes: one log-odds and one count for each (worker, label). Some
 * tasks at a time, so that all but the way to and from the tables is vector instructions.
 */
#include "model/confusion_in.h"
#include "model/confusion_quick_in.h"

enum { BLOCK = CONFUSION_BLOCK };

struct odds {
	struct confusion_shard *s;
	int32_t task, tasks;
	float odds[BLOCK]; /* log-odds of class 1 */
	float one[BLOCK];  /* its posterior */
	float best[BLOCK], entropy[BLOCK];
	int32_t label[BLOCK];
};

static void gather(struct odds *restrict b)
{
	const struct confusion_shard *s = b->s;
	const int32_t *from = s->answers->from + b->task;
	const uint32_t *key = s->answers->key + from[0];
	const float *restrict table = s->table;
	const float base = (float)(s->base[1] - s->base[0]);

	for (int32_t j = 0; j < b->tasks; j++) {
		float odds = base;

		for (int32_t n = from[j + 1] - from[j]; n > 0; n--)
			odds += table[*key++];
		b->odds[j] = odds;
	}
}

static void scatter(const struct odds *b)
{
	const int32_t *from = b->s->answers->from + b->task;
	const uint32_t *key = b->s->answers->key + from[0];
	float *restrict count = b->s->count;

	for (int32_t j = 0; j < b->tasks; j++) {
		const float one = b->one[j];

		for (int32_t n = from[j + 1] - from[j]; n > 0; n--)
			count[*key++] += one;
	}
}

/* Answers of class 1 to a task, and of class 0. */
static void count_votes(const struct odds *b, int32_t j, float *ones, float *others)
{
	const struct model_answers *a = b->s->answers;
	const int32_t from = a->from[b->task + j], end = a->from[b->task + j + 1];
	uint32_t sum = 0;

	for (int32_t i = from; i < end; i++)
		sum += a->key[i] & 1;
	*ones = (float)sum + (float)b->s->pseudo;
	*others = (float)((uint32_t)(end - from) - sum) + (float)b->s->pseudo;
}

/* The votes once more. */
static void anchor(struct odds *restrict b)
{
	float ratio[BLOCK] = { 0 };

	for (int32_t j = 0; j < b->tasks; j++) {
		float ones, others;

		count_votes(b, j, &ones, &others);
		ratio[j] = ones / others;
	}
	for (int32_t j = 0; j < BLOCK; j++)
		b->odds[j] += quick_log(ratio[j]);
}

static void start(struct odds *restrict b)
{
	for (int32_t j = 0; j < b->tasks; j++) {
		float ones, others;

		count_votes(b, j, &ones, &others);
		b->one[j] = ones + others > 0 ? ones / (ones + others) : 0.5F;
	}
}

static void solve(struct odds *restrict b)
{
	for (int32_t j = 0; j < BLOCK; j++) {
		const float odds = b->odds[j], size = fabsf(odds);
		const float less = quick_exp(-size), more = 1 / (1 + less), rest = less * more;

		b->one[j] = odds > 0 ? more : rest;
		/* ln z of the rarer one is that of the other less the odds. */
		b->entropy[j] = quick_log(more) - rest * size;
	}
	for (int32_t j = 0; j < b->tasks; j++)
		b->s->entropy += (double)b->entropy[j];
}

static void keep_posteriors(const struct odds *b)
{
	float *old = b->s->fit->posterior + 2 * (size_t)b->task, moved = (float)b->s->moved;

	for (int32_t j = 0; j < b->tasks; j++) {
		const float step = fabsf(b->one[j] - old[2 * j + 1]);

		moved = step > moved ? step : moved;
		old[2 * j] = 1 - b->one[j];
		old[2 * j + 1] = b->one[j];
	}
	b->s->moved = (double)moved;
}

static void keep(struct odds *restrict b)
{
	const struct confusion_shard *s = b->s;
	float sum = 0;

	for (int32_t j = 0; s->answers->gold != NULL && j < b->tasks; j++)
		if (model_is_gold(s->answers, b->task + j))
			b->one[j] = s->answers->gold[b->task + j] == 1 ? 1 : 0;
	for (int32_t j = 0; j < BLOCK; j++) {
		b->label[j] = b->one[j] > 0.5F ? 1 : 0;
		b->best[j] = b->one[j] > 0.5F ? b->one[j] : 1 - b->one[j];
	}
	for (int32_t j = 0; j < b->tasks; j++)
		sum += b->one[j];
	s->class_sum[0] += (double)((float)b->tasks - sum);
	s->class_sum[1] += (double)sum;
	memcpy(s->fit->label + b->task, b->label, sizeof(int32_t) * (size_t)b->tasks);
	memcpy(s->fit->confidence + b->task, b->best, sizeof(float) * (size_t)b->tasks);
	if (s->fit->posterior != NULL)
		keep_posteriors(b);
}

void confusion_pass_odds(struct confusion_shard *s)
{
	struct odds b = { .s = s };

	for (b.task = s->task; b.task < s->task_end; b.task += BLOCK) {
		b.tasks = s->task_end - b.task < BLOCK ? s->task_end - b.task : BLOCK;
		if (s->table == NULL) {
			start(&b);
		} else {
			gather(&b);
			if (s->anchored)
				anchor(&b);
			solve(&b);
		}
		keep(&b);
		scatter(&b);
	}
}
