/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Views of text, and the buffer that grows.
 *
 * UTF-8 is looked at eight bytes at a time while it is ASCII, which most of it
 * is; the rest goes through one table of what may follow a lead byte.
 */
#include "base/str.h"

#include <stdio.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* memcpy that may be given nothing. */
static void copy(char *to, struct str from)
{
	if (from.len > 0)
		memcpy(to, from.at, from.len);
}

struct str str_of(const char *c_text)
{
	return c_text == NULL ? S("") : (struct str){ c_text, strlen(c_text) };
}

struct str str_cut(struct str text, size_t from, size_t to)
{
	if (to > text.len)
		to = text.len;
	if (from >= to)
		return S("");
	return (struct str){ text.at + from, to - from };
}

struct str str_trim(struct str text)
{
	while (text.len > 0 && is_blank(text.at[0]))
		text = (struct str){ text.at + 1, text.len - 1 };
	while (text.len > 0 && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

struct str str_copy(struct arena *mem, struct str text)
{
	char *at = arena_take(mem, text.len + 1);

	copy(at, text);
	return (struct str){ at, text.len };
}

struct str str_lower(struct arena *mem, struct str text)
{
	char *at = arena_take(mem, text.len + 1);

	for (size_t i = 0; i < text.len; i++)
		at[i] = lower(text.at[i]);
	return (struct str){ at, text.len };
}

struct str str_join(struct arena *mem, const struct str *parts, size_t count, struct str between)
{
	size_t len = count > 1 ? (count - 1) * between.len : 0;

	for (size_t i = 0; i < count; i++)
		len += parts[i].len;

	char *at = arena_take(mem, len + 1);
	char *end = at;

	for (size_t i = 0; i < count; i++) {
		if (i > 0) {
			copy(end, between);
			end += between.len;
		}
		copy(end, parts[i]);
		end += parts[i].len;
	}
	return (struct str){ at, len };
}

struct str str_format(struct arena *mem, const char *format, ...)
{
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(NULL, 0, format, rest);
	va_end(rest);
	CHECK(len >= 0);

	char *at = arena_take(mem, (size_t)len + 1);

	va_start(rest, format);
	vsnprintf(at, (size_t)len + 1, format, rest);
	va_end(rest);
	return (struct str){ at, (size_t)len };
}

const char *str_c(struct arena *mem, struct str text)
{
	CHECK(text.len == 0 || memchr(text.at, '\0', text.len) == NULL);
	return str_copy(mem, text).at;
}

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.at[i]) != lower(b.at[i]))
			return false;
	return true;
}

int str_compare(struct str a, struct str b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = len == 0 ? 0 : memcmp(a.at, b.at, len);

	if (order != 0)
		return order < 0 ? -1 : 1;
	return (a.len > b.len) - (a.len < b.len);
}

bool str_starts(struct str text, struct str start)
{
	return text.len >= start.len && str_eq(str_cut(text, 0, start.len), start);
}

bool str_ends(struct str text, struct str end)
{
	return text.len >= end.len && str_eq(str_cut(text, text.len - end.len, text.len), end);
}

bool str_find(struct str text, struct str needle, size_t *at)
{
	if (needle.len == 0) {
		*at = 0;
		return true;
	}

	const char *found = text.len == 0 ? NULL : memmem(text.at, text.len, needle.at, needle.len);

	if (found == NULL)
		return false;
	*at = (size_t)(found - text.at);
	return true;
}

bool str_split(struct str text, char at, struct str *head, struct str *tail)
{
	const char *found = text.len == 0 ? NULL : memchr(text.at, at, text.len);

	if (found == NULL)
		return false;

	size_t place = (size_t)(found - text.at);

	*head = (struct str){ text.at, place };
	*tail = (struct str){ found + 1, text.len - place - 1 };
	return true;
}

