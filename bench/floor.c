/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * floor: how many cycles a second the database alone can keep, with one fsync for each 64.
 *
 *   floor --data FOLDER [--seconds S] [--tasks N]
 *
 * A bare loop over SQLite on the house's own schema and settings (WAL, synchronous=FULL), one
 * thread, no HTTP, no JSON, no rules: for each cycle the rows that accept, submit, judging,
 * approval and pay write for one answer, by the same statements. Prints one JSON object. FOLDER
 * must be on the disk that the server of the same run uses.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/base.h"
#include "os/os.h"
#include "store/store_in.h"

enum { BATCH = 64, PROJECT = 7, REDUNDANCY = 3, WORKERS = 64 };

struct floor {
	struct clock *clock;
	sqlite3 *db;
	int64_t seconds, tasks;
};

_Noreturn static void stop(const char *why, sqlite3 *db)
{
	fprintf(stderr, "floor: %s%s%s\n", why, db ? ": " : "", db ? sqlite3_errmsg(db) : "");
	exit(2);
}

static void do_sql(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		stop(sql, db);
}

/* A statement of the house by its name. */
static sqlite3_stmt *house(struct arena *mem, sqlite3 *db, const char *name)
{
	sqlite3_stmt *out;

	for (int i = 0; store_statements[i] != NULL; i++) {
		if (strcmp(store_statements[i]->name, name) != 0)
			continue;
		const char *sql = store_text(mem, store_statements[i]->sql, true, false);
		if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &out, NULL) !=
		    SQLITE_OK)
			stop(name, db);
		return out;
	}
	stop(name, NULL);
}

/* Bind whole numbers in the order $1, $2 …; texts are bound before. */
static void run(sqlite3_stmt *s, int count, const int64_t *value)
{
	static const char *const name[] = { "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8" };
	int code;

	for (int i = 0; i < count; i++) {
		int at = sqlite3_bind_parameter_index(s, name[i]);
		if (at > 0 && value[i] != INT64_MIN)
			sqlite3_bind_int64(s, at, value[i]);
	}
	do
		code = sqlite3_step(s);
	while (code == SQLITE_ROW);
	if (code != SQLITE_DONE)
		stop(sqlite3_sql(s), sqlite3_db_handle(s));
	sqlite3_reset(s);
}

static void text(sqlite3_stmt *s, const char *name, const char *value)
{
	sqlite3_bind_text(s, sqlite3_bind_parameter_index(s, name), value, -1, SQLITE_STATIC);
}

#define RUN(s, ...)                                                           \
	run((s), (int)(sizeof((int64_t[]){ __VA_ARGS__ }) / sizeof(int64_t)), \
	    (int64_t[]){ __VA_ARGS__ })
#define KEPT INT64_MIN /* bound before */

struct rows {
	sqlite3_stmt *next, *claim_more, *claim_any, *accept, *submit, *answer, *undraft;
	sqlite3_stmt *fill_more, *fill_last;
	sqlite3_stmt *approve, *paid, *line, *history, *judged, *result;
};

static struct rows prepare(struct arena *mem, sqlite3 *db)
{
	struct rows r = {
		.next = house(mem, db, "task_next_row"),
		.claim_more = house(mem, db, "task_claim_more"),
		.claim_any = house(mem, db, "task_claim_any"),
		.accept = house(mem, db, "assignment_add"),
		.submit = house(mem, db, "assignment_submit_set"),
		.answer = house(mem, db, "answer_add"),
		.undraft = house(mem, db, "draft_drop"),
		.fill_more = house(mem, db, "task_fill_more"),
		.fill_last = house(mem, db, "task_fill_last"),
		.approve = house(mem, db, "assignment_decide"),
		.paid = house(mem, db, "assignment_paid_set"),
		.line = house(mem, db, "pay_line_add"),
		.history = house(mem, db, "pay_history_put"),
		.judged = house(mem, db, "task_judged_set"),
		.result = house(mem, db, "result_put"),
	};

	text(r.answer, "$4", "{\"label\":\"cat\"}");
	text(r.history, "$7", "");
	text(r.result, "$3", "label");
	text(r.result, "$4", "\"cat\"");
	text(r.result, "$7", "");
	return r;
}

