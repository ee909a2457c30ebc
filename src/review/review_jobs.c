/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * review.due looks each few seconds for projects whose answers have waited long enough and
 * signals review.sweep. Where the delay is 0, answers are approved by being handed in.
 */
#include "notice/notice.h"
#include "review/review.sql.h"
#include "review/review_in.h"

enum { BATCH = 500 };

static enum err due(struct ctx *c, struct job *job)
{
	struct review_waiting_projects *row;
	size_t count;

	(void)job;
	TRY(review_waiting_projects(c, c->now, &row, &count));
	for (size_t i = 0; i < count; i++)
		TRY(job_signal(c, "review.sweep", row[i].project.v));
	return OK;
}

static enum err sweep(struct ctx *c, struct job *job)
{
	bool more;

	TRY(review_sweep(c, (project_id){ job->key }, BATCH, &more));
	return more ? job_again(c, job) : OK;
}

/* The rejections of one task, read ahead: the notices lie with the workers' accounts. */
struct told {
	struct review_rejected_list *row;
	size_t count;
	struct str title;
};

static enum err tell_before(struct ctx *c, struct job *job)
{
	struct told *told = NEW(c->mem, struct told);
	project_id id = { job->key };
	struct project project;

	TRY(project_get(c, id, &project));
	TRY(review_rejected_list(c, id, (task_id){ job->part }, &told->row, &told->count));
	told->title = project.title;
	job->prepared = told;
	return OK;
}

static enum err tell(struct ctx *c, struct job *job)
{
	const struct told *told = job->prepared;

	for (size_t i = 0; i < told->count; i++) {
		struct str key = str_format(c->mem, "reject:%lld:%lld:%lld", (long long)job->key,
					    (long long)job->part, (long long)told->row[i].worker.v);
		struct str text = str_format(c->mem,
					     "An answer of yours in \"%.*s\" was not accepted "
					     "(task %lld): %.*s",
					     STR_ARG(told->title), (long long)job->part,
					     STR_ARG(told->row[i].reason));

		TRY(notice_add(c, told->row[i].worker, key, S("work"),
			       str_cut(text, 0,
				       text.len < NOTICE_TEXT_MAX ? text.len : NOTICE_TEXT_MAX)));
	}
	return OK;
}

/* --- what was contested --- */

struct heard {
	struct contest_decided *row;
	size_t count;
	struct str title;
};

static enum err heard_before(struct ctx *c, struct job *job)
{
	struct heard *heard = NEW(c->mem, struct heard);
	project_id id = { job->key };
	struct project project;

	TRY(project_get(c, id, &project));
	TRY(contest_decided(c, id, (task_id){ job->part }, &heard->row, &heard->count));
	heard->title = project.title;
	job->prepared = heard;
	return OK;
}

static struct str verdict(const struct contest_decided *row)
{
	if (row->state != 1)
		return S("your objection was not accepted");
	return row->about == 1 ? S("your objection was accepted, and your answer is paid") :
				 S("your objection was accepted: the known answer was wrong");
}

static enum err heard(struct ctx *c, struct job *job)
{
	const struct heard *heard = job->prepared;

	for (size_t i = 0; i < heard->count; i++) {
		const struct contest_decided *row = &heard->row[i];
		struct str key = str_format(c->mem, "contest:%lld:%lld:%lld", (long long)job->key,
					    (long long)job->part, (long long)row->worker.v);
		struct str text = str_format(c->mem, "In \"%.*s\" (task %lld) %.*s%s%.*s",
					     STR_ARG(heard->title), (long long)job->part,
					     STR_ARG(verdict(row)), row->reply.len > 0 ? ": " : "",
					     STR_ARG(row->reply));

		TRY(notice_add(c, row->worker, key, S("work"),
			       str_cut(text, 0,
				       text.len < NOTICE_TEXT_MAX ? text.len : NOTICE_TEXT_MAX)));
	}
	return OK;
}

const struct job_kind review_jobs[] = {
	{ .name = "review.due",
	  .body = due,
	  .every_us = 5 * USEC_SECOND,
	  .about = "Finds projects whose answers have waited long enough" },
	{ .name = "review.sweep", .body = sweep, .about = "Approves what has waited long enough" },
	{ .name = "review.tell",
	  .before = tell_before,
	  .body = tell,
	  .about = "Tells workers why an answer was rejected" },
	{ .name = "review.contested",
	  .before = heard_before,
	  .body = heard,
	  .about = "Tells workers what became of what they contested" },
	{ .name = "review.pause",
	  .body = review_pause_body,
	  .about = "Takes back what a worker holds and has waiting when his work was paused" },
	{ .name = "review.paused",
	  .before = review_paused_before,
	  .body = review_paused_body,
	  .about = "Tells a worker why his work was paused" },
	{ .name = NULL },
};
