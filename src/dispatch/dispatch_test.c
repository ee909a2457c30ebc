/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "dispatch/dispatch.h"
#include "dispatch/dispatch.sql.h"
#include "dispatch/dispatch_in.h"
#include "tests/fixture.h"

static enum err ask(struct ctx *c, project_id project, struct dispatch_ask ask,
		    struct assignment *a, bool *got)
{
	struct dispatch_desk desk;

	ask.ctx = c;
	TRY(dispatch_desk(c, project, &desk));
	TRY(dispatch_next(c, &desk, &ask, 1));
	if (ask.got)
		*a = ask.lease;
	*got = ask.got;
	return ask.err;
}

static enum err next(struct ctx *c, project_id project, user_id worker, struct assignment *a,
		     bool *got)
{
	return ask(c, project, (struct dispatch_ask){ .worker = worker }, a, got);
}

static enum err pick(struct ctx *c, const struct fixture *f, int worker, int64_t task,
		     struct assignment *a, bool *got)
{
	return ask(c, f->project,
		   (struct dispatch_ask){ .worker = f->worker[worker], .pick = { task } }, a, got);
}

static int64_t next_task(struct ctx *c, const struct fixture *f, int worker)
{
	struct assignment a;
	bool got, fresh;

	WANT_OK(next(c, f->project, f->worker[worker], &a, &got));
	if (!got)
		return 0;
	WANT_OK(assignment_submit(c, a.key, a.epoch, S("{\"label\":\"cat\"}"), 1, &fresh));
	return a.key.task.v;
}

static enum err submit(struct ctx *c, struct assignment_key key, int64_t epoch,
		       const struct json_value *answer, int64_t active_ms)
{
	struct dispatch_hand hand = { c, key.worker, key.task, epoch, answer, active_ms, OK };
	struct dispatch_desk desk;

	TRY(dispatch_desk(c, key.project, &desk));
	TRY(dispatch_submit(c, &desk, &hand, 1));
	return hand.err;
}

TEST(dispatch, a_worker_gets_every_task_once_and_then_none)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 5, .redundancy = 2 });
	bool had[6] = { false };

	for (int i = 0; i < 5; i++) {
		int64_t task = next_task(c, &f, 0);

		WANT(task >= 1 && task <= 5 && !had[task]);
		had[task] = true;
	}
	WANT_I64(0, next_task(c, &f, 0));
}

TEST(dispatch, a_lease_that_is_held_comes_first)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct assignment one, two;
	bool got;

	WANT_OK(next(c, f.project, f.worker[0], &one, &got));
	WANT_OK(next(c, f.project, f.worker[0], &two, &got));
	WANT_I64(one.key.task.v, two.key.task.v);
	WANT_I64(one.epoch, two.epoch);
}

TEST(dispatch, a_place_that_opens_behind_the_hint_is_found)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 2, .redundancy = 1 });
	struct assignment a, b;
	bool got;

	WANT_OK(next(c, f.project, f.worker[1], &a, &got));
	WANT(got);
	WANT(next_task(c, &f, 0) != a.key.task.v);
	WANT_I64(0, next_task(c, &f, 0));
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT_OK(next(c, f.project, f.worker[0], &b, &got));
	WANT(got);
	WANT_I64(a.key.task.v, b.key.task.v);
}

/* All of them ask for the next task at once. */
static void ask_all(struct ctx *c, project_id project, struct dispatch_ask *asks, size_t count)
{
	struct dispatch_desk desk;

	WANT_OK(dispatch_desk(c, project, &desk));
	WANT_OK(dispatch_next(c, &desk, asks, count));
	for (size_t i = 0; i < count; i++)
		WANT_I64(OK, asks[i].err);
}

TEST(dispatch, many_who_ask_at_once_share_the_places_and_no_more)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 3, .redundancy = 2 });
	struct dispatch_ask asks[8];
	int64_t times[4] = { 0 }, got = 0;

	for (int i = 0; i < 8; i++)
		asks[i] = (struct dispatch_ask){ .ctx = c, .worker = f.worker[i] };
	ask_all(c, f.project, asks, 8);
	for (int i = 0; i < 8; i++) {
		if (!asks[i].got)
			continue;
		got++;
		times[asks[i].lease.key.task.v]++;
	}
	WANT_I64(6, got);
	for (int task = 1; task <= 3; task++)
		WANT_I64(2, times[task]);
}

