/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Looking at results again with what is thought of workers now: quality.apply. All reading, and
 * the judging that finds nothing to change, goes ahead of the transaction: few results move once a
 * crowd is known, and the transaction sees only the tasks of those.
 */
#include <math.h>
#include "job/job.h"
#include "job/tally.h"
#include "quality/judge_in.h"
#include "quality/quality_in.h"

enum {
	PAGE = 80,	/* tasks read at first: all may be due */
	PAGE_MAX = 320, /* and later on, since few are */
	LOOK = 6000,	/* tasks passed by before it is written down how far this is */
	SPAN = 640,	/* tasks whose results the transaction reads */
	APPLY = 60,	/* tasks changed in one transaction: some milliseconds */
};
#define DOUBT_MOVED 0.01 /* nats: what waits keeps its place if its doubt moves less */

struct again {
	struct project project;
	struct skill_book book;
	struct result_range *result;
	size_t results, at;
	int64_t confidence; /* by how much the sum has moved */
	bool may_grow;	    /* more known answers are wanted, of tasks behind this one */
	task_id grow_after;
	struct asking_range *wait; /* tasks that wait to be asked on, in order */
	size_t waits;
	int64_t room; /* tasks that are opened again at once: asking.c */
};

/* Of a field without a list whatever differs is written, since its sums were counted anew. */
static bool is_moved(struct ctx *c, const struct skill_field *f, const struct result_range *was,
		     const struct judge_result *now, struct str posterior)
{
	const size_t values = (size_t)f->list.values;
	int64_t *old = NEW_MANY(c->mem, int64_t, values);
	double far = now->confidence - was->confidence;

	if (!f->has_list)
		return !str_eq(was->value, now->value) || !str_eq(was->ties, now->ties) ||
		       !str_eq(was->posterior, posterior) || far > 0 || far < 0;
	if (!str_eq(was->value, now->value) || !str_eq(was->ties, now->ties) || far > 1e-3 ||
	    far < -1e-3)
		return true;
	if (skill_numbers_read(c, was->posterior, old, values) != OK)
		return false;
	for (size_t v = 0; v < values; v++) {
		int64_t z = f->list.questions == 1 ? now->z[v] : now->z[2 * v + 1];

		if (z > old[v] + 1000 || z < old[v] - 1000)
			return true;
	}
	return false;
}

/*
 * What is claimed comes from sums without the question's own part: else whoever is believed there
 * is trusted for having been believed there. The value comes from all of them, as the estimate has
 * it; but that of a known question, or of one without a list, without its own part too.
 */
static void judge_anew(struct ctx *c, struct again *a, int n, const struct judge_task *t,
		       const struct judge_result *was, struct judge_result *now)
{
	const bool whole = t->truth == NULL && a->book.field[n].has_list;
	struct judge_result apart;

	if (whole) {
		/* Its part there is what the estimate believes, as near as the sums tell. */
		judge_field(c, &a->book, n, t, a->project.method, now);
		was = now;
	}
	judge_count(&a->book, n, t, was, -1);
	judge_field(c, &a->book, n, t, a->project.method, &apart);
	judge_count(&a->book, n, t, was, 1); /* as it was */
	if (!whole)
		*now = apart;
	else if (a->project.method == PROJECT_PLURALITY)
		now->claim = apart.claim;
	else
		judge_claim(&a->book, n, t, apart.claim, now);
}

static enum err look_again(struct ctx *c, struct again *a, int n, const struct judge_task *t,
			   const struct result_range *was)
{
	const struct skill_field *field = &a->book.field[n];
	struct judge_result old, now;
	int64_t changed;

	if (was->posterior.len == 0)
		return OK;
	TRY(judge_recall(c, &a->book, n, t, was->value, was->posterior, &old));
	judge_anew(c, a, n, t, &old, &now);
	struct str posterior = judge_posterior_text(c, field, t, &now);
	if (!is_moved(c, field, was, &now, posterior))
		return OK;
	TRY(result_revise(c, a->project.id, t->task, was->field, t->count, now.value,
			  now.confidence, now.ties, posterior, &changed));
	if (changed == 0)
		return OK;
	a->confidence += judge_millionths(now.confidence) - judge_millionths(was->confidence);
	if (!field->has_list) {
		judge_count(&a->book, n, t, &old, -1);
		judge_count(&a->book, n, t, &now, 1);
	}
	return OK;
}

