/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/setting.h"
#include "base/dies_in.h"
#include "tests/test.h"

static const struct setting shop[] = {
	{ "shop.fee_permille", "200", 0, 1000, "What the shop takes." },
	{ "shop.name", "Corner shop", 0, 0, "What it is called." },
	{ 0 },
};
static const struct setting door[] = {
	{ "door.width", "-3", -10, 10, "How wide it is." },
	{ 0 },
};
static const struct setting *const lists[] = { shop, NULL, door };
static char *const nothing[] = { NULL };

static enum err load(struct ctx *c, struct str conf, char *const *environment)
{
	struct setting_values *values = NULL;
	enum err err = setting_load(c, lists, 3, conf, environment, &values);

	if (err == OK)
		c->settings = values;
	return err;
}

PLAIN_TEST(setting, a_declared_value_holds_until_something_else_is_said)
{
	WANT_OK(load(c, S(""), nothing));
	WANT_I64(200, setting_number(c, "shop.fee_permille"));
	WANT_I64(-3, setting_number(c, "door.width"));
	WANT_STR(S("Corner shop"), setting_text(c, "shop.name"));
	WANT_STR(S("200"), setting_text(c, "shop.fee_permille"));
	WANT_OK(load(c, S(""), NULL));
}

PLAIN_TEST(setting, the_page_wins_over_the_declaration_and_the_environment_over_both)
{
	char *const environment[] = { (char[]){ "PATH=/bin" }, (char[]){ "TESSERA_DOOR_WIDTH=9" },
				      (char[]){ "TESSERA_DATA=x" },
				      (char[]){ "no sign of equality" }, NULL };
	struct str conf = S("# a remark\r\n\n  shop.name =  The = sign  \r\ndoor.width=7\n"
			    "shop.fee_permille = 0");

	WANT_OK(load(c, conf, nothing));
	WANT_STR(S("The = sign"), setting_text(c, "shop.name"));
	WANT_I64(7, setting_number(c, "door.width"));
	WANT_I64(0, setting_number(c, "shop.fee_permille"));
	WANT_OK(load(c, conf, environment));
	WANT_I64(9, setting_number(c, "door.width"));
}

static void want_fault(struct ctx *c, struct str conf, char *const *environment, struct str words)
{
	size_t at;

	WANT_I64(ERR_INPUT, load(c, conf, environment));
	WANT(str_find(c->refusal.message, words, &at));
	c->refusal = (struct refusal){ 0 };
}

PLAIN_TEST(setting, what_is_wrong_is_told_by_name_and_line)
{
	char *const bad_width[] = { (char[]){ "TESSERA_DOOR_WIDTH=wide" }, NULL };
	struct buf long_text = buf_make(c->mem, 2000);

	want_fault(c, S("\nshop.nmae = x"), nothing, S("no setting shop.nmae, in line 2"));
	want_fault(c, S("door.width = 11"), nothing,
		   S("door.width is a whole number from -10 to 10, in line 1"));
	want_fault(c, S("door.width = wide"), nothing, S("door.width is a whole number"));
	want_fault(c, S("door.width ="), nothing, S("door.width is a whole number"));
	want_fault(c, S("door.width"), nothing, S("line 1 of the settings is no"));
	want_fault(c, S("door.width=1\n\ndoor.width=1"), nothing, S("set twice, in lines 1 and 3"));
	want_fault(c, S("shop.name = \xff"), nothing, S("not UTF-8"));
	want_fault(c, S(""), bad_width, S("in TESSERA_DOOR_WIDTH"));
	buf_add(&long_text, S("shop.name="));
	for (int i = 0; i < 1001; i++)
		buf_add_char(&long_text, 'x');
	want_fault(c, buf_str(&long_text), nothing, S("a text of at most 1000 bytes, in line 1"));
	WANT_OK(load(c, str_cut(buf_str(&long_text), 0, 1010), nothing));
	WANT_I64(1000, (int64_t)setting_text(c, "shop.name").len);
}

static void ask_for_what_is_not_declared(void)
{
	struct ctx c = { .mem = arena_new(0) };

	if (load(&c, S(""), nothing) == OK)
		(void)setting_number(&c, "door.height");
}

static void ask_for_the_number_of_a_text(void)
{
	struct ctx c = { .mem = arena_new(0) };

	if (load(&c, S(""), nothing) == OK)
		(void)setting_number(&c, "shop.name");
}

static void declare_twice(void)
{
	static const struct setting *const twice[] = { shop, shop };
	struct ctx c = { .mem = arena_new(0) };
	struct setting_values *values;

	(void)!setting_load(&c, twice, 2, S(""), NULL, &values);
}

PLAIN_TEST(setting, what_is_not_declared_once_and_as_such_is_a_bug)
{
	char said[1000];

	WANT(dies(ask_for_what_is_not_declared, said, sizeof(said)));
	WANT(dies(ask_for_the_number_of_a_text, said, sizeof(said)));
	WANT(dies(declare_twice, said, sizeof(said)));
}
