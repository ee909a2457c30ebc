/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * csv: streaming readers for CSV (RFC 4180), TSV and JSON Lines, and the CSV writer.
 *
 * Bytes are fed in pieces of any size; records come out one by one, in constant
 * memory. A record that is wrong (bad UTF-8, a quote out of place, too many or
 * too few fields, too large, NUL inside, JSON at fault) comes out as bad, with its
 * line, byte offset and reason, and reading goes on at the next record where
 * that is possible.
 *
 * Accepted: UTF-8 with or without a mark, CRLF, LF and CR line ends, an empty
 * last line, delimiter comma, semicolon, tab or bar (told by `csv_sniff`). TSV is CSV
 * with tabs: quotes count when a field starts with one. UTF-16 is refused by name.
 */
#ifndef BASE_CSV_H
#define BASE_CSV_H
#include "base/json.h"

enum csv_form { CSV_COMMA, CSV_SEMICOLON, CSV_TAB, CSV_BAR, CSV_JSONL };

struct csv_limits {
	size_t record_max; /* bytes of one record, default 1 MiB when 0 */
	int fields_max;    /* default 1,000 when 0 */
};

struct csv_record {
	int64_t number;    /* from 1, header not counted; bad records count too */
	int64_t line;      /* where it starts, from 1 */
	int64_t from, to;  /* byte range in the file, line end not counted */
	const char *bad;   /* NULL, or the reason in plain words */
	struct str *field; /* in the order of `csv_header`; unescaped */
	int field_count;
	struct json_value *object; /* JSON Lines: the parsed line */
};

struct csv_reader;

struct csv_reader *csv_reader_new(struct arena *, enum csv_form, struct csv_limits);

/* Give the next piece; the reader copies what it must keep. `last` ends the file. */
void csv_feed(struct csv_reader *, struct str piece, bool last);

/*
 * The next whole record, or false when more bytes are needed (or the file is done).
 * The record is valid until the next call. The header line is read by itself first.
 * JSON Lines have no header: the fields are those of the first line, in its order,
 * and later lines may leave some out (empty text) but name no new ones.
 */
bool csv_next(struct csv_reader *, struct csv_record *out);

/* The column names; 0 before the header was read. `*bad` is set when the header
 * itself is at fault (empty or repeated name, nothing there): then no record comes. */
int csv_header(const struct csv_reader *, const struct str **names, const char **bad);

/* Where the reader is: so that a reader can be made again at a record and go on. */
int64_t csv_offset(const struct csv_reader *);
/* Go on at a byte offset which an earlier reader told, with its header. */
void csv_resume(struct csv_reader *, const struct str *names, int count, int64_t offset,
		int64_t line, int64_t number);

/* Guess the form from the first bytes (up to 64 KiB) and the file's name. */
enum csv_form csv_sniff(struct str start, struct str name);

/*
 * Write one field, quoted when it must be. With `defuse`, a cell that starts with
 * = + - @ tab or CR gets a leading apostrophe so that no spreadsheet runs it;
 * plain numbers are left alone.
 */
void csv_put(struct buf *, struct str field, bool first, bool defuse);
void csv_end_line(struct buf *);

#endif