TEST(dispatch, one_who_asks_many_times_at_once_has_one_lease)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct dispatch_ask asks[5];

	for (int i = 0; i < 5; i++)
		asks[i] = (struct dispatch_ask){ .ctx = c, .worker = f.worker[i == 2] };
	ask_all(c, f.project, asks, 5);
	for (int i = 0; i < 5; i++)
		WANT(asks[i].got);
	WANT_I64(asks[0].lease.epoch, asks[1].lease.epoch);
	WANT_I64(asks[0].lease.epoch, asks[4].lease.epoch);
	WANT(asks[0].lease.epoch != asks[2].lease.epoch);
}

TEST(dispatch, what_was_opened_again_comes_first_in_that_order)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 9, .redundancy = 1 });
	struct assignment a[3];
	bool got;

	for (int i = 0; i < 3; i++)
		WANT_OK(next(c, f.project, f.worker[i], &a[i], &got));
	WANT_I64(4, next_task(c, &f, 3));
	for (int i = 2; i >= 0; i--) {
		WANT_OK(assignment_return(c, a[i].key, a[i].epoch));
		c->now.us += 1000;
	}
	WANT_I64(3, next_task(c, &f, 3));
	WANT_I64(2, next_task(c, &f, 3));
	WANT_I64(1, next_task(c, &f, 3));
	WANT_I64(5, next_task(c, &f, 3));
}

/* As a server does that has just started. */
static void forget(struct ctx *c)
{
	struct dispatch_memory *m = dispatch_memory(c);

	memset(m->hint, 0, m->hint_count * sizeof(*m->hint));
	memset(m->window, 0, m->window_count * sizeof(*m->window));
}

TEST(dispatch, a_server_that_starts_anew_goes_on_where_the_worker_was)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 3 * DISPATCH_SAVE_EVERY,
								   .redundancy = 3 });
	struct dispatch_hint hint;

	for (int task = 1; task <= 2 * DISPATCH_SAVE_EVERY + 3; task++)
		WANT_I64(task, next_task(c, &f, 0));
	forget(c);
	WANT_I64(2 * DISPATCH_SAVE_EVERY + 4, next_task(c, &f, 0));
	hint = dispatch_hint_get(dispatch_memory(c), f.project, f.worker[0]);
	WANT_I64(2 * DISPATCH_SAVE_EVERY + 4, hint.after[0]);
}

TEST(dispatch, a_task_that_all_hints_have_passed_by_is_found)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 4, .redundancy = 1 });
	struct dispatch_hint hint;

	WANT_I64(1, next_task(c, &f, 0));
	hint = dispatch_hint_get(dispatch_memory(c), f.project, f.worker[0]);
	hint.after[0] = 3;
	dispatch_hint_keep(dispatch_memory(c), &hint);
	WANT_I64(4, next_task(c, &f, 0));
	WANT_I64(2, next_task(c, &f, 0));
	WANT_I64(3, next_task(c, &f, 0));
	WANT_I64(0, next_task(c, &f, 0));
}

TEST(dispatch, a_window_that_is_wrong_costs_a_try_and_nothing_else)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .tasks = 4, .redundancy = 1 });
	struct assignment_key one = { f.project, { 2 }, f.worker[1] };
	struct assignment a;
	bool got;

	WANT_I64(1, next_task(c, &f, 0)); /* the window is read */
	WANT_OK(assignment_accept(c, one, USEC_MINUTE, &a, &got));
	WANT(got);
	WANT_I64(3, next_task(c, &f, 0));
}

TEST(dispatch, picking_is_refused_unless_the_project_allows_it)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct assignment a;
	bool got;

	WANT_ERR(ERR_DENIED, pick(c, &f, 0, 2, &a, &got));
}

TEST(dispatch, a_picked_task_is_that_very_task)
{
	struct fixture f =
		fixture_open(c, (struct fixture_shape){ .picking = true, .redundancy = 1 });
	struct assignment a, again;
	bool got;

	WANT_OK(pick(c, &f, 0, 2, &a, &got));
	WANT(got);
	WANT_I64(2, a.key.task.v);
	WANT_OK(pick(c, &f, 0, 2, &again, &got));
	WANT(got);
	WANT_I64(a.epoch, again.epoch);
	WANT_OK(pick(c, &f, 1, 2, &a, &got));
	WANT(!got);
}

