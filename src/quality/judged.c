/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The answers to judged tasks, page by page. Where judged tasks lie close together, as they do
 * when a project is worked through in order, all between the first and the last of a page are
 * read in two sweeps and laid side by side here: a quarter of what it costs PostgreSQL to look for
 * each (and no plan to go wrong: joined in SQL before there are statistics, it took 89 ms a page).
 * Where they lie far apart among tasks that wait, each is looked for.
 */
#include "quality/quality_in.h"

enum { FAR = 4 }; /* numbers passed by for each judged task, at most, in a sweep */

/* All between two tasks, whether judged or not. */
struct sweep {
	struct quality_given_between *given;
	struct quality_bodies_between *body;
	size_t givens, bodies, at;
};

/* The answer that was given by an assignment. */
static const struct quality_bodies_between *body_of(struct sweep *s,
						    const struct quality_given_between *given)
{
	while (s->at < s->bodies) {
		const struct quality_bodies_between *b = &s->body[s->at];

		if (b->task.v == given->task.v && b->worker.v == given->worker.v)
			return b;
		if (b->task.v > given->task.v ||
		    (b->task.v == given->task.v && b->worker.v > given->worker.v))
			return NULL;
		s->at++;
	}
	return NULL;
}

enum err quality_judged_read(struct ctx *c, project_id id, task_id after, int limit,
			     struct quality_judged_answers **out, size_t *count)
{
	struct quality_judged_tasks *task;
	struct sweep s = { .at = 0 };
	size_t tasks, t = 0;

	*count = 0;
	TRY(quality_judged_tasks(c, id, after, limit, &task, &tasks));
	if (tasks == 0)
		return OK;
	const task_id from = task[0].task, upto = task[tasks - 1].task;
	if ((upto.v - from.v) / FAR > (int64_t)tasks)
		return quality_judged_answers(c, id, after, limit, out, count);
	TRY(quality_given_between(c, id, from, upto, &s.given, &s.givens));
	TRY(quality_bodies_between(c, id, from, upto, &s.body, &s.bodies));
	*out = NEW_MANY(c->mem, struct quality_judged_answers, s.givens);
	for (size_t i = 0; i < s.givens; i++) {
		const struct quality_given_between *given = &s.given[i];
		const struct quality_bodies_between *body = body_of(&s, given);

		while (t < tasks && task[t].task.v < given->task.v)
			t++;
		if (body == NULL || t == tasks || task[t].task.v != given->task.v ||
		    task[t].gold < 0)
			continue;
		(*out)[(*count)++] = (struct quality_judged_answers){
			.task = given->task,
			.gold = task[t].gold,
			.told = task[t].told,
			.worker = given->worker,
			.active_ms = given->active_ms,
			.body = body->body,
		};
	}
	return OK;
}
