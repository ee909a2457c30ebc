/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Parquet (https://parquet.apache.org/docs/file-format/): the columns of the CSV, each of its type:
 * numbers are doubles, steps of a scale whole numbers, everything else text (lists and objects as
 * JSON). What is missing is null. Rows are gathered into groups of some megabytes; in a group each
 * column is one data page of version 1: the definition levels (one bit-packed run), then the values
 * that are there, PLAIN, and the whole in one ZSTD frame. What grows with the file is the table of
 * contents at its end, some 90 bytes for each column of each group.
 *
 * The head of a page and the table of contents are Thrift's compact protocol: thrift.c. That this
 * is a writer of our own says docs/decisions/parquet.md.
 */
#include <zstd.h>
#include "export/export_in.h"
#include "export/thrift_in.h"

enum {
	GROUP_BYTES = 8 << 20,
	GROUP_ROWS = 50000,
	COLUMNS_MAX = 3 + 200 + 4 * KIND_BLOCKS_MAX, /* of a project's records, and ours */
	PAGE_MAX = 1 << 30,
	LEVEL = 3, /* of ZSTD: its own usual one */
};

/* Numbers of the format: Type, Encoding, CompressionCodec, and so on. */
enum { TYPE_BOOLEAN = 0, TYPE_INT64 = 2, TYPE_DOUBLE = 5, TYPE_BYTES = 6 };
enum { ENCODING_PLAIN = 0, ENCODING_RLE = 3, CODEC_ZSTD = 6, PAGE_DATA = 0, UTF8 = 0 };
enum { OPTIONAL = 1 };

struct column {
	struct str name;
	int type;
	/* of the group that is being gathered */
	struct buf values;
	struct buf there; /* a byte for each row: 1 or 0 */
	int64_t bits;	  /* of booleans in the last byte of `values` */
};

/* What the table of contents says of a column in a group. */
struct chunk {
	int64_t at, packed, plain;
};

struct group {
	int64_t rows;
	struct chunk *chunk;
	struct group *next;
};

struct parquet {
	struct column column[COLUMNS_MAX];
	int columns;
	struct arena *group_mem;
	int64_t rows; /* of this group */
	size_t bytes;
	int64_t offset, all_rows;
	struct group *first, *last;
	int64_t groups;
};

/* --- columns --- */

static void add_column(struct export *e, struct str name, int type)
{
	struct parquet *p = e->own;

	CHECK(p->columns < COLUMNS_MAX);
	p->column[p->columns++] = (struct column){ .name = str_copy(e->kept, name), .type = type };
}

static int type_of(const struct kind_field *field)
{
	if (export_is(field, "number"))
		return TYPE_DOUBLE;
	return export_is(field, "scale") ? TYPE_INT64 : TYPE_BYTES;
}

static void start_group(struct parquet *p)
{
	arena_clear(p->group_mem);
	for (int i = 0; i < p->columns; i++) {
		p->column[i].values = buf_make(p->group_mem, PAGE_MAX);
		p->column[i].there = buf_make(p->group_mem, PAGE_MAX);
		p->column[i].bits = 0;
	}
	p->rows = 0;
	p->bytes = 0;
}

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	struct parquet *p = NEW(e->kept, struct parquet);
	struct str gold;

	e->own = p;
	p->group_mem = arena_under(e->kept, 0);
	add_column(e, S("task"), TYPE_INT64);
	add_column(e, S("gold"), TYPE_BOOLEAN);
	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next)
		if (!kind_is_gold_column(name->text, &gold))
			add_column(e, export_column(c, e, name->text), TYPE_BYTES);
	for (int f = 0; f < e->template.field_count; f++) {
		static const struct {
			const char *ending;
			int type;
		} part[] = { { "confidence", TYPE_DOUBLE },
			     { "answers", TYPE_INT64 },
			     { "ties", TYPE_BYTES } };
		const struct kind_field *field = &e->template.field[f];

		add_column(e, field->name, type_of(field));
		for (int i = 0; i < 3; i++)
			add_column(e,
				   str_format(c->mem, "%.*s_%s", STR_ARG(field->name),
					      part[i].ending),
				   part[i].type);
	}
	if (e->wish.answers)
		add_column(e, S("answers"), TYPE_BYTES);
	start_group(p);
	buf_add(out, S("PAR1"));
	p->offset = 4;
	return OK;
}

/* --- cells --- */

static void put_little(struct buf *out, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_char(out, (char)(number >> (8 * i)));
}

static void put_null(struct column *column)
{
	buf_add_char(&column->there, 0);
}

static void put_text(struct parquet *p, struct column *column, struct str text)
{
	buf_add_char(&column->there, 1);
	put_little(&column->values, text.len, 4);
	buf_add(&column->values, text);
	p->bytes += text.len + 4;
}

static void put_whole(struct parquet *p, struct column *column, int64_t number)
{
	buf_add_char(&column->there, 1);
	put_little(&column->values, (uint64_t)number, 8);
	p->bytes += 8;
}

