/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Tasks with second copies out. They are few and only near the end, so they are held, counted anew
 * and written one by one, while the statements of task.sql leave them alone. Counting them
 * there as well was turned down: every submit would pay for it.
 *
 * The task is written before the project's count of what is left; closing a project goes the other
 * way, so with a claim of the same moment one of the two may be stopped by PostgreSQL, and is run
 * again.
 */
#include "task/task.sql.h"
#include "task/task_in.h"

/* Those that are held by nobody or not needed any more go; `*back`: to the project. */
static void settle(struct task *t, int64_t *back)
{
	while (t->extra > 0 && (t->extra > t->taken || (t->filled >= t->need - t->extra &&
							t->taken + t->filled < t->need))) {
		t->extra--;
		t->need--;
		t->cap--;
		++*back;
	}
	t->open = t->taken + t->filled < t->need;
	if (t->filled < t->need - t->extra)
		t->stage = TASK_COLLECTING;
	else if (t->stage == TASK_COLLECTING)
		t->stage = TASK_FULL;
}

static enum err hold(struct ctx *c, project_id project, task_id id, struct task *out)
{
	struct task_hold_row row;
	bool found;

	TRY(task_hold_row(c, project, id, &row, &found));
	return task_get(c, project, id, out);
}

/* `opened`: a place was opened again, so it is handed out before others. */
static enum err put(struct ctx *c, project_id project, struct task *t, bool opened, int64_t back)
{
	int64_t changed;

	settle(t, &back);
	TRY(task_settle_set(c, project, t->id, t->cap, t->need, t->taken, t->filled, t->extra,
			    t->open, t->stage, opened && t->open ? c->now : (usec){ 0 }, &changed));
	CHECK(changed == 1);
	return project_copies_give(c, project, back);
}

enum err task_copies_fill(struct ctx *c, project_id project, struct task_places *p)
{
	struct task t;

	TRY(hold(c, project, p->task, &t));
	CHECK(t.taken >= p->n);
	for (int64_t i = 0; i < p->n; i++) {
		/* The first answers count; who comes later makes his copy an ordinary place. */
		if (t.filled >= t.need - t.extra) {
			CHECK(t.extra > 0);
			t.extra--;
			p->spare++;
		}
		t.taken--;
		t.filled++;
	}
	bool collected = t.stage == TASK_COLLECTING;
	TRY(put(c, project, &t, false, 0));
	p->full = collected && t.stage == TASK_FULL;
	p->got = p->n;
	return OK;
}

enum err task_copies_release(struct ctx *c, project_id project, struct task_places *p)
{
	struct task t;

	TRY(hold(c, project, p->task, &t));
	CHECK(t.taken >= p->n);
	int64_t gone = p->n < t.extra ? p->n : t.extra;
	t.taken -= p->n;
	t.extra -= gone;
	t.need -= gone;
	t.cap -= gone;
	p->got = p->n;
	return put(c, project, &t, gone < p->n, gone);
}

enum err task_copies_reopen(struct ctx *c, project_id project, task_id id)
{
	struct task t;

	TRY(hold(c, project, id, &t));
	CHECK(t.filled > 0);
	int64_t gone = t.extra > 0;
	t.filled--;
	t.extra -= gone;
	t.need -= gone;
	t.cap -= gone;
	return put(c, project, &t, gone == 0, gone);
}

enum err task_copies_late(struct ctx *c, project_id project, task_id id, bool restored, bool *got,
			  bool *full)
{
	struct task t;

	TRY(hold(c, project, id, &t));
	*full = false;
	*got = t.taken + t.filled < (restored ? t.cap : t.need) &&
	       (restored || t.filled < t.need - t.extra);
	if (!*got)
		return OK;
	t.filled++;
	t.need = t.taken + t.filled > t.need ? t.taken + t.filled : t.need;
	/* What was concluded without it goes, so it is concluded anew. */
	if (restored && t.stage == TASK_JUDGED)
		t.stage = TASK_COLLECTING;
	TRY(put(c, project, &t, false, 0));
	*full = t.stage == TASK_FULL;
	return OK;
}

/* --- giving out --- */

enum err task_copy(struct ctx *c, project_id project, int64_t copies, struct task_places *list,
		   size_t count)
{
	struct task_copy_set_row *row = NEW_MANY(c->mem, struct task_copy_set_row, count);
	bool *hit = NEW_MANY(c->mem, bool, count);
	int64_t n = 0;
	bool got = true;

	for (size_t i = 0; i < count; i++) {
		CHECK(list[i].n == 1 && (i == 0 || list[i].task.v > list[i - 1].task.v));
		row[i] = (struct task_copy_set_row){ list[i].task };
	}
	TRY(task_copy_set(c, project, copies, row, count, hit));
	for (size_t i = 0; i < count; i++) {
		list[i].got = hit[i];
		n += hit[i];
	}
	if (n > 0)
		TRY(project_copies_take(c, project, n, &got));
	if (got)
		return OK;
	/* Others were first at what was left: as if nothing had been. */
	struct task_uncopy_set_row *back = NEW_MANY(c->mem, struct task_uncopy_set_row, count);
	size_t taken = 0;
	for (size_t i = 0; i < count; i++)
		if (hit[i]) {
			back[taken++] = (struct task_uncopy_set_row){ list[i].task };
			list[i].got = 0;
		}
	TRY(task_uncopy_set(c, project, back, taken, hit));
	for (size_t i = 0; i < taken; i++)
		CHECK(hit[i]);
	return OK;
}

enum err task_uncopy(struct ctx *c, project_id project, struct task_places *list, size_t count)
{
	struct task_uncopy_set_row *row = NEW_MANY(c->mem, struct task_uncopy_set_row, count);
	bool *hit = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++)
		row[i] = (struct task_uncopy_set_row){ list[i].task };
	TRY(task_uncopy_set(c, project, row, count, hit));
	for (size_t i = 0; i < count; i++)
		CHECK(hit[i]);
	return project_copies_give(c, project, (int64_t)count);
}
