/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * export: results out of the house, as one clean file whose every cell can be traced.
 *
 * What goes out is one entry for each judged task, in the order of the records, made piece by
 * piece in memory that does not grow with the file, so that a file of any size streams. A *format*
 * is a row of a table (formats.c): its name, what kinds of work it can carry, and three
 * writers: before the first task, for each, behind the last. Routes, command and pages list what
 * stands there. docs/formats.md says what each format carries and what it leaves out; whatever is
 * left out of one file is told by `export_left_out`, and in the file itself where it has a place
 * for that.
 *
 * CSV and JSON Lines go up by task, so one that broke off is gone on with: cut it behind its last
 * whole row, ask for what comes after that row's task, and put it behind. What was judged meanwhile
 * before that task is not in it.
 */
#ifndef EXPORT_H
#define EXPORT_H
#include "assignment/assignment.h"

struct export_format;
struct export_page;
struct export_zip;
struct export_spool;

struct export_wish {
	project_id project;
	struct str format;
	bool answers;	  /* with every answer behind each result, where the format has them */
	bool certificate; /* JSON Lines: a last line {"certificate":[…]} */
	int64_t after;	  /* above 0: later tasks only, without a head */
};

struct export
{
	struct project project;
	struct kind_template template;
	struct json_value *columns;
	struct assignment_numbers numbers; /* what the workers are called */
	const struct export_format *format;
	struct export_wish wish;
	int64_t after; /* the last task that was read */
	int64_t limit; /* tasks that are read at once */
	int64_t rows;  /* written so far */
	bool started, ended;
	bool more_end;		  /* the end comes in several pieces, and this was not the last */
	struct export_page *page; /* what was read and is not yet written */
	struct arena *kept;	  /* of the writer: lasts as long as the export */
	struct arena *row, *piece;
	void *own;		    /* the writer's */
	struct export_zip *zip;	    /* NULL, or to be closed */
	struct export_spool *spool; /* likewise */
	/* What this file leaves out, one sentence each; more may come while it is written. */
	struct str left[60];
	int left_count;
};

/*
 * ERR_INPUT: no such format; a format that can carry none of what the project asks, both named;
 * or one that has no answers, certificate or middle to begin at. ERR_MISSING no such project.
 * Rights: the caller's. The memory that is there now must last as long as the export.
 */
MUST_USE enum err export_start(struct ctx *, const struct export_wish *, struct export *out);
void export_done(struct export *); /* for DEFER; harmless when nothing was started */

/* The next piece, good until the next call; `*more` is false with the last. ERR_LIMIT when one
 * task alone is too large. */
MUST_USE enum err export_piece(struct ctx *, struct export *, struct str *piece, bool *more);

/* What is left out as far as is known by now, as one line of ASCII; empty: nothing. */
struct str export_left_out(struct ctx *, const struct export *);

extern const struct room export_room;

#endif
