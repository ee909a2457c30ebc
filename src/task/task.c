/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rules are told in task.h. Each change is one guarded statement: see task.sql. */
#include "task/task.h"
#include "job/job.h"
#include "job/tally.h"
#include "task/task.sql.h"
#include "task/task_in.h"

enum { CUT_RECORDS = 4000 };

enum err task_get(struct ctx *c, project_id project, task_id id, struct task *out)
{
	struct task_row row;
	bool found;

	TRY(task_row(c, project, id, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such task");
	*out = (struct task){
		.id = id,
		.cap = row.cap,
		.need = row.need,
		.taken = row.taken,
		.filled = row.filled,
		.shut = row.shut,
		.extra = row.extra,
		.stage = row.stage,
		.open = row.open != 0,
		.gold = row.gold != 0,
	};
	return OK;
}

enum err task_next_open(struct ctx *c, project_id project, task_id after, bool gold, task_id *out,
			bool *found)
{
	struct task_next_row row;

	TRY(task_next_row(c, project, gold, after, &row, found));
	if (*found)
		*out = row.id;
	return OK;
}

/* --- places --- */

/* One of the statements that change places: `hit[i]` for those that it changed. */
typedef enum err places_change(struct ctx *, project_id, const struct task_places *, size_t count,
			       bool *hit);

/* Each statement has a type of its own for its rows: this makes them, which a function cannot. */
#define PLACES_CHANGE(name, statement, ...)                                                     \
	static enum err name(struct ctx *c, project_id project, const struct task_places *list, \
			     size_t count, bool *hit)                                           \
	{                                                                                       \
		struct statement##_row *row = NEW_MANY(c->mem, struct statement##_row, count);  \
                                                                                                \
		for (size_t i = 0; i < count; i++)                                              \
			row[i] = (struct statement##_row){ list[i].task, list[i].n };           \
		return statement(c, project, __VA_ARGS__ row, count, hit);                      \
	}

PLACES_CHANGE(claim_some, task_claim_some, )
PLACES_CHANGE(claim_last, task_claim_last, )
PLACES_CHANGE(unclaim, task_unclaim_set, )
PLACES_CHANGE(release, task_release_set, c->now, )
PLACES_CHANGE(fill_some, task_fill_some, )
PLACES_CHANGE(fill_last, task_fill_last, )

/* Run the change on those of the list that have got nothing; `n`: with so many, where more were
 * asked for; 0: as asked. */
static enum err change_rest(struct ctx *c, project_id project, struct task_places *list,
			    size_t count, places_change *change, int64_t n)
{
	struct task_places *rest = NEW_MANY(c->mem, struct task_places, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), left = 0;
	bool *hit = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++) {
		if (list[i].got > 0 || (n > 0 && list[i].n == n))
			continue;
		rest[left] = list[i];
		rest[left].n = n == 0 ? list[i].n : n;
		place[left++] = i;
	}
	TRY(change(c, project, rest, left, hit));
	for (size_t i = 0; i < left; i++)
		if (hit[i])
			list[place[i]].got = rest[i].n;
	return OK;
}

static void must_be_in_order(struct task_places *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CHECK(i == 0 || list[i].task.v > list[i - 1].task.v);
		CHECK(list[i].n > 0);
		list[i].got = 0;
		list[i].full = false;
		list[i].spare = 0;
	}
}

enum err task_claim(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	must_be_in_order(list, count);
	/* For SQLite's sake alone; on PostgreSQL two passes would lock the rows out of order. */
	if (store_is_lite(c->store))
		TRY(change_rest(c, project, list, count, claim_some, 0));
	TRY(change_rest(c, project, list, count, claim_last, 0));
	/* Fewer are left than were asked for: one of those who ask shall have one. */
	return change_rest(c, project, list, count, claim_last, 1);
}

static enum err change_all(struct ctx *c, project_id project, struct task_places *list,
			   size_t count, places_change *change)
{
	must_be_in_order(list, count);
	TRY(change_rest(c, project, list, count, change, 0));
	for (size_t i = 0; i < count; i++)
		CHECK(list[i].got == list[i].n);
	return OK;
}

enum err task_unclaim(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	return change_all(c, project, list, count, unclaim);
}

enum err task_release(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	must_be_in_order(list, count);
	TRY(change_rest(c, project, list, count, release, 0));
	for (size_t i = 0; i < count; i++)
		if (list[i].got == 0)
			TRY(task_copies_release(c, project, &list[i]));
	return OK;
}

static bool is_all_got(const struct task_places *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].got < list[i].n)
			return false;
	return true;
}

