/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of export: the table of formats, and what their writers share. */
#ifndef EXPORT_IN_H
#define EXPORT_IN_H
#include "export/export.h"
#include "export/export.sql.h"

/* A judged task. Results are in the order of their fields' names, answers in that of workers. */
struct export_task {
	int64_t number;
	bool gold;
	int64_t source;	   /* where its record comes from */
	struct str fields; /* the record, as JSON */
	const struct json_value *cells;
	const struct export_result_range *result;
	size_t results;
	const struct export_answer_range *answer;
	size_t answers;
};

/*
 * Each writer adds to `out`. Memory of the context is of this one call; what must last is in
 * `kept`. `end` is called again while it leaves `more_end` set.
 */
struct export_format {
	const char *name;	   /* "coco" */
	const char *title;	   /* "COCO" */
	const char *type, *ending; /* "application/json", "json" */
	const char *about;	   /* one sentence */
	const char *const *kinds;  /* that it can carry, ended by NULL; NULL: all */
	const char *const *leaves; /* what it never has, ended by NULL */
	bool has_answers, has_after, has_certificate;
	enum err (*begin)(struct ctx *, struct export *, struct buf *out);
	enum err (*task)(struct ctx *, struct export *, const struct export_task *,
			 struct buf *out);
	enum err (*end)(struct ctx *, struct export *, struct buf *out);
};

/* --- formats.c --- */
extern const struct export_format *const export_formats[]; /* ended by NULL */
const struct export_format *export_format_find(struct str name);
struct str export_format_names(struct arena *);
bool export_carries(const struct export_format *, const struct kind *);
/* Can it carry anything of this? Else `*why` names both. */
bool export_can(struct arena *, const struct export_format *, const struct kind_template *,
		struct str *why);
/* One more sentence of what is left out; ASCII. The text must last. */
void export_leave(struct export *, struct str what);

/* --- values.c: what writers look up --- */
const struct export_result_range *export_result(const struct export_task *, struct str field);
/* The value of a result; NULL when there is none, or it is null. */
MUST_USE enum err export_value(struct ctx *, const struct export_task *, struct str field,
			       const struct json_value **out);
/* The task's answers as a JSON list. */
void export_answers_put(struct ctx *, const struct export *, const struct export_task *,
			struct json *out);
/* A JSON value as one cell: text bare, lists of texts joined by |, null empty, else JSON. */
struct str export_cell(struct ctx *, struct str value);
/* The name of a column beside ours: with input_ before it when it meets one of ours. */
struct str export_column(struct ctx *, const struct export *, struct str name);

/* A member of the block that is a list of texts; empty when it has none. */
size_t export_labels(const struct kind_field *, const struct json_value **first);
int export_label_index(const struct kind_field *, struct str label); /* -1: none of them */

/* The picture, sound or video that a field is about: its name, and its size where it is known. */
struct export_picture {
	struct str cell; /* as the record has it: an asset or an address */
	struct str name; /* how its file was called, else the address or the cell */
	int64_t width, height;
};

MUST_USE enum err export_picture(struct ctx *, const struct export *, const struct export_task *,
				 const struct kind_field *, struct export_picture *out);

/* The marks of one field on one picture; `first` is NULL without any. */
struct export_marks {
	struct export_picture picture;
	const struct json_value *first;
	bool has_value; /* there is a result, maybe without marks */
};
MUST_USE enum err export_marks(struct ctx *, const struct export *, const struct export_task *,
			       const struct kind_field *, struct export_marks *out);
struct str export_mark_label(const struct json_value *mark);
/* At most 2 * EXPORT_CORNERS numbers of `box`, `point` or `points`, x before y; how many. */
enum { EXPORT_CORNERS = 200 };
int export_mark_numbers(const struct json_value *mark, const char *form, double *out);
bool export_is(const struct kind_field *, const char *kind);

/* --- rows.c: masks row by row --- */
struct export_mask {
	struct kind_run *run;
	int runs, label; /* from 1 */
};
struct export_change;
struct export_rows {
	unsigned char *row;
	int64_t wide, high, y;
	struct export_change *change;
	int changes, at;
};
void export_rows_open(struct ctx *, const struct export_picture *, const struct export_mask *,
		      int masks, struct export_rows *out);
/* The next row: a byte that is 0, and then the label of each pixel. NULL behind the last. */
unsigned char *export_rows_next(struct export_rows *);

/* --- spool.c: what comes later in the file than it is made --- */
MUST_USE enum err export_spool_open(struct ctx *, struct export *); /* sets `spool` */
void export_spool_close(struct export_spool *);
MUST_USE enum err export_spool_add(struct ctx *, struct export *, struct str bytes);
/* A piece of it, the next at each call. */
MUST_USE enum err export_spool_put(struct ctx *, struct export *, bool *more, struct buf *out);

/* --- zip.c: a zip file that streams, by means of a spool --- */
MUST_USE enum err export_zip_open(struct ctx *, struct export *); /* sets `zip` and `spool` */
void export_zip_close(struct export_zip *);
MUST_USE enum err export_zip_put(struct ctx *, struct export *, struct str name, struct str bytes,
				 struct buf *out);
/* LEFT_OUT.txt, when anything is left out, and the end, in pieces. */
MUST_USE enum err export_zip_end(struct ctx *, struct export *, struct buf *out);
/*
 * FOLDER/NAME.ENDING for the picture of a task, without the picture's own ending: a name inside
 * of the archive, never a way out of it, and there once: of two equal ones the second gets -TASK
 * behind it.
 */
struct str export_zip_name(struct ctx *, struct export *, const char *folder, struct str picture,
			   const char *ending, int64_t task);

/* --- the formats --- */
extern const struct export_format export_csv, export_jsonl, export_json, export_coco, export_yolo,
	export_voc, export_masks, export_labelstudio, export_conll, export_parquet, export_webvtt,
	export_srt;

extern const struct web_route export_routes[];
extern const struct room_command export_commands[];

#endif
