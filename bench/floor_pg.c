/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * floor_pg: how many cycles a second PostgreSQL alone can keep, with one fsync for each 64.
 *
 *   floor_pg --database URL [--seconds S] [--tasks N]
 *
 * Two connections, each with a project of its own, so that nobody waits for a lock. A transaction
 * holds 64 cycles and is sent whole, as one pipeline: BEGIN, then one statement for each kind
 * of row that takes the 64 as arrays (unnest), then COMMIT. No HTTP, no JSON, no rules. The rows
 * are those of bench/floor.c, on the house's own schema; see there. URL names an empty database of
 * a server with fsync. Prints one JSON object.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/base.h"
#include "os/os.h"
#include "store/store.h"

enum { BATCH = 64, REDUNDANCY = 3, WORKERS = 64, PAID = 512, CONNECTIONS = 2, PARAMS = 5 };
enum { INT8 = 20, INT8_LIST = 1016, LIST_BYTES = BATCH * 24 };

struct floor {
	struct clock *clock;
	const char *url;
	int64_t seconds, tasks;
};

struct line {
	const struct floor *f;
	struct os_thread *thread;
	int64_t project, cycles, commits, took_us;
};

#define EACH "unnest($2::bigint[], $3::bigint[]) AS u(task, worker)"
#define TASKS "(SELECT u AS task, count(*) AS n FROM unnest($2::bigint[]) AS u GROUP BY u) AS u"
#define FULL "(SELECT DISTINCT u AS task FROM unnest($2::bigint[]) AS u WHERE u <= $5) AS u"
#define HIS "WHERE a.project_id = $1 AND a.task_id = u.task AND a.worker_id = u.worker"
#define WORKER_LIST "generate_series((1::bigint << 58), (1::bigint << 58) + 63) AS w"
#define BOTH "(VALUES ('available', 40), ('recv', -40)) AS v(sub, amount)"

/* $1 project, $2 tasks, $3 workers, $4 now, $5: of cycles the last full task, of pay the batch. */
static const char *const of_cycles[] = {
	"BEGIN",
	"SELECT id FROM task WHERE project_id = $1 AND gold = 0 AND open = 1 ORDER BY id LIMIT 22",
	"UPDATE task AS t SET taken = taken + n, "
	"open = CASE WHEN taken + filled + n < need THEN 1 ELSE 0 END FROM " TASKS
	" WHERE t.project_id = $1 AND t.id = u.task AND taken + filled + n <= need",
	"INSERT INTO assignment SELECT $1, task, worker, 1, 7, $4 + 600000000, $4, 0, 0, 0, 0, 0 "
	"FROM " EACH,
	"UPDATE assignment AS a SET state = 3, submitted_us = $4, active_ms = 900 FROM " EACH
	" " HIS " AND epoch = 7 AND state = 1",
	"INSERT INTO answer SELECT $1, task, worker, '{\"label\":\"cat\"}' FROM " EACH,
	"UPDATE task AS t SET taken = taken - n, filled = filled + n, "
	"stage = CASE WHEN filled + n >= need THEN 1 ELSE 0 END FROM " TASKS
	" WHERE t.project_id = $1 AND t.id = u.task AND taken >= n",
	"UPDATE assignment AS a SET paid = 1 FROM " EACH " " HIS " AND state = 3 AND paid = 0",
	"INSERT INTO pay_line SELECT $1, task, worker, 1 + (3 * task) / 512, 5, 1, $4 FROM " EACH,
	"INSERT INTO work_history SELECT worker, $1, task, 3, 5, 900, '', $4 FROM " EACH,
	"UPDATE task AS t SET stage = 2 FROM " FULL
	" WHERE t.project_id = $1 AND t.id = u.task AND stage = 1",
	"INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, "
	"judged_us) "
	"SELECT $1, task, 'label', '\"cat\"', 1.0, 3, '', $4 FROM " FULL " ON CONFLICT DO NOTHING",
	"INSERT INTO tally SELECT $1, 'tally' || k, 0, 64 FROM generate_series(0, 5) AS k "
	"ON CONFLICT (key, name, part) DO UPDATE SET n = tally.n + excluded.n",
	"INSERT INTO assignment_pace(project_id, median_ms, answers) VALUES ($1, 900, 64) "
	"ON CONFLICT (project_id) "
	"DO UPDATE SET answers = assignment_pace.answers + excluded.answers",
	"INSERT INTO job SELECT 'job' || k, $1, 0, 0, $4, 0, 0, 0, 0, '' "
	"FROM generate_series(0, 1) AS k",
	"DELETE FROM job WHERE key = $1 AND kind IN ('job0', 'job1')",
	"COMMIT",
};

