/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Places are taken and filled here without the assignments that go with them, so each
 * test that does so runs between `begin` and `back`: the room's own invariants are asked before all
 * is taken back, and the house's find nothing amiss.
 */
#include "task/task.h"
#include "job/tally.h"
#include "task/task.sql.h"
#include "tests/material.h"

enum { DEPTH = 5 };

static project_id opened(struct ctx *c, const char *rows, int64_t redundancy)
{
	org_id org;

	(void)material_requester(c, "rita@example.org", &org);
	project_id id = material_project(c, org);
	material_template(
		c, id,
		"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{a}}\"},"
		"{\"type\":\"choice\",\"name\":\"label\",\"label\":\"x\",\"options\":[\"p\",\""
		"q\"]}]}");
	material_import(c, id, "a.csv", str_of(rows));
	material_open(c, id, redundancy);
	return id;
}

static void begin(struct ctx *c)
{
	WANT_OK(store_save(c, DEPTH));
}

static void back(struct ctx *c)
{
	struct inv_task_derived *rows;
	struct inv_task_places *places;
	size_t count;

	WANT_OK(inv_task_derived(c, &rows, &count));
	WANT_I64(0, (int64_t)count);
	WANT_OK(inv_task_places(c, &places, &count));
	WANT_I64(0, (int64_t)count);
	store_back_to(c, DEPTH);
	WANT_OK(store_release(c, DEPTH));
}

static struct task look(struct ctx *c, project_id p, int64_t id)
{
	struct task t;

	WANT_OK(task_get(c, p, (task_id){ id }, &t));
	return t;
}

static bool took(struct ctx *c, project_id p, int64_t id)
{
	struct task_places place = { .task = { id }, .n = 1 };

	WANT_OK(task_claim(c, p, &place, 1));
	return place.got == 1;
}

static void claim(struct ctx *c, project_id p, int64_t id)
{
	WANT(took(c, p, id));
}

static void give_back(struct ctx *c, project_id p, int64_t id)
{
	struct task_places place = { .task = { id }, .n = 1 };

	WANT_OK(task_release(c, p, &place, 1));
}

static bool fill(struct ctx *c, project_id p, int64_t id)
{
	struct task_places place = { .task = { id }, .n = 1 };

	WANT_OK(task_fill(c, p, &place, 1));
	return place.full;
}

TEST(task, a_task_is_cut_for_each_record_with_its_places)
{
	project_id p = opened(c, "a,gold_label\nx,\ny,p\nz,\n", 3);
	struct project_state state;
	struct task none;
	int64_t tasks;

	WANT_I64(3, look(c, p, 1).cap);
	WANT_I64(5, look(c, p, 2).cap);
	WANT(look(c, p, 2).gold && !look(c, p, 1).gold);
	WANT_ERR(ERR_MISSING, task_get(c, p, (task_id){ 4 }, &none));
	WANT_OK(project_state_get(c, p, &state));
	WANT_I64(3, state.tasks);
	WANT_I64(11, state.places);
	WANT_OK(job_flush_signals(c));
	WANT_OK(tally_get(c, p.v, "tasks", &tasks));
	WANT_I64(3, tasks);
}

TEST(task, cutting_goes_in_steps_over_gaps_and_ends_open)
{
	struct buf rows = buf_make(c->mem, 1 << 20);
	org_id org;

	(void)material_requester(c, "rita@example.org", &org);
	project_id p = material_project(c, org);
	buf_add(&rows, S("a\n"));
	for (int i = 0; i < 9000; i++)
		buf_add(&rows, S("x\n"));
	source_id first = material_import(c, p, "a.csv", buf_str(&rows));
	material_import(c, p, "b.csv", S("a\nlast\n"));
	WANT_OK(intake_drop(c, p, first));
	test_run_jobs(c);
	material_import(c, p, "c.csv", buf_str(&rows));
	material_open(c, p, 1);
	WANT_I64(1, look(c, p, 9001).cap);
	WANT_I64(1, look(c, p, 18001).cap);
}