TEST(dispatch, a_picker_holds_no_more_than_he_may)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .picking = true, .tasks = 12 });
	struct assignment a;
	bool got;

	for (int64_t task = 1; task <= DISPATCH_HELD_MAX; task++) {
		WANT_OK(pick(c, &f, 0, task, &a, &got));
		WANT(got);
	}
	WANT_ERR(ERR_LIMIT, pick(c, &f, 0, 11, &a, &got));
	WANT_OK(assignment_return(c, a.key, a.epoch));
	WANT_OK(pick(c, &f, 0, 11, &a, &got));
	WANT(got);
}

TEST(dispatch, all_gold_share_gives_gold_first)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 6, .gold = 2, .gold_share_permille = 1000 });

	WANT(next_task(c, &f, 0) <= 2);
	WANT(next_task(c, &f, 0) <= 2);
	WANT(next_task(c, &f, 0) > 2);
}

TEST(dispatch, a_project_that_is_not_open_gives_nothing)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct assignment a;
	bool got, moved;

	WANT_OK(project_state_move(c, f.project, PROJECT_OPEN, PROJECT_PAUSED, &moved));
	WANT_ERR(ERR_CONFLICT, next(c, f.project, f.worker[0], &a, &got));
	WANT_ERR(ERR_MISSING, next(c, (project_id){ 12345 }, f.worker[0], &a, &got));
}

TEST(dispatch, where_the_time_is_left_to_the_house_a_lease_starts_with_five_minutes)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ .learned = true });
	struct assignment a;
	bool got;

	WANT_OK(next(c, f.project, f.worker[0], &a, &got));
	WANT_I64(c->now.us + 5 * USEC_MINUTE, a.until.us);
}

TEST(dispatch, a_wrong_answer_tells_nothing_to_who_has_not_had_the_task)
{
	struct fixture f = fixture_open(c, (struct fixture_shape){ 0 });
	struct assignment_key key = { f.project, { 1 }, f.worker[0] };
	struct json_value *empty;
	struct json_fault fault;
	struct assignment a;
	bool got, moved;

	WANT(json_read(c->mem, S("{}"), &empty, &fault));
	WANT_ERR(ERR_CONFLICT, submit(c, key, 5, empty, 0));
	WANT_OK(assignment_accept(c, key, USEC_MINUTE, &a, &got));
	WANT_ERR(ERR_INPUT, submit(c, key, a.epoch, empty, 0));
	WANT_OK(project_state_move(c, f.project, PROJECT_OPEN, PROJECT_DRAFT, &moved));
	key.worker = f.worker[1];
	WANT_ERR(ERR_MISSING, submit(c, key, 5, empty, 0));
	WANT_ERR(ERR_MISSING, assignment_return(c, key, 5));
	WANT_OK(project_state_move(c, f.project, PROJECT_DRAFT, PROJECT_OPEN, &moved));
}

TEST(dispatch, a_newcomer_gets_more_known_tasks_than_who_has_had_many)
{
	WANT_I64(200, dispatch_gold_share(50, 0));
	WANT_I64(125, dispatch_gold_share(50, 5));
	WANT_I64(50, dispatch_gold_share(50, 1000));
	WANT_I64(0, dispatch_gold_share(0, 0));
	WANT_I64(500, dispatch_gold_share(300, 0));
	WANT_I64(800, dispatch_gold_share(800, 0));
	(void)c;
}

TEST(dispatch, known_tasks_that_were_given_are_counted_and_forgotten_for_who_is_watched)
{
	struct fixture f = fixture_open(
		c, (struct fixture_shape){ .tasks = 10, .gold = 9, .gold_share_permille = 1000 });
	struct dispatch_cursor_get_row who = { f.worker[0] };
	struct dispatch_cursor_get row;
	bool found;

	for (int i = 0; i < DISPATCH_SAVE_EVERY; i++)
		WANT(next_task(c, &f, 0) <= 9);
	WANT_OK(dispatch_cursor_get(c, f.project, &who, 1, &row, &found));
	WANT(found);
	WANT_I64(DISPATCH_SAVE_EVERY, row.gold_had);
	WANT_OK(dispatch_watch(c, f.project, f.worker[0]));
	WANT_OK(dispatch_cursor_get(c, f.project, &who, 1, &row, &found));
	WANT_I64(0, row.gold_had);
}

