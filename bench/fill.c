/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fill: a large project without a server and without waiting for simulated workers.
 *
 *   fill --data FOLDER --project ID --tasks N       before it is published: records and their tasks
 *   fill --data FOLDER --project ID --answers M     when it is open: the first tasks done and paid
 *
 * For SQLite. The rows are those that import, cut, accept, submit, judging, approval, pay and the
 * workers' histories leave behind, in the house's own tables, so that `tessera doctor` finds
 * nothing wrong: only each table is written from one end to the other, without a log and
 * without fsync. A crash leaves a broken file: the site is to be thrown away then.
 *
 * A group has as many workers as a task has answers; each batch of pay is the work of one group,
 * and groups take turns. Their numbers are large, as real ones are, and belong to no user.
 */
#include <sqlite3.h>
#include "bench/site_in.h"
#include "job/tally.h"
#include "project/project.h"

enum { BATCH_ANSWERS = 500, WORKERS = 1000, RANGE = 250000 };
#define WORKER_FIRST (INT64_C(457000000) * 1000000000)

struct fill {
	sqlite3 *db;
	struct ctx *c;
	project_id project;
	int64_t tasks, answers; /* what is asked for */
	int64_t done;		/* tasks */
	struct project_state state;
	struct progress *progress;
	int64_t steps;
};

static void sql(struct fill *f, const char *text)
{
	if (sqlite3_exec(f->db, text, NULL, NULL, NULL) == SQLITE_OK)
		return;
	fprintf(stderr, "fill: %s: %s\n", sqlite3_errmsg(f->db), text);
	exit(2);
}

/* The numbers that the statements below name. */
static void bind(struct fill *f, sqlite3_stmt *s, int64_t from, int64_t upto)
{
	int64_t each = f->state.redundancy > 0 ? f->state.redundancy : 1;
	const struct {
		const char *name;
		int64_t value;
	} number[] = {
		{ "$project", f->project.v },
		{ "$from", from },
		{ "$upto", upto },
		{ "$now", f->c->now.us },
		{ "$each", each },
		{ "$paid", BATCH_ANSWERS / each > 0 ? BATCH_ANSWERS / each : 1 },
		{ "$groups", WORKERS / each > 0 ? WORKERS / each : 1 },
		{ "$worker", WORKER_FIRST },
		{ "$reward", f->state.reward.minor },
		{ "$fee", f->state.fee.minor },
		{ "$done", f->done },
	};

	for (size_t i = 0; i < sizeof(number) / sizeof(*number); i++) {
		int at = sqlite3_bind_parameter_index(s, number[i].name);

		if (at > 0)
			sqlite3_bind_int64(s, at, number[i].value);
	}
}

/* One statement for the numbers 1 to `all`, `some` at a time. */
static void ranges(struct fill *f, const char *text, int64_t all, int64_t some)
{
	sqlite3_stmt *s;

	if (sqlite3_prepare_v2(f->db, text, -1, &s, NULL) != SQLITE_OK)
		sql(f, text);
	for (int64_t from = 1; from <= all; from += some) {
		bind(f, s, from, from + some - 1 < all ? from + some - 1 : all);
		if (sqlite3_step(s) != SQLITE_DONE) {
			fprintf(stderr, "fill: %s: %s\n", sqlite3_errmsg(f->db), text);
			exit(2);
		}
		sqlite3_reset(s);
		progress_at(f->progress, ++f->steps);
	}
	sqlite3_finalize(s);
}

#define NUMBERS                                                              \
	"WITH RECURSIVE n(i) AS (SELECT $from UNION ALL SELECT i + 1 FROM n" \
	" WHERE i < $upto) "

static const char *const of_tasks[] = {
	NUMBERS "INSERT INTO record(project_id, id, source_id, row_number, fields, truth) "
		"SELECT $project, i, 1, i, '{\"item\":\"number ' || i || '\"}', '' FROM n",
	NUMBERS "INSERT INTO task(project_id, id, cap, need, open, gold) "
		"SELECT $project, i, p.redundancy, p.redundancy, 1, 0 FROM n, project AS p "
		"WHERE p.id = $project",
};

/* `who`: the REDUNDANCY places of a group; `paid`: batch, group, transfer. */
#define EACH                                  \
	"FROM task AS t CROSS JOIN who AS w " \
	"WHERE t.project_id = $project AND t.id BETWEEN $from AND $upto"
#define WORKER "$worker + (t.id - 1) / $paid % $groups * $each + w.k"

