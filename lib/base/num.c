/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Numbers, money, time and codes out of text and back.
 *
 * Calendar arithmetic is done on days since 1970 with the civil-from-days method, which needs
 * no table and no library; the C library's is bound to locales and time zones.
 * Its strtod is used for the decimals that do not fit 53 bits exactly.
 */
#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { DECIMAL_MAX = 1000 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* --- whole numbers and decimals --- */

bool num_i64(struct str text, int64_t min, int64_t max, int64_t *out)
{
	bool minus = text.len > 0 && text.at[0] == '-';
	int64_t sum = 0;

	if (minus)
		text = str_cut(text, 1, text.len);
	if (text.len == 0)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.at[i]))
			return false;

		int digit = text.at[i] - '0';

		/* Gathered on the minus side, which reaches one further. */
		if (__builtin_mul_overflow(sum, INT64_C(10), &sum) ||
		    __builtin_sub_overflow(sum, (int64_t)digit, &sum))
			return false;
	}
	if (!minus && __builtin_sub_overflow(INT64_C(0), sum, &sum))
		return false;
	if (sum < min || sum > max)
		return false;
	*out = sum;
	return true;
}

struct decimal {
	uint64_t digits; /* the first 19 that count */
	int digit_count;
	int exponent;
	bool minus;
};

/* Digits from `*at` on, gathered into `d`; false when there is none. */
static bool take_digits(struct str text, size_t *at, struct decimal *d, bool fraction)
{
	size_t start = *at;

	for (; *at < text.len && is_digit(text.at[*at]); ++*at) {
		int digit = text.at[*at] - '0';

		if (d->digit_count < 19) {
			d->digits = d->digits * 10 + (uint64_t)digit;
			d->digit_count += d->digits != 0;
			d->exponent -= fraction;
		} else {
			d->digit_count = 20; /* too many to be exact */
			d->exponent += !fraction;
		}
	}
	return *at > start;
}

static bool take_exponent(struct str text, size_t *at, struct decimal *d)
{
	bool minus = false;
	int power = 0;

	++*at;
	if (*at < text.len && (text.at[*at] == '-' || text.at[*at] == '+')) {
		minus = text.at[*at] == '-';
		++*at;
	}
	if (*at == text.len)
		return false;
	for (; *at < text.len && is_digit(text.at[*at]); ++*at)
		power = power > 9999 ? power : power * 10 + (text.at[*at] - '0');
	d->exponent += minus ? -power : power;
	return true;
}

bool num_f64(struct str text, double *out)
{
	static const double powers[] = { 1e0,  1e1,  1e2,  1e3,	 1e4,  1e5,  1e6,  1e7,
					 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
					 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };
	struct decimal d = { 0 };
	size_t at = 0;

	if (text.len > DECIMAL_MAX)
		return false;
	if (text.len > 0 && text.at[0] == '-') {
		d.minus = true;
		at++;
	}
	if (!take_digits(text, &at, &d, false))
		return false;
	if (at < text.len && text.at[at] == '.') {
		at++;
		if (!take_digits(text, &at, &d, true))
			return false;
	}
	if (at < text.len && (text.at[at] == 'e' || text.at[at] == 'E') &&
	    !take_exponent(text, &at, &d))
		return false;
	if (at < text.len)
		return false;

	/* Both parts are exact in a double, so one rounding gives the right answer. */
	if (d.digits < UINT64_C(1) << 53 && d.digit_count <= 19 && d.exponent >= -22 &&
	    d.exponent <= 22) {
		double value = (double)d.digits;

		value = d.exponent < 0 ? value / powers[-d.exponent] : value * powers[d.exponent];
		*out = d.minus ? -value : value;
		return true;
	}

	char copy[DECIMAL_MAX + 1];

	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';

	double value = strtod(copy, NULL);

	if (!isfinite(value))
		return false;
	*out = value;
	return true;
}

struct str num_f64_text(struct arena *mem, double value)
{
	char text[48];

	if (!isfinite(value))
		return S("");
	if (value == trunc(value) && fabs(value) < 1e15)
		return str_format(mem, "%.0f", value);

