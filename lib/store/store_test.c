/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The store on a file of its own for each test, and on PostgreSQL where one is named. The
 * statements of these tests are written here, because they are no room's.
 */
#include "store/store_test_in.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

STMT(probe_drop, "DROP TABLE IF EXISTS store_probe", "", "", STORE_NONE);
STMT(probe_make,
     "CREATE TABLE store_probe(id BIGINT NOT NULL PRIMARY KEY, word TEXT, bytes "
     "/*pg: BYTEA*/ /*lite: BLOB*/, share DOUBLE PRECISION, CHECK (id <> 13))",
     "", "", STORE_NONE);
STMT(probe_add, "INSERT INTO store_probe(word, id, bytes, share) VALUES ($2, $1, $3, $4)", "itbr",
     "", STORE_CHANGED);
STMT(probe_get, "SELECT share, id, word, bytes FROM store_probe WHERE word = $2 OR id = $1", "it",
     "ritb", STORE_MAYBE);
STMT(probe_count, "SELECT count(*) FROM store_probe", "", "i", STORE_ONE);
STMT(probe_list, "SELECT id FROM store_probe ORDER BY id", "", "i", STORE_MANY);
STMT(probe_shift, "UPDATE store_probe SET id = id + 1000 WHERE id > $1", "i", "", STORE_CHANGED);
STMT(probe_wrong, "SELECT nothing FROM nowhere", "", "i", STORE_MANY);

struct store *own_opened(struct ctx *c, const char *url, enum store_mode mode)
{
	struct store *s;

	WANT_OK(store_open(c, c->mem, url, mode, &s));
	c->store = s;
	return s;
}

static enum err make_probe(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(store_run(c, &probe_drop, NULL, NULL, NULL));
	return store_run(c, &probe_make, NULL, NULL, NULL);
}

static enum err drop_probe(struct ctx *c, void *arg)
{
	(void)arg;
	return store_run(c, &probe_drop, NULL, NULL, NULL);
}

const char *own_url(struct ctx *c)
{
	const char *pg = getenv("TESSERA_TEST_DATABASE");

	if (c->store == NULL || test_on_lite())
		return str_c(c->mem, str_format(c->mem, "sqlite:%s/own.db", c->data));
	return str_c(c->mem, str_format(c->mem, "%s%sapplication_name=store-test", pg,
					strchr(pg, '?') != NULL ? "&" : "?"));
}

struct own own_open(struct ctx *c)
{
	struct own own = { .home = c->store, .url = own_url(c) };

	own.store = own_opened(c, own.url, STORE_WRITE);
	WANT_OK(store_in_tx(c, make_probe, NULL));
	return own;
}

void own_close(struct ctx *c, struct own *own)
{
	c->store = own->store;
	WANT_OK(store_in_tx(c, drop_probe, NULL));
	store_close(&own->store);
	c->store = own->home;
}

enum err own_add(struct ctx *c, int64_t id)
{
	const struct store_value args[] = {
		{ .i = id }, { .s = S("w") }, { .null = true }, { .null = true }
	};

	return store_run(c, &probe_add, args, NULL, NULL);
}

int64_t own_count(struct ctx *c)
{
	struct store_rows rows;

	WANT_OK(store_run(c, &probe_count, NULL, NULL, &rows));
	return rows.value[0].i;
}

bool own_has(struct ctx *c, int64_t id)
{
	struct store_value key[] = { { .i = id }, { .s = S("") } };
	struct store_rows rows;

	return store_run(c, &probe_get, key, NULL, &rows) == OK && rows.count == 1;
}

void own_refused(struct ctx *c, enum err wanted, enum err got, const char *message)
{
	WANT_I64(wanted, got);
	WANT_STR(str_of(message), c->refusal.message);
	c->refusal = (struct refusal){ 0 };
}

/* --- statements --- */

static enum err write_kinds(struct ctx *c, void *arg)
{
	const struct store_value whole[] = {
		{ .i = INT64_MIN },
		{ .s = S("gr\xC3\xBC\xC3\x9F") },
		{ .s = { "\0\xFF\1", 3 } },
		{ .r = -0.1 },
	};
	const struct store_value empty[] = {
		{ .i = 2 }, { .null = true }, { .s = { 0 } }, { .null = true }
	};
	int64_t changed;

	(void)arg;
	WANT_OK(store_run(c, &probe_add, whole, &changed, NULL));
	WANT_I64(1, changed);
	return store_run(c, &probe_add, empty, &changed, NULL);
}

