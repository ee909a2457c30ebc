/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Choices of many: a whole answer, all that was chosen, is one answer to an open question, and two
 * mean the same when they chose the same. To look at each option for itself was turned down: the
 * options of one task are told by one look, so they are no independent parts of a sum.
 *
 * What workers are worth is estimated here, as open.h says it, from what all of them said: the
 * sums of belief.h are of options, not of whole answers.
 */
#include <math.h>
#include "quality/doubt/doubt_in.h"

enum { ROUNDS = 3 };

struct many {
	const struct doubt_many *of;
	uint16_t *group;
	uint32_t *value;
	struct belief_sums *worker, all;
	int64_t *others; /* of each worker: what the others say of his answers */
	int64_t both_same, both;
};

static const uint16_t *marks(const struct many *m, int32_t answer)
{
	return m->of->mark + (size_t)answer * (size_t)m->of->questions;
}

static int32_t looked_at(const struct model_answers *a, int32_t task)
{
	const int32_t all = a->from[task + 1] - a->from[task];

	return all < DOUBT_ANSWERS ? all : DOUBT_ANSWERS;
}

static void find_groups(struct many *m)
{
	const struct model_answers *a = m->of->answers;
	const size_t size = (size_t)m->of->questions * sizeof(uint16_t);

	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = 0; i < a->from[t + 1] - a->from[t]; i++) {
			const int32_t first = a->from[t], at = first + i;
			int32_t g = 0;

			m->value[at] = (uint32_t)str_hash(
				(struct str){ (const char *)marks(m, at), size });
			if (i >= looked_at(a, t))
				continue;
			while (memcmp(marks(m, first + g), marks(m, at), size) != 0)
				g++;
			m->group[at] = g < i ? m->group[first + g] : (uint16_t)i;
		}
}

/* One round of one task: what is thought of its answers is added up. */
static void add_task(struct many *m, struct arena *mem, struct open_crowd crowd,
		     const struct belief_sums *before, int32_t task)
{
	const struct model_answers *a = m->of->answers;
	const int32_t from = a->from[task], count = looked_at(a, task);
	struct belief_answer answer[DOUBT_ANSWERS];
	int64_t z[DOUBT_ANSWERS + 1], believed[DOUBT_ANSWERS], others[DOUBT_ANSWERS], same, pairs;
	int label[DOUBT_ANSWERS];

	if (count < 1)
		return;
	for (int32_t i = 0; i < count; i++) {
		label[i] = m->group[from + i];
		answer[i] = (struct belief_answer){ &before[a->key[from + i]], 0, label[i] };
	}
	open_judge(mem, crowd, answer, count, count, z, others);
	for (int32_t i = 0; i < count; i++) {
		struct belief_sums *s = &m->worker[a->key[from + i]];

		believed[i] = z[label[i]];
		s->answers++;
		s->right += believed[i];
		m->all.answers++;
		m->all.right += believed[i];
		m->others[a->key[from + i]] += others[i];
	}
	open_wrong(label, believed, count, &same, &pairs);
	m->both_same += same;
	m->both += pairs;
}

static void estimate(struct many *m, struct arena *mem)
{
	const size_t workers = (size_t)m->of->answers->workers;
	struct belief_sums *before = NEW_MANY(mem, struct belief_sums, workers);

	for (int round = 0; round < ROUNDS; round++) {
		const struct open_crowd crowd = open_ready(&m->all, m->both_same, m->both);

		memcpy(before, m->worker, workers * sizeof(*before));
		memset(m->worker, 0, workers * sizeof(*before));
		memset(m->others, 0, workers * sizeof(*m->others));
		m->all = (struct belief_sums){ 0 };
		m->both_same = m->both = 0;
		for (int32_t t = 0; t < m->of->answers->tasks; t++)
			add_task(m, mem, crowd, before, t);
	}
}

void doubt_find_many(struct arena *mem, const struct doubt_many *of, struct doubt **out,
		     size_t *count)
{
	const size_t workers = (size_t)of->answers->workers;
	const size_t answers = (size_t)of->answers->from[of->answers->tasks];
	struct many m = {
		.of = of,
		.group = NEW_MANY(mem, uint16_t, answers),
		.value = NEW_MANY(mem, uint32_t, answers),
		.worker = NEW_MANY(mem, struct belief_sums, workers),
		.others = NEW_MANY(mem, int64_t, workers),
	};
	double *right = NEW_MANY(mem, double, workers);

	find_groups(&m);
	estimate(&m, mem);
	for (size_t w = 0; w < workers; w++)
		right[w] = (double)m.others[w] / BELIEF_ONE / fmax((double)m.worker[w].answers, 1);
	doubt_find_open(mem,
			&(struct doubt_open){ of->answers, of->ms, m.group, m.value, m.worker,
					      right, open_ready(&m.all, m.both_same, m.both) },
			out, count);
}
