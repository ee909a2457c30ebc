/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "notice/notice.sql.h"
#include "notice/notice_in.h"
#include "tests/test.h"

static user_id someone(struct ctx *c, struct str email)
{
	user_id id;

	WANT_OK(user_add(c, &(struct user_new){ S("Ada"), email, USER_WORKER, S("") }, &id));
	return id;
}

static struct str repeated(struct ctx *c, char sign, int count)
{
	struct buf out = buf_make(c->mem, 30000);

	for (int i = 0; i < count; i++)
		buf_add_char(&out, sign);
	return buf_str(&out);
}

/* The mails that lie in DATA/mail, and the text of the last of them. */
static size_t mails(struct ctx *c, struct str *last)
{
	const char *folder = str_c(c->mem, str_format(c->mem, "%s/mail", c->data));
	struct str *name;
	size_t count;

	WANT_OK(os_make_folder(c, folder));
	WANT_OK(os_list(c, folder, &name, &count));
	if (count > 0) {
		struct str path = str_format(c->mem, "%s/%.*s", folder, STR_ARG(name[count - 1]));

		WANT_OK(os_slurp(c, str_c(c->mem, path), 100000, last));
	}
	return count;
}

/* --- on the page --- */

TEST(notice, a_notice_stands_unread_until_it_is_read)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct notice_page *row;
	int64_t unread, changed;
	size_t count;

	WANT_OK(notice_add(c, ada, S("paid:1"), S("money"), S("You were paid.")));
	test_wait(c, USEC_SECOND);
	WANT_OK(notice_add(c, ada, S("paid:2"), S("money"), S("You were paid again.")));
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(2, unread);
	WANT_OK(notice_page(c, ada, INT64_MAX, 10, &row, &count));
	WANT_I64(2, (int64_t)count);
	WANT_STR(S("You were paid again."), row[0].text);
	WANT_OK(notice_read(c, ada, row[1].id, c->now, &changed));
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(1, unread);
}

TEST(notice, the_same_cause_is_told_once)
{
	user_id ada = someone(c, S("ada@example.org"));
	int64_t unread;

	WANT_OK(notice_add(c, ada, S("paid:1"), S("money"), S("You were paid.")));
	WANT_OK(notice_add(c, ada, S("paid:1"), S("money"), S("You were paid.")));
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(1, unread);
}

TEST(notice, everybody_reads_his_own)
{
	user_id ada = someone(c, S("ada@example.org")), eve = someone(c, S("eve@example.org"));
	struct notice_page *row;
	int64_t unread, changed;
	size_t count;

	WANT_OK(notice_add(c, ada, S("paid:1"), S("money"), S("You were paid.")));
	WANT_OK(notice_page(c, eve, INT64_MAX, 10, &row, &count));
	WANT_I64(0, (int64_t)count);
	WANT_OK(notice_read(c, eve, INT64_MAX, c->now, &changed));
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(1, unread);
}

TEST(notice, texts_and_keys_have_limits)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str kind = S("work"), key = S("k");

	WANT_OK(notice_add(c, ada, key, kind, repeated(c, 'x', NOTICE_TEXT_MAX)));
	WANT_ERR(ERR_INPUT,
		 notice_add(c, ada, S("l"), kind, repeated(c, 'x', NOTICE_TEXT_MAX + 1)));
	WANT_ERR(ERR_INPUT, notice_add(c, ada, S("l"), kind, S("")));
	WANT_ERR(ERR_INPUT, notice_add(c, ada, S("l"), kind, S("a\x01")));
	WANT_ERR(ERR_INPUT, notice_add(c, ada, S(""), kind, S("text")));
	WANT_ERR(ERR_INPUT, notice_add(c, ada, S("a\nb"), kind, S("text")));
	WANT_ERR(ERR_INPUT,
		 notice_add(c, ada, repeated(c, 'k', NOTICE_KEY_MAX + 1), kind, S("text")));
}

TEST(notice, notices_are_dropped_after_a_year)
{
	user_id ada = someone(c, S("ada@example.org"));
	int64_t unread;

	WANT_OK(notice_add(c, ada, S("paid:1"), S("money"), S("You were paid.")));
	test_wait(c, 364 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(1, unread);
	test_wait(c, 2 * USEC_DAY);
	test_run_jobs(c);
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(0, unread);
}

/* --- by mail --- */

TEST(notice, a_mail_becomes_a_file_when_there_is_no_server)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str text;
	size_t at;

	WANT_OK(notice_mail(c, ada, S("hello"),
			    S("Gr\xc3\xbc\xc3\x9f"
			      "e"),
			    S("Hello,\n\nall is well.\n")));
	WANT_I64(0, (int64_t)mails(c, &text));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
	WANT(str_starts(text, S("From: Tessera <noreply@localhost>\r\nTo: <ada@example.org>\r\n"
				"Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\nDate: ")));
	WANT(str_ends(text, S("\r\n\r\nHello,\r\n\r\nall is well.\r\n")));
	WANT(str_find(text, S("\r\nMessage-ID: <"), &at));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
}

