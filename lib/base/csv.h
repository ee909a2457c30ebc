/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * csv: streaming readers for CSV (RFC 4180), TSV, JSON Lines and JSON lists, and the CSV writer.
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

/* CSV_JSON is one list of objects, over as many lines as it likes. */
enum csv_form { CSV_COMMA, CSV_SEMICOLON, CSV_TAB, CSV_BAR, CSV_JSONL, CSV_JSON };

struct csv_limits {
	size_t record_max; /* bytes of one record, default 1 MiB when 0 */
	int fields_max;	   /* default 1,000 when 0 */
	bool loose;	   /* JSON: objects alone; there are no columns, and no fields */
	bool part;	   /* a list inside of a file: what stands behind it is not looked at */
};

struct csv_record {
	int64_t number;	   /* from 1, header not counted; bad records count too */
	int64_t line;	   /* where it starts, from 1 */
	int64_t from, to;  /* byte range in the file, line end not counted */
	const char *bad;   /* NULL, or the reason in plain words; lives as long as the record */
	struct str *field; /* in the order of `csv_header`; unescaped */
	int field_count;   /* of a bad record: what is there; 0 when it is no text */
	struct json_value *object; /* JSON: the parsed object */
	struct str text;	   /* JSON: what it was parsed from */
};

struct csv_reader;

struct csv_reader *csv_reader_new(struct arena *, enum csv_form, struct csv_limits);

/*
 * Give the next piece, once the one before is used up: it must stay where it is until
 * `csv_next` says false. The reader copies what it must keep. `last` ends the file.
 */
void csv_feed(struct csv_reader *, struct str piece, bool last);

/*
 * The next whole record, or false when more bytes are needed (or the file is done).
 * The record is valid until the next call. The header line is read by itself first;
 * blanks around a name are not part of it. An empty line is a record of one empty
 * field, but at the very end of a file it is nothing.
 * JSON Lines have no header: the fields are those of the first good line, in its order,
 * and later lines may leave some out (empty text) but name no new ones. Empty lines
 * are passed over. A field is the text of a string, the JSON of a list or object,
 * nothing for null, and the word or number otherwise. The objects of a JSON list are
 * treated in the same way; a fault between them is a bad record of its own. A list that does not
 * end, or has more behind it, is told by `csv_header`, when what stands before was read.
 */
bool csv_next(struct csv_reader *, struct csv_record *out);

/* The column names; 0 before the header was read. `*bad` is set when the header
 * itself is at fault (empty or repeated name, nothing there): then no record comes (any more). */
int csv_header(const struct csv_reader *, const struct str **names, const char **bad);

/* Where the reader is, between two records: byte offset and line of the next record. */
int64_t csv_offset(const struct csv_reader *);
int64_t csv_line(const struct csv_reader *);
/*
 * Before the first feed: go on at an offset and a line which an earlier reader told, with
 * its header; `number` is what the next record is called (the last one's and one). With 1 and an
 * offset, a list begins there, maybe behind blanks.
 */
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