static const struct result_range *result_in(const struct again *a, int n, task_id task)
{
	for (size_t i = a->at; i < a->results && a->result[i].task.v == task.v; i++)
		if (str_eq(a->result[i].field, a->book.field[n].field->name))
			return &a->result[i];
	return NULL;
}

/* Its results go, as if it had not been judged. */
static enum err drop_results(struct ctx *c, struct again *a, const struct judge_task *t)
{
	int64_t dropped, waited;
	bool moved;

	TRY(asking_drop(c, a->project.id, t->task, &waited));
	for (int n = 0; n < a->book.fields; n++) {
		const struct result_range *r = result_in(a, n, t->task);
		struct judge_result was;

		if (r == NULL)
			continue;
		a->confidence -= judge_millionths(r->confidence);
		if (r->posterior.len == 0)
			continue;
		TRY(judge_recall(c, &a->book, n, t, r->value, r->posterior, &was));
		judge_count(&a->book, n, t, &was, -1);
	}
	TRY(result_drop(c, a->project.id, t->task, &dropped));
	TRY(tally_add(c, a->project.id.v, "judged", -1));
	TRY(tally_add(c, a->project.id.v, "results", -dropped));
	return project_state_move(c, a->project.id, PROJECT_DONE, PROJECT_OPEN, &moved);
}

/* NULL: it does not wait. */
static const struct asking_range *waiting(const struct again *a, task_id task)
{
	for (size_t i = 0; i < a->waits; i++)
		if (a->wait[i].task.v == task.v)
			return &a->wait[i];
	return NULL;
}

/* What a result that stands must still have: the target but a twentieth, so that none goes to and
 * fro; one that waits to be asked on, the target. 0 or less: there is no target. */
static double target_of(const struct again *a, task_id task)
{
	return (double)a->project.confidence_permille / 1000 -
	       (waiting(a, task) != NULL ? 0 : 0.05);
}

/* Are its answers still enough? `*doubt` if not. */
static enum err is_sure(struct ctx *c, struct again *a, const struct judge_task *t, bool *enough,
			double *doubt)
{
	const double target = target_of(a, t->task);

	*enough = true;
	*doubt = 0;
	for (int n = 0; target > 0 && t->truth == NULL && n < a->book.fields; n++) {
		const struct result_range *was = result_in(a, n, t->task);
		struct judge_result old, now;

		if (was == NULL || was->posterior.len == 0)
			continue;
		TRY(judge_recall(c, &a->book, n, t, was->value, was->posterior, &old));
		judge_anew(c, a, n, t, &old, &now);
		*doubt += asking_doubt(c, &a->book.field[n], t, &now);
		*enough = *enough && judge_is_enough(&a->book, n, t, &now, &a->project, target);
	}
	return OK;
}

/* Less sure than that, with a place left: its result goes, and it is asked on; or it waits. */
static enum err reopen(struct ctx *c, struct again *a, const struct judge_task *t, bool *opened)
{
	struct asking_put_row ask = { .task = t->task };
	int64_t dropped;
	bool enough;

	*opened = false;
	TRY(is_sure(c, a, t, &enough, &ask.doubt));
	if (enough)
		return waiting(a, t->task) != NULL ?
			       asking_drop(c, a->project.id, t->task, &dropped) :
			       OK;
	if (a->room <= 0)
		return asking_put(c, a->project.id, &ask, 1);
	TRY(task_widen(c, a->project.id, t->task, opened));
	a->room -= *opened;
	return *opened ? drop_results(c, a, t) : OK;
}

/* Add what its results stand for to the sums, or take it away (-1). */
static enum err count_results(struct ctx *c, struct again *a, const struct judge_task *t, int sign)
{
	for (int n = 0; n < a->book.fields; n++) {
		const struct result_range *r = result_in(a, n, t->task);
		struct judge_result was;

		if (r == NULL || r->posterior.len == 0)
			continue;
		TRY(judge_recall(c, &a->book, n, t, r->value, r->posterior, &was));
		judge_count(&a->book, n, t, &was, sign);
	}
	return OK;
}

