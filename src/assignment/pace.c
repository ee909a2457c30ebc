/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The pace of a project: a running median of the time at work, and a sketch of the time from accept
 * to submit, of which the lease is learned. The sketch counts by bins of equal ratio; P²,
 * which keeps five markers, was turned down because it cannot forget and its error has no bound.
 */
#include "assignment/assignment.h"
#include "assignment/assignment.sql.h"
#include "assignment/assignment_in.h"

#include <math.h>

enum {
	MEMORY = 1000,	  /* answers; then what is older counts half */
	WEIGHT = 64,	  /* of one answer, so that halves are not lost at once */
	BINS_PER_TWO = 8, /* a time is told to within 4.4 % */
	FIRST_MS = 1000,  /* the first bin holds all below */
	BINS_TEXT = 2048,
};

static int bin_of(int64_t ms)
{
	if (ms < FIRST_MS)
		return 0;
	int bin = 1 + (int)(log2((double)ms / FIRST_MS) * BINS_PER_TWO);

	return bin < ASSIGNMENT_BINS ? bin : ASSIGNMENT_BINS - 1;
}

/* The middle of the bin, as far from its lower end as from its upper one by ratio. */
static int64_t bin_ms(int bin)
{
	const double ratio = exp2(1.0 / BINS_PER_TWO);

	return bin == 0 ? FIRST_MS :
			  (int64_t)(FIRST_MS * pow(ratio, bin - 1) * 2 * ratio / (1 + ratio) + 0.5);
}

static int64_t bins_all(const struct assignment_bins *b)
{
	int64_t all = 0;

	for (int i = 0; i < ASSIGNMENT_BINS; i++)
		all += b->n[i];
	return all;
}

void assignment_bins_add(struct assignment_bins *b, int64_t ms)
{
	if (bins_all(b) >= (int64_t)MEMORY * WEIGHT)
		for (int i = 0; i < ASSIGNMENT_BINS; i++)
			b->n[i] /= 2;
	b->n[bin_of(ms)] += WEIGHT;
}

int64_t assignment_bins_ms(const struct assignment_bins *b, int permille)
{
	int64_t all = bins_all(b), below = 0;

	for (int i = 0; i < ASSIGNMENT_BINS; i++) {
		below += b->n[i];
		if (below > 0 && below * 1000 >= all * permille)
			return bin_ms(i);
	}
	return 0;
}

/* Of what was written here. */
static enum err bins_read(struct ctx *c, struct str text, struct assignment_bins *out)
{
	struct json_value *read;
	int i = 0;

	*out = (struct assignment_bins){ { 0 } };
	if (text.len == 0)
		return OK;
	TRY(json_read_own(c, text, &read));
	for (const struct json_value *v = read->first; v != NULL; v = v->next) {
		CHECK(i < ASSIGNMENT_BINS);
		CHECK(json_i64(v, 0, INT64_MAX, &out->n[i++]));
	}
	return OK;
}

static struct str bins_text(struct ctx *c, const struct assignment_bins *b)
{
	struct json out = json_make(c->mem, BINS_TEXT);

	json_list(&out);
	for (int i = 0; i < ASSIGNMENT_BINS; i++)
		json_put_i64(&out, b->n[i]);
	json_list_end(&out);
	return json_end(&out);
}

static int by_size(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

enum err assignment_pace_note(struct ctx *c, project_id project, int64_t *active_ms,
			      const int64_t *took_ms, size_t count)
{
	struct assignment_pace_get row;
	struct assignment_bins bins;
	int64_t changed, answers = (int64_t)count;
	bool found;

	if (count == 0)
		return OK;
	qsort(active_ms, count, sizeof(*active_ms), by_size);
	TRY(assignment_pace_get(c, project, &row, &found));
	if (!found)
		row = (struct assignment_pace_get){ .median_ms = active_ms[count / 2] };
	if (row.answers > MEMORY)
		row.answers = MEMORY;
	TRY(bins_read(c, row.bins, &bins));
	for (size_t i = 0; i < count; i++)
		assignment_bins_add(&bins, took_ms[i]);

	int64_t all = row.answers + answers;
	int64_t median = (row.median_ms * row.answers + active_ms[count / 2] * answers) / all;
	return assignment_pace_put(c, project, median, all, bins_text(c, &bins),
				   row.timed + answers, assignment_bins_ms(&bins, 900), &changed);
}

int64_t assignment_allowed_s(int64_t set_s, int64_t timed, int64_t p90_ms)
{
	int64_t learned = (2 * p90_ms + 999) / 1000;

	if (set_s > 0)
		return set_s;
	if (timed < ASSIGNMENT_LEARNED_FROM)
		return PROJECT_TIME_FIRST_S;
	if (learned < ASSIGNMENT_LEARNED_MIN_S)
		return ASSIGNMENT_LEARNED_MIN_S;
	return learned < ASSIGNMENT_LEARNED_MAX_S ? learned : ASSIGNMENT_LEARNED_MAX_S;
}

enum err assignment_allowed(struct ctx *c, const struct project *p, int64_t *allowed_us)
{
	struct assignment_pace_get row = { 0 };
	bool found;

	if (p->time_allowed_s == 0)
		TRY(assignment_pace_get(c, p->id, &row, &found));
	*allowed_us = assignment_allowed_s(p->time_allowed_s, row.timed, row.p90_ms) * USEC_SECOND;
	return OK;
}
