/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Which task is asked on next, where a project stops when it is sure.
 *
 * A task whose answers are not enough yet would gain most from another one where most is in doubt:
 * by the entropy of what is claimed of it (belief.h), summed over its fields; README.md has what
 * that is worth. Fresh tasks come first, since each of them is all doubt. So as long as
 * asking_room finds plenty of tasks open, a task that is to be asked on is concluded with what is
 * there and waits in `asking`; when few are open, those with the greatest doubt are opened again
 * and their results go. Whenever work ends, each task has the best result that its answers allow.
 *
 * Nobody who asks for work waits for this: places are opened by the job quality.ask, behind the
 * submit, a fiftieth of the tasks ahead and at least OPEN_MIN; and when a worker finds nothing, as
 * much again, because he may have done all that is open. A rule in dispatch that looks at doubt for
 * each grant was turned down: it would read many tasks for one.
 *
 * While known answers are to grow out of results (grow.c) tasks are asked on at once: those need
 * three answers, and early.
 */
#include <math.h>
#include "job/job.h"
#include "quality/judge_in.h"
#include "quality/quality_in.h"

enum { OPEN_MIN = 50, OPEN_SHARE = 50, BATCH = 40 };

static double term(double p)
{
	return p > 0 ? -p * log(p) : 0;
}

double asking_doubt(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		    const struct judge_result *r)
{
	const int classes = f->list.classes;
	double *calm = NEW_MANY(c->mem, double, (size_t)classes), sum = 0;

	if (!f->has_list) {
		const double sure = open_sure(r->z, t->count, f->trust);

		return term(sure) + term(1 - sure);
	}
	for (int q = 0; q < f->list.questions; q++) {
		belief_calm(r->claim + q * classes, classes, t->count, f->trust, calm);
		for (int k = 0; k < classes; k++)
			sum += term(calm[k]);
	}
	return sum;
}

/* How many tasks are held open ahead of those who work. */
static enum err wanted(struct ctx *c, project_id id, int64_t *out)
{
	struct project_state state;

	TRY(project_state_get(c, id, &state));
	*out = state.tasks / OPEN_SHARE > OPEN_MIN ? state.tasks / OPEN_SHARE : OPEN_MIN;
	return OK;
}

enum err asking_room(struct ctx *c, const struct project *p, int64_t *out)
{
	struct asking_open open;
	int64_t most, grown;

	*out = 0;
	if (p->confidence_permille == 0)
		return OK;
	TRY(project_grown(c, p->id, &grown));
	if (grown < p->gold_grown) {
		*out = INT64_MAX;
		return OK;
	}
	TRY(wanted(c, p->id, &most));
	TRY(asking_open(c, p->id, most, &open));
	*out = most - open.n;
	return OK;
}

enum err asking_next(struct ctx *c, project_id id, bool *waits)
{
	struct asking_any any;

	TRY(asking_any(c, id, &any, waits));
	return *waits ? job_signal(c, "quality.ask", id.v) : OK;
}

/* Part 1: a worker has found nothing, however many are open. */
enum err asking_body(struct ctx *c, struct job *job)
{
	const project_id id = { job->key };
	struct asking_top *row;
	struct project project;
	int64_t room, most, opened = 0;
	size_t count;

	TRY(project_get(c, id, &project));
	TRY(asking_room(c, &project, &room));
	if (job->part == 1 && project.confidence_permille > 0) {
		TRY(wanted(c, id, &most));
		room = room > most ? room : room > 0 ? room + most : most;
	}
	if (room <= 0)
		return OK;
	TRY(asking_top(c, id, room < BATCH ? room : BATCH, &row, &count));
	for (size_t i = 0; i < count; i++) {
		bool moved;

		TRY(quality_ask_on(c, id, row[i].task, &moved));
		opened += moved;
	}
	if (opened > 0 && (size_t)room > count && count == BATCH)
		return job_signal(c, "quality.ask", id.v);
	/* Nothing could be opened: the project may be done. */
	return count > 0 && opened == 0 ? job_signal(c, "quality.judge", id.v) : OK;
}