static const char *const of_answers[] = {
	"UPDATE task SET filled = need, open = 0, stage = 2 "
	"WHERE project_id = $project AND id BETWEEN $from AND $upto",
	"INSERT INTO assignment SELECT $project, t.id, " WORKER
	", 3, 1 + abs(random() % 1000000000), $now, $now - 900000, $now, 900, 1, 0, 0 " EACH,
	"INSERT INTO answer SELECT $project, t.id, " WORKER
	", CASE WHEN 4 * w.k < 3 * $each THEN '{\"label\":\"cat\"}' "
	"ELSE '{\"label\":\"dog\"}' END " EACH,
	"INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, "
	"judged_us) "
	"SELECT project_id, id, 'label', '\"cat\"', "
	"((3 * $each + 3) / 4) * 1.0 / $each, $each, '', $now FROM task "
	"WHERE project_id = $project AND id BETWEEN $from AND $upto",
	"INSERT INTO pay_line SELECT $project, t.id, " WORKER
	", 1 + (t.id - 1) / $paid, $reward, $fee, $now " EACH,
};

#define PAY_NAME "'pay:' || $project || ':' || b.n"
#define BATCH_TASKS "min($paid, $done - (b.n - 1) * $paid)"

/* A group at a time, in the order of the workers, each table from one end to the other. */
static const char *const of_pay[] = {
	"INSERT INTO work_history SELECT $worker + b.g * $each + w.k, $project, "
	"(b.n - 1) * $paid + s.k + 1, 3, $reward, 900, '', $now + b.n "
	"FROM batch AS b CROSS JOIN who AS w CROSS JOIN slot AS s "
	"WHERE b.g BETWEEN $from - 1 AND $upto - 1 AND s.k < " BATCH_TASKS " ORDER BY 1, 3",
	"INSERT INTO project_outbox SELECT $project, " PAY_NAME
	", $worker + b.g * $each + w.k, $reward * " BATCH_TASKS ", '', 1 "
	"FROM batch AS b CROSS JOIN who AS w WHERE b.g BETWEEN $from - 1 AND $upto - 1",
	"INSERT INTO account_entry SELECT $worker + b.g * $each + w.k, " PAY_NAME
	", v.sub, v.sign * $reward * " BATCH_TASKS ", $now FROM batch AS b CROSS JOIN who AS w "
	"CROSS JOIN (SELECT 'available' AS sub, 1 AS sign UNION ALL SELECT 'recv', -1) AS v "
	"WHERE b.g BETWEEN $from - 1 AND $upto - 1",
	"INSERT INTO project_entry SELECT $project, " PAY_NAME ", v.sub, CASE v.sub "
	"WHEN 'fee' THEN $fee WHEN 'sent' THEN $reward ELSE -$fee - $reward END * $each "
	"* " BATCH_TASKS ", $now FROM batch AS b "
	"CROSS JOIN (SELECT 'fee' AS sub UNION ALL SELECT 'sent' UNION ALL SELECT 'reserved') AS v "
	"WHERE b.g BETWEEN $from - 1 AND $upto - 1",
	"INSERT INTO account_balance SELECT $worker + b.g * $each + w.k, v.sub, "
	"v.sign * $reward * sum(" BATCH_TASKS ") FROM batch AS b CROSS JOIN who AS w "
	"CROSS JOIN (SELECT 'available' AS sub, 1 AS sign UNION ALL SELECT 'recv', -1) AS v "
	"WHERE b.g BETWEEN $from - 1 AND $upto - 1 GROUP BY 1, 2 "
	"ON CONFLICT DO UPDATE SET balance_minor = balance_minor + excluded.balance_minor",
};

#define COUNT_OF(list) (sizeof(list) / sizeof(*(list)))

static int64_t range_count(int64_t all)
{
	return (all + RANGE - 1) / RANGE;
}

static void all_of(struct fill *f, const char *const *list, size_t count, int64_t all, int64_t some)
{
	for (size_t i = 0; i < count; i++)
		ranges(f, list[i], all, some);
}

/* --- by the rules: what is counted --- */

static enum err count_tasks(struct ctx *c, void *arg)
{
	const struct fill *f = arg;
	bool moved;

	TRY(tally_add(c, f->project.v, "tasks", f->tasks));
	TRY(project_records_shift(c, f->project, f->tasks, 0, S("[\"item\"]"), &moved));
	return moved ? OK : refuse(c, ERR_CONFLICT, "the project is not a draft");
}

static enum err count_answers(struct ctx *c, void *arg)
{
	const struct fill *f = arg;
	int64_t each = f->state.redundancy, sure = 1000000 * ((3 * each + 3) / 4) / each;