TEST(store, what_is_written_is_read_back_as_it_was)
{
	struct own own = own_open(c);
	const struct store_value by_word[] = { { .i = 0 }, { .s = S("gr\xC3\xBC\xC3\x9F") } };
	const struct store_value by_id[] = { { .i = 2 }, { .s = S("") } };
	struct store_rows rows;

	WANT_OK(store_in_tx(c, write_kinds, NULL));
	WANT_OK(store_run(c, &probe_get, by_word, NULL, &rows));
	WANT_I64(1, (int64_t)rows.count);
	WANT(rows.value[0].r < -0.09 && rows.value[0].r > -0.11);
	WANT_I64(INT64_MIN, rows.value[1].i);
	WANT_STR(S("gr\xC3\xBC\xC3\x9F"), rows.value[2].s);
	WANT(rows.value[3].s.len == 3 && memcmp(rows.value[3].s.at, "\0\xFF\1", 3) == 0);
	WANT_OK(store_run(c, &probe_get, by_id, NULL, &rows));
	WANT(rows.value[0].null && !rows.value[1].null && rows.value[2].null);
	WANT(!rows.value[3].null && rows.value[3].s.len == 0);
	own_close(c, &own);
}

PLAIN_TEST(store, a_url_of_no_engine_is_refused)
{
	struct store *s;

	own_refused(c, ERR_INPUT, store_open(c, c->mem, "mysql://x", STORE_WRITE, &s),
		    "the database is neither sqlite:PATH nor postgresql://…");
	own_refused(c, ERR_INPUT, store_open(c, c->mem, "sqlite:", STORE_WRITE, &s),
		    "sqlite: needs a path");
	own_refused(c, ERR_STORE,
		    store_open(c, c->mem, "sqlite:/nowhere/at/all.db", STORE_WRITE, &s),
		    "the data file cannot be read or written");
	own_refused(c, ERR_STORE,
		    store_open(c, c->mem, "postgresql://127.0.0.1:1/none", STORE_WRITE, &s),
		    "the database cannot be reached");
}

static enum err add_thirteen(struct ctx *c, void *arg)
{
	(void)arg;
	TRY(own_add(c, 12));
	return own_add(c, 13);
}

static enum err add_nul(struct ctx *c, void *arg)
{
	const struct store_value args[] = {
		{ .i = 1 }, { .s = { "a\0b", 3 } }, { .null = true }, { .null = true }
	};

	(void)arg;
	return store_run(c, &probe_add, args, NULL, NULL);
}

static enum err run_wrong(struct ctx *c, void *arg)
{
	struct store_rows rows;

	(void)arg;
	return store_run(c, &probe_wrong, NULL, NULL, &rows);
}

TEST(store, a_refused_statement_is_told_plainly_and_leaves_nothing)
{
	struct own own = own_open(c);

	enum err got = store_in_tx(c, add_thirteen, NULL);
	WANT(strstr(str_c(c->mem, c->refusal.said), "probe_add") != NULL);
	own_refused(c, ERR_STORE, got, "the data does not allow this");
	own_refused(c, ERR_INPUT, store_in_tx(c, add_nul, NULL),
		    "a text is not UTF-8 or has a NUL inside");
	own_refused(c, ERR_STORE, store_in_tx(c, run_wrong, NULL),
		    "the data is not as this program knows it");
	WANT_I64(0, own_count(c));
	WANT(!store_in_txn(own.store));
	own_close(c, &own);
}

TEST(store, a_reader_sees_what_is_committed_and_writes_nothing)
{
	struct own own = own_open(c);
	struct store *reader = own_opened(c, own.url, STORE_READ);

	c->store = own.store;
	WANT_OK(store_begin(c));
	WANT_OK(own_add(c, 1));
	c->store = reader;
	WANT_I64(0, own_count(c));
	c->store = own.store;
	WANT_OK(store_commit(c));
	c->store = reader;
	WANT_I64(1, own_count(c));
	own_refused(c, ERR_STORE, own_add(c, 2), "the data is only read here");
	store_close(&reader);
	own_close(c, &own);
}

TEST(store, a_savepoint_takes_back_what_came_after_it)
{
	struct own own = own_open(c);

	WANT_OK(store_begin(c));
	WANT_OK(store_save(c, 0));
	WANT_OK(own_add(c, 1));
	WANT_OK(store_save(c, 1));
	WANT_I64(ERR_STORE, own_add(c, 13));
	c->refusal = (struct refusal){ 0 };
	store_back_to(c, 1);
	WANT_OK(store_release(c, 1));
	WANT_OK(own_add(c, 2));
	WANT_OK(store_release(c, 0));
	WANT_OK(store_save(c, 0));
	WANT_OK(own_add(c, 3));
	store_back_to(c, 0);
	WANT_OK(store_release(c, 0));
	WANT_OK(store_commit(c));
	WANT_I64(2, own_count(c));
	own_close(c, &own);
}

static enum err add_many(struct ctx *c, void *arg)
{
	(void)arg;
	for (int64_t id = 0; id < 700; id++)
		TRY(own_add(c, id == 13 ? 5000 : id));
	return OK;
}

