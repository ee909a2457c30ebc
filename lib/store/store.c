/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What both engines share: the choice by URL, the checks around a statement, the
 * transaction's bookkeeping and its repetition. Everything that an engine does in its own way is in
 * its driver (lite.c, pg.c), reached through one table.
 */
#include "base/crash.h"
#include "store/store_in.h"

#include <stdio.h>
#include <time.h>

enum { STORE_TRIES = 8, TX_DEPTH = 6 };

/* --- open and close --- */

enum err store_open(struct ctx *c, struct arena *mem, const char *url, enum store_mode mode,
		    struct store **out)
{
	struct str text = str_of(url);
	struct store *s = NEW(mem, struct store);

	/* The connection keeps things at any time; callers mark and reset theirs. */
	s->mem = arena_under(mem, 0);
	s->mode = mode;
	if (str_starts(text, S("sqlite:"))) {
		s->lite = true;
		TRY(lite_open(c, s, url + sizeof("sqlite:") - 1));
	} else if (str_starts(text, S("postgresql://")) || str_starts(text, S("postgres://"))) {
		TRY(pg_open(c, s, url));
	} else {
		return refuse(c, ERR_INPUT,
			      "the database is neither sqlite:PATH nor postgresql://…");
	}
	*out = s;
	return OK;
}

void store_close(struct store **store)
{
	if (*store == NULL)
		return;
	(*store)->driver->close(*store);
	*store = NULL;
}

enum err store_by_keys(struct ctx *c, struct store *s)
{
	s->by_keys = true;
	return s->lite ? OK : pg_by_keys(c, s);
}

bool store_is_lite(const struct store *s)
{
	return s->lite;
}

const char *store_engine(const struct store *s)
{
	return s->driver->name;
}

/* --- failures --- */

enum err store_failed(struct ctx *c, struct store *s, enum store_failure failure, const char *what,
		      const char *said, const char *message)
{
	/* They stand until the next begin: what comes after the first failure cannot mend it. */
	s->again = s->again || failure == STORE_AGAIN;
	s->broken = s->broken || failure != STORE_REFUSED;
	snprintf(s->said, sizeof(s->said), "%s: %s", what, said != NULL ? said : "");
	for (char *p = s->said; *p != 0; p++)
		if (*p == '\n' || *p == '\r')
			*p = ' ';
	bool is_first = c->refusal.err == OK;
	enum err err = refuse(c, ERR_STORE, "%s", message);
	if (is_first) {
		c->refusal.said = str_copy(c->mem, str_of(s->said));
		c->refusal.lasting = failure == STORE_REFUSED;
	}
	return err;
}

void store_pause(int64_t us)
{
	struct timespec t = { .tv_sec = us / USEC_SECOND, .tv_nsec = us % USEC_SECOND * 1000 };

	nanosleep(&t, NULL);
}

void store_patience(struct store *s, int64_t us)
{
	s->patience_us = us;
}

/* --- statements --- */

static enum err check_args(struct ctx *c, struct str params, const struct store_value *args)
{
	for (size_t i = 0; i < params.len; i++)
		if (params.at[i] == STORE_TEXT && !args[i].null && !str_is_utf8(args[i].s))
			return refuse(c, ERR_INPUT, "a text is not UTF-8 or has a NUL inside");
	return OK;
}

/* May it run here? Then the side that it touches is kept in mind. */
static enum err check_place(struct ctx *c, const struct store_stmt *stmt)
{
	struct store *s = c->store;

	if (stmt->columns[0] == 0) {
		CHECK(s->mode == STORE_READ || s->in_txn);
		if (s->mode == STORE_READ)
			return refuse(c, ERR_STORE, "the data is only read here");
	}
	if (strcmp(stmt->group, "project") == 0)
		s->touched |= STORE_PROJECT_SIDE;
	else if (strcmp(stmt->group, "account") == 0)
		s->touched |= STORE_ACCOUNT_SIDE;
	return OK;
}

/* Outside a transaction a statement is a whole: what the engine wants again is run again. */
static enum err run_here(struct ctx *c, const struct store_stmt *stmt,
			 const struct store_value *args, int64_t *changed, struct store_rows *rows)
{
	struct store *s = c->store;

	if (s->in_txn)
		return s->driver->run(c, s, stmt, args, changed, rows);
	s->again = false;
	s->broken = false;
	enum err err = s->driver->run(c, s, stmt, args, changed, rows);
	if (err == OK || !s->again)
		return err;
	c->refusal = (struct refusal){ 0 };
	rows->count = 0;
	rows->value = NULL;
	return s->driver->run(c, s, stmt, args, changed, rows);
}

