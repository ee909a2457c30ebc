/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * thrift: writes Thrift's compact protocol, as far as Parquet needs it
 * (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
 *
 * A struct is its fields in rising order of number: each a byte with the distance to the number
 * before and the type (with a distance above 15 the number itself follows), then its value; a zero
 * byte ends it. Whole numbers are zigzag varints, texts a length and their bytes, a list a byte
 * with count and type (from 15 items on the count follows) and its items. Nothing can fail.
 */
#ifndef EXPORT_THRIFT_IN_H
#define EXPORT_THRIFT_IN_H
#include "base/base.h"

enum { THRIFT_I32 = 5, THRIFT_I64 = 6, THRIFT_TEXT = 8, THRIFT_LIST = 9, THRIFT_STRUCT = 12 };
enum { THRIFT_DEPTH = 8 };

struct thrift {
	struct buf *out;
	int64_t last[THRIFT_DEPTH]; /* the number of the last field, of each struct that is open */
	int depth;
};

void thrift_varint(struct buf *, uint64_t);

struct thrift thrift_start(struct buf *);	   /* in a struct */
void thrift_begin(struct thrift *, int64_t field); /* a struct in it */
void thrift_begin_item(struct thrift *);	   /* a struct in a list */
void thrift_end(struct thrift *);		   /* of a struct, the first one too */
void thrift_i32(struct thrift *, int64_t field, int64_t);
void thrift_i64(struct thrift *, int64_t field, int64_t);
void thrift_text(struct thrift *, int64_t field, struct str);
void thrift_list(struct thrift *, int64_t field, int type, int64_t count);
void thrift_item_i32(struct thrift *, int64_t);
void thrift_item_text(struct thrift *, struct str);

#endif
