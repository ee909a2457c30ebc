/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One loop plays all workers: each holds at most one task and the moment at which it will be
 * answered. Every accept and submit is a transaction of its own, as it is for people.
 */
#include "demo/simulate_in.h"
#include <stdio.h>
#include "base/csv.h"
#include "dispatch/dispatch.h"
#include "intake/intake.h"
#include "org/org.h"
#include "os/os.h"

enum { WORKERS_MAX = 200, TRUTH_BYTES_MAX = 16 << 20, WAIT_US = 20000 };

const struct room_option simulate_options[] = {
	{ "project", true, false, NULL, "the project's number" },
	{ "truth", true, false, NULL,
	  "a TSV file: a column of the records, then the fields' true answers" },
	{ "workers", false, false, "12", "how many simulated workers" },
	{ "seconds", false, false, "120", "stop after this time at the latest" },
	{ "think", false, false, "3", "seconds that an answer takes, on average" },
	{ "accuracy", false, false, "850", "thousandths of the answers that are the truth" },
	{ 0 },
};

struct worker {
	user_id id;
	struct assignment held;
	bool holds, idle;
	int64_t ready_us; /* steady clock */
};

struct town {
	const struct room_call *call;
	project_id project;
	struct kind_template template;
	struct str *column; /* of the truth: the key, then fields */
	struct str **row;
	int columns, rows;
	int64_t think_us, accuracy;
	int workers;
	struct worker worker[WORKERS_MAX];
	struct worker *now; /* of the transaction that runs */
	struct str answer;
	int64_t answers;
};

/* --- the truth --- */

static enum err read_truth(struct ctx *c, struct town *t)
{
	struct str path = room_option(t->call, "truth"), text;
	struct csv_reader *reader = csv_reader_new(c->mem, CSV_TAB, (struct csv_limits){ 0 });
	struct csv_record record;
	const struct str *names;
	const char *bad = NULL;
	int size = 0;

	TRY(os_slurp(c, str_c(c->mem, path), TRUTH_BYTES_MAX, &text));
	for (size_t i = 0; i < text.len; i++)
		size += text.at[i] == '\n';
	t->row = NEW_MANY(c->mem, struct str *, (size_t)size + 2);
	csv_feed(reader, text, true);
	while (csv_next(reader, &record)) {
		if (record.bad != NULL)
			return refuse_field(c, ERR_INPUT, S("truth"), "line %lld: %s",
					    (long long)record.line, record.bad);
		t->row[t->rows] = NEW_MANY(c->mem, struct str, (size_t)record.field_count);
		for (int i = 0; i < record.field_count; i++)
			t->row[t->rows][i] = str_copy(c->mem, record.field[i]);
		t->rows++;
	}
	t->columns = csv_header(reader, &names, &bad);
	if (bad != NULL || t->columns < 2)
		return refuse_field(c, ERR_INPUT, S("truth"),
				    "the first line names a column of the records and a field");
	t->column = NEW_MANY(c->mem, struct str, (size_t)t->columns);
	for (int i = 0; i < t->columns; i++)
		t->column[i] = str_copy(c->mem, names[i]);
	return OK;
}

/* The row of the truth for this record, or NULL. */
static const struct str *truth_of(const struct town *t, const struct json_value *fields)
{
	struct str key;

	if (!json_text(json_get(fields, t->column[0]), &key))
		return NULL;
	for (int i = 0; i < t->rows; i++)
		if (str_eq(t->row[i][0], key))
			return t->row[i];
	return NULL;
}

/* --- an answer --- */

/* A cell that is not the truth: a number near it, or the truth of another record. */
static struct str mistake(struct ctx *c, const struct town *t, int column, struct str cell)
{
	int64_t n;

	if (!num_i64(cell, 0, INT64_MAX - 2, &n))
		return t->row[ctx_random(c) % (uint64_t)t->rows][column];
	n += ctx_random(c) % 2 == 0 ? 1 : -1;
	return str_format(c->mem, "%lld", (long long)(n < 0 ? 1 : n));
}

static enum err make_answer(struct ctx *c, struct town *t)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	struct json out = json_make(c->mem, KIND_ANSWER_MAX);
	struct intake_record record;
	struct json_value *fields;
	struct json_fault fault;

	TRY(intake_record(c, t->project, t->now->held.key.task.v, &record));
	CHECK(json_read(c->mem, record.fields, &fields, &fault));
	const struct str *row = truth_of(t, fields);
	if (row == NULL)
		return refuse_field(c, ERR_INPUT, S("truth"), "record %lld has no line",
				    (long long)t->now->held.key.task.v);
	json_object(&out);
	for (int i = 1; i < t->columns; i++) {
		const struct kind_field *field = kind_field_find(&t->template, t->column[i]);
		bool right = (int64_t)(ctx_random(c) % 1000) < t->accuracy;
		struct str value;

		if (field == NULL)
			return refuse_field(c, ERR_INPUT, S("truth"),
					    "the template has no field %.*s",
					    STR_ARG(t->column[i]));
		if (!kind_truth_check(&faults, field, right ? row[i] : mistake(c, t, i, row[i]),
				      &value))
			return refuse_field(c, ERR_INPUT, S("truth"), "%.*s: %.*s", STR_ARG(row[0]),
					    STR_ARG(faults.list[0].message));
		json_key_str(&out, t->column[i]);
		json_put_raw(&out, value);
	}
	json_object_end(&out);
	t->answer = json_end(&out);
	return OK;
}

