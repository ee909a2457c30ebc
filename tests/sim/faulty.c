/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Each wrapped connection has a driver of its own whose address leads back here. What an engine
 * says when it fails goes through store_failed, as it does in the real drivers.
 *
 * The mutants name statements of the rooms. If one is renamed its mutant makes no difference any
 * more: faulty_mutated tells, and tests/mutants.sh fails.
 */
#include "tests/sim/faulty.h"

#include "store/store_in.h"

enum { WRAPPED_MAX = 8, CHANGED_TEXTS = 4 };

struct wrapped {
	struct store_driver driver; /* first: this is what the store points at */
	const struct store_driver *real;
	struct faulty *faulty;
	bool owes; /* of mutant 2: a commit was reported and not done */
};

struct faulty {
	struct arena *mem;
	enum faulty_trouble trouble;
	int64_t wait;
	bool met;
	int mutant;
	int64_t mutated;
	struct store_stmt changed[CHANGED_TEXTS];
	const struct store_stmt *of[CHANGED_TEXTS];
};

const struct faulty_mutant faulty_mutants[FAULTY_MUTANTS + 1] = {
	{ "none", "" },
	{ "a balance is changed although the entry was there", "ledger.balance" },
	{ "the reply goes out before COMMIT", "history.lost or history.double" },
	{ "an outbox is marked as done before the credit", "ledger.arrived" },
	{ "a place is claimed without its guard and CHECK", "history.overfilled or task.derived" },
	{ "the epoch of a lease is not looked at", "history.epoch" },
	{ "the fee is missing from a transfer", "ledger.project_balanced" },
};

/* --- the mutants --- */

static bool is_named(const struct store_stmt *stmt, const char *name)
{
	return strcmp(stmt->name, name) == 0;
}

/* The statement with a part of its text changed; the same one each time, since it is prepared. */
static const struct store_stmt *text_changed(struct faulty *f, const struct store_stmt *stmt,
					     const char *from, const char *to)
{
	const char *at = strstr(stmt->sql, from);
	int i = 0;

	while (i < CHANGED_TEXTS && f->of[i] != NULL && f->of[i] != stmt)
		i++;
	CHECK(i < CHANGED_TEXTS);
	if (at == NULL)
		return stmt;
	f->mutated++;
	if (f->of[i] == stmt)
		return &f->changed[i];
	f->of[i] = stmt;
	f->changed[i] = *stmt;
	f->changed[i].sql = str_c(f->mem, str_format(f->mem, "%.*s%s%s", (int)(at - stmt->sql),
						     stmt->sql, to, at + strlen(from)));
	return &f->changed[i];
}

static const struct store_stmt *mutant_stmt(struct faulty *f, const struct store_stmt *stmt)
{
	if (f->mutant == 4 && is_named(stmt, "task_claim_last"))
		return text_changed(f, stmt, "AND taken + filled + $3 <= need", "");
	if (f->mutant == 5 && is_named(stmt, "assignment_submit_set"))
		return text_changed(f, stmt, "epoch = $7", "$7 = $7");
	return stmt;
}

/* A statement that the mutant leaves out. */
static bool mutant_skips(struct faulty *f, const struct store_stmt *stmt,
			 const struct store_value *args)
{
	bool skips = f->mutant == 6 && is_named(stmt, "ledger_escrow_entry_add") &&
		     str_eq(args[2].s, S("fee"));

	f->mutated += skips;
	return skips;
}

static void mutant_result(struct faulty *f, struct ctx *c, const struct store_stmt *stmt,
			  int64_t *changed, struct store_rows *rows)
{
	if (f->mutant == 1 && *changed == 0 &&
	    (is_named(stmt, "ledger_account_entry_add") ||
	     is_named(stmt, "ledger_account_entry_add_all"))) {
		*changed = 1;
		f->mutated++;
	}
	if (f->mutant == 3 && is_named(stmt, "ledger_account_entry_there") && rows->count == 0) {
		rows->value = NEW_MANY(c->mem, struct store_value, rows->columns);
		rows->count = 1;
		f->mutated++;
	}
}

void faulty_mutate(struct faulty *f, int number)
{
	CHECK(number >= 0 && number <= FAULTY_MUTANTS);
	f->mutant = number;
}

int64_t faulty_mutated(const struct faulty *f)
{
	return f->mutated;
}

/* --- trouble --- */

static bool is_of_commit(enum faulty_trouble trouble)
{
	return trouble >= FAULTY_COMMIT_FULL;
}

/* Does this call meet what was asked for? */
static enum faulty_trouble meet(struct faulty *f, bool commit)
{
	enum faulty_trouble trouble = f->trouble;

	if (trouble == FAULTY_NONE || is_of_commit(trouble) != commit || --f->wait > 0)
		return FAULTY_NONE;
	f->trouble = FAULTY_NONE;
	f->met = true;
	return trouble;
}

void faulty_trouble(struct faulty *f, enum faulty_trouble trouble, int64_t nth)
{
	f->trouble = trouble;
	f->wait = nth;
	f->met = false;
}

bool faulty_met(const struct faulty *f)
{
	return f->met;
}

/* --- the driver --- */

