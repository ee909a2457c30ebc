/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include "org/org.sql.h"
#include "org/org_in.h"
#include "tests/test.h"

static user_id someone(struct ctx *c, struct str email)
{
	user_id id;

	WANT_OK(user_add(c, &(struct user_new){ S("Ada"), email, USER_WORKER, S("") }, &id));
	return id;
}

static org_id founded(struct ctx *c, user_id owner)
{
	org_id id;

	WANT_OK(org_add(c, S("Mosaic Ltd"), owner, &id));
	return id;
}

static void act_as(struct ctx *c, user_id user)
{
	c->actor.id = user.v;
}

TEST(org, a_site_may_leave_accounts_to_its_operators)
{
	const struct setting *const lists[] = { org_room.settings };
	struct new_user_form form = { .password = S("a long sentence") };
	const struct setting_values *before = c->settings;
	struct setting_values *closed;

	WANT_OK(setting_load(c, lists, 1, S("org.sign_up = 0"), NULL, &closed));
	c->settings = closed;
	WANT_ERR(ERR_DENIED, org_sign_up_before(c, &form, NULL));
	WANT_I64(0, (int64_t)form.hash.len);
	c->settings = before;
}

TEST(org, a_new_requester_gets_an_org_of_his_own)
{
	struct user_new fresh = { S("Ada"), S("ada@example.org"), USER_REQUESTER, S("") };
	struct org_mine *mine;
	size_t count;
	user_id ada;

	WANT_OK(org_user_add(c, &fresh, &ada));
	WANT_OK(org_list_mine(c, ada, &mine, &count));
	WANT_I64(1, (int64_t)count);
	WANT_STR(S("Ada"), mine[0].name);
	WANT_I64(ORG_OWNER, mine[0].role);
}

TEST(org, a_new_worker_gets_none)
{
	struct user_new fresh = { S("Ada"), S("ada@example.org"), USER_WORKER, S("") };
	struct org_mine *mine;
	size_t count;
	user_id ada;
	org_id first;

	WANT_OK(org_user_add(c, &fresh, &ada));
	WANT_OK(org_list_mine(c, ada, &mine, &count));
	WANT_I64(0, (int64_t)count);
	WANT_ERR(ERR_MISSING, org_first(c, ada, &first));
}

TEST(org, who_becomes_a_requester_gets_one_and_only_one)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct org_mine *mine;
	size_t count;

	WANT_OK(org_user_set_roles(c, ada, USER_REQUESTER | USER_WORKER));
	WANT_OK(org_user_set_roles(c, ada, USER_REQUESTER));
	WANT_OK(org_list_mine(c, ada, &mine, &count));
	WANT_I64(1, (int64_t)count);
	WANT_ERR(ERR_INPUT, org_user_set_roles(c, ada, 0));
	WANT_ERR(ERR_MISSING, org_user_set_roles(c, (user_id){ 4711 }, USER_WORKER));
}

TEST(org, the_refusals_of_a_new_user_are_those_of_user_add)
{
	struct user_new fresh = { S("Ada"), S("no address"), USER_REQUESTER, S("") };
	user_id id;

	WANT_ERR(ERR_INPUT, org_user_add(c, &fresh, &id));
	someone(c, S("ada@example.org"));
	fresh.email = S("ada@example.org");
	WANT_ERR(ERR_CONFLICT, org_user_add(c, &fresh, &id));
}

TEST(org, an_org_has_a_name)
{
	user_id ada = someone(c, S("ada@example.org"));
	org_id id;

	WANT_ERR(ERR_INPUT, org_add(c, S(" "), ada, &id));
	WANT_ERR(ERR_INPUT, org_add(c, S("a\tb"), ada, &id));
}

TEST(org, a_stranger_and_an_absent_org_get_the_same_answer)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	org_id org = founded(c, ada);
	struct str forbidden, absent, name;

	act_as(c, eve);
	enum err err = org_must_be_member(c, org, ORG_REVIEWER);
	forbidden = c->refusal.message;
	WANT_ERR(ERR_MISSING, err);
	err = org_must_be_member(c, (org_id){ 4711 }, ORG_REVIEWER);
	absent = c->refusal.message;
	WANT_ERR(ERR_MISSING, err);
	WANT_STR(absent, forbidden);
	err = org_name(c, (org_id){ 4711 }, &name);
	absent = c->refusal.message;
	WANT_ERR(ERR_MISSING, err);
	WANT_STR(absent, forbidden);
}

TEST(org, an_operator_is_no_member_by_office)
{
	user_id ada = someone(c, S("ada@example.org"));
	org_id org = founded(c, ada);

	c->actor = (struct actor){ .id = 99, .roles = USER_OPERATOR };
	WANT_ERR(ERR_MISSING, org_must_be_member(c, org, ORG_REVIEWER));
}

TEST(org, each_role_reaches_as_far_as_it_goes)
{
	user_id ada = someone(c, S("ada@example.org")), bob = someone(c, S("bob@example.org")),
		cleo = someone(c, S("cleo@example.org"));
	org_id org = founded(c, ada);

	WANT_OK(org_member_set(c, org, bob, ORG_MEMBER));
	WANT_OK(org_member_set(c, org, cleo, ORG_REVIEWER));
	act_as(c, ada);
	WANT_OK(org_must_be_member(c, org, ORG_OWNER));
	act_as(c, bob);
	WANT_OK(org_must_be_member(c, org, ORG_MEMBER));
	WANT_ERR(ERR_DENIED, org_must_be_member(c, org, ORG_OWNER));
	act_as(c, cleo);
	WANT_OK(org_must_be_member(c, org, ORG_REVIEWER));
	WANT_ERR(ERR_DENIED, org_must_be_member(c, org, ORG_MEMBER));
}

