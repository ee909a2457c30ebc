/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * One statement for many rows, on both engines, with the array texts that mksql makes of such
 * statements; and the writer's log, whose pieces must come out whole whatever their size.
 */
#include "store/store_in.h"
#include "tests/test.h"

#include <stdlib.h>

#define PLAIN(name, sql)                                             \
	static const struct store_stmt name = {                      \
		#name, sql, "", "", STORE_NONE, "local", 0, NULL, "" \
	}

PLAIN(each_drop, "DROP TABLE IF EXISTS each_probe");
PLAIN(each_make,
      "CREATE TABLE each_probe(id BIGINT NOT NULL PRIMARY KEY, word TEXT, n BIGINT NOT NULL)");

#define ROWS(list, columns) "unnest(" list ") WITH ORDINALITY AS b_(" columns ", n_)"

static const struct store_stmt each_add = {
	"each_add",
	"INSERT INTO each_probe(id, word, n) VALUES ($2, $3, $1) ON CONFLICT DO NOTHING",
	"iit",
	"",
	STORE_CHANGED,
	"local",
	1,
	"INSERT INTO each_probe(id, word, n) SELECT b_.p2, b_.p3, $1 FROM " ROWS(
		"$2, $3", "p2, p3") "\n"
				    "ON CONFLICT DO NOTHING\nRETURNING id, word",
	"\2\3",
};
static const struct store_stmt each_grow = {
	"each_grow",
	"UPDATE each_probe SET n = n + $3 WHERE id = $2 AND n < $1",
	"iii",
	"",
	STORE_CHANGED,
	"local",
	1,
	"UPDATE each_probe SET n = n + b_.p3 FROM " ROWS(
		"$2, $3", "p2, p3") "\n"
				    "WHERE id = b_.p2 AND n < $1\nRETURNING b_.n_",
	"",
};
static const struct store_stmt each_get = {
	"each_get",
	"SELECT n, word FROM each_probe WHERE id = $1",
	"i",
	"it",
	STORE_MAYBE,
	"local",
	0,
	"SELECT b_.n_, r_.* FROM " ROWS(
		"$1", "p1") " CROSS JOIN LATERAL (\n"
			    "SELECT n, word FROM each_probe WHERE id = b_.p1\n) AS r_",
	"",
};
static const struct store_stmt each_remove = {
	"each_remove",
	"DELETE FROM each_probe WHERE id = $1",
	"i",
	"",
	STORE_CHANGED,
	"local",
	0,
	"DELETE FROM each_probe USING " ROWS("$1", "p1") "\nWHERE id = b_.p1\nRETURNING b_.n_",
	"",
};

static void make(struct ctx *c)
{
	WANT_OK(store_run(c, &each_drop, NULL, NULL, NULL));
	WANT_OK(store_run(c, &each_make, NULL, NULL, NULL));
}

/* Rows 1, 2, 3 with the words a, none, ö; row 2 comes twice. */
static void add_some(struct ctx *c, bool hit[4])
{
	const struct store_value shared[] = { { .i = 10 } };
	const struct store_value each[] = { { .i = 1 }, { .s = S("a") },
					    { .i = 2 }, { .null = true },
					    { .i = 2 }, { .s = S("twice") },
					    { .i = 3 }, { .s = S("\xC3\xB6") } };

	WANT_OK(store_run_each(c, &each_add, shared, each, 4, hit, NULL));
}

TEST(each, of_many_inserts_those_that_meet_a_key_are_told)
{
	bool hit[4];

	make(c);
	add_some(c, hit);
	WANT(hit[0] && hit[3]);
	WANT(hit[1] != hit[2]); /* which of the two is the engine's to say */
	add_some(c, hit);
	for (int i = 0; i < 4; i++)
		WANT(!hit[i]);
}

TEST(each, of_many_changes_those_that_their_guard_lets_through_are_told)
{
	const struct store_value shared[] = { { .i = 11 } };
	const struct store_value each[] = { { .i = 1 }, { .i = 5 }, { .i = 9 },
					    { .i = 5 }, { .i = 3 }, { .i = -1 } };
	bool hit[4];

	make(c);
	add_some(c, hit);
	WANT_OK(store_run_each(c, &each_grow, shared, each, 3, hit, NULL));
	WANT(hit[0] && !hit[1] && hit[2]);
	WANT_OK(store_run_each(c, &each_grow, shared, each, 3, hit, NULL));
	WANT(!hit[0] && !hit[1] && hit[2]);
}