enum err store_run(struct ctx *c, const struct store_stmt *stmt, const struct store_value *args,
		   int64_t *changed, struct store_rows *rows)
{
	struct store *s = c->store;
	struct store_rows found = { .columns = strlen(stmt->columns) };
	int64_t count = 0;

	TRY(check_place(c, stmt));
	TRY(check_args(c, str_of(stmt->params), args));
	enum err err = run_here(c, stmt, args, &count, &found);
	s->stirred = s->stirred || err != OK || count > 0;
	TRY(err);
	CHECK(stmt->shape != STORE_ONE || found.count == 1);
	CHECK(stmt->shape != STORE_MAYBE || found.count <= 1);
	if (changed != NULL)
		*changed = count;
	if (rows != NULL)
		*rows = found;
	return OK;
}

enum err store_run_each(struct ctx *c, const struct store_stmt *stmt,
			const struct store_value *shared, const struct store_value *each,
			size_t count, bool *hit, struct store_value *found)
{
	struct store *s = c->store;
	struct arena_mark mark = arena_mark(c->mem);
	size_t own = strlen(stmt->params) - (size_t)stmt->shared;
	bool any = false;

	CHECK(stmt->each != NULL);
	if (count == 0)
		return OK;
	TRY(check_place(c, stmt));
	TRY(check_args(c, str_cut(str_of(stmt->params), 0, (size_t)stmt->shared), shared));
	for (size_t i = 0; i < count; i++)
		TRY(check_args(c, str_of(stmt->params + stmt->shared), each + i * own));
	bool *told = hit != NULL ? hit : NEW_MANY(c->mem, bool, count);
	memset(told, 0, count * sizeof(*told));
	s->again = s->in_txn && s->again;
	s->broken = s->in_txn && s->broken;
	enum err err = s->driver->run_each(c, s, stmt, shared, each, count, told, found);
	if (err != OK && !s->in_txn && s->again) {
		c->refusal = (struct refusal){ 0 };
		memset(told, 0, count * sizeof(*told));
		err = s->driver->run_each(c, s, stmt, shared, each, count, told, found);
	}
	for (size_t i = 0; i < count; i++)
		any = any || told[i];
	/* Who does not ask is not told, and may have changed everything. */
	s->stirred = s->stirred || err != OK || (stmt->columns[0] == 0 && (any || hit == NULL));
	if (err == OK && found == NULL)
		arena_reset(c->mem, mark);
	return err;
}

bool store_row_room(struct ctx *c, struct store_rows *rows, size_t *size)
{
	if (arena_is_spent(c->mem))
		return false;
	if (rows->count < *size)
		return true;
	size_t bigger = *size == 0 ? 1 : *size * 4;
	struct store_value *value = NEW_MANY(c->mem, struct store_value, bigger * rows->columns);

	if (rows->count > 0)
		memcpy(value, rows->value, rows->count * rows->columns * sizeof(*value));
	rows->value = value;
	*size = bigger;
	return true;
}

struct store_cache store_cache_make(struct arena *mem)
{
	size_t statements = 0, size = 256;

	while (store_statements[statements] != NULL)
		statements++;
	while (size < 2 * statements + 128)
		size *= 2;
	return (struct store_cache){ NEW_MANY(mem, struct store_cache_row, size), size, 0 };
}

struct store_cache_row *store_cache_at(struct store_cache *cache, const struct store_stmt *stmt)
{
	uint64_t hash = ((uint64_t)(uintptr_t)stmt >> 3) * UINT64_C(0x9E3779B97F4A7C15);
	size_t at = (size_t)(hash >> 32) & (cache->size - 1);

	while (cache->row[at].stmt != NULL && cache->row[at].stmt != stmt)
		at = (at + 1) & (cache->size - 1);
	if (cache->row[at].stmt == NULL) {
		CHECK(cache->count + 1 < cache->size);
		cache->count++;
		cache->row[at].stmt = stmt;
	}
	return &cache->row[at];
}

enum err store_prepare_all(struct ctx *c)
{
	for (int i = 0; store_statements[i] != NULL; i++)
		TRY(c->store->driver->prepare(c, c->store, store_statements[i]));
	return OK;
}

/* --- transactions --- */

bool store_in_txn(const struct store *s)
{
	return s->in_txn;
}

void store_one_side(struct store *s)
{
	unsigned touched = store_touched(s);

#ifndef NDEBUG
	CHECK(touched != (STORE_PROJECT_SIDE | STORE_ACCOUNT_SIDE));
#endif
	(void)touched;
}

unsigned store_touched(struct store *s)
{
	unsigned touched = s->touched;

	s->touched = 0;
	return touched;
}

bool store_was_stirred(struct store *s)
{
	bool stirred = s->stirred;

	s->stirred = false;
	return stirred;
}

enum err store_hold(struct ctx *c, uint64_t spread)
{
	/* A subquery with a function like this one is run though nothing of it is read. */
	static const struct store_stmt hold = {
		"hold",	    "SELECT FROM (SELECT pg_advisory_xact_lock($1)) AS held",
		"i",	    "",
		STORE_NONE, "local",
		0,	    NULL,
		""
	};
	const struct store_value key = { .i = (int64_t)spread };

	return store_run(c, &hold, &key, NULL, NULL);
}