TEST(store, many_rows_come_in_order_and_changes_are_counted)
{
	struct own own = own_open(c);
	const struct store_value args[] = { { .i = 689 } };
	struct store_rows rows;
	int64_t changed;

	WANT_OK(store_in_tx(c, add_many, NULL));
	WANT_OK(store_begin(c));
	WANT_OK(store_run(c, &probe_list, NULL, NULL, &rows));
	WANT_I64(700, (int64_t)rows.count);
	for (size_t k = 1; k < rows.count; k++)
		WANT(rows.value[k].i > rows.value[k - 1].i);
	WANT_OK(store_run(c, &probe_shift, args, &changed, NULL));
	WANT_I64(11, changed);
	WANT_OK(store_run(c, &probe_shift, (struct store_value[]){ { .i = 99999 } }, &changed,
			  NULL));
	WANT_I64(0, changed);
	store_rollback(c);
	own_close(c, &own);
}

TEST(store, a_connection_outlives_a_reset_of_the_memory_it_was_opened_with)
{
	struct own own = own_open(c);
	struct arena_mark mark = arena_mark(c->mem);

	WANT_I64(0, own_count(c));
	arena_reset(c->mem, mark);
	memset(arena_take(c->mem, 4096), 0xEE, 4096);
	WANT_I64(0, own_count(c));
	own_close(c, &own);
}

TEST(store, every_statement_of_the_house_prepares_on_this_engine)
{
	WANT_OK(store_prepare_all(c));
}

/* --- one text, two engines --- */

static void want_text(struct ctx *c, const char *wanted, const char *sql, bool lite, bool types)
{
	WANT_STR(str_of(wanted), str_of(store_text(c->mem, sql, lite, types)));
}

PLAIN_TEST(store, one_text_becomes_each_engines_own)
{
	const char *table =
		"CREATE TABLE t(a BIGINT, b BYTEA, c DOUBLE PRECISION, d TEXT "
		"CHECK (d <> 'BIGINT; ''x')) /*lite: WITHOUT ROWID*/;CREATE INDEX i ON t(a);";

	want_text(c, "SELECT 1  OFFSET 0", "SELECT 1 /*pg: OFFSET 0 */", false, false);
	want_text(c, "SELECT 1  ", "SELECT 1 /*pg: OFFSET 0 */", true, false);
	want_text(c, "SELECT ' /*pg: x*/ -- ' BIGINT", "SELECT ' /*pg: x*/ -- ' BIGINT", true,
		  false);
	want_text(c,
		  "CREATE TABLE t(a INTEGER, b BLOB, c REAL , d TEXT CHECK (d <> 'BIGINT; ''x')) "
		  " WITHOUT ROWID, STRICT;CREATE INDEX i ON t(a);",
		  table, true, true);
	want_text(c,
		  "CREATE TABLE t(a BIGINT, b BYTEA, c DOUBLE PRECISION, d TEXT CHECK (d <> "
		  "'BIGINT; ''x'))  ;CREATE INDEX i ON t(a);",
		  table, false, true);
	want_text(c, "CREATE TABLE t(a INTEGER  \n) STRICT;",
		  "CREATE TABLE t(a BIGINT -- the key; BIGINT\n);", true, true);
}

PLAIN_TEST(store, the_schema_is_applied_once)
{
	int applied, steps = 0;

	while (store_steps[steps].name != NULL)
		steps++;
	struct store *s = own_opened(c, own_url(c), STORE_WRITE);
	WANT_OK(store_migrate(c, &applied));
	WANT_I64(steps, applied);
	WANT_OK(store_migrate(c, &applied));
	WANT_I64(0, applied);
	WANT_OK(store_prepare_all(c));
	store_close(&s);
	c->store = NULL;
}

TEST(store, data_of_this_program_needs_no_step)
{
	int applied;

	WANT_OK(store_migrate(c, &applied));
	WANT_I64(0, applied);
}

STMT(step_of_tomorrow, "INSERT INTO schema_step(name, at_us) VALUES ('9999_tomorrow', 1)", "", "",
     STORE_NONE);

static enum err add_tomorrow(struct ctx *c, void *arg)
{
	(void)arg;
	return store_run(c, &step_of_tomorrow, NULL, NULL, NULL);
}

PLAIN_TEST(store, data_of_a_newer_program_is_refused)
{
	int applied;

	struct store *s = own_opened(c, own_url(c), STORE_WRITE);
	WANT_OK(store_migrate(c, &applied));
	WANT_OK(store_in_tx(c, add_tomorrow, NULL));
	own_refused(c, ERR_CONFLICT, store_migrate(c, &applied),
		    "the data was made by a newer program: it has the step 9999_tomorrow");
	store_close(&s);
	c->store = NULL;
}
