/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * floor: how many cycles a second SQLite alone can keep, with one fsync for each 64.
 *
 *   floor --data FOLDER [--seconds S] [--tasks N]
 *
 * A bare loop on the house's own schema and settings (WAL, synchronous=FULL), one thread, no HTTP,
 * no JSON, no rules: the rows below, by the plainest statements. What the product writes beyond
 * them, the sums of skill and the workers' cursors, is left out, so the floor is a little too fast.
 * Prints one JSON object. FOLDER must be on the disk that the server of the same run uses.
 *
 * For each cycle:   the next open task is looked up; task (taken); assignment (new); assignment
 *                   (submitted and approved); answer (new); task (filled); assignment (paid);
 *                   pay_line (new); work_history (new)
 * every third one:  result (new); task (judged), since three answers make a task
 * for each commit:  the tallies submitted, approved, judged, results, confidence, paid; the pace
 *                   of the project; the jobs quality.judge and pay.release put and removed
 * for each 512:     one batch of pay: three lines of project_entry, and for each of 64 workers a
 *                   parcel in project_outbox, two lines of account_entry, two of
 *                   account_balance, the parcel marked as arrived; the jobs of pay put and removed
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/base.h"
#include "os/os.h"
#include "store/store_in.h"

enum { BATCH = 64, PROJECT = 7, REDUNDANCY = 3, WORKERS = 64, PAID = 512 };

struct floor {
	struct clock *clock;
	sqlite3 *db;
	int64_t seconds, tasks;
	int64_t now;	 /* of the rows */
	int64_t batches; /* of pay */
};

enum {
	NEXT,
	TAKE,
	ACCEPT,
	SUBMIT,
	ANSWER,
	FILL,
	PAY,
	LINE,
	HISTORY,
	JUDGED,
	RESULT,
	TALLY,
	PACE,
	JOB_PUT,
	JOB_END,
	ENTRY,
	PARCEL,
	RECEIVED,
	BALANCE,
	ARRIVED,
	STATEMENTS,
};

#define ONE "WHERE project_id = 7 AND task_id = ?1 AND worker_id = ?2"