	TRY(tally_add(c, f->project.v, "submitted", f->done * each));
	TRY(tally_add(c, f->project.v, "approved", f->done * each));
	TRY(tally_add(c, f->project.v, "paid", f->done * each));
	TRY(tally_add(c, f->project.v, "judged", f->done));
	TRY(tally_add(c, f->project.v, "results", f->done));
	return tally_add(c, f->project.v, "confidence", f->done * sure);
}

static void by_rule(struct fill *f, enum err (*body)(struct ctx *, void *))
{
	if (store_in_tx(f->c, body, f) != OK)
		site_stop(f->c, "fill");
}

/* --- the two ways --- */

static void make_tasks(struct fill *f)
{
	all_of(f, of_tasks, COUNT_OF(of_tasks), f->tasks, RANGE);
	ranges(f,
	       "INSERT INTO source SELECT $project, 1, 'fill.csv', 'csv', 4, '', 0, '', '', 0, 0, "
	       "0, 0, count(*), 0, '[]', '[]', '', 0, 1, 1, 0, '', 0, '', 0, count(*), 0, 1, "
	       "$now, '' FROM record WHERE project_id = $project AND $from = 1",
	       1, 1);
}

static void make_answers(struct fill *f)
{
	int64_t each = f->state.redundancy, groups = WORKERS / each;

	sql(f, "CREATE TEMP TABLE who(k); CREATE TEMP TABLE slot(k);"
	       "CREATE TEMP TABLE batch(n, g); CREATE INDEX temp.of_group ON batch(g, n)");
	ranges(f, NUMBERS "INSERT INTO who SELECT i - 1 FROM n", each, RANGE);
	ranges(f, NUMBERS "INSERT INTO slot SELECT i - 1 FROM n", BATCH_ANSWERS / each, RANGE);
	ranges(f, NUMBERS "INSERT INTO batch SELECT i, (i - 1) % $groups FROM n",
	       (f->done + BATCH_ANSWERS / each - 1) / (BATCH_ANSWERS / each), RANGE);
	all_of(f, of_answers, COUNT_OF(of_answers), f->done, RANGE);
	all_of(f, of_pay, COUNT_OF(of_pay), groups, 1);
}

static void open_raw(struct fill *f)
{
	const char *path = str_c(f->c->mem, str_format(f->c->mem, "%s/tessera.db", f->c->data));

	if (sqlite3_open_v2(path, &f->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		site_stop(f->c, "fill");
	sql(f, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE;"
	       "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-500000;"
	       "PRAGMA temp_store=MEMORY");
}

static void close_raw(struct fill *f)
{
	sql(f, "PRAGMA synchronous=FULL; PRAGMA journal_mode=WAL");
	sqlite3_close(f->db);
}

static bool options(struct fill *f, int count, char **word)
{
	if (count != 7 || strcmp(word[1], "--data") != 0 || strcmp(word[3], "--project") != 0 ||
	    !num_i64(str_of(word[4]), 1, INT64_MAX, &f->project.v))
		return false;
	if (strcmp(word[5], "--tasks") == 0)
		return num_i64(str_of(word[6]), 1, 1000000000, &f->tasks);
	return strcmp(word[5], "--answers") == 0 &&
	       num_i64(str_of(word[6]), 1, 1000000000, &f->answers);
}

int main(int count, char **word)
{
	struct fill f = { 0 };

	if (!options(&f, count, word)) {
		fprintf(stderr, "fill: --data FOLDER --project ID (--tasks N | --answers M)\n");
		return 2;
	}
	struct ctx c = site_open(word[2]);
	f.c = &c;
	if (project_state_get(&c, f.project, &f.state) != OK)
		site_stop(&c, "fill");
	if (f.answers > 0)
		f.done = f.answers / f.state.redundancy;
	by_rule(&f, f.tasks > 0 ? count_tasks : count_answers);
	store_close(&c.store);

	int64_t steps = f.tasks > 0 ?
				2 * range_count(f.tasks) + 1 :
				(int64_t)COUNT_OF(of_answers) * range_count(f.done) +
					(int64_t)COUNT_OF(of_pay) * (WORKERS / f.state.redundancy) +
					3;
	f.progress = progress_start(c.mem, clock_real(c.mem), "fill", "steps", steps, false);
	open_raw(&f);
	if (f.tasks > 0)
		make_tasks(&f);
	else
		make_answers(&f);
	close_raw(&f);
	progress_done(f.progress);
	arena_free(c.mem);
	return 0;
}
