/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * export: results out of the house, as one clean file whose every cell can be traced.
 *
 * One row for each judged task, in the order of the records: the record's columns; for each
 * field its value, confidence, count of answers and ties; and, when asked for, every
 * answer behind it. Made piece by piece in constant memory, so that a file of any size streams.
 *
 * Columns of the CSV form: task, gold, the record's columns (a name that meets one of ours gets
 * `input_` before it; a picture is called as its requester calls it), then for each field F: F,
 * F_confidence, F_answers, F_ties (JSON list, empty without a tie), and last `answers` (a JSON
 * list of {"worker","answer","state","at","seconds"}). Several values of one field are joined
 * by |. Cells that a spreadsheet would run as a formula are defused. JSON Lines have the same, as
 * {"task","gold","fields","results","answers"}; there a result has its posterior too, as
 * [{"value","share"}] (empty where answers come out of no list), and on request the certificate
 * (quality.h) is their last line, {"certificate":[…]}; a CSV has rows of tasks alone.
 *
 * Rows go up by task, so a file that broke off is gone on with: cut it behind its last whole
 * row, ask for what comes after that row's task, and put it behind. What was judged meanwhile
 * before that task is not in it.
 */
#ifndef EXPORT_H
#define EXPORT_H
#include "assignment/assignment.h"

enum export_form { EXPORT_CSV, EXPORT_JSONL };

struct export
{
	struct project project;
	struct kind_template template;
	struct json_value *columns;
	struct assignment_numbers numbers; /* what the workers are called */
	enum export_form form;
	bool with_answers;
	bool with_certificate; /* JSON Lines: a last line {"certificate":[…]} */
	bool started;
	int64_t after;
	int64_t page; /* tasks that are read at once */
	int64_t rows; /* written so far */
};

/*
 * "csv" or "jsonl"; all of it, or with `after` above 0 the rows of later tasks without the names of
 * the columns. ERR_INPUT another form; ERR_MISSING no such project. Rights: the caller's.
 */
MUST_USE enum err export_start(struct ctx *, project_id, struct str form, bool with_answers,
			       int64_t after, struct export *out);

/* The next piece in ctx->mem (mark before, reset after); empty and `*more` false at the end.
 * ERR_LIMIT when one task alone is too large. */
MUST_USE enum err export_piece(struct ctx *, struct export *, struct str *piece, bool *more);

extern const struct room export_room;

#endif
