/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/fixture.h"
#include "intake/intake.h"
#include "ledger/ledger.h"
#include "org/org.h"
#include "os/hash.h"
#include "os/os.h"
#include "pay/pay.h"
#include "project/project_in.h"

static user_id person(struct ctx *c, const char *name, uint32_t role)
{
	struct user_new new = {
		.name = str_of(name),
		.email = str_format(c->mem, "%s@fixture.example", name),
		.roles = role,
	};
	user_id id;

	WANT_OK(user_add(c, &new, &id));
	return id;
}

void fixture_act(struct ctx *c, user_id who, uint32_t roles)
{
	c->actor = (struct actor){
		.id = who.v, .roles = roles, .name = S("fixture"), .via = S("session")
	};
}

static void add_records(struct ctx *c, project_id project, const struct fixture_shape *s)
{
	struct buf csv = buf_make(c->mem, 1 << 20);
	const char *path = str_c(c->mem, str_format(c->mem, "%s/fixture.csv", c->data));
	source_id source;
	struct str hash;

	buf_add(&csv, s->gold > 0 ? S("name,gold_label\n") : S("name\n"));
	for (int i = 1; i <= s->tasks; i++) {
		buf_format(&csv, "item %d", i);
		if (s->gold > 0)
			buf_add(&csv, i <= s->gold ? S(",cat") : S(","));
		buf_add_char(&csv, '\n');
	}
	struct str file = s->file.len > 0 ? s->file : buf_str(&csv);
	WANT_OK(os_replace(c, path, file, 0600));
	hash = hash_sha256(c->mem, file);
	hash = text_hex(c->mem, hash.at, hash.len);
	WANT_OK(intake_keep(c, path, hash));
	WANT_OK(intake_add(c, project,
			   str_starts(file, S("{")) ? S("fixture.jsonl") : S("fixture.csv"), hash,
			   (int64_t)file.len, &source));
	test_run_jobs(c);
	WANT_OK(intake_import(c, project, source, false, S("")));
	test_run_jobs(c);
}

struct fixture fixture_more(struct ctx *c, const struct fixture *people, struct fixture_shape s)
{
	static const char *const usual =
		"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"{{name}}\"},{\"type\":\"choice\","
		"\"name\":\"label\",\"label\":\"Which?\",\"options\":[\"cat\",\"dog\"]}]}";
	struct fixture f = *people;
	struct json_value *template;
	struct json_fault fault;

	s.tasks = s.tasks > 0 ? s.tasks : 3;
	s.redundancy = s.redundancy > 0 ? s.redundancy : 2;
	s.reward_minor = s.reward_minor > 0 ? s.reward_minor : 10;
	s.time_allowed_s = s.time_allowed_s > 0 ? s.time_allowed_s : 600;
	fixture_act(c, f.requester, USER_REQUESTER);
	WANT_OK(project_new(c, f.org, S("Fixture"), &f.project));
	WANT(json_read(c->mem, str_of(s.template ? s.template : usual), &template, &fault));
	struct project_edit edit = {
		.id = f.project,
		.template = template,
		.has_template = true,
		.reward = { s.reward_minor },
		.has_reward = true,
		.redundancy = s.redundancy,
		.has_redundancy = true,
		.gold_redundancy = s.redundancy,
		.has_gold_redundancy = true,
		.gold_share_permille = s.gold_share_permille,
		.has_gold_share_permille = true,
		.time_allowed_s = s.learned ? 0 : s.time_allowed_s,
		.has_time_allowed_s = true,
		.approve_after_s = s.approve_after_s,
		.method = s.shrunk ? S("shrunk") : S("plurality"),
		.has_method = true,
		.confidence_permille = s.confidence_permille,
		.has_confidence_permille = true,
		.gold_grown = s.gold_grown,
		.has_gold_grown = true,
		.copy_permille = s.copy_permille,
		.has_copy_permille = true,
		.has_approve_after_s = true,
		.picking = s.picking,
		.has_picking = true,
	};
	WANT_OK(project_change(c, &edit));
	add_records(c, f.project, &s);
	if (s.draft)
		return f;
	WANT_OK(pay_publish(c, f.project));
	test_run_jobs(c);
	return f;
}

struct fixture fixture_open(struct ctx *c, struct fixture_shape s)
{
	struct fixture f = { .requester = person(c, "requester", USER_REQUESTER) };
	bool fresh;

	WANT_OK(org_add(c, S("Fixture"), f.requester, &f.org));
	for (int i = 0; i < FIXTURE_WORKERS; i++)
		f.worker[i] =
			person(c, str_c(c->mem, str_format(c->mem, "worker%d", i)), USER_WORKER);
	WANT_OK(ledger_deposit(c, (account_id){ f.org.v }, (money){ 1000000 }, S("fixture"),
			       &fresh));
	return fixture_more(c, &f, s);
}

void fixture_submit(struct ctx *c, const struct fixture *f, int worker, int64_t task,
		    struct str answer)
{
	struct assignment_key key = { f->project, { task }, f->worker[worker] };
	struct assignment a;
	bool got, fresh;

	WANT_OK(assignment_accept(c, key, USEC_HOUR, &a, &got));
	WANT(got);
	WANT_OK(assignment_submit(c, key, a.epoch, answer, 1000, &fresh));
	WANT(fresh);
}

void fixture_answer(struct ctx *c, const struct fixture *f, int worker, int64_t task,
		    const char *label)
{
	fixture_submit(c, f, worker, task, str_format(c->mem, "{\"label\":\"%s\"}", label));
}