static const char *const text[STATEMENTS] = {
	[NEXT] = "SELECT id FROM task INDEXED BY task_open WHERE project_id = 7 AND gold = 0 "
		 "AND id >= ?1 AND open = 1 ORDER BY id LIMIT 1",
	[TAKE] = "UPDATE task SET taken = taken + 1, open = taken + filled + 1 < need "
		 "WHERE project_id = 7 AND id = ?1 AND taken + filled < need",
	[ACCEPT] = "INSERT INTO assignment VALUES "
		   "(7, ?1, ?2, 1, ?3, ?4 + 600000000, ?4, 0, 0, 0, 0, 0)",
	[SUBMIT] = "UPDATE assignment SET state = 3, submitted_us = ?4, active_ms = 900 " ONE
		   " AND epoch = ?3 AND state = 1",
	[ANSWER] = "INSERT INTO answer VALUES (7, ?1, ?2, '{\"label\":\"cat\"}')",
	[FILL] = "UPDATE task SET taken = taken - 1, filled = filled + 1, "
		 "stage = CASE WHEN filled + 1 >= need THEN 1 ELSE 0 END "
		 "WHERE project_id = 7 AND id = ?1 AND taken > 0",
	[PAY] = "UPDATE assignment SET paid = 1 " ONE " AND state = 3 AND paid = 0",
	[LINE] = "INSERT INTO pay_line VALUES (7, ?1, ?2, ?3, 5, 1, ?4)",
	[HISTORY] = "INSERT INTO work_history VALUES (?2, 7, ?1, 3, 5, 900, '', ?4)",
	[JUDGED] = "UPDATE task SET stage = 2 WHERE project_id = 7 AND id = ?1 AND stage = 1",
	[RESULT] =
		"INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, "
		"judged_us) VALUES (7, ?1, 'label', '\"cat\"', 1.0, 3, '', ?4)",
	[TALLY] = "INSERT INTO tally VALUES (7, 'tally' || ?1, 0, ?2) "
		  "ON CONFLICT DO UPDATE SET n = n + excluded.n",
	[PACE] = "INSERT INTO assignment_pace(project_id, median_ms, answers) VALUES (7, 900, 64) "
		 "ON CONFLICT DO UPDATE SET answers = answers + excluded.answers",
	[JOB_PUT] = "INSERT INTO job VALUES ('job' || ?1, 7, 0, 0, ?4, 0, 0, 0, 0, '')",
	[JOB_END] = "DELETE FROM job WHERE key = 7 AND kind = 'job' || ?1 AND part = 0",
	[ENTRY] = "INSERT INTO project_entry VALUES (7, 'pay:7:' || ?1, "
		  "CASE ?2 WHEN 0 THEN 'reserved' WHEN 1 THEN 'fee' ELSE 'sent' END, 512, ?4)",
	[PARCEL] = "INSERT INTO project_outbox VALUES (7, 'pay:7:' || ?1, ?2, 40, '', 0)",
	[RECEIVED] = "INSERT INTO account_entry VALUES (?2, 'pay:7:' || ?1, "
		     "CASE ?3 WHEN 0 THEN 'available' ELSE 'recv' END, 40, ?4)",
	[BALANCE] = "INSERT INTO account_balance VALUES (?2, "
		    "CASE ?3 WHEN 0 THEN 'available' ELSE 'recv' END, 40) "
		    "ON CONFLICT DO UPDATE SET balance_minor = balance_minor + 40",
	[ARRIVED] = "UPDATE project_outbox SET state = 1 "
		    "WHERE project_id = 7 AND transfer = 'pay:7:' || ?1 AND account_id = ?2",
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

static void run(const struct floor *f, sqlite3_stmt *s, int64_t one, int64_t two, int64_t three)
{
	const int64_t value[] = { one, two, three, f->now };
	int code;

	for (int i = 0; i < sqlite3_bind_parameter_count(s); i++)
		sqlite3_bind_int64(s, i + 1, value[i]);
	do
		code = sqlite3_step(s);
	while (code == SQLITE_ROW);
	if (code != SQLITE_DONE)
		stop(sqlite3_sql(s), f->db);
	sqlite3_reset(s);
}

static void change(const struct floor *f, sqlite3_stmt *s, int64_t one, int64_t two, int64_t three)
{
	run(f, s, one, two, three);
	if (sqlite3_changes64(f->db) != 1)
		stop(sqlite3_sql(s), NULL);
}

/* Answer n: by its worker, and what follows behind it. */
static void cycle(const struct floor *f, sqlite3_stmt *const *s, int64_t n)
{
	int64_t task = n / REDUNDANCY + 1, worker = (INT64_C(1) << 58) + n % WORKERS;

	run(f, s[NEXT], task, 0, 0);
	change(f, s[TAKE], task, 0, 0);
	change(f, s[ACCEPT], task, worker, n + 1);
	change(f, s[SUBMIT], task, worker, n + 1);
	change(f, s[ANSWER], task, worker, 0);
	change(f, s[FILL], task, 0, 0);
	change(f, s[PAY], task, worker, 0);
	change(f, s[LINE], task, worker, 1 + n / PAID);
	change(f, s[HISTORY], task, worker, 0);
	if (n % REDUNDANCY < REDUNDANCY - 1)
		return;
	change(f, s[JUDGED], task, 0, 0);
	change(f, s[RESULT], task, 0, 0);
}

static void jobs(const struct floor *f, sqlite3_stmt *const *s, int from, int upto)
{
	for (int i = from; i < upto; i++) {
		change(f, s[JOB_PUT], i, 0, 0);
		change(f, s[JOB_END], i, 0, 0);
	}
}

static void pay(struct floor *f, sqlite3_stmt *const *s)
{
	int64_t batch = ++f->batches;

	for (int i = 0; i < 3; i++)
		change(f, s[ENTRY], batch, i, 0);
	for (int64_t w = 0; w < WORKERS; w++) {
		int64_t worker = (INT64_C(1) << 58) + w;

		change(f, s[PARCEL], batch, worker, 0);
		for (int i = 0; i < 2; i++) {
			change(f, s[RECEIVED], batch, worker, i);
			change(f, s[BALANCE], batch, worker, i);
		}
		change(f, s[ARRIVED], batch, worker, 0);
	}
	jobs(f, s, 2, 6);
}

static void commit(struct floor *f, sqlite3_stmt *const *s, int64_t n)
{
	do_sql(f->db, "BEGIN IMMEDIATE");
	for (int i = 0; i < BATCH; i++)
		cycle(f, s, n + i);
	for (int i = 0; i < 6; i++)
		change(f, s[TALLY], i, BATCH, 0);
	change(f, s[PACE], 0, 0, 0);
	jobs(f, s, 0, 2);
	if ((n + BATCH) % PAID == 0)
		pay(f, s);
	do_sql(f->db, "COMMIT");
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

static void measure(struct floor *f)
{
	sqlite3_stmt *s[STATEMENTS];

	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(f->db, text[i], -1, SQLITE_PREPARE_PERSISTENT, &s[i],
				       NULL) != SQLITE_OK)
			stop(text[i], f->db);

	int64_t n = 0, commits = 0, start = clock_steady_us(f->clock), now = start;
	while (now - start < f->seconds * USEC_SECOND && n + BATCH < f->tasks * REDUNDANCY) {
		f->now = clock_now(f->clock).us;
		commit(f, s, n);
		n += BATCH;
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
	measure(&f);
	arena_free(mem);
	return 0;
}
