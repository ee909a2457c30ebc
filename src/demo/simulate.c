/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One loop plays all workers: each holds at most one task and the moment at which it will be
 * answered. Every accept and submit is a transaction of its own, as it is for people. What is
 * right is what the file of the truth says, else the record's known answer, else what chance makes
 * up for the task; who errs makes up his own.
 */
#include "demo/simulate_in.h"
#include <stdio.h>
#include "base/csv.h"
#include "demo/invent_in.h"
#include "dispatch/dispatch.h"
#include "intake/intake.h"
#include "org/org.h"
#include "os/os.h"

enum { WORKERS_MAX = 200, TRUTH_BYTES_MAX = 16 << 20, WAIT_US = 20000 };

const struct room_option simulate_options[] = {
	{ "project", true, false, NULL, "the project's number" },
	{ "truth", false, false, NULL,
	  "a TSV file: a column of the records, then the fields' true answers; what it does not "
	  "say, the workers make up" },
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
	bool counts;	  /* his answer was taken */
	bool invented;	  /* something of it was made up */
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
	int64_t answers, invented; /* of these with something made up */
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

	if (t->rows == 0 || !json_text(json_get(fields, t->column[0]), &key))
		return NULL;
	for (int i = 0; i < t->rows; i++)
		if (str_eq(t->row[i][0], key))
			return t->row[i];
	return NULL;
}

/* --- an answer --- */

/* The cell of the truth for a field, or nothing. */
static struct str cell_of(const struct town *t, const struct str *row, struct str field)
{
	for (int i = 1; row != NULL && i < t->columns; i++)
		if (str_eq(t->column[i], field))
			return str_trim(row[i]);
	return S("");
}

/* The known answer of the record, or what chance makes up: the same whoever asks. */
static bool guess(struct ctx *c, struct town *t, const struct kind_field *field,
		  const struct json_value *block, const struct json_value *known, struct str *out)
{
	uint64_t task = (uint64_t)t->now->held.key.task.v;
	uint64_t own = str_hash(str_format(c->mem, "%lld %llu %.*s", (long long)t->project.v,
					   (unsigned long long)task, STR_ARG(field->name)));

	if (json_get(known, field->name) == NULL)
		return invent_value(c->mem, field, block, own, ctx_random(c), out);
	struct json text = json_make(c->mem, KIND_ANSWER_MAX);
	json_put_value(&text, json_get(known, field->name));
	*out = json_end(&text);
	return true;
}

/* Who errs in a whole number is off by one; other mistakes are made up. */
static bool near_miss(struct ctx *c, const struct kind_field *field, struct str cell,
		      struct str *out)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	int64_t n;

	if (!num_i64(cell, 0, INT64_MAX - 2, &n))
		return false;
	n += ctx_random(c) % 2 == 0 ? 1 : -1;
	return kind_truth_check(&faults, field,
				str_format(c->mem, "%lld", (long long)(n < 0 ? 1 : n)), out);
}

static enum err field_value(struct ctx *c, struct town *t, const struct kind_field *field,
			    const struct json_value *block, const struct intake_record *record,
			    struct str *out)
{
	struct kind_faults faults = kind_faults_make(c->mem, (struct str){ NULL, 0 });
	bool right = (int64_t)(ctx_random(c) % 1000) < t->accuracy, made;
	struct json_value *fields, *known = NULL;