/* In two passes, of which the second finds the tasks that are full by it. */
static enum err fill_twice(struct ctx *c, project_id project, struct task_places *list,
			   size_t count)
{
	TRY(change_rest(c, project, list, count, fill_some, 0));
	for (size_t i = 0; i < count; i++)
		list[i].full = list[i].full || list[i].got == 0;
	TRY(change_rest(c, project, list, count, fill_last, 0));
	for (size_t i = 0; i < count; i++)
		list[i].full = list[i].full && list[i].got > 0;
	return OK;
}

static enum err fill_once(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	struct task_fill_any_row *row = NEW_MANY(c->mem, struct task_fill_any_row, count);
	struct task_fill_any *now = NEW_MANY(c->mem, struct task_fill_any, count);
	size_t *place = NEW_MANY(c->mem, size_t, count), left = 0;
	bool *hit = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++) {
		if (list[i].got > 0)
			continue;
		row[left] = (struct task_fill_any_row){ list[i].task, list[i].n };
		place[left++] = i;
	}
	TRY(task_fill_any(c, project, row, left, now, hit));
	for (size_t i = 0; i < left; i++) {
		if (!hit[i])
			continue;
		list[place[i]].got = row[i].n;
		list[place[i]].full = now[i].stage != TASK_COLLECTING;
	}
	return OK;
}

enum err task_fill(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	bool any = false;

	must_be_in_order(list, count);
	/* Again, when a place is opened by another between the two looks. */
	while (!is_all_got(list, count)) {
		TRY(store_is_lite(c->store) ? fill_twice(c, project, list, count) :
					      fill_once(c, project, list, count));
		for (size_t i = 0; i < count; i++) {
			struct task now;

			if (list[i].got == 0) {
				TRY(task_get(c, project, list[i].task, &now));
				CHECK(now.taken >= list[i].n);
				if (now.extra > 0)
					TRY(task_copies_fill(c, project, &list[i]));
			}
			any = any || (list[i].full && list[i].got > 0);
		}
	}
	return any ? job_gather(c, "quality.judge", project.v) : OK;
}

enum err task_fill_late(struct ctx *c, project_id project, task_id id, bool *got, bool *full)
{
	struct task_fill_late_set row;

	TRY(task_fill_late_set(c, project, id, &row, got));
	if (!*got)
		return task_copies_late(c, project, id, false, got, full);
	*full = row.filled >= row.need;
	return OK;
}

enum err task_reopen(struct ctx *c, project_id project, task_id id)
{
	int64_t changed;

	TRY(task_reopen_set(c, project, id, c->now, &changed));
	return changed == 1 ? OK : task_copies_reopen(c, project, id);
}

/* A place for it out of another task: gold has places to spare. */
static enum err borrow(struct ctx *c, project_id project, task_id id, bool *got)
{
	struct task_lend_from from;
	int64_t changed;

	TRY(task_lend_from(c, project, id, &from, got));
	if (!*got)
		return OK;
	TRY(task_lend(c, project, from.id, &changed));
	*got = changed == 1;
	if (!*got)
		return OK;
	TRY(task_borrow(c, project, id, &changed));
	CHECK(changed == 1);
	return OK;
}

/* In a place that is paid for and free. */
static enum err restore(struct ctx *c, project_id project, task_id id, bool *got, bool *full)
{
	struct task_restore_set row;

	TRY(task_restore_set(c, project, id, &row, got));
	if (!*got)
		return task_copies_late(c, project, id, true, got, full);
	*full = row.filled >= row.need;
	return OK;
}

enum err task_restore(struct ctx *c, project_id project, task_id id, bool *got)
{
	bool full;

	TRY(restore(c, project, id, got, &full));
	if (!*got) {
		TRY(borrow(c, project, id, got));
		if (!*got)
			return OK;
		TRY(restore(c, project, id, got, &full));
	}
	return *got && full ? job_signal(c, "quality.judge", project.v) : OK;
}

/* --- stages --- */

enum err task_judged(struct ctx *c, project_id project, const task_id *task, size_t count,
		     bool *moved)
{
	struct task_judged_set_row *row = NEW_MANY(c->mem, struct task_judged_set_row, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct task_judged_set_row){ task[i] };
	return task_judged_set(c, project, row, count, moved);
}

enum err task_all_judged(struct ctx *c, project_id project, bool *out)
{
	struct task_todo_any row;
	bool found;

	TRY(task_todo_any(c, project, &row, &found));
	*out = !found;
	return OK;
}

enum err task_make_gold(struct ctx *c, project_id project, task_id id, bool *changed)
{
	int64_t rows;

