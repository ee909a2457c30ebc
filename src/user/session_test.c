/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sessions, keys, and the gate. */
#include <stdio.h>
#include "os/hash.h"
#include "user/user.sql.h"
#include "user/user_test_in.h"

static struct str session(struct ctx *c, user_id user)
{
	struct str token;

	WANT_OK(user_session_start(c, user, S("test"), &token));
	test_wait(c, USEC_SECOND);
	return token;
}

static user_id someone(struct ctx *c, struct str email)
{
	return added(c, email, USER_WORKER | USER_REQUESTER, S(""));
}

TEST(user, what_is_no_token_opens_nothing)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	struct str good = session(c, ada), evil = session(c, eve);
	/* Eve's random bytes behind Ada's number, and so on. */
	struct str bad[] = {
		S(""),
		S("x"),
		S("ts_"),
		S("tk_"),
		str_cut(good, 0, good.len - 1),
		str_cut(good, 3, good.len),
		str_format(c->mem, "%.*sA", STR_ARG(good)),
		str_format(c->mem, "tk_%.*s", STR_ARG(str_cut(good, 3, good.len))),
		str_format(c->mem, "%.*s%.*s", STR_ARG(str_cut(good, 0, 16)),
			   STR_ARG(str_cut(evil, 16, evil.len))),
		token_make(c, "ts_", ada, TOKEN_SESSION_BYTES),
		S("ts_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
		S("ts_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"),
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		WANT_I64(0, shown(c, bad[i]));
	WANT_I64(ada.v, shown(c, good));
	WANT_I64(eve.v, shown(c, evil));
}

TEST(user, every_bit_of_a_token_counts)
{
	struct str good = session(c, someone(c, S("ada@example.org")));

	for (size_t i = 0; i < good.len; i++) {
		struct str bad = str_copy(c->mem, good);

		((char *)bad.at)[i] = good.at[i] == 'A' ? 'B' : 'A';
		WANT_I64(0, shown(c, bad));
	}
}

TEST(user, a_session_that_is_not_used_ends)
{
	user_id ada = someone(c, S("ada@example.org"));
	int64_t idle = setting_number(c, "user.session_idle_s") * USEC_SECOND;
	struct str token = session(c, ada);

	test_wait(c, idle - 2 * USEC_SECOND);
	WANT_I64(ada.v, shown(c, token));
	test_wait(c, idle - 2 * USEC_SECOND);
	WANT_I64(ada.v, shown(c, token));
	test_wait(c, idle + USEC_SECOND);
	WANT_I64(0, shown(c, token));
}

TEST(user, no_session_lives_longer_than_its_limit)
{
	user_id ada = someone(c, S("ada@example.org"));
	int64_t max = setting_number(c, "user.session_max_s") * USEC_SECOND;
	struct str token = session(c, ada);
	usec start = c->now;

	while (c->now.us - start.us < max - USEC_DAY) {
		WANT_I64(ada.v, shown(c, token));
		test_wait(c, USEC_DAY);
	}
	WANT_I64(ada.v, shown(c, token));
	test_wait(c, USEC_DAY);
	WANT_I64(0, shown(c, token));
}

TEST(user, use_is_noted_once_a_minute)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str token = session(c, ada);
	struct user_session_list *row;
	size_t count;
	usec began = c->now;

	began.us -= USEC_SECOND;
	test_wait(c, 30 * USEC_SECOND);
	WANT_I64(ada.v, shown(c, token));
	WANT_OK(user_session_list(c, ada, c->now, (usec){ 0 }, &row, &count));
	WANT_I64(began.us, row[0].seen.us);
	test_wait(c, USEC_MINUTE);
	WANT_I64(ada.v, shown(c, token));
	WANT_OK(user_session_list(c, ada, c->now, (usec){ 0 }, &row, &count));
	WANT_I64(c->now.us, row[0].seen.us);
}

