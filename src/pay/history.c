/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The workers' histories: copies, beside their accounts, of what happened in projects.
 *
 * What was paid comes batch by batch from pay.release. For the rest pay.news asks every few
 * seconds which projects have submissions or rejections that were not told yet; pay.tell
 * copies them (account group), pay.told notes how far (project group). Rows younger than
 * settled_us are left for the next time, since a transaction may be committed that
 * long after its own `now`. A signal with every submit was turned down: most answers are
 * paid before anybody looks, and then need no row for having waited.
 */
#include "assignment/assignment.h"
#include "job/job.h"
#include "pay/pay.sql.h"
#include "pay/pay_in.h"

enum { NEWS_MAX = 2000 };

static const int64_t settled_us = STORE_DEADLINE_US;

/* --- what was paid --- */

struct paid {
	struct pay_batch_lines *list;
	size_t count;
};

enum err pay_history_before(struct ctx *c, struct job *job)
{
	struct paid *paid = NEW(c->mem, struct paid);

	TRY(pay_batch_lines(c, (project_id){ job->key }, job->part, &paid->list, &paid->count));
	job->prepared = paid;
	return OK;
}

enum err pay_history_body(struct ctx *c, struct job *job)
{
	const struct paid *paid = job->prepared;
	struct pay_history_put_row *row = NEW_MANY(c->mem, struct pay_history_put_row, paid->count);

	for (size_t i = 0; i < paid->count; i++) {
		const struct pay_batch_lines *l = &paid->list[i];

		row[i] = (struct pay_history_put_row){ pay_account_of_user(l->worker),
						       l->task,
						       l->reward,
						       l->active_ms,
						       S(""),
						       l->at };
	}
	return pay_history_put(c, (project_id){ job->key }, ASSIGNMENT_APPROVED, row, paid->count);
}

/* --- what waits, and what was rejected --- */

struct news_projects {
	struct pay_news_projects *list;
	size_t count;
};

enum err pay_news_before(struct ctx *c, struct job *job)
{
	struct news_projects *found = NEW(c->mem, struct news_projects);

	TRY(pay_news_projects(c, usec_after(c->now, -settled_us), &found->list, &found->count));
	job->prepared = found;
	return OK;
}

enum err pay_news_body(struct ctx *c, struct job *job)
{
	const struct news_projects *found = job->prepared;

	for (size_t i = 0; i < found->count; i++)
		TRY(job_signal(c, "pay.tell", found->list[i].project.v));
	return OK;
}

struct news {
	usec upto;
	money reward;
	struct pay_news_submitted *submitted;
	size_t submitted_count;
	struct pay_news_rejected *rejected;
	size_t rejected_count;
};

/*
 * A full page tells up to just before its last time, so that rows of that same time are
 * not cut apart; when all have one time the page is taken as it is.
 */
static usec page_end(usec first, usec last, size_t count, usec upto)
{
	if (count < NEWS_MAX)
		return upto;
	if (first.us < last.us)
		last.us--;
	return last;
}

static usec earlier(usec a, usec b)
{
	return a.us < b.us ? a : b;
}

enum err pay_tell_before(struct ctx *c, struct job *job)
{
	struct news *n = NEW(c->mem, struct news);
	project_id id = { job->key };
	struct project_state state;
	struct pay_told_get since;
	usec upto = usec_after(c->now, -settled_us);
	bool found;

	TRY(project_state_get(c, id, &state));
	TRY(pay_told_get(c, id, &since, &found));
	TRY(pay_news_submitted(c, id, since.upto, upto, NEWS_MAX, &n->submitted,
			       &n->submitted_count));
	TRY(pay_news_rejected(c, id, since.upto, upto, NEWS_MAX, &n->rejected, &n->rejected_count));
	n->reward = state.reward;
	n->upto = upto;
	if (n->submitted_count > 0)
		n->upto = earlier(n->upto, page_end(n->submitted[0].at,
						    n->submitted[n->submitted_count - 1].at,
						    n->submitted_count, upto));
	if (n->rejected_count > 0)
		n->upto = earlier(n->upto,
				  page_end(n->rejected[0].at, n->rejected[n->rejected_count - 1].at,
					   n->rejected_count, upto));
	job->prepared = n;
	return OK;
}

/* Rows past `upto` on the page are told now and once more later: that is harmless. */
enum err pay_tell_body(struct ctx *c, struct job *job)
{
	const struct news *n = job->prepared;
	project_id id = { job->key };

	struct pay_history_put_row *row = NEW_MANY(c->mem, struct pay_history_put_row,
						   n->submitted_count + n->rejected_count);
	for (size_t i = 0; i < n->submitted_count; i++)
		row[i] = (struct pay_history_put_row){ pay_account_of_user(n->submitted[i].worker),
						       n->submitted[i].task,
						       n->reward,
						       n->submitted[i].active_ms,
						       S(""),
						       n->submitted[i].at };
	TRY(pay_history_put(c, id, ASSIGNMENT_SUBMITTED, row, n->submitted_count));
	for (size_t i = 0; i < n->rejected_count; i++)
		row[i] = (struct pay_history_put_row){ pay_account_of_user(n->rejected[i].worker),
						       n->rejected[i].task,
						       n->reward,
						       n->rejected[i].active_ms,
						       n->rejected[i].reason,
						       n->rejected[i].at };
	TRY(pay_history_put(c, id, ASSIGNMENT_REJECTED, row, n->rejected_count));
	return job_signal_part(c, "pay.told", job->key, n->upto.us);
}

enum err pay_told_body(struct ctx *c, struct job *job)
{
	return pay_told_set(c, (project_id){ job->key }, (usec){ job->part });
}
