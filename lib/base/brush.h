/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * brush: Label Studio's run-length code of a painted picture.
 *
 * The code is that of @thi.ng/rle-pack (https://github.com/thi-ng/umbrella, packages/rle-pack), as
 * a JSON list of bytes. It is a row of bits, each number's highest first:
 *
 *   32 bits  how many words there are
 *    5       bits of a word, less 1: here always a byte
 *   4 x 4    bits of the four sizes of a length, less 1
 *   then, until all words are there:
 *    1       1: one word that is repeated; 0: words one by one
 *    2       which size the length has
 *    size    the length, less 1
 *    8 …     the word, or the words
 *
 * The words are red, green, blue and opacity of pixel after pixel, row by row; what is painted
 * is not transparent.
 */
#ifndef BASE_BRUSH_H
#define BASE_BRUSH_H
#include "base/json.h"

/* Writing: one list, of so many words as are put between begin and end. */
struct brush_writer {
	struct json *out;
	unsigned bits; /* that are not a byte yet */
	int count;
	int word; /* of the run that is put, and how often */
	int64_t run;
};
void brush_begin(struct brush_writer *, struct json *, uint32_t words);
void brush_put(struct brush_writer *, uint8_t word, int64_t times);
void brush_end(struct brush_writer *);

/* Reading. */
struct brush_reader {
	const struct json_value *next; /* byte */
	unsigned bits;
	int count;
	int size[4];
	int64_t words, left; /* in all, and still to come */
	int64_t singles;     /* words that come one by one */
	bool bad;	     /* a byte is none, or one is missing */
};
/* False: the list is not such a code. */
MUST_USE bool brush_open(struct brush_reader *, const struct json_value *list);
/* The next word and how often it stands there; false behind the last, or when `bad`. */
MUST_USE bool brush_next(struct brush_reader *, uint8_t *word, int64_t *times);

#endif
