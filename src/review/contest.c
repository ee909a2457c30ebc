/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a worker says against a judgement of his answer. A known answer is told, and may be
 * contested, only once nobody gets its item any more: all its answers are in, or the project is
 * closed. Telling after each answer was turned down: whoever is told that an item was gold can tell
 * others while they still meet it. A rejection may be contested at once, gold or not, so that a
 * list of what can be contested says nothing of which items are gold.
 */
#include "audit/audit.h"
#include "quality/quality.h"
#include "review/review.h"
#include "review/review.sql.h"

enum { ABOUT_REJECTION = 1, ABOUT_KNOWN = 2, UPHELD = 1, DISMISSED = 2, DETAIL_MAX = 200 };

static enum err must_be_said(struct ctx *c, struct str field, struct str text)
{
	if (text.len == 0)
		return refuse_field(c, ERR_INPUT, field, "say why");
	if (str_points(text) > REVIEW_CONTEST_MAX)
		return refuse_field(c, ERR_INPUT, field, "this has at most %d characters",
				    REVIEW_CONTEST_MAX);
	return OK;
}

enum err review_contest(struct ctx *c, struct assignment_key key, struct str text)
{
	struct project_state state;
	struct contest_known row;
	struct assignment a;
	int64_t changed;
	bool found, known;

	text = str_trim(text);
	TRY(must_be_said(c, S("text"), text));
	TRY(assignment_look(c, key, &a, &found));
	TRY(contest_known(c, key.project, key.task, key.worker, &row, &known));
	if (!found || (a.state != ASSIGNMENT_REJECTED && !known))
		return refuse(c, ERR_MISSING, "there is no judgement to contest");
	TRY(project_hold(c, key.project, &state));
	if (a.state == ASSIGNMENT_REJECTED && state.state == PROJECT_CLOSED)
		return refuse(c, ERR_CONFLICT, "the project is closed: its money has gone back");
	TRY(contest_add(c, key.project, key.task, key.worker,
			a.state == ASSIGNMENT_REJECTED ? ABOUT_REJECTION : ABOUT_KNOWN, text,
			c->now, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "you have contested this before");
	return OK;
}

/* What it takes back: the rejection, and the known answer where there is one. */
static enum err take_back(struct ctx *c, struct assignment_key key, int64_t about,
			  enum review_contested how)
{
	struct contest_answer answer;
	struct json_value *said;
	struct task task;
	int64_t changed;
	bool found;

	if (about == ABOUT_REJECTION) {
		TRY(assignment_restore(c, key));
		TRY(quality_forgive(c, key));
		TRY(review_turn(c, key.project, key.task, key.worker, user_actor(c), c->now,
				&changed));
		CHECK(changed == 1);
	}
	TRY(task_get(c, key.project, key.task, &task));
	if (!task.gold)
		return OK;
	if (how == REVIEW_UNCLEAR)
		return quality_gold_retire(c, key.project, key.task);
	TRY(contest_answer(c, key.project, key.task, key.worker, &answer, &found));
	CHECK(found);
	TRY(json_read_own(c, answer.body, &said));
	return quality_gold_yield(c, key.project, key.task, said);
}

static enum err note(struct ctx *c, struct assignment_key key, bool upheld)
{
	struct json detail = json_make(c->mem, DETAIL_MAX);

	json_object(&detail);
	json_i64_of(&detail, "task", key.task.v);
	json_bool_of(&detail, "upheld", upheld);
	json_object_end(&detail);
	return audit_add(c, key.project.v, S("review.contest"), key.project.v, json_end(&detail));
}

enum err review_contest_decide(struct ctx *c, struct assignment_key key, enum review_contested how,
			       struct str reply)
{
	const int64_t state = how == REVIEW_DISMISS ? DISMISSED : UPHELD;
	struct contest_get row;
	int64_t changed;
	bool found;

	reply = str_trim(reply);
	if (how == REVIEW_DISMISS || reply.len > 0)
		TRY(must_be_said(c, S("reply"), reply));
	TRY(contest_set(c, key.project, key.task, key.worker, state, reply, user_actor(c), c->now,
			&changed));
	TRY(contest_get(c, key.project, key.task, key.worker, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "nothing was contested here");
	if (changed == 0 && row.state != state)
		return refuse(c, ERR_CONFLICT, "this was decided already");
	if (changed == 0)
		return OK; /* a repeat */
	if (state == UPHELD)
		TRY(take_back(c, key, row.about, how));
	TRY(note(c, key, state == UPHELD));
	return job_signal_part(c, "review.contested", key.project.v, key.task.v);
}

enum err review_must_be_settled(struct ctx *c, project_id project)
{
	struct contest_waits row;
	bool found;

	TRY(contest_waits(c, project, &row, &found));
	if (found)
		return refuse(c, ERR_CONFLICT,
			      "a worker contests a rejection (item %lld): decide on it first",
			      (long long)row.task.v);
	return OK;
}