TEST(each, many_are_looked_up_and_removed_each_by_its_own_key)
{
	const struct store_value each[] = { { .i = 3 }, { .i = 7 }, { .i = 1 } };
	struct store_value found[6] = { { 0 } };
	bool hit[4];

	make(c);
	add_some(c, hit);
	WANT_OK(store_run_each(c, &each_get, NULL, each, 3, hit, found));
	WANT(hit[0] && !hit[1] && hit[2]);
	WANT_I64(10, found[0].i);
	WANT_STR(S("\xC3\xB6"), found[1].s);
	WANT_STR(S("a"), found[5].s);
	WANT_OK(store_run_each(c, &each_remove, NULL, each, 3, hit, NULL));
	WANT(hit[0] && !hit[1] && hit[2]);
	WANT_OK(store_run_each(c, &each_get, NULL, each, 3, hit, found));
	WANT(!hit[0] && !hit[2]);
}

TEST(each, one_row_and_none_are_many_as_well)
{
	const struct store_value each[] = { { .i = 2 } };
	struct store_value found[2] = { { 0 } };
	bool hit[4] = { true, false, false, false };

	make(c);
	WANT_OK(store_run_each(c, &each_get, NULL, each, 0, hit, found));
	WANT_OK(store_run_each(c, &each_get, NULL, each, 1, hit, found));
	WANT(!hit[0]);
	add_some(c, hit);
	WANT_OK(store_run_each(c, &each_get, NULL, each, 1, hit, found));
	WANT(hit[0]);
	WANT_I64(10, found[0].i);
}

TEST(each, a_text_that_is_none_refuses_them_all)
{
	const struct store_value shared[] = { { .i = 1 } };
	const struct store_value each[] = {
		{ .i = 1 }, { .s = S("a") }, { .i = 2 }, { .s = S("\xFF") }
	};
	bool hit[2];

	make(c);
	WANT_ERR(ERR_INPUT, store_run_each(c, &each_add, shared, each, 2, hit, NULL));
}

/* --- the writer's log --- */

struct piece {
	struct ctx ctx;
	struct store_task task;
	struct os_lock *lock;
	int64_t from, bytes; /* so many rows of a thousand bytes, numbered from there on */
	enum err err;
	bool done;
};

static enum err piece_run(struct ctx *c, void *arg)
{
	const struct piece *p = arg;
	const struct store_value shared[] = { { .i = 1 } };
	char word[1000];
	bool hit;

	memset(word, 'x', sizeof(word));
	for (int64_t i = 0; i < p->bytes; i += (int64_t)sizeof(word)) {
		const struct store_value row[] = { { .i = p->from + i },
						   { .s = { word, sizeof(word) } } };

		TRY(store_run_each(c, &each_add, shared, row, 1, &hit, NULL));
	}
	return OK;
}

static void piece_done(struct store_task *task, enum err err)
{
	struct piece *p = task->arg;

	os_lock_take(p->lock);
	p->err = err;
	p->done = true;
	os_lock_wake_all(p->lock);
	os_lock_give(p->lock);
}

static enum err write_piece(struct ctx *c, struct store_writer *w, int64_t from, int64_t bytes)
{
	struct piece p = { .lock = os_lock_new(c->mem), .from = from, .bytes = bytes };

	p.ctx = (struct ctx){ .mem = c->mem, .dice = c->dice };
	p.task = (struct store_task){
		.ctx = &p.ctx, .run = piece_run, .done = piece_done, .arg = &p
	};
	TRY(store_writer_post(w, &p.task));
	os_lock_take(p.lock);
	while (!p.done)
		os_lock_wait(p.lock, -1);
	os_lock_give(p.lock);
	return p.err;
}

static enum err make_tx(struct ctx *c, void *arg)
{
	(void)arg;
	make(c);
	return OK;
}

/* Smaller, as large as, and much larger than what is gathered, one after the other. */
TEST(each, a_commit_of_any_size_is_whole_for_another_connection)
{
	static const int64_t sizes[] = { 1000, 90000, 200000, 3000000, 1000 };
	const char *url = str_c(c->mem, str_format(c->mem, "sqlite:%s/log.db", c->data));
	struct store *home = c->store, *other;
	struct store_writer *w;
	struct store_rows rows;
	int64_t from = 0;
	static const struct store_stmt sum = {
		"each_sum", "SELECT CAST(SUM(length(word)) AS BIGINT) FROM each_probe",
		"",	    "i",
		STORE_ONE,  "local",
		0,	    NULL,
		""
	};

	if (!test_on_lite())
		return;
	WANT_OK(store_open(c, c->mem, url, STORE_WRITE, &c->store));
	WANT_OK(store_in_tx(c, make_tx, NULL));
	store_close(&c->store);
	WANT_OK(store_writer_start(c, c->mem,
				   (struct store_writer_options){ .url = url,
								  .clock = clock_real(c->mem),
								  .dice = c->dice },
				   &w));
	WANT_OK(store_open(c, c->mem, url, STORE_READ, &other));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		WANT_OK(write_piece(c, w, from, sizes[i]));
		from += sizes[i];
		c->store = other;
		WANT_OK(store_run(c, &sum, NULL, NULL, &rows));
		WANT_I64(from, rows.value[0].i);
	}
	store_writer_stop(w);
	store_close(&other);
	c->store = home;
}
