/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What people wait for costs the same in a small project and in a large one: the steps that
 * SQLite's machine takes for each statement behind the next task, the progress page and a page
 * of results are counted in two projects, one of them a hundred times the other. Time is
 * measured by ./dev bench; this shows the plan, on any machine.
 */
#include <sqlite3.h>
#include "store/store_in.h"
#include "tests/test.h"

enum { SMALL = 1000, LARGE = 100000 };

/* A statement of a route and what stands at $2 to $5: -n is n quarters of the tasks. */
struct watched {
	const char *name;
	int64_t arg[4];
	const char *text; /* at $2 instead, or NULL */
};

/* Half of the tasks are judged, those in the middle: before and behind them lie open ones. */
static const char fill[] =
	"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)"
	"INSERT INTO task(project_id, id, cap, need, filled, open, stage, gold) "
	"SELECT $1, i, 1, 1, i BETWEEN $2 / 4 AND 3 * $2 / 4, NOT i BETWEEN $2 / 4 AND 3 * $2 / 4, "
	"2 * (i BETWEEN $2 / 4 AND 3 * $2 / 4), 0 FROM n;"
	"INSERT INTO record SELECT project_id, id, 1, id, '{}', '', '' FROM task "
	"WHERE project_id = $1;"
	"INSERT INTO result(project_id, task_id, field, value, confidence, answers, ties, "
	"judged_us) "
	"SELECT project_id, id, 'label', '1', 1.0, 1, '', 1 FROM task "
	"WHERE project_id = $1 AND stage = 2;"
	"INSERT INTO assignment SELECT project_id, id, 1000 + id % 10, 3, 1, 1, 1, 1, 1, 1, 0, 0 "
	"FROM task WHERE project_id = $1 AND stage = 2;"
	"INSERT INTO answer SELECT project_id, id, 1000 + id % 10, '{}' FROM task "
	"WHERE project_id = $1 AND stage = 2;"
	"INSERT INTO pay_line SELECT project_id, id, 1000 + id % 10, 1 + id / 500, 5, 1, 1 "
	"FROM task WHERE project_id = $1 AND stage = 2;"
	"INSERT INTO project_entry SELECT DISTINCT project_id, 'pay:' || batch, 'fee', 1, 1 "
	"FROM pay_line WHERE project_id = $1;"
	"INSERT INTO report_point SELECT project_id, 5000000, id * 5000000, id, 0, 0, 0, 0 "
	"FROM task WHERE project_id = $1 AND id <= 720;";

static void run_all(sqlite3 *db, const char *sql, int64_t project, int64_t tasks)
{
	sqlite3_stmt *s;

	while (*sql != 0) {
		WANT(sqlite3_prepare_v2(db, sql, -1, &s, &sql) == SQLITE_OK);
		sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, "$1"), project);
		sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, "$2"), tasks);
		WANT(sqlite3_step(s) == SQLITE_DONE);
		sqlite3_finalize(s);
	}
}

static int steps_of(struct ctx *c, sqlite3 *db, const struct watched *w, int64_t project)
{
	static const char *const name[] = { "$2", "$3", "$4", "$5" };
	const char *sql = NULL;
	sqlite3_stmt *s;

	for (int i = 0; store_statements[i] != NULL; i++)
		if (strcmp(store_statements[i]->name, w->name) == 0)
			sql = store_text(c->mem, store_statements[i]->sql, true, false);
	WANT(sql != NULL);
	WANT(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK);
	sqlite3_bind_int64(s, sqlite3_bind_parameter_index(s, "$1"), project);
	for (int i = 0; i < 4; i++) {
		int at = sqlite3_bind_parameter_index(s, name[i]);

		if (at > 0 && i == 0 && w->text != NULL)
			sqlite3_bind_text(s, at, w->text, -1, SQLITE_STATIC);
		else if (at > 0)
			sqlite3_bind_int64(s, at,
					   w->arg[i] < 0 ? -w->arg[i] * project / 4 : w->arg[i]);
	}
	int rows = 0;
	while (sqlite3_step(s) == SQLITE_ROW)
		rows++;
	WANT(rows < 400);
	int steps = sqlite3_stmt_status(s, SQLITE_STMTSTATUS_VM_STEP, 0);
	sqlite3_finalize(s);
	return steps;
}