	/* Fifteen digits always survive, so fewer need be tried only where doubles are thin. */
	for (int digits = fabs(value) < 1e-300 ? 1 : 15; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return str_copy(mem, str_of(text));
}

/* --- money --- */

bool money_add(money a, money b, money *out)
{
	money sum;

	if (__builtin_add_overflow(a.minor, b.minor, &sum.minor))
		return false;
	*out = sum;
	return true;
}

bool money_sub(money a, money b, money *out)
{
	money rest;

	if (__builtin_sub_overflow(a.minor, b.minor, &rest.minor))
		return false;
	*out = rest;
	return true;
}

bool money_times(money m, int64_t count, money *out)
{
	money product;

	if (__builtin_mul_overflow(m.minor, count, &product.minor))
		return false;
	*out = product;
	return true;
}

bool money_share(money m, int64_t permille, money *out)
{
	__int128 product = (__int128)m.minor * permille + 500;
	__int128 share = product / 1000 - (product % 1000 < 0);

	if (share < INT64_MIN || share > INT64_MAX)
		return false;
	out->minor = (int64_t)share;
	return true;
}

bool money_parse(struct str text, money *out)
{
	struct str whole = text, part = S("");
	int64_t major, minor = 0;

	if (str_split(text, '.', &whole, &part) && (part.len < 1 || part.len > 2))
		return false;
	if (whole.len == 0 || !is_digit(whole.at[0]) || !num_i64(whole, 0, INT64_MAX, &major))
		return false;
	if (part.len > 0 && (!is_digit(part.at[0]) || !num_i64(part, 0, 99, &minor)))
		return false;
	if (part.len == 1)
		minor *= 10;

	money sum;

	if (!money_times((money){ major }, 100, &sum) || !money_add(sum, (money){ minor }, &sum))
		return false;
	*out = sum;
	return true;
}

struct str money_text(struct arena *mem, money m)
{
	uint64_t minor = m.minor < 0 ? 0 - (uint64_t)m.minor : (uint64_t)m.minor;

	return str_format(mem, "%s%llu.%02llu", m.minor < 0 ? "-" : "",
			  (unsigned long long)(minor / 100), (unsigned long long)(minor % 100));
}

/* --- time --- */

struct date {
	int64_t year;
	int month, day;
};

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last one. */
static int64_t days_of(struct date date)
{
	int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	int64_t era = floor_div(year, 400);
	int64_t in_era = year - era * 400;
	int64_t in_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}

static struct date date_of(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = floor_div(shifted, 146097);
	int64_t day = shifted - era * 146097;
	int64_t in_era = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int64_t in_year = day - (365 * in_era + in_era / 4 - in_era / 100);
	int64_t month = (5 * in_year + 2) / 153;
	struct date date = { .day = (int)(in_year - (153 * month + 2) / 5 + 1),
			     .month = (int)(month < 10 ? month + 3 : month - 9) };

	date.year = era * 400 + in_era + (date.month <= 2);
	return date;
}

usec usec_after(usec t, int64_t us)
{
	int64_t sum;

	if (__builtin_add_overflow(t.us, us, &sum))
		sum = us < 0 ? INT64_MIN : INT64_MAX;
	return (usec){ sum };
}

int64_t usec_day(usec t)
{
	return floor_div(t.us, USEC_DAY);
}

struct str usec_text(struct arena *mem, usec t)
{
	/* RFC 3339 has four digits for the year. */
	const usec first = { days_of((struct date){ 0, 1, 1 }) * USEC_DAY };
	const usec last = { days_of((struct date){ 10000, 1, 1 }) * USEC_DAY - 1 };

	t = t.us < first.us ? first : t;
	t = t.us > last.us ? last : t;

	struct date date = date_of(usec_day(t));
	int64_t ms = (t.us - usec_day(t) * USEC_DAY) / 1000;

	char *at = arena_take(mem, sizeof("0000-00-00T00:00:00.000Z"));
	int64_t part[] = { date.year,	    date.month,	    date.day, ms / 3600000,
			   ms / 60000 % 60, ms / 1000 % 60, ms % 1000 };
	static const char shape[] = "4-2-2T2:2:2.3Z";
	char *to = at;

	/* Each reply and each line of the log has some of these; printf takes ten times as long. */
	for (int i = 0; shape[2 * i] != '\0'; i++) {
		int digits = shape[2 * i] - '0';

		for (int d = digits - 1; d >= 0; d--, part[i] /= 10)
			to[d] = (char)('0' + part[i] % 10);
		to[digits] = shape[2 * i + 1];
		to += digits + 1;
	}
	return (struct str){ at, (size_t)(to - at) };
}

/* Exactly `count` digits at the start of `*text`, then `after` unless that is NUL. */
static bool take_number(struct str *text, size_t count, char after, int max, int *out)
{
	int64_t number;
	size_t len = count + (after != '\0');

	if (text->len < len || !is_digit(text->at[0]) ||
	    !num_i64(str_cut(*text, 0, count), 0, max, &number))
		return false;
	if (after != '\0' && text->at[count] != after)
		return false;
	*text = str_cut(*text, len, text->len);
	*out = (int)number;
	return true;
}

static bool take_date(struct str *text, int64_t *days)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day;

