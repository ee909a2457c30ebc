/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Colours and what can be read on them. The grounds are those of ui/src/css/tokens.css; a browser
 * test compares the two (look.test.mjs).
 */
#include <math.h>
#include "brand/brand_in.h"

struct look {
	const char *name;
	int64_t bg, surface, sunk, muted;
	int tint; /* percent of the accent in its tint, over the surface or the ground */
	int64_t tint_over;
};

static const struct look looks[] = {
	{ "light", 0xfcfcfb, 0xffffff, 0xf4f4f2, 0x5f646c, 8, 0xffffff },
	{ "dark", 0x111214, 0x17181b, 0x1c1e21, 0xa0a6ae, 15, 0x111214 },
};

/* What is written on the accent. */
enum { WORD_LIGHT = 0xffffff, WORD_DARK = 0x0d1126 };
const double BRAND_LEAST = 4.5;

bool brand_colour_read(struct str text, int64_t *out)
{
	struct str bytes;
	char small[6];

	if (str_starts(text, S("#")))
		text = str_cut(text, 1, text.len);
	if (text.len != 6)
		return false;
	*out = 0;
	for (size_t i = 0; i < 6; i++) {
		char c = text.at[i];

		small[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
		bytes = S("0123456789abcdef");
		size_t at;
		if (!str_find(bytes, (struct str){ &small[i], 1 }, &at))
			return false;
		*out = *out * 16 + (int64_t)at;
	}
	return true;
}

static double linear(int64_t channel)
{
	double c = (double)(channel & 0xff) / 255.0;

	return c <= 0.04045 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int64_t colour)
{
	return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8) +
	       0.0722 * linear(colour);
}

double brand_contrast(int64_t one, int64_t other)
{
	double a = luminance(one) + 0.05, b = luminance(other) + 0.05;

	return a > b ? a / b : b / a;
}

static int64_t mix(int64_t colour, int64_t with, int percent)
{
	int64_t out = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		int64_t a = (colour >> shift) & 0xff, b = (with >> shift) & 0xff;

		out |= (a * percent + b * (100 - percent) + 50) / 100 << shift;
	}
	return out;
}

static int64_t tint_of(int64_t accent, const struct look *look)
{
	return mix(accent, look->tint_over, look->tint);
}

static int64_t word_on(int64_t accent)
{
	return brand_contrast(accent, WORD_LIGHT) >= brand_contrast(accent, WORD_DARK) ?
		       (int64_t)WORD_LIGHT :
		       (int64_t)WORD_DARK;
}

struct brand_seen brand_seen(int64_t accent, bool is_dark)
{
	const struct look *look = &looks[is_dark];
	struct brand_seen out = {
		accent, word_on(accent), tint_of(accent, look), look->bg, 21, "", "", false
	};
	const struct {
		const char *where, *said;
		int64_t one, other;
	} pairs[] = {
		{ "page", "on the page's ground", accent, look->bg },
		{ "panel", "on a panel", accent, look->surface },
		{ "sunk", "on a sunk ground", accent, look->sunk },
		{ "tint", "on its own tint", accent, out.tint },
		{ "quiet", "of quiet text on its tint", look->muted, out.tint },
		{ "word", "of words on it", accent, out.word },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		double found = brand_contrast(pairs[i].one, pairs[i].other);

		if (found < out.ratio) {
			out.ratio = found;
			out.where = pairs[i].where;
			out.said = pairs[i].said;
		}
	}
	out.enough = out.ratio >= BRAND_LEAST;
	/* Rounded down: what is refused does not read as if it were enough. */
	out.ratio = floor(out.ratio * 100) / 100;
	return out;
}

enum err brand_accent_check(struct ctx *c, const char *field, int64_t accent, bool dark)
{
	struct brand_seen seen = brand_seen(accent, dark);

	if (seen.enough)
		return OK;
	return refuse_field(c, ERR_INPUT, str_of(field),
			    "in the %s look its contrast %s is %.2f to 1, and %.1f is the least",
			    looks[dark].name, seen.said, seen.ratio, BRAND_LEAST);
}

int64_t brand_accent_for_dark(int64_t accent)
{
	int percent = 100;

	while (percent > 0 && !brand_seen(mix(accent, 0xffffff, percent), true).enough)
		percent -= 5;
	return mix(accent, 0xffffff, percent);
}

struct str brand_style(struct arena *mem, int64_t accent, int64_t accent_dark)
{
	unsigned light[] = { (unsigned)accent, (unsigned)word_on(accent),
			     (unsigned)tint_of(accent, &looks[0]) },
		 dark[] = { (unsigned)accent_dark, (unsigned)word_on(accent_dark),
			    (unsigned)tint_of(accent_dark, &looks[1]) };

	return str_format(mem,
			  ":root:root{--accent:#%06x;--on-accent:#%06x;--tint:#%06x}\n"
			  "@supports(color:light-dark(#fff,#000)){:root:root{"
			  "--accent:light-dark(#%06x,#%06x);--on-accent:light-dark(#%06x,#%06x);"
			  "--tint:light-dark(#%06x,#%06x)}}\n"
			  "@supports not (color:light-dark(#fff,#000)){@media(prefers-color-scheme:"
			  "dark){:root:root:not([data-theme=light]){--accent:#%06x;"
			  "--on-accent:#%06x;--tint:#%06x}}}\n",
			  light[0], light[1], light[2], light[0], dark[0], light[1], dark[1],
			  light[2], dark[2], dark[0], dark[1], dark[2]);
}