static sqlite3 *open_house(struct ctx *c)
{
	sqlite3 *db;

	WANT(sqlite3_open(":memory:", &db) == SQLITE_OK);
	for (int i = 0; store_steps[i].name != NULL; i++)
		WANT(sqlite3_exec(db, store_text(c->mem, store_steps[i].sql, true, true), NULL,
				  NULL, NULL) == SQLITE_OK);
	return db;
}

/* The projects are called as they are large. */
static void wants_same(struct ctx *c, const struct watched *list)
{
	sqlite3 *db = open_house(c);
	const char *grown = NULL;

	run_all(db, fill, SMALL, SMALL);
	run_all(db, fill, LARGE, LARGE);
	for (int i = 0; list[i].name != NULL; i++)
		if (10 * steps_of(c, db, &list[i], LARGE) >
		    13 * steps_of(c, db, &list[i], SMALL) + 100)
			grown = list[i].name;
	sqlite3_close(db);
	WANT_STR(S(""), grown != NULL ? str_of(grown) : S(""));
}

TEST(steps, the_next_task_takes_the_same_steps_in_a_large_project)
{
	static const struct watched list[] = {
		{ "task_next_row", { 0, 0 }, NULL },
		{ "task_next_row", { 0, -1 }, NULL }, /* behind it all is judged up to 3/4 */
		{ "dispatch_window_read", { 0, 0, 200 }, NULL },
		{ "dispatch_window_read", { 0, -1, 200 }, NULL },
		{ "dispatch_unseen", { 1001, 0, -1, 200 }, NULL },
		{ "dispatch_reach", { 0, -1, 200 }, NULL },
		{ "dispatch_again", { 0, 0 }, NULL },
		{ "assignment_held_get", { 1001 }, NULL },
		{ "dispatch_desk_row", { 0 }, NULL },
		{ NULL, { 0 }, NULL },
	};

	wants_same(c, list);
}

TEST(steps, the_progress_page_takes_the_same_steps_in_a_large_project)
{
	static const struct watched list[] = {
		{ "project_state_row", { 0 }, NULL },
		{ "tally_row_sum", { 0 }, "submitted" },
		{ "report_point_list", { 5000000, 1800000000 }, NULL },
		{ "report_point_back", { 5000000, 3000000000 }, NULL },
		{ NULL, { 0 }, NULL },
	};

	wants_same(c, list);
}

TEST(steps, a_page_of_results_takes_the_same_steps_in_a_large_project)
{
	static const struct watched list[] = {
		{ "quality_judged_page", { 0, 50 }, NULL },
		{ "quality_judged_page", { -2, 50 }, NULL },
		{ "quality_judged_page", { -3, 50 }, NULL }, /* all behind it is open */
		{ "result_range", { 300, 350 }, NULL },
		{ "record_get", { -2 }, NULL },
		{ NULL, { 0 }, NULL },
	};

	wants_same(c, list);
}

TEST(steps, reading_for_an_estimate_takes_the_same_steps_in_a_large_project)
{
	static const struct watched list[] = {
		{ "quality_judged_tasks", { 0, 200 }, NULL },
		{ "quality_judged_tasks", { -2, 200 }, NULL },
		{ "quality_judged_answers", { -2, 100 }, NULL },
		{ "quality_given_between", { 300, 500 }, NULL },
		{ "quality_bodies_between", { 300, 500 }, NULL },
		{ NULL, { 0 }, NULL },
	};

	wants_same(c, list);
}

TEST(steps, a_batch_of_pay_and_of_judging_takes_the_same_steps_in_a_large_project)
{
	static const struct watched list[] = {
		{ "quality_full_tasks", { 200 }, NULL },
		{ "assignment_unpaid_list", { 500 }, NULL },
		{ "pay_batch_last", { 0 }, NULL },
		{ "task_todo_any", { 0 }, NULL },
		{ "ledger_escrow_outbox_open", { 500 }, NULL },
		{ "pay_news_submitted", { 0, 1, 2000 }, NULL },
		{ NULL, { 0 }, NULL },
	};

	wants_same(c, list);
}