	if (!take_number(text, 4, '-', 9999, &year) || !take_number(text, 2, '-', 12, &month) ||
	    !take_number(text, 2, '\0', 31, &day) || month < 1 || day < 1)
		return false;

	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	if (day > lengths[month - 1] + (month == 2 && leap))
		return false;
	*days = days_of((struct date){ year, month, day });
	return true;
}

/* Z, or the distance from UTC as +hh:mm. */
static bool take_offset(struct str text, int64_t *us)
{
	int hours, minutes;

	*us = 0;
	if (text.len == 0)
		return false;

	char first = text.at[0];

	text = str_cut(text, 1, text.len);
	if (first == 'Z' || first == 'z')
		return text.len == 0;
	if ((first != '+' && first != '-') || !take_number(&text, 2, ':', 23, &hours) ||
	    !take_number(&text, 2, '\0', 59, &minutes) || text.len > 0)
		return false;
	*us = (hours * 60 + minutes) * USEC_MINUTE;
	if (first == '-')
		*us = -*us;
	return true;
}

bool usec_parse(struct str text, usec *out)
{
	int64_t days, offset, part = 0;
	int hour, minute, second;

	if (!take_date(&text, &days))
		return false;
	if (text.len == 0) {
		out->us = days * USEC_DAY;
		return true;
	}
	if (text.at[0] != 'T' && text.at[0] != 't' && text.at[0] != ' ')
		return false;
	text = str_cut(text, 1, text.len);
	/* A leap second counts as the first one of the next minute. */
	if (!take_number(&text, 2, ':', 23, &hour) || !take_number(&text, 2, ':', 59, &minute) ||
	    !take_number(&text, 2, '\0', 60, &second))
		return false;
	if (text.len > 0 && text.at[0] == '.') {
		size_t at = 1;

		for (int64_t unit = USEC_SECOND / 10; at < text.len && is_digit(text.at[at]);
		     at++) {
			part += unit * (text.at[at] - '0');
			unit /= 10;
		}
		if (at == 1)
			return false;
		text = str_cut(text, at, text.len);
	}
	if (!take_offset(text, &offset))
		return false;
	out->us = days * USEC_DAY + hour * USEC_HOUR + minute * USEC_MINUTE + second * USEC_SECOND +
		  part - offset;
	return true;
}

/* --- base64url and hex --- */

static const char sixes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char fours[] = "0123456789abcdef";

/* The place of `c` in a table of `count`, or -1. */
static int place_of(const char *table, int count, char c)
{
	const char *found = memchr(table, c, (size_t)count);

	return found == NULL ? -1 : (int)(found - table);
}

struct str text_base64url(struct arena *mem, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	char *at = arena_take(mem, len / 3 * 4 + 5);
	size_t out = 0;
	uint32_t bits = 0;
	int held = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | in[i];
		for (held += 8; held >= 6; held -= 6)
			at[out++] = sixes[bits >> (held - 6) & 63];
	}
	if (held > 0)
		at[out++] = sixes[bits << (6 - held) & 63];
	return (struct str){ at, out };
}

bool text_base64url_read(struct arena *mem, struct str text, struct str *out)
{
	char *at = arena_take(mem, text.len + 1);
	size_t len = 0;
	uint32_t bits = 0;
	int held = 0;

	if (text.len % 4 == 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		int six = place_of(sixes, 64, text.at[i]);

		if (six < 0)
			return false;
		bits = bits << 6 | (uint32_t)six;
		held += 6;
		if (held >= 8) {
			held -= 8;
			at[len++] = (char)(bits >> held & 255);
		}
	}
	/* Bits that belong to no byte are zero, so that each value has one spelling. */
	if ((bits & ((1u << held) - 1)) != 0)
		return false;
	*out = (struct str){ at, len };
	return true;
}

struct str text_hex(struct arena *mem, const void *bytes, size_t len)
{
	const unsigned char *in = bytes;
	char *at = arena_take(mem, 2 * len + 1);

	for (size_t i = 0; i < len; i++) {
		at[2 * i] = fours[in[i] >> 4];
		at[2 * i + 1] = fours[in[i] & 15];
	}
	return (struct str){ at, 2 * len };
}

bool text_hex_read(struct arena *mem, struct str text, struct str *out)
{
	char *at = arena_take(mem, text.len / 2 + 1);

	if (text.len % 2 != 0)
		return false;
	for (size_t i = 0; i < text.len; i += 2) {
		int high = place_of(fours, 16, text.at[i]);
		int low = place_of(fours, 16, text.at[i + 1]);

		if (high < 0 || low < 0)
			return false;
		at[i / 2] = (char)(high << 4 | low);
	}
	*out = (struct str){ at, text.len / 2 };
	return true;
}
