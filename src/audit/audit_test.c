/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "audit/audit.h"
#include "audit/audit.sql.h"
#include "tests/test.h"

/* What somebody with the database in his hands would do. */
static const struct store_stmt change_detail = {
	"test_change_detail",
	"UPDATE audit SET detail = '{\"n\":9}' WHERE scope = 7 AND seq = 2",
	"",
	"",
	STORE_CHANGED,
	"each",
	0,
	NULL,
	"",
};
static const struct store_stmt remove_middle = {
	"test_remove_middle",
	"DELETE FROM audit WHERE scope = 7 AND seq = 2",
	"",
	"",
	STORE_CHANGED,
	"each",
	0,
	NULL,
	"",
};
static const struct store_stmt remove_end = {
	"test_remove_end",
	"DELETE FROM audit WHERE scope = 7 AND seq = 3",
	"",
	"",
	STORE_CHANGED,
	"each",
	0,
	NULL,
	"",
};
static const struct store_stmt change_head = {
	"test_change_head",
	"UPDATE audit_head SET seq = 2 WHERE scope = 7",
	"",
	"",
	STORE_CHANGED,
	"each",
	0,
	NULL,
	"",
};

static void three_acts(struct ctx *c)
{
	WANT_OK(audit_add(c, 7, S("project.publish"), 7, S("{\"n\":1}")));
	WANT_OK(audit_add(c, 7, S("project.pause"), 7, S("{\"n\":2}")));
	WANT_OK(audit_add(c, 7, S("project.resume"), 7, S("")));
}

static void tamper(struct ctx *c, const struct store_stmt *how)
{
	int64_t changed;

	WANT_OK(store_run(c, how, NULL, &changed, NULL));
	WANT_I64(1, changed);
}

static void want_broken(struct ctx *c, struct str wanted)
{
	struct str broken;

	WANT_OK(audit_verify(c, &broken));
	WANT_STR(wanted, str_cut(broken, 0, wanted.len));
	WANT((broken.len == 0) == (wanted.len == 0));
}

TEST(audit, what_was_written_is_sound)
{
	three_acts(c);
	WANT_OK(audit_add(c, AUDIT_SITE, S("user.add"), 5, S("")));
	want_broken(c, S(""));
}

TEST(audit, each_scope_counts_from_one)
{
	struct audit_chain *row;
	size_t count;

	three_acts(c);
	WANT_OK(audit_add(c, 8, S("project.publish"), 8, S("")));
	WANT_OK(audit_chain(c, 8, 0, 10, &row, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(1, row[0].seq);
	WANT_OK(audit_chain(c, 7, 0, 10, &row, &count));
	WANT_I64(3, (int64_t)count);
	WANT_STR(S("project.pause"), row[1].act);
}

TEST(audit, an_entry_says_who_did_it_and_from_where)
{
	struct audit_page *row;
	size_t count;

	c->actor = (struct actor){ .id = 42, .via = S("session"), .address = S("192.0.2.1") };
	WANT_OK(audit_add(c, 7, S("project.publish"), 9, S("{\"a\":1}")));
	WANT_OK(audit_page(c, INT64_MAX, INT64_MAX, INT64_MAX, 7, S(""), 10, &row, &count));
	WANT_I64(1, (int64_t)count);
	WANT_I64(42, row[0].actor);
	WANT_I64(9, row[0].about);
	WANT_STR(S("session"), row[0].via);
	WANT_STR(S("192.0.2.1"), row[0].address);
	WANT_STR(S("{\"a\":1}"), row[0].detail);
}

TEST(audit, a_changed_entry_is_named)
{
	three_acts(c);
	tamper(c, &change_detail);
	want_broken(c, S("scope 7, entry 2"));
}

TEST(audit, a_removed_entry_is_named_by_the_chain_and_by_the_invariant)
{
	struct audit_gap *gap;
	size_t count;

	three_acts(c);
	test_save(c);
	tamper(c, &remove_middle);
	want_broken(c, S("scope 7, entry 2"));
	WANT_OK(audit_gap(c, &gap, &count));
	WANT_I64(1, (int64_t)count);
	test_attempt(c, ERR_CONFLICT);
}

TEST(audit, a_cut_end_is_named_by_the_chain_and_by_the_invariant)
{
	struct audit_cut *cut;
	size_t count;

	three_acts(c);
	test_save(c);
	tamper(c, &remove_end);
	want_broken(c, S("scope 7, entry 3"));
	WANT_OK(audit_cut(c, &cut, &count));
	WANT_I64(1, (int64_t)count);
	tamper(c, &change_head);
	want_broken(c, S("scope 7, entry 3"));
	test_attempt(c, ERR_CONFLICT);
}

TEST(audit, a_chain_of_several_pages_is_walked_to_its_end)
{
	for (int i = 0; i < 1003; i++)
		WANT_OK(audit_add(c, 7, S("project.look"), i, S("")));
	want_broken(c, S(""));
	tamper(c, &change_detail);
	want_broken(c, S("scope 7, entry 2"));
}

TEST(audit, an_address_is_forgotten_and_the_chain_stays_sound)
{
	struct audit_page *row;
	size_t count;

	c->actor.address = S("192.0.2.1");
	three_acts(c);
	test_wait(c, 89 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(audit_page(c, INT64_MAX, INT64_MAX, INT64_MAX, 7, S(""), 10, &row, &count));
	WANT_STR(S("192.0.2.1"), row[0].address);
	test_wait(c, 2 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(audit_page(c, INT64_MAX, INT64_MAX, INT64_MAX, 7, S(""), 10, &row, &count));
	WANT_STR(S(""), row[0].address);
	want_broken(c, S(""));
}

TEST(audit, pages_follow_each_other_without_gap_or_repeat)
{
	struct audit_page *row;
	size_t count;

	three_acts(c);
	WANT_OK(audit_page(c, INT64_MAX, INT64_MAX, INT64_MAX, -1, S(""), 2, &row, &count));
	WANT_I64(2, (int64_t)count);
	WANT_STR(S("project.resume"), row[0].act);
	WANT_OK(audit_page(c, row[1].at.us, row[1].scope, row[1].seq, -1, S(""), 2, &row, &count));
	WANT_I64(1, (int64_t)count);
	WANT_STR(S("project.publish"), row[0].act);
	WANT_OK(audit_page(c, INT64_MAX, INT64_MAX, INT64_MAX, -1, S("project.pause"), 9, &row,
			   &count));
	WANT_I64(1, (int64_t)count);
}

static enum err act_and_refuse(struct ctx *c)
{
	TRY(audit_add(c, 7, S("project.close"), 7, S("")));
	return refuse(c, ERR_CONFLICT, "not so");
}

TEST(audit, an_act_that_did_not_happen_has_no_entry)
{
	struct audit_chain *row;
	size_t count;

	three_acts(c);
	WANT_ERR(ERR_CONFLICT, act_and_refuse(c));
	WANT_OK(audit_chain(c, 7, 0, 10, &row, &count));
	WANT_I64(3, (int64_t)count);
	want_broken(c, S(""));
}