TEST(notice, the_same_cause_is_mailed_once)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str text;

	WANT_OK(notice_mail(c, ada, S("hello"), S("Hello"), S("One.\n")));
	WANT_OK(notice_mail(c, ada, S("hello"), S("Hello"), S("Two.\n")));
	test_run_jobs(c);
	WANT_OK(notice_mail(c, ada, S("hello"), S("Hello"), S("Three.\n")));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
	WANT(str_ends(text, S("One.\r\n")));
}

TEST(notice, a_mail_to_a_closed_account_is_dropped)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str text;

	WANT_OK(notice_mail(c, ada, S("hello"), S("Hello"), S("One.\n")));
	WANT_OK(user_set_disabled(c, ada, true));
	test_run_jobs(c);
	WANT_I64(0, (int64_t)mails(c, &text));
	WANT_OK(user_set_disabled(c, ada, false));
	test_run_jobs(c);
	WANT_I64(0, (int64_t)mails(c, &text));
}

TEST(notice, a_mail_has_limits_and_a_plain_subject)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str evil = S("Hello\r\nBcc: eve@example.org");

	WANT_ERR(ERR_INPUT, notice_mail(c, ada, S("k"), evil, S("text")));
	WANT_ERR(ERR_INPUT, notice_mail(c, ada, S("k"), S("a\nb"), S("text")));
	WANT_ERR(ERR_INPUT, notice_mail(c, ada, S("k"), S(""), S("text")));
	WANT_ERR(ERR_INPUT, notice_mail(c, ada, S("k"), repeated(c, 's', 201), S("text")));
	WANT_ERR(ERR_INPUT, notice_mail(c, ada, S("k"), S("s"), S("")));
	WANT_ERR(ERR_INPUT,
		 notice_mail(c, ada, S("k"), S("s"), repeated(c, 't', NOTICE_MAIL_MAX + 1)));
	WANT_ERR(ERR_INPUT, notice_mail(c, ada, evil, S("s"), S("text")));
}

TEST(notice, the_last_door_lets_no_header_through)
{
	struct mail good = { S("Tessera <noreply@example.org>"),
			     S("ada@example.org"),
			     S("Hello"),
			     S("text"),
			     S("1.2"),
			     { 0 },
			     S("") };
	struct str text;

	WANT_OK(mail_send(c, &good));
	for (int i = 0; i < 8; i++) {
		struct mail bad = good;

		if (i == 0)
			bad.to = S("ada@example.org\r\nBcc: eve@example.org");
		else if (i == 1)
			bad.subject = S("Hello\nBcc: eve@example.org");
		else if (i == 2)
			bad.from = S("Tessera\r\nBcc: eve@example.org <noreply@example.org>");
		else if (i == 3)
			bad.to = S("ada@example.org> , <eve@example.org");
		else if (i == 4)
			bad.to = S("nobody");
		else if (i == 5)
			bad.id = S("1>\r\nBcc: eve@example.org");
		else if (i == 6)
			bad.name = S("Tessera\r\nBcc: eve@example.org");
		else
			bad.to = S("ada@example.org eve@example.org");
		WANT_ERR(ERR_INPUT, mail_send(c, &bad));
	}
	WANT_I64(1, (int64_t)mails(c, &text));
}

TEST(notice, a_mail_comes_from_the_site_by_its_name)
{
	struct mail mail = {
		S("noreply@example.org"), S("ada@example.org"), S("s"), S("text"), S("1.2"), { 0 },
		S("Mosa\xc3\xafque")
	};
	struct str out;

	WANT_OK(mail_send(c, &mail));
	WANT_I64(1, (int64_t)mails(c, &out));
	WANT(str_starts(out, S("From: =?UTF-8?B?TW9zYcOvcXVl?= <noreply@example.org>\r\n")));
	mail.name = S("Nord, \"Lab\"");
	WANT_OK(mail_send(c, &mail));
	(void)mails(c, &out);
	WANT(str_starts(out, S("From: =?UTF-8?B?Tm9yZCwgIkxhYiI=?= <noreply@example.org>\r\n")));
	/* A name that the operator has put before the address stays. */
	mail.from = S("Post <noreply@example.org>");
	WANT_OK(mail_send(c, &mail));
	(void)mails(c, &out);
	WANT(str_starts(out, S("From: Post <noreply@example.org>\r\n")));
}

