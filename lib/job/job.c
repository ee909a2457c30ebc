/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Signals, and the life of one job: claimed, run, ended.
 *
 * A claim is a lease on the row. The end of the row stands in the transaction of the body
 * and asks for the lease, so a body that was started twice acts once. In a writer it is
 * written among the signals, in their order: all that is held of this table is taken last and by
 * its key, so two who write wait for each other in no circle. A signal
 * that comes while the row is leased is kept in the row (again_us); the end then
 * leaves the row for another run instead of removing it.
 */
#include "job/job.h"

#include "job/job.sql.h"
#include "job/job_in.h"

#include <stdlib.h>

enum { BACKOFF_MAX_S = 300 };

/* --- signals --- */

enum err job_at(struct ctx *c, const char *kind, int64_t key, int64_t part, usec at)
{
	const struct job_row_put_row row = { str_of(kind), key, part, at };

	if (!store_gathers(c->store))
		return job_row_put(c, &row, 1);
	store_note_add(c->store, (struct store_note){ .form = JOB_NOTE_SIGNAL,
						      .name = kind,
						      .key = key,
						      .part = part,
						      .value = at.us });
	return OK;
}

enum err job_signal_part(struct ctx *c, const char *kind, int64_t key, int64_t part)
{
	return job_at(c, kind, key, part, c->now);
}

enum err job_signal(struct ctx *c, const char *kind, int64_t key)
{
	return job_at(c, kind, key, 0, c->now);
}

enum err job_gather(struct ctx *c, const char *kind, int64_t key)
{
	bool alone = !store_gathers(c->store);

	return job_at(c, kind, key, 0, alone ? c->now : usec_after(c->now, JOB_GATHER_US));
}

enum err job_again(struct ctx *c, struct job *job)
{
	(void)c;
	job->again = true;
	return OK;
}

/* All writers write their rows in this order, so that they never wait in a circle. */
static int by_row(const void *left, const void *right)
{
	const struct store_note *a = left, *b = right;

	if ((a->form == JOB_NOTE_TALLY) != (b->form == JOB_NOTE_TALLY))
		return a->form < b->form ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	if (a->name != b->name) {
		int names = strcmp(a->name, b->name);

		if (names != 0)
			return names;
	}
	if (a->part != b->part)
		return a->part < b->part ? -1 : 1;
	return (a->form > b->form) - (a->form < b->form);
}

/* `next` 0: only when it was signalled meanwhile. */
static enum err end_row(struct ctx *c, const char *name, int64_t key, int64_t part, int64_t lease,
			usec next, bool *lost)
{
	int64_t changed = 0;

	if (next.us == 0)
		TRY(job_row_end(c, str_of(name), key, part, lease, &changed));
	if (changed == 0)
		TRY(job_row_let(c, str_of(name), key, part, lease, next, &changed));
	*lost = changed == 0;
	return OK;
}

/* Lost since it was begun: that is then found before the body. */
static enum err end_noted(struct ctx *c, const struct store_note *note)
{
	bool lost;

	TRY(end_row(c, note->name, note->key, note->part, note->value, (usec){ note->second },
		    &lost));
	return lost ? store_ask_again(c, "a job has been taken over") : OK;
}

/* What was noted, in the order in which it is written. */
struct noted {
	struct job_row_put_row *signal;
	struct tally_row_add_row *tally;
	size_t signals, tallies;
};

static enum err write_signals(struct ctx *c, struct noted *n)
{
	TRY(job_row_put(c, n->signal, n->signals));
	n->signals = 0;
	return OK;
}

/* The end of a row comes between the signals, by its key. */
static enum err write_noted(struct ctx *c, struct noted *n, const struct store_note *note)
{
	if (note->form == JOB_NOTE_END) {
		TRY(write_signals(c, n));
		return end_noted(c, note);
	}
	if (note->form == JOB_NOTE_SIGNAL)
		n->signal[n->signals++] = (struct job_row_put_row){
			str_of(note->name), note->key, note->part, { note->value }
		};
	else if (note->value != 0)
		n->tally[n->tallies++] = tally_row_of(c, note->key, note->name, note->value);
	return OK;
}