TEST(task, places_are_never_more_than_need)
{
	project_id p = opened(c, "a\nx\n", 2);

	begin(c);
	claim(c, p, 1);
	claim(c, p, 1);
	WANT(!took(c, p, 1));
	WANT(!look(c, p, 1).open);
	give_back(c, p, 1);
	WANT(look(c, p, 1).open);
	WANT(!fill(c, p, 1));
	claim(c, p, 1);
	WANT(fill(c, p, 1));
	WANT_I64(TASK_FULL, look(c, p, 1).stage);
	WANT(!took(c, p, 1));
	WANT(!took(c, p, 77));
	back(c);
}

TEST(task, of_more_who_ask_than_there_are_places_one_gets_his)
{
	project_id p = opened(c, "a\nx\ny\nz\n", 2);
	struct task_places list[] = { { .task = { 1 }, .n = 2 },
				      { .task = { 2 }, .n = 3 },
				      { .task = { 3 }, .n = 1 } };

	begin(c);
	WANT_OK(task_claim(c, p, list, 3));
	WANT_I64(2, list[0].got);
	WANT_I64(1, list[1].got);
	WANT_I64(1, list[2].got);
	WANT(!look(c, p, 1).open && look(c, p, 2).open && look(c, p, 3).open);
	list[0].n = 2;
	list[1].n = 1;
	WANT_OK(task_fill(c, p, list, 3));
	WANT(list[0].full && !list[1].full && !list[2].full);
	WANT_I64(2, look(c, p, 1).filled);
	WANT_I64(0, look(c, p, 1).taken);
	back(c);
}

TEST(task, a_late_answer_takes_a_free_place_or_none)
{
	project_id p = opened(c, "a\nx\n", 2);
	bool got, full;

	begin(c);
	WANT_OK(task_fill_late(c, p, (task_id){ 1 }, &got, &full));
	WANT(got && !full);
	claim(c, p, 1);
	WANT_OK(task_fill_late(c, p, (task_id){ 1 }, &got, &full));
	WANT(!got && !full);
	give_back(c, p, 1);
	WANT_OK(task_fill_late(c, p, (task_id){ 1 }, &got, &full));
	WANT(got && full);
	back(c);
}

TEST(task, a_full_task_is_judged_once_and_collects_again_when_reopened)
{
	project_id p = opened(c, "a\nx\ny\n", 1);
	bool moved = true, all;

	begin(c);
	WANT_OK(task_judged(c, p, &(task_id){ 1 }, 1, &moved));
	WANT(!moved);
	claim(c, p, 1);
	WANT(fill(c, p, 1));
	WANT_I64(TASK_FULL, look(c, p, 1).stage);
	WANT_OK(task_judged(c, p, &(task_id){ 1 }, 1, &moved));
	WANT(moved);
	WANT_OK(task_judged(c, p, &(task_id){ 1 }, 1, &moved));
	WANT(!moved);
	WANT_OK(task_all_judged(c, p, &all));
	WANT(!all);
	claim(c, p, 2);
	WANT(fill(c, p, 2));
	WANT_OK(task_judged(c, p, &(task_id){ 2 }, 1, &moved));
	WANT_OK(task_all_judged(c, p, &all));
	WANT(all);
	WANT_OK(task_reopen(c, p, (task_id){ 1 }));
	WANT_OK(task_all_judged(c, p, &all));
	WANT(!all);
	WANT_I64(TASK_COLLECTING, look(c, p, 1).stage);
	WANT(look(c, p, 1).open);
	back(c);
}

TEST(task, the_next_open_task_is_found_by_kind_and_place)
{
	project_id p = opened(c, "a,gold_label\nx,\ny,p\nz,\n", 1);
	task_id next;
	bool found;

	begin(c);
	WANT_OK(task_next_open(c, p, (task_id){ 0 }, false, &next, &found));
	WANT(found && next.v == 1);
	claim(c, p, 1);
	WANT_OK(task_next_open(c, p, (task_id){ 0 }, false, &next, &found));
	WANT(found && next.v == 3);
	WANT_OK(task_next_open(c, p, (task_id){ 3 }, false, &next, &found));
	WANT(!found);
	WANT_OK(task_next_open(c, p, (task_id){ 0 }, true, &next, &found));
	WANT(found && next.v == 2);
	back(c);
}