static void put_real(struct parquet *p, struct column *column, double number)
{
	uint64_t bits;

	memcpy(&bits, &number, sizeof(bits));
	put_whole(p, column, (int64_t)bits);
}

static void put_yes(struct column *column, bool yes)
{
	buf_add_char(&column->there, 1);
	if (column->bits++ % 8 == 0)
		buf_add_char(&column->values, 0);
	if (yes)
		column->values.at[column->values.len - 1] |= (char)(1 << (column->bits - 1) % 8);
}

/* --- a row --- */

/* Text bare, else JSON; unlike in a CSV a list is never joined. */
static enum err put_value(struct ctx *c, struct parquet *p, struct column *column, struct str value)
{
	struct json_value *read;
	int64_t whole;
	double real;

	TRY(json_read_own(c, value, &read));
	if (column->type == TYPE_DOUBLE && json_f64(read, &real))
		put_real(p, column, real);
	else if (column->type == TYPE_INT64 && json_i64(read, INT64_MIN, INT64_MAX, &whole))
		put_whole(p, column, whole);
	else if (column->type != TYPE_BYTES || read->type == JSON_NULL)
		put_null(column);
	else
		put_text(p, column, read->type == JSON_TEXT ? read->text : value);
	return OK;
}

static enum err put_results(struct ctx *c, const struct export *e, const struct export_task *t,
			    struct column *column)
{
	struct parquet *p = e->own;

	for (int f = 0; f < e->template.field_count; f++, column += 4) {
		const struct export_result_range *r = export_result(t, e->template.field[f].name);

		if (r == NULL) {
			for (int i = 0; i < 4; i++)
				put_null(&column[i]);
			continue;
		}
		TRY(put_value(c, p, &column[0], r->value));
		put_real(p, &column[1], r->confidence);
		put_whole(p, &column[2], r->answers);
		if (r->ties.len > 0)
			put_text(p, &column[3], r->ties);
		else
			put_null(&column[3]);
	}
	return OK;
}

static void put_cells(const struct export *e, const struct export_task *t, struct parquet *p,
		      struct column **column)
{
	struct str gold, cell;

	for (const struct json_value *name = e->columns->first; name != NULL; name = name->next) {
		if (kind_is_gold_column(name->text, &gold))
			continue;
		if (json_text(json_get(t->cells, name->text), &cell))
			put_text(p, *column, kind_cell_told(cell));
		else
			put_null(*column);
		(*column)++;
	}
}

static enum err end_group(struct ctx *c, struct export *e, struct buf *out);

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct parquet *p = e->own;
	struct column *column = p->column;

	put_whole(p, column++, t->number);
	put_yes(column++, t->gold);
	put_cells(e, t, p, &column);
	TRY(put_results(c, e, t, column));
	if (e->wish.answers) {
		struct json answers = json_make(c->mem, 64 << 20);

		export_answers_put(c, e, t, &answers);
		put_text(p, &p->column[p->columns - 1], json_end(&answers));
		if (buf_is_full(&answers.buf))
			return refuse(c, ERR_LIMIT, "task %lld is too large", (long long)t->number);
	}
	p->rows++;
	if (p->bytes >= GROUP_BYTES || p->rows >= GROUP_ROWS)
		return end_group(c, e, out);
	return OK;
}

/* --- a group --- */

/* The levels as one bit-packed run of groups of eight, with their length before them. */
static void put_levels(const struct column *column, struct buf *out)
{
	size_t eights = (column->there.len + 7) / 8;
	struct buf run = buf_make(out->mem, PAGE_MAX);

	thrift_varint(&run, eights << 1 | 1);
	for (size_t i = 0; i < 8 * eights; i += 8) {
		int byte = 0;

		for (size_t k = 0; k < 8 && i + k < column->there.len; k++)
			byte |= column->there.at[i + k] << k;
		buf_add_char(&run, (char)byte);
	}
	put_little(out, run.len, 4);
	buf_add(out, buf_str(&run));
}

static void put_page_head(struct buf *out, int64_t rows, size_t plain, size_t packed)
{
	struct thrift t = thrift_start(out);

	thrift_i32(&t, 1, PAGE_DATA);
	thrift_i32(&t, 2, (int64_t)plain);
	thrift_i32(&t, 3, (int64_t)packed);
	thrift_begin(&t, 5);
	thrift_i32(&t, 1, rows);
	thrift_i32(&t, 2, ENCODING_PLAIN);
	thrift_i32(&t, 3, ENCODING_RLE);
	thrift_i32(&t, 4, ENCODING_RLE);
	thrift_end(&t);
	thrift_end(&t);
}

static enum err put_column(struct ctx *c, struct parquet *p, const struct column *column,
			   struct chunk *chunk, struct buf *out)
{
	struct arena *scratch = arena_under(c->mem, 0);
	struct buf page = buf_make(scratch, PAGE_MAX), head = buf_make(scratch, 200);