	TRY(json_read_own(c, record->fields, &fields));
	if (record->truth.len > 0)
		TRY(json_read_own(c, record->truth, &known));
	const struct str *row = truth_of(t, fields);
	struct str cell = cell_of(t, row, field->name);
	if (right && cell.len > 0) {
		if (!kind_truth_check(&faults, field, cell, out))
			return refuse_field(c, ERR_INPUT, S("truth"), "%.*s of %.*s: %.*s",
					    STR_ARG(field->name), STR_ARG(row[0]),
					    STR_ARG(faults.list[0].message));
		return OK;
	}
	if (near_miss(c, field, cell, out))
		return OK;
	made = right ? guess(c, t, field, block, known, out) :
		       invent_value(c->mem, field, block, ctx_random(c), ctx_random(c), out);
	if (!made)
		return refuse(c, ERR_INPUT,
			      "simulated workers cannot make up an answer to %.*s (%s): give it in "
			      "a file, --truth",
			      STR_ARG(field->name), field->kind->name);
	if (cell.len == 0 && json_get(known, field->name) == NULL)
		t->now->invented = true;
	return OK;
}

/* The blocks as the worker's page has them. */
static enum err blocks_of(struct ctx *c, const struct town *t, const struct intake_record *record,
			  struct json_value **out)
{
	struct json page = json_make(c->mem, 4 << 20);
	struct json_value *fields;

	TRY(json_read_own(c, record->fields, &fields));
	kind_page(c->mem, &t->template, fields, NULL, &page);
	return json_read_own(c, json_end(&page), out);
}

static enum err make_answer(struct ctx *c, struct town *t)
{
	struct json_value *blocks, *answer;
	struct intake_record record;
	struct str so_far = S("{}"), value;

	t->now->invented = false;
	TRY(intake_record(c, t->project, t->now->held.key.task.v, &record));
	TRY(blocks_of(c, t, &record, &blocks));
	for (const struct json_value *b = blocks->first; b != NULL; b = b->next) {
		struct str name = S("");
		const struct kind_field *field;

		(void)!json_text(json_get(b, S("name")), &name);
		field = name.len > 0 ? kind_field_find(&t->template, name) : NULL;
		TRY(json_read_own(c, so_far, &answer));
		if (field == NULL || !kind_is_asked(b, answer))
			continue;
		TRY(field_value(c, t, field, b, &record, &value));
		if (value.len == 0)
			continue;
		struct json out = json_make(c->mem, KIND_ANSWER_MAX);
		json_object(&out);
		for (const struct json_value *v = answer->first; v != NULL; v = v->next) {
			json_key_str(&out, v->key);
			json_put_value(&out, v);
		}
		json_key_str(&out, name);
		json_put_raw(&out, value);
		json_object_end(&out);
		so_far = json_end(&out);
	}
	t->answer = so_far;
	return OK;
}

/* --- the steps of a worker, each a transaction --- */

static enum err accept_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;
	struct ctx own = *c;
	struct dispatch_ask ask = { .ctx = &own, .worker = t->now->id };
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, t->project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	t->now->held = ask.lease;
	t->now->holds = ask.got;
	if (ask.err == OK || ask.err == ERR_CONFLICT) /* the project has ended meanwhile */
		return OK;
	c->refusal = own.refusal;
	return ask.err;
}

static enum err submit_tx(struct ctx *c, void *arg)
{
	struct town *t = arg;
	struct json_value *answer;
	struct json_fault fault;
	struct dispatch_desk desk;

	struct ctx own = *c;

	TRY(make_answer(c, t));
	CHECK(json_read(c->mem, t->answer, &answer, &fault));
	TRY(dispatch_desk(c, t->project, &desk));
	struct dispatch_hand hand = {
		&own,
		t->now->id,
		t->now->held.key.task,
		t->now->held.epoch,
		answer,
		t->think_us / 1000,
		OK,
	};
	TRY(dispatch_submit(c, &desk, &hand, 1));
	t->now->counts = hand.err == OK;
	if (hand.err == OK || hand.err == ERR_CONFLICT) /* he thought for too long */
		return OK;
	c->refusal = own.refusal;
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
		t->answers += w->counts;
		t->invented += w->counts && w->invented;
	}
	TRY(store_in_tx(c, accept_tx, t));
	w->idle = !w->holds;
	w->ready_us = clock_steady_us(t->call->clock) + t->think_us / 2 +
		      (int64_t)(ctx_random(c) % (uint64_t)(t->think_us + 1));
	return OK;
}