enum err job_flush_signals(struct ctx *c)
{
	size_t count, next;
	struct store_note *note = store_notes(c->store, &count);
	struct noted all = { NEW_MANY(c->mem, struct job_row_put_row, count),
			     NEW_MANY(c->mem, struct tally_row_add_row, count), 0, 0 };

	if (count > 1)
		qsort(note, count, sizeof(*note), by_row);
	for (size_t i = 0; i < count; i = next) {
		struct store_note sum = note[i];

		for (next = i + 1; next < count && by_row(&sum, &note[next]) == 0; next++) {
			if (sum.form == JOB_NOTE_TALLY)
				sum.value += note[next].value;
			else if (note[next].value < sum.value)
				sum.value = note[next].value;
		}
		TRY(write_noted(c, &all, &sum));
	}
	TRY(write_signals(c, &all));
	TRY(tally_row_add(c, all.tally, all.tallies));
	store_notes_forget(c->store);
	return OK;
}

/* --- one job --- */

static const struct job_kind *kind_of(const struct job_kind *const *kinds, struct str name)
{
	for (; *kinds != NULL; kinds++)
		for (const struct job_kind *kind = *kinds; kind->name != NULL; kind++)
			if (str_eq(name, str_of(kind->name)))
				return kind;
	return NULL;
}

enum err job_found(struct ctx *c, const struct job_kind *const *kinds)
{
	for (; *kinds != NULL; kinds++)
		for (const struct job_kind *kind = *kinds; kind->name != NULL; kind++)
			if (kind->every_us > 0)
				TRY(job_row_found(c, str_of(kind->name), c->now));
	return OK;
}

enum err job_claim(struct ctx *c, const struct job_kind *const *kinds, int most,
		   struct job_run **runs, size_t *count)
{
	struct job_row_claim *row;
	int64_t lease = ctx_new_id(c);

	TRY(job_row_claim(c, lease, usec_after(c->now, JOB_LEASE_US), c->now, most, &row, count));
	*runs = NEW_MANY(c->mem, struct job_run, *count);
	for (size_t i = 0; i < *count; i++) {
		const struct job_kind *kind = kind_of(kinds, row[i].kind);

		(*runs)[i] = (struct job_run){
			.job = { row[i].key, row[i].part, NULL, (int)row[i].tries,
				 kind != NULL ? kind->name : "", false },
			.kind = kind,
			.name = row[i].kind,
			.lease = lease,
			.run_at = row[i].run_at,
		};
	}
	return OK;
}

static enum err refuse_lost(struct ctx *c, struct job_run *run)
{
	run->lost = true;
	return refuse(c, ERR_CONFLICT, "another server has taken this job over");
}

static enum err is_ours(struct ctx *c, struct job_run *run)
{
	struct job_row_lease row;
	bool found;

	TRY(job_row_lease(c, run->name, run->job.key, run->job.part, &row, &found));
	return found && row.lease == run->lease ? OK : refuse_lost(c, run);
}

static enum err job_end(struct ctx *c, struct job_run *run)
{
	const struct job *job = &run->job;
	usec next = { 0 };
	bool lost;

	if (job->again)
		next = c->now;
	else if (run->kind->every_us > 0)
		next = usec_after(c->now, run->kind->every_us);
	if (store_gathers(c->store)) {
		store_note_add(c->store, (struct store_note){ .form = JOB_NOTE_END,
							      .name = run->kind->name,
							      .key = job->key,
							      .part = job->part,
							      .value = run->lease,
							      .second = next.us });
		return OK;
	}
	TRY(end_row(c, run->kind->name, job->key, job->part, run->lease, next, &lost));
	return lost ? refuse_lost(c, run) : OK;
}

enum err job_act(struct ctx *c, struct job_run *run)
{
	run->job.again = false;
	run->lost = false;
	if (run->kind == NULL)
		return refuse(c, ERR_MISSING, "this program knows no such kind of job");
	/* It ran into its tenth crash, not its tenth refusal: those are counted in job_fail. */
	if (run->job.tries > JOB_TRIES_MAX && run->kind->every_us == 0)
		return refuse(c, ERR_LIMIT, "it was begun %d times and never came to an end",
			      JOB_TRIES_MAX);
	TRY(is_ours(c, run));
	(void)store_touched(c->store);
	TRY(run->kind->body(c, &run->job));
	/* What a body needs of the other side is read by its `before`. */
	store_one_side(c->store);
	if (c->refusal.err != OK)
		return c->refusal.err;
	return job_end(c, run);
}