TEST(task, shutting_gives_back_exactly_the_free_places)
{
	project_id p = opened(c, "a\nx\ny\nz\n", 3);
	int64_t places;
	task_id last;
	bool more;

	begin(c);
	claim(c, p, 1);
	claim(c, p, 2);
	WANT(!fill(c, p, 2));
	WANT_OK(task_shut(c, p, (task_id){ 0 }, 2, &places, &last, &more));
	WANT_I64(2 + 2, places);
	WANT(more && last.v == 2);
	WANT_OK(task_shut(c, p, last, 2, &places, &last, &more));
	WANT_I64(3, places);
	WANT(!more);
	WANT_I64(TASK_COLLECTING, look(c, p, 1).stage); /* somebody is at it */
	WANT_I64(TASK_FULL, look(c, p, 2).stage);	/* judged with what is there */
	WANT_I64(TASK_JUDGED, look(c, p, 3).stage);	/* nothing will come */
	WANT_OK(task_shut(c, p, (task_id){ 0 }, 10, &places, &last, &more));
	WANT_I64(0, places);
	give_back(c, p, 1);
	WANT_OK(task_shut(c, p, (task_id){ 0 }, 10, &places, &last, &more));
	WANT_I64(1, places);
	back(c);
}

TEST(task, a_task_becomes_gold_once)
{
	project_id p = opened(c, "a\nx\n", 1);
	bool changed;

	WANT_OK(task_make_gold(c, p, (task_id){ 1 }, &changed));
	WANT(changed);
	WANT_OK(task_make_gold(c, p, (task_id){ 1 }, &changed));
	WANT(!changed);
	WANT_I64(1, look(c, p, 1).cap);
}

TEST(task, a_page_shows_the_record)
{
	project_id p = opened(c, "a\n\"<b>x</b>\"\n", 1);
	struct json out = json_make(c->mem, 1 << 16);
	struct project project;

	WANT_OK(project_get(c, p, &project));
	WANT_OK(task_page(c, &project, (task_id){ 1 }, &out));
	WANT(str_starts(
		json_end(&out),
		S("{\"title\":\"Cells\",\"instructions\":[],\"blocks\":["
		  "{\"type\":\"markdown\",\"nodes\":[{\"t\":\"p\",\"c\":[\"<b>x</b>\"]}]},")));
}

/* Whatever is tried in whatever order, counters, open and stage stay true and nothing is
 * over-filled. */
PROPERTY(task, random_moves_keep_the_places)
{
	project_id p = opened(c, "a\nx\ny\nz\n", 2);
	int64_t places, filled[4] = { 0 }, taken[4] = { 0 };
	task_id last;
	bool got, full, more;

	begin(c);
	for (int i = 0; i < 60; i++) {
		int64_t n = 1 + (int64_t)(ctx_random(c) % 3);
		task_id id = { n };

		switch (ctx_random(c) % 7) {
		case 0:
		case 1:
		case 2:
			taken[n] += took(c, p, n);
			break;
		case 3:
			if (taken[n] > 0) {
				(void)fill(c, p, n);
				taken[n]--, filled[n]++;
			}
			break;
		case 4:
			if (taken[n] > 0) {
				give_back(c, p, n);
				taken[n]--;
			}
			break;
		case 5:
			if (filled[n] > 0) {
				WANT_OK(task_reopen(c, p, id));
				filled[n]--;
			}
			break;
		default:
			if (ctx_random(c) % 8 == 0)
				WANT_OK(task_shut(c, p, (task_id){ 0 }, 10, &places, &last, &more));
			WANT_OK(task_fill_late(c, p, id, &got, &full));
			filled[n] += got;
		}
		struct task t = look(c, p, n);
		WANT_I64(taken[n], t.taken);
		WANT_I64(filled[n], t.filled);
		WANT(t.taken + t.filled <= t.need && t.need <= t.cap && t.cap + t.shut == 2);
	}
	back(c);
}