	TRY(task_gold_set(c, project, id, &rows));
	*changed = rows > 0;
	return OK;
}

enum err task_offer_gold(struct ctx *c, project_id project, task_id id, int64_t n, bool *moved)
{
	int64_t rows;

	TRY(task_offer_gold_set(c, project, id, n, &rows));
	*moved = rows > 0;
	return OK;
}

enum err task_withdraw_gold(struct ctx *c, project_id project, task_id id, bool *moved)
{
	struct task_withdraw_gold_set row;

	TRY(task_withdraw_gold_set(c, project, id, &row, moved));
	return *moved && row.stage == TASK_FULL ? job_signal(c, "quality.judge", project.v) : OK;
}

enum err task_unmake_gold(struct ctx *c, project_id project, task_id id, bool *changed)
{
	struct task_gold_unset row;

	TRY(task_gold_unset(c, project, id, &row, changed));
	return *changed && row.stage == TASK_FULL ? job_signal(c, "quality.judge", project.v) : OK;
}

/* --- shutting --- */

/* One task: looked at again when somebody changed it between the look and the act. */
static enum err shut_one(struct ctx *c, project_id project, task_id id, int64_t free,
			 int64_t *places)
{
	int64_t changed;

	for (;;) {
		struct task now;

		if (free == 0)
			return OK;
		TRY(task_shut_one(c, project, id, free, &changed));
		if (changed > 0) {
			*places += free;
			return OK;
		}
		TRY(task_get(c, project, id, &now));
		free = now.cap - now.taken - now.filled;
	}
}

enum err task_shut(struct ctx *c, project_id project, task_id after, int64_t limit, int64_t *places,
		   task_id *last, bool *more)
{
	struct task_free_rows *rows;
	size_t count;

	*places = 0;
	*last = after;
	TRY(task_free_rows(c, project, after, limit, &rows, &count));
	for (size_t i = 0; i < count; i++) {
		TRY(shut_one(c, project, rows[i].id, rows[i].free, places));
		*last = rows[i].id;
	}
	*more = (int64_t)count == limit;
	return *places > 0 ? job_signal(c, "quality.judge", project.v) : OK;
}

/* --- pages --- */

enum err task_page(struct ctx *c, const struct project *p, task_id id, struct json *out)
{
	struct intake_record record;
	struct kind_media media;

	TRY(intake_record(c, p->id, id.v, &record));
	TRY(intake_media(c, (struct intake_bound){ p->id, 0, c->actor.id, 0 }, &media));
	return project_page(c, p, record.fields, &media, out);
}

enum err task_cells(struct ctx *c, project_id project, const task_id *list, size_t count,
		    struct str *out)
{
	struct task_record_row *row = NEW_MANY(c->mem, struct task_record_row, count);
	struct task_record *record = NEW_MANY(c->mem, struct task_record, count);
	bool *found = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct task_record_row){ list[i] };
	TRY(task_record(c, project, row, count, record, found));
	for (size_t i = 0; i < count; i++)
		out[i] = found[i] ? record[i].fields : S("");
	return OK;
}

/* --- cutting --- */

/*
 * A range of records becomes tasks; the last range opens the project. Which records are cut
 * is told by the tasks that are there, so a repeat goes on where it stopped. A gap of
 * taken-out records longer than a range has no task at its end to tell it: then the range is
 * widened until something is cut.
 */
enum err task_cut_job(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	struct task_cut_reach reach;
	struct project_state state;
	struct project header;
	int64_t changed = 0, upto;
	bool moved;

	TRY(project_state_get(c, project, &state));
	if (state.state != PROJECT_FUNDING)
		return OK;
	TRY(project_get(c, project, &header));
	/* Where it stops when sure, the further places open one by one. */
	int64_t need = header.confidence_permille > 0 ? header.redundancy_least : state.redundancy;
	TRY(task_cut_reach(c, project, &reach));
	for (upto = reach.cut; changed == 0 && upto < reach.records;) {
		upto += CUT_RECORDS;
		TRY(task_cut_range(c, project, reach.cut, upto, state.redundancy,
				   state.gold_redundancy, need, &changed));
	}
	if (changed > 0)
		TRY(tally_add(c, project.v, "tasks", changed));
	if (upto < reach.records)
		return job_again(c, job);
	TRY(project_state_move(c, project, PROJECT_FUNDING, PROJECT_OPEN, &moved));
	return OK;
}

/* --- one more place --- */

enum err task_widen(struct ctx *c, project_id project, task_id id, bool *moved)
{
	int64_t changed;

	TRY(task_widen_set(c, project, id, c->now, &changed));
	*moved = changed > 0;
	return OK;
}