/* Its result becomes a known answer for later workers: grow.c. */
static enum err grow(struct ctx *c, struct again *a, const struct judge_task *t, bool gold,
		     bool *grown)
{
	struct task now;
	struct str truth;

	*grown = false;
	if (!a->may_grow || t->task.v <= a->grow_after.v || gold || t->truth != NULL ||
	    t->count >= (int)a->project.redundancy)
		return OK;
	TRY(count_results(c, a, t, -1));
	bool sure = grow_is_sure(c, &a->book, t, &truth);
	TRY(count_results(c, a, t, 1));
	TRY(task_get(c, a->project.id, t->task, &now));
	if (!sure || now.stage != TASK_JUDGED || now.filled != t->count || now.filled >= now.cap)
		return OK;
	TRY(grow_one(c, &a->project, t->task, truth, grown));
	a->may_grow = *grown;
	a->grow_after = t->task;
	return *grown ? drop_results(c, a, t) : OK;
}

/* `row`: its answers. */
static enum err read_task(struct ctx *c, struct again *a, const struct quality_judged_answers *row,
			  size_t count, struct judge_task *t)
{
	struct quality_known known;

	*t = (struct judge_task){
		.task = row->task,
		.count = (int)count,
		.worker = NEW_MANY(c->mem, int64_t, count),
		.answer = NEW_MANY(c->mem, const struct json_value *, count),
	};
	for (size_t i = 0; i < count; i++) {
		struct json_value *answer;

		TRY(json_read_own(c, row[i].body, &answer));
		t->answer[i] = answer;
		t->worker[i] = skill_book_find(&a->book, row[i].worker);
	}
	TRY(quality_known(c, a->project.id, t->task, row->gold == 1, row->told, &known));
	t->truth = known.truth;
	t->is_mended = known.mended;
	while (a->at < a->results && a->result[a->at].task.v < t->task.v)
		a->at++;
	return OK;
}

static enum err look_at_task(struct ctx *c, struct again *a,
			     const struct quality_judged_answers *row, size_t count)
{
	struct judge_task t;
	bool opened;

	TRY(read_task(c, a, row, count, &t));
	TRY(reopen(c, a, &t, &opened));
	if (!opened)
		TRY(grow(c, a, &t, row->gold == 1, &opened));
	for (size_t i = a->at; !opened && i < a->results && a->result[i].task.v == t.task.v; i++)
		for (int n = 0; n < a->book.fields; n++)
			if (str_eq(a->result[i].field, a->book.field[n].field->name))
				TRY(look_again(c, a, n, &t, &a->result[i]));
	return OK;
}

/*
 * Held until the transaction ends, or only looked at.
 */
static enum err open_again(struct ctx *c, project_id id, const struct quality_judged_answers *row,
			   size_t count, bool hold, struct again *a)
{
	struct kind_template *template = NEW(c->mem, struct kind_template);
	user_id *worker = NEW_MANY(c->mem, user_id, count);

	*a = (struct again){ .confidence = 0 };
	TRY(project_get(c, id, &a->project));
	kind_template_load(c->mem, a->project.template, template);
	for (size_t i = 0; i < count; i++)
		worker[i] = row[i].worker;
	task_id from = { count > 0 ? row[0].task.v : 0 };
	task_id upto = { count > 0 ? row[count - 1].task.v : 0 };
	TRY(skill_book_open(c, id, template, worker, count, hold ? SKILL_HOLD : SKILL_LOOK,
			    &a->book));
	for (int n = 0; n < a->book.fields; n++)
		skill_ready(&a->book.field[n]);
	TRY(grow_open(c, &a->project, &a->may_grow, &a->grow_after));
	TRY(asking_room(c, &a->project, &a->room));
	TRY(asking_range(c, id, from, upto, &a->wait, &a->waits));
	return result_range(c, id, from, upto, &a->result, &a->results);
}

/* --- ahead of the transaction --- */

