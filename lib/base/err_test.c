/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/dies_in.h"
#include "tests/test.h"

PLAIN_TEST(err, each_refusal_has_its_row_and_an_exit_code_of_its_own)
{
	for (int i = 1; i < ERR_COUNT; i++) {
		const struct err_row *row = err_row((enum err)i);

		WANT(row->word[0] != '\0' && row->plain[0] != '\0');
		WANT(row->status >= 400 && row->status < 600);
		for (int k = 0; k < i; k++)
			WANT(err_row((enum err)k)->exit_code != row->exit_code);
	}
	WANT_I64(402, err_row(ERR_FUNDS)->status);
	WANT_I64(0, err_row(OK)->exit_code);
}

static void break_a_check(void)
{
	check_story("request %d of %s", 7, "nobody");
	CHECK(1 + 1 == 3);
}

PLAIN_TEST(err, a_failed_check_tells_the_condition_and_the_story_and_aborts)
{
	char said[1000];
	size_t at;

	WANT(dies(break_a_check, said, sizeof(said)));
	WANT(str_find(str_of(said), S("1 + 1 == 3"), &at));
	WANT(str_find(str_of(said), S("break_a_check"), &at));
	WANT(str_find(str_of(said), S("request 7 of nobody"), &at));
}

static void tell_a_long_story(void)
{
	char story[500];

	memset(story, 'x', sizeof(story) - 1);
	story[sizeof(story) - 1] = '\0';
	check_story("%s", story);
	CHECK(false);
}

PLAIN_TEST(err, two_hundred_bytes_of_a_story_are_kept)
{
	char said[1000];
	size_t from, line;

	WANT(dies(tell_a_long_story, said, sizeof(said)));
	WANT(str_find(str_of(said), S("xxx"), &from));
	WANT(str_find(str_cut(str_of(said), from, sizeof(said)), S("\n"), &line));
	WANT_I64(200, (int64_t)line);
}

static void ask_for_no_error(void)
{
	(void)err_row(ERR_COUNT);
}

PLAIN_TEST(err, an_unknown_refusal_is_a_bug)
{
	char said[1000];

	WANT(dies(ask_for_no_error, said, sizeof(said)));
}