	put_levels(column, &page);
	buf_add(&page, buf_str(&column->values));
	size_t room = ZSTD_compressBound(page.len);
	char *packed = arena_take(scratch, room);
	size_t len = ZSTD_compress(packed, room, page.at, page.len, LEVEL);
	if (ZSTD_isError(len) || buf_is_full(&page))
		return refuse(c, ERR_LIMIT, "a page of results is too large");
	put_page_head(&head, p->rows, page.len, len);
	buf_add(out, buf_str(&head));
	buf_add(out, (struct str){ packed, len });
	*chunk = (struct chunk){ p->offset, (int64_t)(head.len + len),
				 (int64_t)(head.len + page.len) };
	p->offset += chunk->packed;
	return OK;
}

static enum err end_group(struct ctx *c, struct export *e, struct buf *out)
{
	struct parquet *p = e->own;
	struct group *g = NEW(e->kept, struct group);

	g->rows = p->rows;
	g->chunk = NEW_MANY(e->kept, struct chunk, (size_t)p->columns);
	for (int i = 0; i < p->columns; i++) {
		struct arena_mark mark = arena_mark(c->mem);

		TRY(put_column(c, p, &p->column[i], &g->chunk[i], out));
		arena_reset(c->mem, mark);
	}
	if (p->last != NULL)
		p->last->next = g;
	else
		p->first = g;
	p->last = g;
	p->groups++;
	p->all_rows += p->rows;
	start_group(p);
	return OK;
}

/* --- the table of contents --- */

static void put_schema(struct thrift *t, const struct parquet *p)
{
	thrift_list(t, 2, THRIFT_STRUCT, p->columns + 1);
	thrift_begin_item(t);
	thrift_text(t, 4, S("results"));
	thrift_i32(t, 5, p->columns);
	thrift_end(t);
	for (int i = 0; i < p->columns; i++) {
		thrift_begin_item(t);
		thrift_i32(t, 1, p->column[i].type);
		thrift_i32(t, 3, OPTIONAL);
		thrift_text(t, 4, p->column[i].name);
		if (p->column[i].type == TYPE_BYTES) {
			thrift_i32(t, 6, UTF8);
			thrift_begin(t, 10); /* the newer way to say that it is text */
			thrift_begin(t, 1);
			thrift_end(t);
			thrift_end(t);
		}
		thrift_end(t);
	}
}

static void put_chunk(struct thrift *t, const struct column *column, const struct chunk *chunk,
		      int64_t rows)
{
	thrift_begin_item(t);
	thrift_i64(t, 2, chunk->at);
	thrift_begin(t, 3);
	thrift_i32(t, 1, column->type);
	thrift_list(t, 2, THRIFT_I32, 2);
	thrift_item_i32(t, ENCODING_PLAIN);
	thrift_item_i32(t, ENCODING_RLE);
	thrift_list(t, 3, THRIFT_TEXT, 1);
	thrift_item_text(t, column->name);
	thrift_i32(t, 4, CODEC_ZSTD);
	thrift_i64(t, 5, rows);
	thrift_i64(t, 6, chunk->plain);
	thrift_i64(t, 7, chunk->packed);
	thrift_i64(t, 9, chunk->at);
	thrift_end(t);
	thrift_end(t);
}

static void put_group(struct thrift *t, const struct parquet *p, const struct group *g)
{
	int64_t plain = 0, packed = 0;

	thrift_begin_item(t);
	thrift_list(t, 1, THRIFT_STRUCT, p->columns);
	for (int i = 0; i < p->columns; i++) {
		put_chunk(t, &p->column[i], &g->chunk[i], g->rows);
		plain += g->chunk[i].plain;
		packed += g->chunk[i].packed;
	}
	thrift_i64(t, 2, plain);
	thrift_i64(t, 3, g->rows);
	thrift_i64(t, 5, g->chunk[0].at);
	thrift_i64(t, 6, packed);
	thrift_end(t);
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	struct parquet *p = e->own;

	if (p->rows > 0)
		TRY(end_group(c, e, out));
	size_t from = out->len;
	struct thrift t = thrift_start(out);
	thrift_i32(&t, 1, 2);
	put_schema(&t, p);
	thrift_i64(&t, 3, p->all_rows);
	thrift_list(&t, 4, THRIFT_STRUCT, p->groups);
	for (const struct group *g = p->first; g != NULL; g = g->next)
		put_group(&t, p, g);
	thrift_list(&t, 5, THRIFT_STRUCT, 1);
	thrift_begin_item(&t);
	thrift_text(&t, 1, S("left_out"));
	thrift_text(&t, 2, export_left_out(c, e));
	thrift_end(&t);
	thrift_text(&t, 6, S("Tessera"));
	thrift_end(&t);
	put_little(out, out->len - from, 4);
	buf_add(out, S("PAR1"));
	return OK;
}

static const char *const leaves[] = { "what else was thought likely of each result", NULL };

const struct export_format export_parquet = {
	.name = "parquet",
	.title = "Parquet",
	.type = "application/vnd.apache.parquet",
	.ending = "parquet",
	.about = "The columns of the CSV with their types, for DuckDB, pandas and their like",
	.leaves = leaves,
	.has_answers = true,
	.begin = begin,
	.task = put_task,
	.end = end,
};