/* --- the steps of a worker, each a transaction --- */

static enum err accept_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;
	struct dispatch_ask ask = { .ctx = c, .worker = t->now->id };
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, t->project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	t->now->held = ask.lease;
	t->now->holds = ask.got;
	return ask.err;
}

static enum err submit_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;
	struct json_value *answer;
	struct json_fault fault;
	struct dispatch_desk desk;

	TRY(make_answer(c, t));
	CHECK(json_read(c->mem, t->answer, &answer, &fault));
	TRY(dispatch_desk(c, t->project, &desk));
	struct dispatch_hand hand = {
		c,
		t->now->id,
		t->now->held.key.task,
		t->now->held.epoch,
		answer,
		t->think_us / 1000,
		OK,
	};
	TRY(dispatch_submit(c, &desk, &hand, 1));
	return hand.err;
}

static enum err step(struct ctx *c, struct town *t, struct worker *w)
{
	t->now = w;
	c->now = clock_now(t->call->clock);
	c->actor = (struct actor){ .id = w->id.v, .roles = USER_WORKER, .via = S("command") };
	if (w->holds) {
		TRY(store_in_tx(c, submit_tx, t));
		w->holds = false;
		t->answers++;
	}
	TRY(store_in_tx(c, accept_tx, t));
	w->idle = !w->holds;
	w->ready_us = clock_steady_us(t->call->clock) + t->think_us / 2 +
		      (int64_t)(ctx_random(c) % (uint64_t)(t->think_us + 1));
	return OK;
}

/* --- the town --- */

static enum err people_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;

	for (int i = 0; i < t->workers; i++) {
		struct user_new fresh = {
			.name = str_format(c->mem, "Simulated worker %d", i + 1),
			.email = str_format(c->mem, "simulated-%d@demo.invalid", i + 1),
			.roles = USER_WORKER,
			.password_hash = S(""),
		};
		struct user user;
		bool found;

		TRY(user_by_email(c, fresh.email, &user, &found));
		t->worker[i].id = user.id;
		if (!found)
			TRY(user_add(c, &fresh, &t->worker[i].id));
	}
	return OK;
}

static enum err look_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;
	struct project project;

	TRY(project_get(c, t->project, &project));
	return project_template(c, &project, &t->template);
}

/* False when nobody has anything left to do. */
static enum err play(struct ctx *c, struct town *t, bool *busy)
{
	int64_t now = clock_steady_us(t->call->clock);

	*busy = false;
	for (int i = 0; i < t->workers; i++) {
		struct worker *w = &t->worker[i];
		struct arena_mark mark = arena_mark(c->mem);

		if (!w->idle && now >= w->ready_us)
			TRY(step(c, t, w));
		*busy = *busy || !w->idle;
		arena_reset(c->mem, mark);
	}
	return OK;
}

static enum err option_number(struct ctx *c, const struct room_call *call, const char *name,
			      int64_t min, int64_t max, int64_t *out)
{
	if (!num_i64(room_option(call, name), min, max, out))
		return refuse_field(c, ERR_INPUT, str_of(name),
				    "this is a whole number from %lld to %lld", (long long)min,
				    (long long)max);
	return OK;
}

enum err simulate_command(struct ctx *c, const struct room_call *call)
{
	struct town *t = NEW(c->mem, struct town);
	struct os_lock *lock = os_lock_new(c->mem);
	int64_t seconds, think, workers, end;
	bool busy = true;

	t->call = call;
	TRY(option_number(c, call, "project", 1, INT64_MAX, &t->project.v));
	TRY(option_number(c, call, "workers", 1, WORKERS_MAX, &workers));
	TRY(option_number(c, call, "seconds", 1, 86400, &seconds));
	TRY(option_number(c, call, "think", 0, 3600, &think));
	TRY(option_number(c, call, "accuracy", 0, 1000, &t->accuracy));
	t->workers = (int)workers;
	t->think_us = think * USEC_SECOND;
	TRY(read_truth(c, t));
	TRY(store_in_tx(c, look_tx, t));
	TRY(store_in_tx(c, people_tx, t));

	struct progress *progress = progress_start(c->mem, call->clock, "simulated workers",
						   "answers", -1, call->as_json);
	end = clock_steady_us(call->clock) + seconds * USEC_SECOND;
	while (busy && clock_steady_us(call->clock) < end) {
		TRY(play(c, t, &busy));
		progress_at(progress, t->answers);
		os_lock_take(lock);
		os_lock_wait(lock, WAIT_US);
		os_lock_give(lock);
	}
	progress_done(progress);
	printf(call->as_json ? "{\"simulated_answers\":%lld}\n" :
			       "%lld answers by simulated workers\n",
	       (long long)t->answers);
	return OK;
}