#define SURVEY                                                                               \
	"{\"blocks\":[{\"type\":\"choice\",\"name\":\"label\",\"label\":\"?\",\"options\":[" \
	"\"cat\",\"dog\"]}],\"quotas\":[{\"field\":\"label\",\"is\":\"cat\",\"max\":1}]}"

struct survey {
	struct fixture f;
	struct dispatch_desk desk;
	struct json_value *cat, *dog;
	struct assignment a[3]; /* of the first workers, at task 1 */
};

static struct survey survey_open(struct ctx *c)
{
	struct survey s = {
		.f = fixture_open(c, (struct fixture_shape){ .redundancy = 4, .template = SURVEY }),
	};
	struct json_fault fault;
	bool got;

	WANT(json_read(c->mem, S("{\"label\":\"cat\"}"), &s.cat, &fault));
	WANT(json_read(c->mem, S("{\"label\":\"dog\"}"), &s.dog, &fault));
	WANT_OK(dispatch_desk(c, s.f.project, &s.desk));
	for (int i = 0; i < 3; i++) {
		struct assignment_key key = { s.f.project, { 1 }, s.f.worker[i] };

		WANT_OK(assignment_accept(c, key, USEC_MINUTE, &s.a[i], &got));
		WANT(got);
	}
	return s;
}

static struct dispatch_hand hand_of(struct ctx *c, const struct survey *s, int i,
				    const struct json_value *answer)
{
	return (struct dispatch_hand){ c, s->f.worker[i], { 1 }, s->a[i].epoch, answer, 0, OK };
}

TEST(dispatch, an_answer_beyond_a_quota_is_refused_though_nobody_was_asked_before)
{
	struct survey s = survey_open(c);
	struct dispatch_hand hand[] = { hand_of(c, &s, 0, s.cat), hand_of(c, &s, 2, s.dog) };

	WANT_OK(dispatch_submit(c, &s.desk, hand, 2));
	WANT_I64(OK, hand[0].err);
	WANT_I64(OK, hand[1].err);
	/* The same again is no second one. */
	WANT_OK(dispatch_submit(c, &s.desk, hand, 1));
	WANT_I64(OK, hand[0].err);
	hand[0] = hand_of(c, &s, 1, s.cat);
	WANT_OK(dispatch_submit(c, &s.desk, hand, 1));
	WANT_I64(ERR_CONFLICT, hand[0].err);
	WANT_STR(S("answer.label"), c->refusal.field);
	c->refusal = (struct refusal){ 0 };
}

/* A batch has no savepoints: what is refused in it must have written nothing. */
TEST(dispatch, who_is_refused_in_a_batch_leaves_the_quotas_as_they_were)
{
	struct survey s = survey_open(c);
	struct ctx again = *c, stranger = *c, late = *c;
	struct dispatch_hand hand[] = {
		hand_of(c, &s, 0, s.cat),	  hand_of(&again, &s, 0, s.dog),
		hand_of(&stranger, &s, 2, s.cat), hand_of(&late, &s, 1, s.cat),
		hand_of(&again, &s, 2, s.dog),
	};

	hand[2].worker = s.f.worker[3];
	WANT_OK(dispatch_submit(c, &s.desk, hand, 2));
	WANT_I64(OK, hand[0].err);
	WANT_I64(ERR_CONFLICT, hand[1].err);
	again.refusal = (struct refusal){ 0 };
	/* Once more, now that his answer is in; beside one who has never had the task. */
	WANT_OK(dispatch_submit(c, &s.desk, hand + 1, 4));
	WANT_I64(ERR_CONFLICT, hand[1].err);
	WANT_I64(ERR_CONFLICT, hand[2].err);
	WANT_I64(ERR_CONFLICT, hand[3].err); /* the one cat is still the first one */
	WANT_STR(S("answer.label"), late.refusal.field);
	WANT_I64(OK, hand[4].err);
}

TEST(dispatch, work_that_comes_late_in_a_batch_counts_for_a_quota_as_any)
{
	struct survey s = survey_open(c);
	struct ctx other = *c;
	struct dispatch_hand hand[] = { hand_of(c, &s, 0, s.cat), hand_of(&other, &s, 1, s.cat) };
	int expired;

	test_wait(c, 2 * USEC_MINUTE);
	other.now = c->now;
	WANT_OK(assignment_expire(c, 10, &expired));
	WANT_OK(dispatch_submit(c, &s.desk, hand, 2));
	WANT_I64(OK, hand[0].err);
	WANT_I64(ERR_CONFLICT, hand[1].err);
}