/* Ahead of the COMMIT of every eighth. */
static const char *const of_pay[] = {
	"INSERT INTO project_entry SELECT $1, 'pay:7:' || $5, s, 512, $4 "
	"FROM unnest(ARRAY['reserved', 'fee', 'sent']) AS s",
	"INSERT INTO project_outbox SELECT $1, 'pay:7:' || $5, w, 40, '', 0 FROM " WORKER_LIST,
	"INSERT INTO account_entry SELECT w, 'pay:' || $1 || ':' || $5, sub, amount, $4 "
	"FROM " WORKER_LIST ", " BOTH,
	"INSERT INTO account_balance SELECT w + 64 * $1, sub, amount FROM " WORKER_LIST ", " BOTH
	" ON CONFLICT (account_id, sub) DO UPDATE "
	"SET balance_minor = account_balance.balance_minor + excluded.balance_minor",
	"UPDATE project_outbox SET state = 1 WHERE project_id = $1 AND transfer = 'pay:7:' || $5",
	"INSERT INTO job SELECT 'job' || k, $1, 0, 0, $4, 0, 0, 0, 0, '' "
	"FROM generate_series(2, 5) AS k",
	"DELETE FROM job WHERE key = $1 AND kind IN ('job2', 'job3', 'job4', 'job5')",
};

enum {
	CYCLE_STATEMENTS = sizeof(of_cycles) / sizeof(*of_cycles),
	PAY_STATEMENTS = sizeof(of_pay) / sizeof(*of_pay)
};

_Noreturn static void stop(const char *why, PGconn *db)
{
	fprintf(stderr, "floor_pg: %s%s%s\n", why, db ? ": " : "", db ? PQerrorMessage(db) : "");
	exit(2);
}

static void do_sql(PGconn *db, const char *sql)
{
	PGresult *result = PQexec(db, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		stop(sql, db);
	PQclear(result);
}

static PGconn *connect_one(const char *url)
{
	static const Oid type[PARAMS] = { INT8, INT8_LIST, INT8_LIST, INT8, INT8 };
	PGconn *db = PQconnectdb(url);
	char name[24];

	if (PQstatus(db) != CONNECTION_OK)
		stop("the server cannot be reached", db);
	/* Plans are made while the tables are empty. */
	do_sql(db, "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"
		   "SET enable_hashjoin = off; SET enable_mergejoin = off");
	for (int i = 0; i < CYCLE_STATEMENTS + PAY_STATEMENTS; i++) {
		const char *text =
			i < CYCLE_STATEMENTS ? of_cycles[i] : of_pay[i - CYCLE_STATEMENTS];

		snprintf(name, sizeof(name), "s%d", i);
		PGresult *result = PQprepare(db, name, text, PARAMS, type);
		if (PQresultStatus(result) != PGRES_COMMAND_OK)
			stop(text, db);
		PQclear(result);
	}
	return db;
}

/* --- one transaction --- */

static void send_one(PGconn *db, int i, const char *const *param)
{
	char name[24];

	snprintf(name, sizeof(name), "s%d", i);
	if (PQsendQueryPrepared(db, name, PARAMS, param, NULL, NULL, 0) != 1)
		stop("a statement is not taken", db);
}

static void take_results(PGconn *db, int count)
{
	if (PQpipelineSync(db) != 1)
		stop("the pipeline is not taken", db);
	for (int i = 0; i < count; i++) {
		PGresult *result = PQgetResult(db);
		ExecStatusType status = PQresultStatus(result);

		if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
			stop("a statement does not run", db);
		PQclear(result);
		if (PQgetResult(db) != NULL)
			stop("a statement has two results", db);
	}
	PGresult *result = PQgetResult(db);
	if (PQresultStatus(result) != PGRES_PIPELINE_SYNC)
		stop("the pipeline does not end", db);
	PQclear(result);
}

static void commit(struct line *line, PGconn *db)
{
	char project[24], now[24], number[24], tasks[LIST_BYTES], workers[LIST_BYTES];
	const char *const param[] = { project, tasks, workers, now, number };
	int64_t n = line->cycles;
	int at = 0, to = 0, sent = CYCLE_STATEMENTS;

	for (int i = 0; i < BATCH; i++, n++) {
		char mark = i == 0 ? '{' : ',';

		at += snprintf(tasks + at, LIST_BYTES - (size_t)at, "%c%lld", mark,
			       (long long)(n / REDUNDANCY + 1));
		to += snprintf(workers + to, LIST_BYTES - (size_t)to, "%c%lld", mark,
			       (long long)((INT64_C(1) << 58) + n % WORKERS));
	}
	snprintf(tasks + at, LIST_BYTES - (size_t)at, "}");
	snprintf(workers + to, LIST_BYTES - (size_t)to, "}");
	snprintf(project, sizeof(project), "%lld", (long long)line->project);
	snprintf(now, sizeof(now), "%lld", (long long)clock_now(line->f->clock).us);
	snprintf(number, sizeof(number), "%lld", (long long)(n / REDUNDANCY));
	for (int i = 0; i < CYCLE_STATEMENTS - 1; i++)
		send_one(db, i, param);
	if (n % PAID == 0) {
		snprintf(number, sizeof(number), "%lld", (long long)(n / PAID));
		for (int i = 0; i < PAY_STATEMENTS; i++)
			send_one(db, CYCLE_STATEMENTS + i, param);
		sent += PAY_STATEMENTS;
	}
	send_one(db, CYCLE_STATEMENTS - 1, param);
	take_results(db, sent);
	line->cycles = n;
	line->commits++;
}

static void run_line(void *arg)
{
	struct line *line = arg;
	const struct floor *f = line->f;
	PGconn *db = connect_one(f->url);
	int64_t start = clock_steady_us(f->clock);

	if (PQenterPipelineMode(db) != 1)
		stop("there are no pipelines", db);
	while (clock_steady_us(f->clock) - start < f->seconds * USEC_SECOND &&
	       line->cycles + BATCH < f->tasks * REDUNDANCY)
		commit(line, db);
	line->took_us = clock_steady_us(f->clock) - start;
	PQfinish(db);
}

/* Every answer of the last project has all its rows: else the floor is not one. */
static void must_be_whole(const char *url, int64_t cycles)
{
	static const char *const tables[] = { "assignment WHERE state = 3 AND paid = 1", "answer",
					      "pay_line", "work_history" };
	PGconn *db = PQconnectdb(url);
	char sql[200];

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		PGresult *result = PQexec(db, sql);
		if (PQresultStatus(result) != PGRES_TUPLES_OK ||
		    strtoll(PQgetvalue(result, 0, 0), NULL, 10) != cycles)
			stop(sql, db);
		PQclear(result);
	}
	PQfinish(db);
}

