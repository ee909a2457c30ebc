/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/sim/hot.h"

#include "dispatch/dispatch.h"

static enum err ask(struct ctx *c, project_id project, struct dispatch_ask ask,
		    struct assignment *out, bool *got)
{
	struct dispatch_desk desk;

	ask.ctx = c;
	TRY(dispatch_desk(c, project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	*got = ask.got;
	if (ask.got)
		*out = ask.lease;
	return ask.err;
}

enum err hot_next(struct ctx *c, project_id project, user_id worker, struct assignment *out,
		  bool *got)
{
	return ask(c, project, (struct dispatch_ask){ .worker = worker }, out, got);
}

enum err hot_submit(struct ctx *c, struct assignment_key key, int64_t epoch, struct str answer,
		    int64_t active_ms)
{
	struct dispatch_hand hand = { c, key.worker, key.task, epoch, NULL, active_ms, OK };
	struct dispatch_desk desk;
	struct json_value *value;

	TRY(dispatch_desk(c, key.project, &desk));
	TRY(json_read_own(c, answer, &value));
	hand.answer = value;
	TRY(dispatch_submit(c, &desk, &hand, 1));
	return hand.err;
}

/* --- many --- */

typedef enum err serve_some(struct ctx *, const struct dispatch_desk *, struct hot_item **, size_t);

static enum err ask_some(struct ctx *c, const struct dispatch_desk *desk, struct hot_item **item,
			 size_t count)
{
	struct dispatch_ask *ask = NEW_MANY(c->mem, struct dispatch_ask, count);

	for (size_t i = 0; i < count; i++)
		ask[i] = (struct dispatch_ask){ .ctx = item[i]->ctx,
						.worker = item[i]->key.worker,
						.pick = item[i]->key.task };
	TRY(dispatch_next(c, desk, ask, count));
	for (size_t i = 0; i < count; i++) {
		item[i]->err = ask[i].err;
		item[i]->got = ask[i].err == OK && ask[i].got;
		if (item[i]->got)
			item[i]->lease = ask[i].lease;
	}
	return OK;
}

static enum err submit_some(struct ctx *c, const struct dispatch_desk *desk, struct hot_item **item,
			    size_t count)
{
	struct dispatch_hand *hand = NEW_MANY(c->mem, struct dispatch_hand, count);

	for (size_t i = 0; i < count; i++) {
		struct json_value *answer;

		TRY(json_read_own(c, item[i]->answer, &answer));
		hand[i] = (struct dispatch_hand){ .ctx = item[i]->ctx,
						  .worker = item[i]->key.worker,
						  .task = item[i]->key.task,
						  .epoch = item[i]->epoch,
						  .answer = answer,
						  .active_ms = item[i]->active_ms };
	}
	TRY(dispatch_submit(c, desk, hand, count));
	for (size_t i = 0; i < count; i++)
		item[i]->err = hand[i].err;
	return OK;
}

static enum err serve_project(struct ctx *c, serve_some *serve, struct hot_item **item,
			      size_t count)
{
	struct dispatch_desk desk;

	if (dispatch_desk(c, item[0]->key.project, &desk) == OK)
		return serve(c, &desk, item, count);
	if (c->refusal.err != ERR_MISSING)
		return c->refusal.err;
	for (size_t i = 0; i < count; i++)
		item[i]->err = refuse(item[i]->ctx, ERR_MISSING, "there is no such project");
	c->refusal = (struct refusal){ 0 };
	return OK;
}

static enum err serve_projects(struct ctx *c, serve_some *serve, struct hot_item *item,
			       size_t count)
{
	struct hot_item **some = NEW_MANY(c->mem, struct hot_item *, count);
	bool *served = NEW_MANY(c->mem, bool, count);

	for (size_t i = 0; i < count; i++) {
		size_t n = 0;

		for (size_t k = i; k < count; k++)
			if (!served[k] && item[k].key.project.v == item[i].key.project.v) {
				served[k] = true;
				some[n++] = &item[k];
			}
		if (n > 0)
			TRY(serve_project(c, serve, some, n));
	}
	return OK;
}

enum err hot_ask_many(struct ctx *c, struct hot_item *item, size_t count)
{
	return serve_projects(c, ask_some, item, count);
}

enum err hot_submit_many(struct ctx *c, struct hot_item *item, size_t count)
{
	return serve_projects(c, submit_some, item, count);
}
