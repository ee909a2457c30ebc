/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "brand/brand_in.h"
#include "tests/test.h"

static int64_t percent(double ratio)
{
	return (int64_t)(ratio * 100);
}

TEST(brand, contrasts_are_those_of_the_standard)
{
	/* Black on white, white on white, and the grey that is known to be just enough. */
	WANT_I64(2100, percent(brand_contrast(0, 0xffffff)));
	WANT_I64(100, percent(brand_contrast(0xffffff, 0xffffff)));
	WANT_I64(454, percent(brand_contrast(0x767676, 0xffffff)));
	WANT_I64(447, percent(brand_contrast(0xffffff, 0x777777)));
}

TEST(brand, the_houses_own_colours_would_be_taken)
{
	WANT_OK(brand_accent_check(c, "accent", 0x2f4fd0, false));
	WANT_OK(brand_accent_check(c, "accent", 0x9db0ff, true));
}

TEST(brand, a_colour_that_cannot_be_read_is_refused_with_its_figure)
{
	size_t at;

	test_save(c);
	enum err got = brand_accent_check(c, "accent", 0xffcc00, false);
	struct str said = str_copy(c->mem, c->refusal.message);
	test_want_err(c, ERR_INPUT, got, "yellow", __FILE__, __LINE__);
	/* On #f4f4f2: found with another program, 1.37. */
	WANT(str_find(said, S("1.37 to 1, and 4.5 is the least"), &at));
	WANT_ERR(ERR_INPUT, brand_accent_check(c, "accent", 0x2f4fd0, true));
	WANT_ERR(ERR_INPUT, brand_accent_check(c, "accent", 0x9db0ff, false));
}

TEST(brand, every_colour_has_one_for_the_dark)
{
	for (int64_t r = 0; r < 256; r += 51)
		for (int64_t g = 0; g < 256; g += 51)
			for (int64_t b = 0; b < 256; b += 51)
				WANT_OK(brand_accent_check(
					c, "accent", brand_accent_for_dark(r << 16 | g << 8 | b),
					true));
	WANT_I64(0x9db0ff, brand_accent_for_dark(0x9db0ff));
}

TEST(brand, a_colour_is_six_digits_of_sixteen)
{
	int64_t colour;

	WANT(brand_colour_read(S("#17724F"), &colour));
	WANT_I64(0x17724f, colour);
	WANT(brand_colour_read(S("000000"), &colour));
	WANT_I64(0, colour);
	WANT(!brand_colour_read(S("#fff"), &colour));
	WANT(!brand_colour_read(S("#12345g"), &colour));
	WANT(!brand_colour_read(S("red;}a{"), &colour));
}

TEST(brand, what_is_set_stays_until_it_is_set_anew)
{
	struct brand b;
	struct str name;

	WANT_OK(brand_name(c, &name));
	WANT_STR(S("Tessera"), name);
	WANT_OK(brand_set(c, &(struct brand_change){ .name = S(" Mosa\xc3\xafque ") }));
	WANT_OK(brand_set(c, &(struct brand_change){ .accent = S("#17724f") }));
	WANT_OK(brand_look(c, &b));
	WANT_STR(S("Mosa\xc3\xafque"), b.name);
	WANT_I64(0x17724f, b.accent);
	WANT_OK(brand_accent_check(c, "accent", b.accent_dark, true));
	WANT_STR(str_format(c->mem, "/brand/accent-17724f-%06x.css", (unsigned)b.accent_dark),
		 brand_style_path(c->mem, &b));
	WANT_ERR(ERR_INPUT, brand_set(c, &(struct brand_change){ .accent = S("#ffff00") }));
	WANT_ERR(ERR_INPUT, brand_set(c, &(struct brand_change){ .name = S("two\nlines") }));
	WANT_ERR(ERR_INPUT, brand_set(c, &(struct brand_change){ .accent_dark = S("#000000") }));
	WANT_OK(brand_reset(c));
	WANT_OK(brand_reset(c));
	WANT_OK(brand_name(c, &name));
	WANT_STR(S("Tessera"), name);
	WANT_ERR(ERR_INPUT, brand_set(c, &(struct brand_change){ .accent_dark = S("#ffffff") }));
}

TEST(brand, a_colour_is_seen_in_both_looks_with_its_least_contrast)
{
	struct brand_seen yellow = brand_seen(0xffcc00, false), green = brand_seen(0x17724f, false);

	/* On #f4f4f2, as before; what is written on it is dark. */
	WANT_I64(137, (int64_t)(yellow.ratio * 100 + 0.5));
	WANT_STR(S("sunk"), str_of(yellow.where));
	WANT(!yellow.enough && green.enough);
	WANT_I64(0x0d1126, yellow.word);
	WANT_I64(0xffffff, green.word);
	WANT(!brand_seen(0x17724f, true).enough);
}

TEST(brand, the_name_the_colour_and_the_logo_can_each_be_taken_back)
{
	struct brand b;

	WANT_OK(brand_set(c, &(struct brand_change){ .name = S("Mosaic"),
						     .accent = S("#17724f"),
						     .kept = S("RIFF"),
						     .width = 2,
						     .height = 1 }));
	WANT_OK(brand_set(c, &(struct brand_change){ .no_accent = true }));
	WANT_OK(brand_look(c, &b));
	WANT_I64(BRAND_NONE, b.accent);
	WANT_I64(BRAND_NONE, b.accent_dark);
	WANT_STR(S("Mosaic"), b.name);
	WANT_OK(brand_set(c, &(struct brand_change){ .no_name = true }));
	WANT_OK(brand_look(c, &b));
	WANT_STR(S(""), b.name);
	WANT(b.logo.len > 0);
	WANT_OK(brand_logo_leave(c));
	WANT_OK(brand_look(c, &b));
	WANT_STR(S(""), b.logo);
	WANT_OK(brand_reset(c));
	WANT_OK(brand_logo_leave(c));
}