/* Would look_at_task change anything? */
static enum err is_due(struct ctx *c, struct again *a, const struct judge_task *t, bool gold,
		       bool *due)
{
	double doubt;
	bool enough;

	TRY(is_sure(c, a, t, &enough, &doubt));
	const struct asking_range *wait = waiting(a, t->task);

	*due = enough == (wait != NULL) ||
	       (wait != NULL && fabs(doubt - wait->doubt) > DOUBT_MOVED) ||
	       (a->may_grow && t->task.v > a->grow_after.v && !gold && t->truth == NULL &&
		t->count < (int)a->project.redundancy);
	for (int n = 0; !*due && n < a->book.fields; n++) {
		const struct result_range *was = result_in(a, n, t->task);
		struct judge_result old, now;

		if (was == NULL || was->posterior.len == 0)
			continue;
		*due = !a->book.field[n].has_list;
		if (*due)
			break;
		TRY(judge_recall(c, &a->book, n, t, was->value, was->posterior, &old));
		judge_anew(c, a, n, t, &old, &now);
		*due = is_moved(c, &a->book.field[n], was, &now, S(""));
	}
	return OK;
}

/* Judged tasks whose results are to be changed, with their answers. */
struct due_tasks {
	struct quality_judged_answers *row;
	size_t count, room;
	int due;      /* tasks in `row` */
	int passed;   /* tasks looked at since the first that is due, or all */
	task_id upto; /* all until here were looked at */
	bool more;    /* there may be tasks behind it */
};

static void keep_due(struct ctx *c, struct due_tasks *d, const struct quality_judged_answers *row,
		     size_t count)
{
	if (d->count + count > d->room) {
		struct quality_judged_answers *was = d->row;

		d->room = 2 * (d->count + count);
		d->row = NEW_MANY(c->mem, struct quality_judged_answers, d->room);
		if (d->count > 0)
			memcpy(d->row, was, d->count * sizeof(*was));
	}
	memcpy(d->row + d->count, row, count * sizeof(*row));
	d->count += count;
	d->passed = d->due++ == 0 ? 0 : d->passed;
}

static enum err look_at_page(struct ctx *c, project_id id, struct due_tasks *d,
			     const struct quality_judged_answers *row, size_t count)
{
	struct again a;

	TRY(open_again(c, id, row, count, false, &a));
	for (size_t from = 0, to = 0; from < count && d->due < APPLY; from = to) {
		struct arena_mark mark = arena_mark(c->mem);
		struct judge_task t;
		bool is;

		while (to < count && row[to].task.v == row[from].task.v)
			to++;
		TRY(read_task(c, &a, &row[from], to - from, &t));
		TRY(is_due(c, &a, &t, row[from].gold == 1, &is));
		arena_reset(c->mem, mark);
		if (is)
			keep_due(c, d, &row[from], to - from);
		d->upto = row[from].task;
		d->passed++;
	}
	return OK;
}

enum err quality_apply_before(struct ctx *c, struct job *job)
{
	struct due_tasks *d = NEW(c->mem, struct due_tasks);
	project_id id = { job->key };
	int page = PAGE;

	*d = (struct due_tasks){ .upto = { job->part }, .more = true };
	while (d->more && d->due < APPLY && d->passed < (d->due > 0 ? SPAN : LOOK)) {
		struct arena_mark mark = arena_mark(c->mem);
		struct quality_judged_answers *row;
		size_t count;

		TRY(quality_judged_read(c, id, d->upto, page, &row, &count));
		d->more = count > 0;
		TRY(look_at_page(c, id, d, row, count));
		if (d->count == 0)
			arena_reset(c->mem, mark);
		page = page * 2 < PAGE_MAX ? page * 2 : PAGE_MAX;
	}
	job->prepared = d;
	return OK;
}

/*
 * Answers do not change once they are there. A task that was opened again since its page was read
 * has no results any more and is passed by; a result that was made anew is left by the guard of
 * result_revise.
 */
enum err quality_apply_body(struct ctx *c, struct job *job)
{
	const struct due_tasks *due = job->prepared;
	const struct quality_judged_answers *row = due->row;
	project_id id = { job->key };
	size_t count = due->count;
	struct again a;

	if (count == 0 && due->more)
		return job_signal_part(c, "quality.apply", id.v, due->upto.v);
	TRY(open_again(c, id, row, count, true, &a));
	for (size_t from = 0, to = 0; from < count; from = to) {
		while (to < count && row[to].task.v == row[from].task.v)
			to++;
		TRY(look_at_task(c, &a, &row[from], to - from));
	}
	TRY(skill_book_save(c, id, &a.book));
	TRY(tally_add(c, id.v, "confidence", a.confidence));
	if (due->more)
		return job_signal_part(c, "quality.apply", id.v, due->upto.v);
	return quality_finish(c, id, &a.book);
}