TEST(user, a_closed_account_opens_with_nothing_until_it_is_open_again)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str token = session(c, ada);
	struct user_key key;

	WANT_OK(user_key_add(c, ada, S(""), &key));
	WANT_I64(ada.v, shown(c, key.secret_key));
	WANT_OK(user_set_disabled(c, ada, true));
	WANT_I64(0, shown(c, token));
	WANT_I64(0, shown(c, key.secret_key));
	WANT_OK(user_set_disabled(c, ada, false));
	WANT_I64(0, shown(c, token));
	WANT_I64(ada.v, shown(c, key.secret_key));
}

TEST(user, new_roles_end_the_sessions_and_hold_for_keys_at_once)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str token = session(c, ada);
	struct user_key key;

	WANT_OK(user_key_add(c, ada, S(""), &key));
	WANT_OK(user_set_roles(c, ada, USER_WORKER));
	WANT_I64(0, shown(c, token));
	WANT_I64(ada.v, shown(c, key.secret_key));
	WANT_I64(USER_WORKER, c->actor.roles);
}

TEST(user, sessions_are_ended_by_their_owner_alone)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	struct str token = session(c, ada);
	struct user_session_list *row;
	int64_t ended;
	size_t count;

	WANT_OK(user_session_list(c, ada, c->now, (usec){ 0 }, &row, &count));
	WANT_I64(1, (int64_t)count);
	WANT_OK(user_session_end(c, eve, row[0].id, c->now, &ended));
	WANT_I64(0, ended);
	WANT_I64(ada.v, shown(c, token));
	WANT_OK(user_session_end(c, ada, row[0].id, c->now, &ended));
	WANT_I64(1, ended);
	WANT_I64(0, shown(c, token));
	WANT_OK(user_session_list(c, ada, c->now, (usec){ 0 }, &row, &count));
	WANT_I64(0, (int64_t)count);
}

TEST(user, the_fifty_newest_sessions_are_kept)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str first = session(c, ada), second = session(c, ada);

	for (int i = 0; i < 49; i++)
		(void)session(c, ada);
	WANT_I64(0, shown(c, first));
	WANT_I64(ada.v, shown(c, second));
}

TEST(user, sessions_are_swept_ninety_days_after_their_end)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct user_session_from row;
	bool found;

	c->actor.address = S("192.0.2.1");
	(void)session(c, ada);
	test_wait(c, 31 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(user_session_from(c, ada, S("192.0.2.1"), &row, &found));
	WANT(found);
	test_wait(c, 91 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(user_session_from(c, ada, S("192.0.2.1"), &row, &found));
	WANT(!found);
}

TEST(user, freshness_is_a_session_of_less_than_an_hour)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str token = session(c, ada);
	struct user_key key;

	WANT_OK(user_key_add(c, ada, S(""), &key));
	(void)shown(c, token);
	WANT_OK(user_must_be_fresh(c));
	(void)shown(c, key.secret_key);
	WANT_ERR(ERR_DENIED, user_must_be_fresh(c));
	test_wait(c, USEC_HOUR);
	(void)shown(c, token);
	WANT_ERR(ERR_DENIED, user_must_be_fresh(c));
	c->actor = (struct actor){ .id = ada.v, .via = S("command") };
	WANT_ERR(ERR_DENIED, user_must_be_fresh(c));
}

/* --- keys --- */

TEST(user, a_key_is_shown_once_and_opens_the_gate_until_it_is_ended)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	struct user_key key;
	int64_t ended;

	WANT_OK(user_key_add(c, ada, S("notebook"), &key));
	WANT_I64(20, (int64_t)key.access_key.len);
	WANT(str_starts(key.access_key, S("TK")));
	WANT(str_starts(key.secret_key, S("tk_")));
	WANT_I64(ada.v, shown(c, key.secret_key));
	WANT_STR(S("key"), c->actor.via);
	WANT_I64(USER_WORKER | USER_REQUESTER, c->actor.roles);
	WANT_OK(user_key_end(c, eve, key.access_key, c->now, &ended));
	WANT_I64(0, ended);
	WANT_I64(ada.v, shown(c, key.secret_key));
	WANT_OK(user_key_end(c, ada, key.access_key, c->now, &ended));
	WANT_I64(1, ended);
	WANT_I64(0, shown(c, key.secret_key));
}