static enum err return_tx(struct ctx *c, void *arg)
{
	const struct town *t = arg;

	return assignment_return(c, t->now->held.key, t->now->held.epoch);
}

/* Whatever ended the play: what they hold is open to others at once. */
static enum err give_back(struct ctx *c, struct town *t)
{
	enum err first = OK;

	for (int i = 0; i < t->workers; i++) {
		struct ctx own = *c;

		t->now = &t->worker[i];
		own.refusal = (struct refusal){ 0 };
		own.now = clock_now(t->call->clock);
		own.actor = (struct actor){ .id = t->now->id.v,
					    .roles = USER_WORKER,
					    .via = S("command") };
		if (!t->now->holds)
			continue;
		t->now->holds = false;
		enum err err = store_in_tx(&own, return_tx, t);
		if (err != OK && err != ERR_CONFLICT && first == OK) {
			first = err;
			c->refusal = own.refusal;
		}
	}
	return first;
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
	struct project_state state;

	TRY(project_get(c, t->project, &project));
	TRY(project_state_get(c, t->project, &state));
	if (state.state != PROJECT_OPEN)
		return refuse(c, ERR_CONFLICT, "the project is not open");
	TRY(project_template(c, &project, &t->template));
	for (int i = 1; i < t->columns; i++)
		if (kind_field_find(&t->template, t->column[i]) == NULL)
			return refuse_field(c, ERR_INPUT, S("truth"),
					    "the template has no field %.*s",
					    STR_ARG(t->column[i]));
	return OK;
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

/* Until nobody has anything left to do, the time is over, or somebody wants it to stop. */
static enum err play_on(struct ctx *c, struct town *t, int64_t end)
{
	struct progress *progress = progress_start(c->mem, t->call->clock, "simulated workers",
						   "answers", -1, t->call->as_json);
	struct os_lock *lock = os_lock_new(c->mem);
	bool busy = true;

	while (busy && clock_steady_us(t->call->clock) < end && !os_stop_asked()) {
		TRY(play(c, t, &busy));
		progress_at(progress, t->answers);
		os_lock_take(lock);
		os_lock_wait(lock, WAIT_US);
		os_lock_give(lock);
	}
	progress_done(progress);
	return OK;
}

static void tell(const struct town *t)
{
	if (t->call->as_json)
		printf("{\"simulated_answers\":%lld,\"made_up\":%lld}\n", (long long)t->answers,
		       (long long)t->invented);
	else
		printf("%lld answers by simulated workers, %lld of them with something made up\n",
		       (long long)t->answers, (long long)t->invented);
}

enum err simulate_command(struct ctx *c, const struct room_call *call)
{
	struct town *t = NEW(c->mem, struct town);
	int64_t seconds, think, workers;

	t->call = call;
	TRY(option_number(c, call, "project", 1, INT64_MAX, &t->project.v));
	TRY(option_number(c, call, "workers", 1, WORKERS_MAX, &workers));
	TRY(option_number(c, call, "seconds", 1, 86400, &seconds));
	TRY(option_number(c, call, "think", 0, 3600, &think));
	TRY(option_number(c, call, "accuracy", 0, 1000, &t->accuracy));
	t->workers = (int)workers;
	t->think_us = think * USEC_SECOND;
	if (room_option(call, "truth").len > 0)
		TRY(read_truth(c, t));
	TRY(store_in_tx(c, look_tx, t));
	TRY(store_in_tx(c, people_tx, t));

	os_stop_watch();
	enum err err = play_on(c, t, clock_steady_us(call->clock) + seconds * USEC_SECOND);
	if (err != OK) {
		(void)!give_back(c, t); /* what is told is why it stopped */
		return err;
	}
	TRY(give_back(c, t));
	tell(t);
	return OK;
}
