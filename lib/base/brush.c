/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/brush.h"

enum { WORD_BITS = 8, SIZES = 4, RUN_MAX = 1 << 16 };

static const int sizes[SIZES] = { 3, 4, 8, 16 }; /* as Label Studio writes them */

/* --- writing --- */

/* At most 16 bits at a time. */
static void put_bits(struct brush_writer *w, unsigned number, int bits)
{
	w->bits = w->bits << bits | number;
	w->count += bits;
	for (; w->count >= 8; w->count -= 8)
		json_put_i64(w->out, w->bits >> (w->count - 8) & 0xff);
	w->bits &= (1u << w->count) - 1;
}

static void put_run(struct brush_writer *w)
{
	while (w->run > 0) {
		int64_t times = w->run < RUN_MAX ? w->run : RUN_MAX;
		unsigned size = 0;

		while (times > INT64_C(1) << sizes[size])
			size++;
		put_bits(w, 4 | size, 3);
		put_bits(w, (unsigned)(times - 1), sizes[size]);
		put_bits(w, (unsigned)w->word, WORD_BITS);
		w->run -= times;
	}
}

void brush_begin(struct brush_writer *w, struct json *out, uint32_t words)
{
	*w = (struct brush_writer){ .out = out };
	json_list(out);
	put_bits(w, words >> 16, 16);
	put_bits(w, words & 0xffff, 16);
	put_bits(w, WORD_BITS - 1, 5);
	for (int i = 0; i < SIZES; i++)
		put_bits(w, (unsigned)sizes[i] - 1, 4);
}

void brush_put(struct brush_writer *w, uint8_t word, int64_t times)
{
	if (word != w->word) {
		put_run(w);
		w->word = word;
	}
	w->run += times;
}

void brush_end(struct brush_writer *w)
{
	put_run(w);
	if (w->count > 0)
		put_bits(w, 0, 8 - w->count);
	json_list_end(w->out);
}

/* --- reading --- */

/* At most 16 bits at a time. */
static unsigned take_bits(struct brush_reader *r, int bits)
{
	while (r->count < bits && !r->bad) {
		int64_t byte = 0;

		r->bad = r->next == NULL || !json_i64(r->next, 0, 255, &byte);
		r->next = r->next != NULL ? r->next->next : NULL;
		r->bits = r->bits << 8 | (unsigned)byte;
		r->count += 8;
	}
	if (r->bad)
		return 0;
	r->count -= bits;
	return r->bits >> r->count & ((1u << bits) - 1);
}

bool brush_open(struct brush_reader *r, const struct json_value *list)
{
	*r = (struct brush_reader){ .bad = !json_is(list, JSON_LIST) };
	if (r->bad)
		return false;
	r->next = list->first;
	r->words = (int64_t)take_bits(r, 16) << 16;
	r->words |= take_bits(r, 16);
	r->bad = take_bits(r, 5) != WORD_BITS - 1 || r->bad;
	for (int i = 0; i < SIZES; i++)
		r->size[i] = (int)take_bits(r, 4) + 1;
	r->left = r->words;
	return !r->bad;
}

bool brush_next(struct brush_reader *r, uint8_t *word, int64_t *times)
{
	if (r->left == 0 || r->bad)
		return false;
	*times = 1;
	if (r->singles == 0) {
		bool repeats = take_bits(r, 1) == 1;
		int64_t length = (int64_t)take_bits(r, r->size[take_bits(r, 2)]) + 1;

		*times = repeats ? length : 1;
		r->singles = repeats ? 1 : length;
	}
	r->singles--;
	*word = (uint8_t)take_bits(r, WORD_BITS);
	/* What the last run says beyond the end is not there. */
	*times = *times < r->left ? *times : r->left;
	r->left -= *times;
	return !r->bad;
}