/* What one answer writes: by its worker, and behind him. */
static void cycle(const struct rows *r, int64_t n, int64_t now)
{
	int64_t task = n / REDUNDANCY + 1, worker = 1000 + n % WORKERS;
	bool last = n % REDUNDANCY == REDUNDANCY - 1;

	RUN(r->next, PROJECT, 0, task - 1);
	RUN(last ? r->claim_any : r->claim_more, PROJECT, task);
	RUN(r->accept, PROJECT, task, worker, n + 1, now + 600000000, now);
	RUN(r->submit, PROJECT, task, worker, n + 1, 1, now, 900);
	RUN(r->answer, PROJECT, task, worker, KEPT);
	RUN(r->undraft, PROJECT, task, worker);
	RUN(last ? r->fill_last : r->fill_more, PROJECT, task);
	RUN(r->approve, PROJECT, task, worker, 3);
	RUN(r->paid, PROJECT, task, worker);
	RUN(r->line, PROJECT, task, worker, 1 + n / 500, 5, 1, now);
	RUN(r->history, worker, PROJECT, task, 3, 5, 900, KEPT, now);
	if (!last)
		return;
	RUN(r->judged, PROJECT, task);
	sqlite3_bind_double(r->result, sqlite3_bind_parameter_index(r->result, "$5"), 1.0);
	RUN(r->result, PROJECT, task, KEPT, KEPT, KEPT, REDUNDANCY, KEPT, now);
}

/* The house's schema, then tasks with three places each. */
static void make_site(struct floor *f, struct arena *mem, const char *folder)
{
	const char *path = str_c(mem, str_format(mem, "%s/floor.db", folder));
	const char *url = str_c(mem, str_format(mem, "sqlite:%s", path));
	struct ctx c = { .mem = mem, .dice = dice_real(mem), .now = clock_now(f->clock) };
	char sql[400];
	int applied;

	if (store_open(&c, mem, url, STORE_WRITE, &c.store) != OK ||
	    store_migrate(&c, &applied) != OK)
		stop("the schema cannot be made", NULL);
	store_close(&c.store);
	if (sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		stop("the database cannot be opened", f->db);
	do_sql(f->db,
	       "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=10000;"
	       "PRAGMA cache_size=-65536");
	snprintf(sql, sizeof(sql),
		 "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %lld) "
		 "INSERT INTO task(project_id, id, cap, need, open, gold) "
		 "SELECT %d, i, %d, %d, 1, 0 FROM n",
		 (long long)f->tasks, PROJECT, REDUNDANCY, REDUNDANCY);
	do_sql(f->db, sql);
	do_sql(f->db, "PRAGMA wal_checkpoint(TRUNCATE)");
}

static void measure(struct floor *f, struct arena *mem)
{
	struct rows rows = prepare(mem, f->db);
	int64_t n = 0, commits = 0, start = clock_steady_us(f->clock), now = start;

	while (now - start < f->seconds * USEC_SECOND && n + BATCH < f->tasks * REDUNDANCY) {
		usec wall = clock_now(f->clock);

		do_sql(f->db, "BEGIN IMMEDIATE");
		for (int i = 0; i < BATCH; i++)
			cycle(&rows, n++, wall.us);
		do_sql(f->db, "COMMIT");
		commits++;
		now = clock_steady_us(f->clock);
	}
	printf("{\"cycles\":%lld,\"commits\":%lld,\"cycles_per_s\":%.0f}\n", (long long)n,
	       (long long)commits, (double)n * 1e6 / (double)(now - start));
}

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct floor f = { .clock = clock_real(mem), .seconds = 5, .tasks = 100000 };
	const char *folder = NULL;

	for (int i = 1; i + 1 < count; i += 2) {
		int64_t *to = strcmp(word[i], "--seconds") == 0 ? &f.seconds :
			      strcmp(word[i], "--tasks") == 0	? &f.tasks :
								  NULL;
		if (strcmp(word[i], "--data") == 0)
			folder = word[i + 1];
		else if (to == NULL || !num_i64(str_of(word[i + 1]), 1, 100000000, to))
			stop("the options are --data FOLDER --seconds S --tasks N", NULL);
	}
	if (folder == NULL)
		stop("--data FOLDER is needed", NULL);
	make_site(&f, mem, folder);
	measure(&f, mem);
	sqlite3_close(f.db);
	arena_free(mem);
	return 0;
}
