/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Counts travel as notes of the writer's transaction; see job_flush_signals. */
#include "job/tally.h"

#include "job/job.sql.h"
#include "job/job_in.h"

enum { TALLY_PARTS = 8 };

struct tally_row_add_row tally_row_of(struct ctx *c, int64_t key, const char *name, int64_t n)
{
	/* PostgreSQL has several writers, who would wait for each other at one row. */
	int64_t part = store_is_lite(c->store) ? 0 : (int64_t)(ctx_random(c) % TALLY_PARTS);

	return (struct tally_row_add_row){ key, str_of(name), part, n };
}

enum err tally_add(struct ctx *c, int64_t key, const char *name, int64_t n)
{
	if (!store_gathers(c->store)) {
		const struct tally_row_add_row row = tally_row_of(c, key, name, n);

		return tally_row_add(c, &row, 1);
	}
	store_note_add(c->store,
		       (struct store_note){
			       .form = JOB_NOTE_TALLY, .name = name, .key = key, .value = n });
	return OK;
}

enum err tally_get(struct ctx *c, int64_t key, const char *name, int64_t *out)
{
	struct tally_row_sum row;

	TRY(tally_row_sum(c, key, str_of(name), &row));
	*out = row.n;
	return OK;
}