TEST(notice, a_long_subject_is_cut_into_words_between_its_characters)
{
	struct buf subject = buf_make(c->mem, 1000);
	struct mail mail = { S("noreply@example.org"),
			     S("ada@example.org"),
			     { 0 },
			     S("text"),
			     S("1.2"),
			     { 0 },
			     S("") };
	struct str out, rest, word;
	int words = 0;

	for (int i = 0; i < 60; i++)
		buf_add(&subject, S("\xe2\x82\xac"));
	mail.subject = buf_str(&subject);
	WANT_OK(mail_send(c, &mail));
	WANT_I64(1, (int64_t)mails(c, &out));
	rest = out;
	for (size_t at; str_find(rest, S("=?UTF-8?B?"), &at); words++) {
		struct str tail = str_cut(rest, at + 10, rest.len), bytes;
		size_t end;

		WANT(str_find(tail, S("?="), &end));
		WANT(end <= 75 - 12);
		word = str_cut(tail, 0, end);
		while (str_ends(word, S("=")))
			word.len--;
		/* No sign of this text is one that the two base64 alphabets write differently. */
		WANT(text_base64url_read(c->mem, word, &bytes) && str_is_utf8(bytes));
		rest = str_cut(tail, end, tail.len);
	}
	WANT_I64(5, words);
}

TEST(notice, the_date_is_the_day_it_was)
{
	struct mail mail = { S("noreply@example.org"),
			     S("ada@example.org"),
			     S("s"),
			     S("text"),
			     S("1.2"),
			     { 0 },
			     S("") };
	struct str out;
	size_t at;

	WANT(usec_parse(S("2026-11-21T09:30:05Z"), &mail.at));
	WANT_OK(mail_send(c, &mail));
	WANT_I64(1, (int64_t)mails(c, &out));
	WANT(str_find(out, S("\r\nDate: Sat, 21 Nov 2026 09:30:05 +0000\r\n"), &at));
}

/* --- forgotten passwords --- */

static struct str token_in(struct str text)
{
	size_t at;

	WANT(str_find(text, S("/reset#"), &at));
	struct str rest = str_cut(text, at + 7, text.len), token, tail;

	WANT(str_split(rest, '\r', &token, &tail));
	return token;
}

TEST(notice, a_reset_mail_brings_a_token_that_works)
{
	user_id ada = someone(c, S("ada@example.org")), who;
	struct str text;

	WANT_OK(notice_reset_mail(c, ada));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
	WANT_OK(user_reset_use(c, token_in(text), S("hash"), &who));
	WANT_I64(ada.v, who.v);
	WANT_ERR(ERR_INPUT, user_reset_use(c, token_in(text), S("hash"), &who));
}

TEST(notice, a_changed_password_is_told_on_the_page_and_by_mail)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str text;
	int64_t unread;
	size_t at;

	WANT_OK(user_set_password(c, ada, S("hash")));
	test_run_jobs(c);
	WANT_OK(notice_unread(c, ada, &unread));
	WANT_I64(1, unread);
	WANT_I64(1, (int64_t)mails(c, &text));
	WANT(str_find(text, S("Subject: Your password was changed\r\n"), &at));
}

static const struct store_stmt all_mail = {
	"test_all_mail",
	"SELECT subject, text, key FROM notice_mail",
	"",
	"ttt",
	STORE_MANY,
	"each",
	0,
	NULL,
	"",
};

TEST(notice, the_token_of_a_reset_stands_in_no_row)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct store_rows before = { 0 }, after = { 0 };
	struct str text;
	size_t at;

	WANT_OK(notice_reset_mail(c, ada));
	WANT_OK(store_run(c, &all_mail, NULL, NULL, &before));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
	WANT_OK(store_run(c, &all_mail, NULL, NULL, &after));
	WANT_I64(1, (int64_t)before.count);
	WANT_I64(1, (int64_t)after.count);
	for (size_t i = 0; i < 3; i++) {
		WANT(!str_find(before.value[i].s, token_in(text), &at));
		WANT(!str_find(after.value[i].s, token_in(text), &at));
	}
}

TEST(notice, there_is_one_reset_mail_in_ten_minutes)
{
	user_id ada = someone(c, S("ada@example.org"));
	struct str text;

	WANT_OK(notice_reset_mail(c, ada));
	WANT_OK(notice_reset_mail(c, ada));
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
	test_wait(c, 10 * USEC_MINUTE);
	WANT_OK(notice_reset_mail(c, ada));
	test_run_jobs(c);
	WANT_I64(2, (int64_t)mails(c, &text));
}

TEST(notice, a_mail_that_cannot_be_written_is_tried_again)
{
	user_id ada = someone(c, S("ada@example.org"));
	const char *folder = str_c(c->mem, str_format(c->mem, "%s/mail", c->data));
	struct str text;

	/* A file stands where the folder should be. */
	WANT_OK(os_replace(c, folder, S("x"), 0600));
	WANT_OK(notice_mail(c, ada, S("hello"), S("Hello"), S("One.\n")));
	test_run_jobs(c);
	WANT_OK(os_remove(c, folder));
	WANT_I64(0, (int64_t)mails(c, &text));
	test_wait(c, USEC_MINUTE);
	test_run_jobs(c);
	WANT_I64(1, (int64_t)mails(c, &text));
}