static struct wrapped *wrapped_of(const struct store *s)
{
	return (struct wrapped *)(uintptr_t)s->driver;
}

static enum err faulty_run(struct ctx *c, struct store *s, const struct store_stmt *stmt,
			   const struct store_value *args, int64_t *changed,
			   struct store_rows *rows)
{
	struct wrapped *w = wrapped_of(s);
	struct faulty *f = w->faulty;

	switch (meet(f, false)) {
	case FAULTY_BUSY:
		return store_failed(c, s, STORE_AGAIN, stmt->name, "pretended: busy",
				    "the data is in use");
	case FAULTY_FULL:
		return store_failed(c, s, STORE_BROKEN, stmt->name, "pretended: full",
				    "the disk is full");
	default:
		break;
	}
	if (mutant_skips(f, stmt, args)) {
		*changed = 1;
		return OK;
	}
	TRY(w->real->run(c, s, mutant_stmt(f, stmt), args, changed, rows));
	mutant_result(f, c, stmt, changed, rows);
	return OK;
}

/* Row by row, as the driver of SQLite does it, so that trouble may come between two rows. */
static enum err faulty_run_each(struct ctx *c, struct store *s, const struct store_stmt *stmt,
				const struct store_value *shared, const struct store_value *each,
				size_t count, bool *hit, struct store_value *found)
{
	size_t params = strlen(stmt->params), columns = strlen(stmt->columns);
	size_t own = params - (size_t)stmt->shared;
	struct store_value *args = NEW_MANY(c->mem, struct store_value, params);

	if (stmt->shared > 0)
		memcpy(args, shared, (size_t)stmt->shared * sizeof(*args));
	for (size_t i = 0; i < count; i++) {
		struct store_rows rows = { .columns = columns };
		int64_t changed = 0;

		memcpy(args + stmt->shared, each + i * own, own * sizeof(*args));
		TRY(faulty_run(c, s, stmt, args, &changed, &rows));
		hit[i] = columns > 0 ? rows.count > 0 : changed > 0;
		if (rows.count > 0)
			memcpy(found + i * columns, rows.value, columns * sizeof(*found));
	}
	return OK;
}

/* A commit that may meet trouble. */
static enum err commit(struct ctx *c, struct store *s, struct wrapped *w)
{
	switch (meet(w->faulty, true)) {
	case FAULTY_COMMIT_FULL:
		return store_failed(c, s, STORE_BROKEN, "commit", "pretended: full",
				    "the disk is full");
	case FAULTY_COMMIT_DONE:
		TRY(w->real->control(c, s, STORE_COMMIT, 0));
		return store_failed(c, s, STORE_AGAIN, "commit", "pretended: no word came back",
				    "the data cannot be reached");
	case FAULTY_COMMIT_LOST:
		return store_failed(c, s, STORE_AGAIN, "commit", "pretended: no word came back",
				    "the data cannot be reached");
	default:
		return w->real->control(c, s, STORE_COMMIT, 0);
	}
}

static enum err faulty_control(struct ctx *c, struct store *s, enum store_control what, int depth)
{
	struct wrapped *w = wrapped_of(s);

	if (w->owes && what == STORE_BEGIN) {
		w->owes = false;
		if (w->real->control(c, s, STORE_COMMIT, 0) != OK)
			(void)!w->real->control(c, s, STORE_ROLLBACK, 0);
		c->refusal = (struct refusal){ 0 };
	}
	if (what != STORE_COMMIT)
		return w->real->control(c, s, what, depth);
	if (w->faulty->mutant != 2)
		return commit(c, s, w);
	w->faulty->mutated++;
	w->owes = true;
	return OK;
}

static enum err faulty_script(struct ctx *c, struct store *s, const char *sql)
{
	return wrapped_of(s)->real->script(c, s, sql);
}

static enum err faulty_prepare(struct ctx *c, struct store *s, const struct store_stmt *stmt)
{
	return wrapped_of(s)->real->prepare(c, s, stmt);
}

static void faulty_close(struct store *s)
{
	wrapped_of(s)->real->close(s);
}

static void faulty_tidy(struct store *s)
{
	struct wrapped *w = wrapped_of(s);

	if (w->real->tidy != NULL && !w->owes)
		w->real->tidy(s);
}

static const struct store_driver faulty_driver = {
	"faulty",      faulty_run,     faulty_run_each, faulty_control,
	faulty_script, faulty_prepare, faulty_close,	faulty_tidy,
};

struct faulty *faulty_new(struct arena *mem)
{
	struct faulty *f = NEW(mem, struct faulty);

	f->mem = mem;
	return f;
}

void faulty_wrap(struct faulty *f, struct store *s)
{
	struct wrapped *w;

	if (s->driver->run == faulty_run)
		return;
	w = NEW(s->mem, struct wrapped);
	w->driver = faulty_driver;
	w->driver.name = s->driver->name;
	w->real = s->driver;
	w->faulty = f;
	if (f->mutant == 4 && s->lite) {
		struct ctx c = { .mem = s->mem, .store = s };

		CHECK(w->real->script(&c, s, "PRAGMA ignore_check_constraints=ON") == OK);
	}
	s->driver = &w->driver;
}