size_t str_utf8_step(struct str text)
{
	if (text.len == 0)
		return 0;

	const unsigned char *at = (const unsigned char *)text.at;
	unsigned char lead = at[0];

	if (lead < 0x80)
		return lead == 0 ? 0 : 1;
	if (lead < 0xC2 || lead > 0xF4)
		return 0; /* a byte that follows, an overlong form, or past U+10FFFF */

	size_t len = 2 + (size_t)(lead >= 0xE0) + (size_t)(lead >= 0xF0);

	if (text.len < len)
		return 0;
	if (lead == 0xE0 && at[1] < 0xA0)
		return 0; /* overlong */
	if (lead == 0xED && at[1] > 0x9F)
		return 0; /* a surrogate */
	if (lead == 0xF0 && at[1] < 0x90)
		return 0; /* overlong */
	if (lead == 0xF4 && at[1] > 0x8F)
		return 0; /* past U+10FFFF */
	if ((at[1] & 0xC0) != 0x80)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((at[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

/* Bytes at the start that are ASCII and not NUL, in whole words. */
static size_t ascii_words(struct str text)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), tops = UINT64_C(0x8080808080808080);
	size_t at = 0;

	for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
		uint64_t word;

		memcpy(&word, text.at + at, sizeof(word));
		if (((word | (word - ones)) & tops) != 0)
			break;
	}
	return at;
}

bool str_is_utf8(struct str text)
{
	size_t at = ascii_words(text);

	while (at < text.len) {
		size_t step = str_utf8_step((struct str){ text.at + at, text.len - at });

		if (step == 0)
			return false;
		at += step;
		if (step == 1)
			at += ascii_words((struct str){ text.at + at, text.len - at });
	}
	return true;
}

size_t str_points(struct str text)
{
	size_t count = 0;

	for (size_t at = 0; at < text.len; count++) {
		size_t step = str_utf8_step((struct str){ text.at + at, text.len - at });

		at += step == 0 ? 1 : step;
	}
	return count;
}

bool str_eq_secret(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;

	volatile unsigned char differs = 0;

	for (size_t i = 0; i < a.len; i++)
		differs = (unsigned char)(differs | (a.at[i] ^ b.at[i]));
	return differs == 0;
}

uint64_t str_hash(struct str text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char)text.at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

struct buf buf_make(struct arena *mem, size_t max)
{
	return (struct buf){ .mem = mem, .max = max };
}

/*
 * Room for `more` bytes; how many there are when it cannot be all of them. One
 * byte more than `size` is there for the NUL that printf writes. The end of the
 * arena's reserve is one more maximum, so that long text is cut and not a reason
 * to abort.
 */
static size_t make_room(struct buf *buf, size_t more)
{
	if (more <= buf->size - buf->len)
		return more;

	size_t wanted = more > buf->max - buf->len ? buf->max : buf->len + more;
	size_t size = buf->size < 128 ? 256 : 2 * buf->size;

	size = size < wanted ? wanted : size;
	size = size > buf->max ? buf->max : size;
	if (size <= buf->size)
		return buf->size - buf->len;
	if (buf->size > 0 && arena_extend(buf->mem, buf->at, buf->size + 1, size + 1)) {
		buf->size = size;
	} else if (size < arena_left(buf->mem)) {
		char *at = arena_take(buf->mem, size + 1);

		copy(at, buf_str(buf));
		buf->at = at;
		buf->size = size;
	}
	return more < buf->size - buf->len ? more : buf->size - buf->len;
}

void buf_add(struct buf *buf, struct str text)
{
	if (buf->full || text.len == 0)
		return;
	if (text.len <= buf->size - buf->len) {
		memcpy(buf->at + buf->len, text.at, text.len);
		buf->len += text.len;
		return;
	}

	size_t fits = make_room(buf, text.len);

	if (fits > 0)
		memcpy(buf->at + buf->len, text.at, fits);
	buf->len += fits;
	buf->full = fits < text.len;
}

void buf_add_char(struct buf *buf, char c)
{
	if (buf->full || buf->len == buf->size) {
		buf_add(buf, (struct str){ &c, 1 });
		return;
	}
	buf->at[buf->len++] = c;
}

void buf_add_i64(struct buf *buf, int64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		digits[--at] = '-';
	buf_add(buf, (struct str){ digits + at, sizeof(digits) - at });
}

void buf_format(struct buf *buf, const char *format, ...)
{
	char small[256];
	va_list rest;

	va_start(rest, format);
	int len = vsnprintf(small, sizeof(small), format, rest);
	va_end(rest);
	CHECK(len >= 0);
	if ((size_t)len < sizeof(small)) {
		buf_add(buf, (struct str){ small, (size_t)len });
		return;
	}

	if (buf->full)
		return;

	size_t fits = make_room(buf, (size_t)len);

	if (fits > 0) {
		va_start(rest, format);
		vsnprintf(buf->at + buf->len, fits + 1, format, rest);
		va_end(rest);
	}
	buf->len += fits;
	buf->full = fits < (size_t)len;
}

struct str buf_str(const struct buf *buf)
{
	return buf->len == 0 ? S("") : (struct str){ buf->at, buf->len };
}

bool buf_is_full(const struct buf *buf)
{
	return buf->full;
}
