/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/brush.h"
#include "tests/test.h"

enum { RUNS = 40 };

static const struct json_value *list_of(struct ctx *c, struct str text)
{
	struct json_value *out = NULL;
	struct json_fault fault;

	WANT(json_read(c->mem, text, &out, &fault));
	return out;
}

/* Made by @thi.ng/rle-pack 3.2.12 of the 12 words 0 0 0 0 255 255 255 255 7 0 9 9. */
TEST(brush, a_code_of_label_studios_own_is_read)
{
	static const uint8_t word[] = { 0, 255, 7, 0, 9 };
	static const int64_t times[] = { 4, 4, 1, 1, 2 };
	struct brush_reader r;
	uint8_t got;
	int64_t n;

	WANT(brush_open(&r, list_of(c, S("[0,0,0,12,57,27,252,96,17,255,130,14,1,8,72]"))));
	WANT_I64(12, r.words);
	for (size_t i = 0; i < sizeof(word); i++) {
		WANT(brush_next(&r, &got, &n));
		WANT_I64(word[i], got);
		WANT_I64(times[i], n);
	}
	WANT(!brush_next(&r, &got, &n));
	WANT(!r.bad);
}

PROPERTY(brush, what_is_written_is_read)
{
	struct json out = json_make(c->mem, 1 << 20);
	struct brush_writer w;
	struct brush_reader r;
	uint8_t word[RUNS], got;
	int64_t times[RUNS], all = 0, n, seen = 0;

	for (int i = 0; i < RUNS; i++) {
		word[i] = (uint8_t)(ctx_random(c) % 3);
		times[i] = 1 + (int64_t)(ctx_random(c) % (i % 4 == 0 ? 200000 : 9));
		all += times[i];
	}
	brush_begin(&w, &out, (uint32_t)all);
	for (int i = 0; i < RUNS; i++)
		brush_put(&w, word[i], times[i]);
	brush_end(&w);
	WANT(brush_open(&r, list_of(c, json_end(&out))));
	WANT_I64(all, r.words);
	for (int i = 0; i < RUNS;) {
		WANT(brush_next(&r, &got, &n));
		for (seen += n; n > 0 && i < RUNS; i++) {
			int64_t part = n < times[i] ? n : times[i];

			WANT_I64(word[i], got);
			n -= part;
			times[i] -= part;
			if (times[i] > 0)
				break;
		}
	}
	WANT_I64(all, seen);
	WANT(!brush_next(&r, &got, &n));
	WANT(!r.bad);
}

TEST(brush, what_is_no_code_or_ends_early_is_refused)
{
	static const char *const none[] = { "{}", "[]", "[0,0,0,1]", "[0,0,0,4,300,0,0,0]",
					    "[0,0,0,4,0,0,0,0]" };
	struct brush_reader r;
	uint8_t word;
	int64_t n;

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		WANT(!brush_open(&r, list_of(c, str_of(none[i]))));
	WANT(brush_open(&r, list_of(c, S("[0,0,0,9,57,27,252]"))));
	WANT(!brush_next(&r, &word, &n));
	WANT(r.bad);
}
