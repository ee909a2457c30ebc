/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Known answers that grow out of results, where the requester wants some: what all are very sure of
 * compares the answers of workers who come later. They take places of the task that were paid for
 * and not needed, so no other money is asked for, and no worker gets the task twice.
 *
 * A result is sure enough when each field of the task has a value without ties, claimed with
 * GROW_SURE by at least GROW_ANSWERS workers, and still the same with GROW_ALONE without any one of
 * them: so nobody makes a known answer by his own word. The sums that judge it do not hold this
 * task, so nobody is trusted there for having been believed there.
 *
 * What has grown is the house's own opinion, so it proves nothing about the house: it teaches no
 * calibration, counts in no certificate and tells the model nothing; and answers from before it
 * grew are not compared with it. When a worker contests it and is upheld, his answer is known from
 * then on by a person's word and becomes the result, and nobody is compared with it any more.
 *
 * Tasks grow in the order of their numbers only, each behind all that are gold and open: windows
 * of dispatch are read in that order. When nothing else is left to do, the places that nobody has
 * taken are not waited for.
 */
#include "job/job.h"
#include "quality/judge_in.h"
#include "quality/quality_in.h"

enum { GROW_ANSWERS = 3 };
static const double GROW_SURE = 0.98, GROW_ALONE = 0.95;

static bool is_sure(const struct judge_result *r, double sure)
{
	return r->ties.len == 0 && !str_eq(r->value, S("null")) && r->confidence >= sure;
}

/* The same value, and sure, without answer `left`. */
static bool is_sure_without(struct ctx *c, const struct skill_book *b, int field,
			    const struct judge_task *t, int left, const struct judge_result *all)
{
	const struct kind_field *kind = b->field[field].field;
	struct judge_task less = *t;
	struct judge_result r;
	struct json_value *one, *two;
	struct json_fault fault;

	less.count = 0;
	less.worker = NEW_MANY(c->mem, int64_t, (size_t)t->count);
	less.answer = NEW_MANY(c->mem, const struct json_value *, (size_t)t->count);
	for (int i = 0; i < t->count; i++)
		if (i != left) {
			less.worker[less.count] = t->worker[i];
			less.answer[less.count++] = t->answer[i];
		}
	judge_field(c, b, field, &less, PROJECT_SHRUNK, &r);
	CHECK(json_read(c->mem, r.value, &one, &fault) &&
	      json_read(c->mem, all->value, &two, &fault));
	return is_sure(&r, GROW_ALONE) && kind_same(c->mem, kind, one, two);
}

bool grow_is_sure(struct ctx *c, const struct skill_book *b, const struct judge_task *t,
		  struct str *truth)
{
	struct json out = json_make(c->mem, 1 << 20);

	if (t->count < GROW_ANSWERS)
		return false;
	json_object(&out);
	for (int f = 0; f < b->fields; f++) {
		struct judge_result all;

		judge_field(c, b, f, t, PROJECT_SHRUNK, &all);
		if (!is_sure(&all, GROW_SURE))
			return false;
		for (int i = 0; i < t->count; i++)
			if (!is_sure_without(c, b, f, t, i, &all))
				return false;
		json_raw_of(&out, str_c(c->mem, b->field[f].field->name), all.value);
	}
	json_object_end(&out);
	*truth = json_end(&out);
	return true;
}

enum err grow_open(struct ctx *c, const struct project *p, bool *may, task_id *after)
{
	struct grown_reach reach;
	struct grown_else other;
	int64_t grown;

	*may = false;
	if (p->gold_grown == 0)
		return OK;
	TRY(project_grown(c, p->id, &grown));
	if (grown >= p->gold_grown)
		return OK;
	TRY(grown_reach(c, p->id, &reach));
	after->v = reach.kept > reach.open ? reach.kept : reach.open;
	return grown_else(c, p->id, &other, may); /* else nobody comes later */
}

enum err grow_one(struct ctx *c, const struct project *p, task_id task, struct str truth,
		  bool *grown)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct kind_template template;
	struct json_value *value;
	struct str canonical;
	int64_t changed;

	*grown = false;
	kind_template_load(c->mem, p->template, &template);
	TRY(json_read_own(c, truth, &value));
	if (!kind_truth_object(&faults, &template, value, &canonical))
		return OK;
	TRY(project_grow(c, p, grown));
	if (!*grown)
		return OK;
	TRY(task_offer_gold(c, p->id, task, p->gold_redundancy, grown));
	if (!*grown) /* another server has changed it since it was looked at */
		return refuse(c, ERR_CONFLICT, "task %lld has changed", (long long)task.v);
	return gold_grow(c, p->id, task, canonical, c->now, &changed);
}

enum err grow_settle(struct ctx *c, project_id project)
{
	struct grown_waits *row;
	struct grown_else other;
	bool found, moved;
	size_t count;

	TRY(grown_else(c, project, &other, &found));
	if (found)
		return OK;
	TRY(grown_waits(c, project, &row, &count));
	for (size_t i = 0; i < count; i++)
		TRY(task_withdraw_gold(c, project, row[i].task, &moved));
	return OK;
}