static void make_site(const struct floor *f, struct arena *mem)
{
	struct ctx c = { .mem = mem, .dice = dice_real(mem), .now = clock_now(f->clock) };
	PGconn *db = PQconnectdb(f->url);
	char sql[300];
	int applied;

	if (store_open(&c, mem, f->url, STORE_WRITE, &c.store) != OK ||
	    store_migrate(&c, &applied) != OK)
		stop("the schema cannot be made", NULL);
	store_close(&c.store);
	for (int k = 0; k < CONNECTIONS; k++) {
		snprintf(sql, sizeof(sql),
			 "INSERT INTO task(project_id, id, cap, need, open, gold) "
			 "SELECT %d, i, %d, %d, 1, 0 FROM generate_series(1, %lld) AS i",
			 k + 1, REDUNDANCY, REDUNDANCY, (long long)f->tasks);
		do_sql(db, sql);
	}
	do_sql(db, "ANALYZE task");
	do_sql(db, "CHECKPOINT");
	PQfinish(db);
}

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct floor f = { .clock = clock_real(mem), .seconds = 5, .tasks = 100000 };
	struct line line[CONNECTIONS];
	int64_t cycles = 0, commits = 0, took = 0;

	for (int i = 1; i + 1 < count; i += 2) {
		int64_t *to = strcmp(word[i], "--seconds") == 0 ? &f.seconds :
			      strcmp(word[i], "--tasks") == 0	? &f.tasks :
								  NULL;
		if (strcmp(word[i], "--database") == 0)
			f.url = word[i + 1];
		else if (to == NULL || !num_i64(str_of(word[i + 1]), 1, 100000000, to))
			stop("the options are --database URL --seconds S --tasks N", NULL);
	}
	if (f.url == NULL)
		stop("--database URL is needed", NULL);
	make_site(&f, mem);
	for (int k = 0; k < CONNECTIONS; k++) {
		line[k] = (struct line){ .f = &f, .project = k + 1 };
		line[k].thread = os_thread_start(mem, "floor", run_line, &line[k]);
	}
	for (int k = 0; k < CONNECTIONS; k++) {
		os_thread_join(line[k].thread);
		cycles += line[k].cycles;
		commits += line[k].commits;
		took = line[k].took_us > took ? line[k].took_us : took;
	}
	must_be_whole(f.url, cycles);
	printf("{\"cycles\":%lld,\"commits\":%lld,\"cycles_per_s\":%.0f}\n", (long long)cycles,
	       (long long)commits, (double)cycles * 1e6 / (double)took);
	arena_free(mem);
	return 0;
}