TEST(user, a_user_has_at_most_twenty_open_keys)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct user_key key;
	int64_t ended;

	for (int i = 0; i < 20; i++)
		WANT_OK(user_key_add(c, ada, S(""), &key));
	WANT_ERR(ERR_LIMIT, user_key_add(c, ada, S(""), &key));
	WANT_OK(user_key_end(c, ada, key.access_key, c->now, &ended));
	WANT_OK(user_key_add(c, ada, S(""), &key));
}

TEST(user, a_label_is_one_line)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct user_key key;

	WANT_ERR(ERR_INPUT, user_key_add(c, ada, S("a\nb"), &key));
}

/* Everything that this room keeps about a user, as one text. */
static const struct store_stmt all_rows = {
	"test_all_rows",
	"SELECT token_hash, agent, address FROM user_session UNION ALL "
	"SELECT secret_hash, label, access_key FROM user_key UNION ALL "
	"SELECT token_hash, '', '' FROM user_reset",
	"",
	"btt",
	STORE_MANY,
	"each",
	0,
	NULL,
	"",
};

TEST(user, no_token_is_stored_in_clear)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str token = session(c, ada), hash, reset = user_reset_token(c, ada, &hash);
	struct store_rows rows = { 0 };
	struct user_key key;
	int found = 0;

	WANT_OK(user_reset_keep(c, ada, hash));
	WANT_OK(user_key_add(c, ada, S(""), &key));
	struct str secret[] = { token, key.secret_key, reset };
	WANT_OK(store_run(c, &all_rows, NULL, NULL, &rows));
	WANT_I64(3, (int64_t)rows.count);
	for (size_t i = 0; i < rows.count * rows.columns; i++)
		for (size_t k = 0; k < 3; k++) {
			size_t at;

			WANT(!str_find(rows.value[i].s, str_cut(secret[k], 14, secret[k].len),
				       &at));
			found += str_eq(rows.value[i].s, hash_sha256(c->mem, secret[k]));
		}
	WANT_I64(3, found);
}

/* --- commands --- */

/* What a command writes to standard output. */
static struct str output(struct ctx *c, enum err (*run)(struct ctx *, const struct room_call *),
			 const struct room_call *call, enum err wanted)
{
	FILE *before = stdout;
	char *text = NEW_MANY(c->mem, char, 4096);

	stdout = fmemopen(text, 4096, "w");
	CHECK(stdout != NULL);
	enum err err = run(c, call);
	fclose(stdout);
	stdout = before;
	if (wanted == OK)
		WANT_OK(err);
	else
		WANT_I64(wanted, err);
	return str_of(text);
}

TEST(user, key_add_prints_a_pair_that_works)
{
	const struct room_option options[] = { { .name = "user" }, { .name = "label" }, { 0 } };
	struct str values[] = { S("Ada@example.org"), S("laptop") };
	struct room_call call = { .options = options, .value = values };
	user_id ada = someone(c, S("ada@example.org"));
	struct json_value *pair;
	struct str secret;

	struct str text = output(c, user_key_add_cmd, &call, OK);
	WANT(json_read(c->mem, str_trim(text), &pair, &(struct json_fault){ 0 }));
	WANT(json_text(json_get(pair, S("secret_key")), &secret));
	WANT_I64(ada.v, shown(c, secret));
}

TEST(user, key_add_for_nobody_is_refused)
{
	const struct room_option options[] = { { .name = "user" }, { .name = "label" }, { 0 } };
	struct str values[] = { S("eve@example.org"), S("") };
	struct room_call call = { .options = options, .value = values };

	WANT_STR(S(""), output(c, user_key_add_cmd, &call, ERR_MISSING));
	WANT_ERR(ERR_MISSING, c->refusal.err);
}