TEST(org, two_tenants_see_each_their_own)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	org_id hers = founded(c, ada), evil = founded(c, eve), first;
	struct org_mine *mine;
	user_id *people;
	size_t count;

	WANT_OK(org_list_mine(c, ada, &mine, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(hers.v, mine[0].id.v);
	WANT_OK(org_first(c, eve, &first));
	WANT_I64(evil.v, first.v);
	WANT_OK(org_people(c, evil, ORG_REVIEWER, &people, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(eve.v, people[0].v);
	act_as(c, ada);
	WANT_ERR(ERR_MISSING, org_must_be_member(c, evil, ORG_REVIEWER));
	act_as(c, eve);
	WANT_ERR(ERR_MISSING, org_must_be_member(c, hers, ORG_REVIEWER));
}

TEST(org, a_member_gets_the_site_role_that_goes_with_it)
{
	user_id ada = someone(c, S("ada@example.org")), bob = someone(c, S("bob@example.org"));
	org_id org = founded(c, ada);
	struct user user;

	WANT_OK(org_member_set(c, org, bob, ORG_REVIEWER));
	WANT_OK(user_get(c, bob, &user));
	WANT_I64(USER_WORKER | USER_REVIEWER, user.roles);
	WANT_OK(org_member_set(c, org, bob, ORG_OWNER));
	WANT_OK(user_get(c, bob, &user));
	WANT_I64(USER_WORKER | USER_REVIEWER | USER_REQUESTER, user.roles);
}

TEST(org, the_last_owner_stays)
{
	user_id ada = someone(c, S("ada@example.org")), bob = someone(c, S("bob@example.org"));
	org_id org = founded(c, ada);

	WANT_OK(org_member_set(c, org, bob, ORG_MEMBER));
	WANT_ERR(ERR_CONFLICT, org_member_remove(c, org, ada));
	WANT_ERR(ERR_CONFLICT, org_member_set(c, org, ada, ORG_MEMBER));
	WANT_OK(org_member_set(c, org, bob, ORG_OWNER));
	WANT_OK(org_member_remove(c, org, ada));
	act_as(c, ada);
	WANT_ERR(ERR_MISSING, org_must_be_member(c, org, ORG_REVIEWER));
}

TEST(org, members_of_nothing_are_refused)
{
	user_id ada = someone(c, S("ada@example.org")), bob = someone(c, S("bob@example.org"));
	org_id org = founded(c, ada);

	WANT_ERR(ERR_MISSING, org_member_set(c, (org_id){ 4711 }, bob, ORG_MEMBER));
	WANT_ERR(ERR_MISSING, org_member_remove(c, (org_id){ 4711 }, bob));
	WANT_ERR(ERR_MISSING, org_member_remove(c, org, bob));
	WANT_ERR(ERR_MISSING, org_member_set(c, org, (user_id){ 4711 }, ORG_MEMBER));
}

TEST(org, an_org_has_at_most_five_hundred_members)
{
	user_id ada = someone(c, S("ada@example.org"));
	org_id org = founded(c, ada);

	for (int i = 0; i < ORG_MEMBERS_MAX - 1; i++)
		WANT_OK(org_member_set(c, org, someone(c, str_format(c->mem, "m%d@example.org", i)),
				       ORG_REVIEWER));
	user_id one_more = someone(c, S("late@example.org"));
	WANT_ERR(ERR_LIMIT, org_member_set(c, org, one_more, ORG_REVIEWER));
}

TEST(org, a_role_is_one_of_three_words)
{
	WANT_I64(ORG_OWNER, org_role_of(S("owner")));
	WANT_I64(ORG_REVIEWER, org_role_of(S("reviewer")));
	WANT_I64(0, org_role_of(S("")));
	WANT_I64(0, org_role_of(S("operator")));
}

/* --- the command --- */

static enum err add_by_command(struct ctx *c, struct str email, struct str role, struct str *text)
{
	const struct room_option options[] = {
		{ .name = "name" },
		{ .name = "email" },
		{ .name = "role" },
		{ .name = "password-stdin", .is_flag = true },
		{ 0 },
	};
	struct str values[] = { S("Ada"), email, role, { 0 } };
	struct room_call call = { .options = options, .value = values, .as_json = true };
	char *out = NEW_MANY(c->mem, char, 4096);
	FILE *before = stdout;

	stdout = fmemopen(out, 4096, "w");
	CHECK(stdout != NULL);
	enum err err = org_user_add_cmd(c, &call);
	fclose(stdout);
	stdout = before;
	*text = str_of(out);
	return err;
}

TEST(org, user_add_prints_the_new_number)
{
	struct json_value *reply;
	struct user user;
	struct str text, id;
	bool found;

	WANT_OK(add_by_command(c, S("ada@example.org"), S("worker, requester"), &text));
	WANT(json_read(c->mem, str_trim(text), &reply, &(struct json_fault){ 0 }));
	WANT(json_text(json_get(reply, S("id")), &id));
	WANT_OK(user_by_email(c, S("ada@example.org"), &user, &found));
	WANT(found);
	WANT_I64(USER_WORKER | USER_REQUESTER, user.roles);
	WANT_STR(str_format(c->mem, "%lld", (long long)user.id.v), id);
}

TEST(org, user_add_refuses_unknown_roles_and_taken_addresses)
{
	struct str text;

	WANT_ERR(ERR_INPUT, add_by_command(c, S("ada@example.org"), S("king"), &text));
	WANT_ERR(ERR_INPUT, add_by_command(c, S("ada@example.org"), S("worker,,reviewer"), &text));
	WANT_OK(add_by_command(c, S("eve@example.org"), S("worker"), &text));
	WANT_ERR(ERR_CONFLICT, add_by_command(c, S("eve@example.org"), S("worker"), &text));
}
