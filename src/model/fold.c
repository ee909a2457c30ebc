/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Words out of text, so that "Don't!" and "don’t" are one. Ranges of letters, no locale. */
#include "model/model_in.h"

static uint32_t decode(struct str text, size_t step)
{
	const unsigned char *at = (const unsigned char *)text.at;

	switch (step) {
	case 2:
		return (at[0] & 31U) << 6 | (at[1] & 63U);
	case 3:
		return (at[0] & 15U) << 12 | (at[1] & 63U) << 6 | (at[2] & 63U);
	case 4:
		return (at[0] & 7U) << 18 | (at[1] & 63U) << 12 | (at[2] & 63U) << 6 |
		       (at[3] & 63U);
	default:
		return at[0];
	}
}

/* The folded code point; 0 when it is no part of a word. */
static uint32_t fold(uint32_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '\'')
		return c;
	if (c >= 'A' && c <= 'Z')
		return c + 32;
	if (c == '`' || c == 0x2018 || c == 0x2019)
		return '\'';
	if (c < 0xaa || (c >= 0x2000 && c <= 0x206f) || (c >= 0x3000 && c <= 0x3004) ||
	    (c >= 0x3008 && c <= 0x301f) || (c >= 0xff01 && c <= 0xff0f))
		return 0;
	if (c < 0xc0)
		return c == 0xaa || c == 0xb2 || c == 0xb3 || c == 0xb5 || c == 0xb9 || c == 0xba ?
			       c :
			       0;
	if (c == 0xd7 || c == 0xf7)
		return 0;
	if (c <= 0xde || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c <= 0xde || c >= 0x391 ? c + 32 : c;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if (c >= 0x100 && c <= 0x137)
		return c | 1;
	return c;
}

static size_t encode(uint32_t c, char *out)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

bool model_fold(struct str *text, struct str *form, char *out, size_t *len)
{
	size_t at = 0, from = 0;

	*len = 0;
	while (at < text->len) {
		struct str rest = str_cut(*text, at, text->len);
		size_t step = str_utf8_step(rest);
		uint32_t c = step > 0 ? fold(decode(rest, step)) : 0;

		if (c == 0 && *len > 0)
			break;
		if (*len == 0)
			from = at;
		if (c != 0)
			*len += encode(c, out + *len);
		at += step > 0 ? step : 1;
	}
	*form = str_cut(*text, from, at);
	*text = str_cut(*text, at, text->len);
	return *len > 0;
}
