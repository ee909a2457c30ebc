/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/dies_in.h"
#include "tests/test.h"

PLAIN_TEST(ctx, the_first_refusal_is_kept)
{
	WANT_I64(ERR_FUNDS, refuse(c, ERR_FUNDS, "leg %d finds too little", 2));
	WANT_I64(ERR_INPUT, refuse_field(c, ERR_INPUT, S("price"), "no price"));
	WANT_I64(ERR_FUNDS, c->refusal.err);
	WANT_STR(S("leg 2 finds too little"), c->refusal.message);
	WANT_STR(S(""), c->refusal.field);
	c->refusal = (struct refusal){ 0 };
}

PLAIN_TEST(ctx, a_refusal_names_its_field_and_copies_it)
{
	char name[] = "blocks[2].options";

	WANT_I64(ERR_INPUT, refuse_field(c, ERR_INPUT, str_of(name), "empty"));
	memset(name, '?', sizeof(name) - 1);
	WANT_STR(S("blocks[2].options"), c->refusal.field);
	c->refusal = (struct refusal){ 0 };
}

PLAIN_TEST(ctx, a_long_message_is_cut_between_code_points)
{
	struct buf long_text = buf_make(c->mem, 2000);

	buf_add_char(&long_text, 'a');
	for (int i = 0; i < 400; i++)
		buf_add(&long_text, S("é"));
	WANT_I64(ERR_INPUT, refuse(c, ERR_INPUT, "%.*s", STR_ARG(buf_str(&long_text))));
	WANT_I64(499, (int64_t)c->refusal.message.len);
	WANT(str_is_utf8(c->refusal.message));
	c->refusal = (struct refusal){ 0 };
}

static void refuse_with_ok(void)
{
	struct arena *mem = arena_new(0);
	struct ctx c = { .mem = mem };

	(void)!refuse(&c, OK, "nothing");
}

PLAIN_TEST(ctx, to_refuse_with_ok_is_a_bug)
{
	char said[1000];

	WANT(dies(refuse_with_ok, said, sizeof(said)));
}
