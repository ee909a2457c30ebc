/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* CSV out, and the guess what a file is from its first bytes. */
#include "base/csv_in.h"

enum { SNIFF_BYTES = 64 << 10, SNIFF_LINES = 20 };

/* A spreadsheet takes these cells for a formula; a number such as -5 or +3 is none. */
static bool is_formula(struct str field)
{
	double number;
	bool sign = field.len > 0 && (field.at[0] == '-' || field.at[0] == '+');

	if (field.len == 0 || memchr("=+-@\t\r", field.at[0], 6) == NULL)
		return false;
	return !(sign && field.len > 1 && field.at[1] != '-' &&
		 num_f64(str_cut(field, 1, field.len), &number));
}

void csv_put(struct buf *buf, struct str field, bool first, bool defuse)
{
	bool quote = first && field.len == 0; /* a line of nothing would be no record */
	bool guard = defuse && is_formula(field);

	for (size_t i = 0; i < field.len && !quote; i++)
		quote = field.at[i] == ',' || field.at[i] == '"' || field.at[i] == '\n' ||
			field.at[i] == '\r';
	if (field.len > 0 && (field.at[0] == ' ' || field.at[field.len - 1] == ' '))
		quote = true; /* some readers drop blanks that stand bare */

	if (!first)
		buf_add_char(buf, ',');
	if (quote)
		buf_add_char(buf, '"');
	if (guard)
		buf_add_char(buf, '\'');

	struct str head, rest = field;

	while (quote && str_split(rest, '"', &head, &rest)) {
		buf_add(buf, head);
		buf_add(buf, S("\"\""));
	}
	buf_add(buf, rest);
	if (quote)
		buf_add_char(buf, '"');
}

void csv_end_line(struct buf *buf)
{
	buf_add(buf, S("\r\n"));
}

/* --- guessing --- */

struct vote {
	int in_header; /* delimiters in the first line */
	int lines;     /* whole lines looked at */
	int alike;     /* lines with as many as the first */
};

static struct vote count_votes(struct str start, char delimiter)
{
	struct vote vote = { 0 };
	bool fresh = true;   /* at the start of a field */
	bool quoted = false; /* inside quotes */
	bool closed = false; /* behind a closing quote */
	int here = 0;

	for (size_t i = 0; i < start.len && vote.lines < SNIFF_LINES; i++) {
		char c = start.at[i];

		if (quoted || (c == '"' && (fresh || closed))) {
			closed = quoted && c == '"';
			quoted = !closed;
			fresh = false;
			continue;
		}
		closed = false;
		fresh = c == delimiter || c == '\n' || c == '\r';
		here += c == delimiter;
		if (c != '\n' && c != '\r')
			continue;
		if (c == '\n' && i > 0 && start.at[i - 1] == '\r')
			continue;
		if (vote.lines == 0)
			vote.in_header = here;
		vote.alike += here == vote.in_header;
		vote.lines++;
		here = 0;
	}
	/* A first line without an end is all there is. */
	if (vote.lines == 0)
		vote = (struct vote){ .in_header = here, .lines = 1, .alike = 1 };
	return vote;
}

static enum csv_form guess_delimiter(struct str start)
{
	static const enum csv_form forms[] = { CSV_COMMA, CSV_SEMICOLON, CSV_TAB, CSV_BAR };
	enum csv_form best = CSV_COMMA;
	struct vote most = { 0 };

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct vote vote = count_votes(start, csv_delimiter(forms[i]));

		if (vote.in_header == 0)
			continue;
		if (vote.alike < most.alike ||
		    (vote.alike == most.alike && vote.in_header <= most.in_header))
			continue;
		best = forms[i];
		most = vote;
	}
	return best;
}

enum csv_form csv_sniff(struct str start, struct str name)
{
	struct str file = str_cut(name, name.len > 16 ? name.len - 16 : 0, name.len);

	start = str_cut(start, 0, SNIFF_BYTES);
	if (str_starts(start, S("\xEF\xBB\xBF")))
		start = str_cut(start, 3, start.len);
	for (size_t i = 0; i < file.len; i++) {
		struct str end = str_cut(file, i, file.len);

		if (str_eq_nocase(end, S(".jsonl")) || str_eq_nocase(end, S(".ndjson")))
			return CSV_JSONL;
		if (str_eq_nocase(end, S(".tsv")) || str_eq_nocase(end, S(".tab")))
			return CSV_TAB;
		if (str_eq_nocase(end, S(".csv")))
			return guess_delimiter(start);
	}
	start = str_trim(start);
	if (str_starts(start, S("{")))
		return CSV_JSONL;
	if (str_starts(start, S("[")) &&
	    (str_starts(str_trim(str_cut(start, 1, start.len)), S("{")) ||
	     str_ends(name, S(".json"))))
		return CSV_JSON;
	return guess_delimiter(start);
}