enum err job_fail(struct ctx *c, const struct job_run *run, const struct refusal *refusal)
{
	enum err err = refusal->err;
	int tries = run->job.tries;
	bool counted = refusal->lasting || (err != ERR_STORE && err != ERR_BUSY);
	bool broken = counted && tries >= JOB_TRIES_MAX &&
		      (run->kind == NULL || run->kind->every_us == 0);
	int64_t wait_s = tries > 8 ? BACKOFF_MAX_S : INT64_C(1) << (tries > 0 ? tries - 1 : 0);
	int64_t changed;

	if (!counted)
		wait_s = 1;
	/* Without its row there is nothing to be told: another has it. */
	return job_row_fail(c, run->name, run->job.key, run->job.part, run->lease,
			    usec_after(c->now, wait_s * USEC_SECOND), broken, !counted,
			    refusal->message, &changed);
}

/* --- for commands and tests --- */

struct due {
	const struct job_kind *const *kinds;
	struct job_run *runs;
	size_t count;
	struct refusal refusal;
};

static enum err due_found(struct ctx *c, void *arg)
{
	const struct due *due = arg;

	return job_found(c, due->kinds);
}

static enum err due_claim(struct ctx *c, void *arg)
{
	struct due *due = arg;

	return job_claim(c, due->kinds, 1, &due->runs, &due->count);
}

static enum err due_act(struct ctx *c, void *arg)
{
	struct due *due = arg;

	return job_act(c, due->runs);
}

static enum err due_fail(struct ctx *c, void *arg)
{
	const struct due *due = arg;

	return job_fail(c, due->runs, &due->refusal);
}

static enum err run_one(struct ctx *c, struct due *due)
{
	struct job_run *run = due->runs;
	struct actor before = c->actor;
	enum err err = OK;

	c->actor = (struct actor){ .name = run->name, .via = S("job") };
	if (run->kind != NULL && run->kind->before != NULL)
		err = run->kind->before(c, &run->job);
	if (err == OK)
		err = store_in_tx(c, due_act, due);
	c->actor = before;
	if (err == OK)
		return OK;
	due->refusal = c->refusal;
	c->refusal = (struct refusal){ 0 };
	return run->lost ? OK : store_in_tx(c, due_fail, due);
}

enum err job_run_due(struct ctx *c, const struct job_kind *const *kinds, int limit, int *ran)
{
	struct due due = { .kinds = kinds };

	*ran = 0;
	TRY(store_in_tx(c, due_found, &due));
	while (*ran < limit) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(store_in_tx(c, due_claim, &due));
		CHECK(due.count <= 1);
		if (due.count == 0)
			return OK;
		TRY(run_one(c, &due));
		arena_reset(c->mem, mark);
		++*ran;
	}
	return OK;
}

/* --- looking at them --- */

enum err job_list(struct ctx *c, int limit, struct job_line **out, size_t *count)
{
	struct job_row_list *row;

	TRY(job_row_list(c, limit, &row, count));
	*out = NEW_MANY(c->mem, struct job_line, *count);
	for (size_t i = 0; i < *count; i++)
		(*out)[i] = (struct job_line){
			.kind = row[i].kind,
			.key = row[i].key,
			.part = row[i].part,
			.run_at = row[i].run_at,
			.tries = (int)row[i].tries,
			.state = row[i].state == 1	     ? JOB_BROKEN :
				 row[i].until.us > c->now.us ? JOB_RUNNING :
							       JOB_WAITING,
			.message = row[i].message,
		};
	return OK;
}

enum err job_count(struct ctx *c, struct job_counts *out)
{
	struct job_row_count row;

	TRY(job_row_count(c, c->now, &row));
	*out = (struct job_counts){
		.due = row.due,
		.broken = row.broken,
		.oldest_s = row.oldest.us > 0 ? (c->now.us - row.oldest.us) / USEC_SECOND : 0,
	};
	return OK;
}

enum err job_revive(struct ctx *c, struct str kind, int64_t key, int64_t part)
{
	int64_t changed;

	TRY(job_row_revive(c, kind, key, part, c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_MISSING, "there is no such broken job");
	return OK;
}