enum err store_hold_try(struct ctx *c, uint64_t spread, bool *ours)
{
	static const struct store_stmt hold = {
		"hold_try", "SELECT CASE WHEN pg_try_advisory_xact_lock($1) THEN 1 ELSE 0 END",
		"i",	    "i",
		STORE_ONE,  "local",
		0,	    NULL,
		""
	};
	const struct store_value key = { .i = (int64_t)spread };
	struct store_rows rows = { .count = 0 };

	*ours = true;
	if (c->store->lite)
		return OK;
	TRY(store_run(c, &hold, &key, NULL, &rows));
	*ours = rows.value[0].i == 1;
	return OK;
}

enum err store_ask_again(struct ctx *c, const char *why)
{
	c->store->again = true;
	return refuse(c, ERR_STORE, "%s", why);
}

enum err store_begin(struct ctx *c)
{
	struct store *s = c->store;

	CHECK(!s->in_txn);
	s->again = false;
	s->broken = false;
	TRY(s->driver->control(c, s, STORE_BEGIN, 0));
	s->in_txn = true;
	s->note_count = 0;
	return OK;
}

enum err store_commit(struct ctx *c)
{
	struct store *s = c->store;

	CHECK(s->in_txn);
	CHECK(c->refusal.err == OK);
	CRASH_HERE("before-commit");
	TRY(s->driver->control(c, s, STORE_COMMIT, 0));
	CRASH_HERE("after-commit");
	s->in_txn = false;
	s->note_count = 0;
	return OK;
}

void store_rollback(struct ctx *c)
{
	struct store *s = c->store;

	if (!s->in_txn)
		return;
	(void)!s->driver->control(c, s, STORE_ROLLBACK, 0);
	s->in_txn = false;
	s->note_count = 0;
}

enum err store_save(struct ctx *c, int depth)
{
	CHECK(c->store->in_txn && depth >= 0 && depth < STORE_DEPTH_MAX);
	c->store->note_mark[depth] = c->store->note_count;
	return c->store->driver->control(c, c->store, STORE_SAVE, depth);
}

enum err store_release(struct ctx *c, int depth)
{
	CHECK(c->store->in_txn && depth >= 0 && depth < STORE_DEPTH_MAX);
	return c->store->driver->control(c, c->store, STORE_RELEASE, depth);
}

void store_back_to(struct ctx *c, int depth)
{
	CHECK(c->store->in_txn && depth >= 0 && depth < STORE_DEPTH_MAX);
	c->store->note_count = c->store->note_mark[depth];
	(void)!c->store->driver->control(c, c->store, STORE_BACK, depth);
}

static enum err try_once(struct ctx *c, enum err (*body)(struct ctx *, void *), void *arg)
{
	TRY(store_begin(c));
	(void)store_touched(c->store);
	enum err err = body(c, arg);

	store_one_side(c->store);
	if (err == OK)
		err = c->refusal.err;
	if (err == OK)
		err = store_commit(c);
	if (err != OK)
		store_rollback(c);
	return err;
}

static enum err in_savepoint(struct ctx *c, enum err (*body)(struct ctx *, void *), void *arg)
{
	TRY(store_save(c, TX_DEPTH));
	enum err err = body(c, arg);

	if (err != OK)
		store_back_to(c, TX_DEPTH);
	enum err released = store_release(c, TX_DEPTH);
	return err != OK ? err : released;
}

enum err store_in_tx(struct ctx *c, enum err (*body)(struct ctx *, void *), void *arg)
{
	int64_t pause_us = 5000;

	if (c->store->in_txn)
		return in_savepoint(c, body, arg);

	for (int tries = 1;; tries++) {
		enum err err = try_once(c, body, arg);

		if (err == OK || !c->store->again || tries == STORE_TRIES)
			return err;
		c->refusal = (struct refusal){ 0 };
		store_pause(pause_us + (int64_t)(ctx_random(c) % (uint64_t)pause_us));
		pause_us *= 2;
	}
}

/* --- notes --- */

bool store_gathers(const struct store *s)
{
	return s->gathers;
}

void store_note_add(struct store *s, struct store_note note)
{
	CHECK(s->gathers && s->in_txn);
	if (s->note_count == s->note_size) {
		size_t size = s->note_size == 0 ? 1024 : s->note_size * 2;
		struct store_note *bigger = NEW_MANY(s->mem, struct store_note, size);

		if (s->note_count > 0)
			memcpy(bigger, s->note, s->note_count * sizeof(*bigger));
		s->note = bigger;
		s->note_size = size;
	}
	s->note[s->note_count++] = note;
}

struct store_note *store_notes(struct store *s, size_t *count)
{
	*count = s->note_count;
	return s->note;
}

void store_notes_cut(struct store *s, size_t count)
{
	CHECK(count <= s->note_count);
	s->note_count = count;
}

void store_notes_forget(struct store *s)
{
	s->note_count = 0;
}
