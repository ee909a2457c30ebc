/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "export/thrift_in.h"

void thrift_varint(struct buf *out, uint64_t number)
{
	for (; number > 127; number >>= 7)
		buf_add_char(out, (char)(number | 128));
	buf_add_char(out, (char)number);
}

static void put_number(struct buf *out, int64_t number)
{
	thrift_varint(out, (uint64_t)number << 1 ^ (number < 0 ? UINT64_MAX : 0));
}

struct thrift thrift_start(struct buf *out)
{
	return (struct thrift){ .out = out };
}

static void put_field(struct thrift *t, int64_t field, int type)
{
	int64_t step = field - t->last[t->depth];

	CHECK(step > 0);
	if (step <= 15) {
		buf_add_char(t->out, (char)(step << 4 | type));
	} else {
		buf_add_char(t->out, (char)type);
		put_number(t->out, field);
	}
	t->last[t->depth] = field;
}

void thrift_begin_item(struct thrift *t)
{
	t->depth++;
	CHECK(t->depth < THRIFT_DEPTH);
	t->last[t->depth] = 0;
}

void thrift_begin(struct thrift *t, int64_t field)
{
	put_field(t, field, THRIFT_STRUCT);
	thrift_begin_item(t);
}

void thrift_end(struct thrift *t)
{
	buf_add_char(t->out, 0);
	t->depth--;
	CHECK(t->depth >= -1);
}

void thrift_i32(struct thrift *t, int64_t field, int64_t number)
{
	put_field(t, field, THRIFT_I32);
	put_number(t->out, number);
}

void thrift_i64(struct thrift *t, int64_t field, int64_t number)
{
	put_field(t, field, THRIFT_I64);
	put_number(t->out, number);
}

void thrift_text(struct thrift *t, int64_t field, struct str text)
{
	put_field(t, field, THRIFT_TEXT);
	thrift_item_text(t, text);
}

void thrift_list(struct thrift *t, int64_t field, int type, int64_t count)
{
	put_field(t, field, THRIFT_LIST);
	if (count < 15) {
		buf_add_char(t->out, (char)(count << 4 | type));
	} else {
		buf_add_char(t->out, (char)(15 << 4 | type));
		thrift_varint(t->out, (uint64_t)count);
	}
}

void thrift_item_i32(struct thrift *t, int64_t number)
{
	put_number(t->out, number);
}

void thrift_item_text(struct thrift *t, struct str text)
{
	thrift_varint(t->out, text.len);
	buf_add(t->out, text);
}
