/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a person makes of doubts about a worker: nothing, more known questions, or no more
 * tasks of this project. No machine gets here. What was approved stays approved and is paid; what
 * waits is rejected with the person's reason, which opens its places again and may be contested.
 */
#include "audit/audit.h"
#include "dispatch/dispatch.h"
#include "notice/notice.h"
#include "quality/quality.h"
#include "review/review.sql.h"
#include "review/review_in.h"

enum { REASON_MAX = 1000, BATCH = 100, DETAIL_MAX = 200 };

static enum err note(struct ctx *c, project_id project, user_id worker, const char *word)
{
	struct json detail = json_make(c->mem, DETAIL_MAX);

	json_object(&detail);
	json_id_of(&detail, "worker", worker.v);
	json_text_of(&detail, "decision", str_of(word));
	json_object_end(&detail);
	return audit_add(c, project.v, S("review.worker"), project.v, json_end(&detail));
}

static enum err bar(struct ctx *c, project_id project, user_id worker, struct str reason)
{
	bool changed;

	reason = str_trim(reason);
	if (reason.len == 0)
		return refuse_field(c, ERR_INPUT, S("reason"), "tell the worker why");
	if (str_points(reason) > REASON_MAX)
		return refuse_field(c, ERR_INPUT, S("reason"), "a reason has at most %d characters",
				    REASON_MAX);
	TRY(project_bar(c, project, worker, reason, &changed));
	return changed ? job_signal_part(c, "review.pause", project.v, worker.v) : OK;
}

enum err review_worker_decide(struct ctx *c, project_id project, user_id worker,
			      enum review_doubted how, struct str reason)
{
	static const char *const word[] = { "nothing", "gold", "pause" };
	static const enum quality_doubt_state state[] = { QUALITY_DOUBT_DISMISSED,
							  QUALITY_DOUBT_WATCHED,
							  QUALITY_DOUBT_PAUSED };
	bool any, changed;

	TRY(quality_doubt_settle(c, project, worker, state[how], &any));
	if (!any)
		return refuse(c, ERR_CONFLICT, "nothing speaks against this worker");
	if (how == REVIEW_PAUSE)
		TRY(bar(c, project, worker, reason));
	else
		TRY(project_unbar(c, project, worker, &changed));
	if (how == REVIEW_WATCH)
		TRY(dispatch_watch(c, project, worker));
	return note(c, project, worker, word[how]);
}

/* What he holds is given back, what waits is rejected: some at a time, as long as he is paused. */
enum err review_pause_body(struct ctx *c, struct job *job)
{
	project_id project = { job->key };
	user_id worker = { job->part };
	struct pause_waiting *row;
	struct pause_reason why;
	struct assignment held;
	bool found;
	size_t count;

	TRY(pause_reason(c, project, worker, &why, &found));
	if (!found)
		return OK;
	TRY(assignment_held(c, project, &worker, 1, &held, &found));
	for (int n = 0; found && n < DISPATCH_HELD_MAX; n++) {
		TRY(assignment_return(c, held.key, held.epoch));
		TRY(assignment_held(c, project, &worker, 1, &held, &found));
	}
	TRY(pause_waiting(c, project, worker, BATCH, &row, &count));
	for (size_t i = 0; i < count; i++)
		TRY(review_reject(c, (struct assignment_key){ project, row[i].task, worker },
				  why.reason));
	if (count == BATCH)
		return job_again(c, job);
	return job_signal_part(c, "review.paused", project.v, worker.v);
}

struct paused {
	struct pause_reason why;
	bool found;
	struct str title;
};

enum err review_paused_before(struct ctx *c, struct job *job)
{
	struct paused *paused = NEW(c->mem, struct paused);
	project_id project = { job->key };
	struct project header;

	TRY(project_get(c, project, &header));
	TRY(pause_reason(c, project, (user_id){ job->part }, &paused->why, &paused->found));
	paused->title = header.title;
	job->prepared = paused;
	return OK;
}

enum err review_paused_body(struct ctx *c, struct job *job)
{
	const struct paused *paused = job->prepared;
	user_id worker = { job->part };

	if (!paused->found)
		return OK;
	struct str key = str_format(c->mem, "pause:%lld:%lld:%lld", (long long)job->key,
				    (long long)job->part, (long long)paused->why.at.us);
	struct str text =
		str_format(c->mem,
			   "You get no more tasks of \"%.*s\". What was approved is paid; "
			   "what waited was rejected, and you may contest it. Reason: %.*s",
			   STR_ARG(paused->title), STR_ARG(paused->why.reason));
	return notice_add(c, worker, key, S("work"),
			  str_cut(text, 0,
				  text.len < NOTICE_TEXT_MAX ? text.len : NOTICE_TEXT_MAX));
}
