/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * intake: from an uploaded file to records.
 *
 * An upload is kept whole under the name of its content, DATA/files/ab/SHA256, and becomes a
 * *source* of its project. A job looks at all of it: rows, columns and their types, bad rows
 * with line and reason. Nothing is imported until the requester says so; an import runs in
 * small steps that survive a crash, and to everybody outside it is there whole or not at
 * all: a record is seen only when its source is `imported`.
 *
 * Forms: CSV, TSV, JSON Lines, JSON (a list of objects), our own exports of the last two, Label
 * Studio's tasks, COCO, and zip files (images alone: one record for each; or images and one such
 * table at the root, whose cells name images). A picture is known by its content, not its name, and
 * stored in a cell as `asset:SHA256.EXT NAME` (see kind.h); results carry the name.
 * Names in an archive are names only, never paths.
 *
 * Records are numbered 1, 2, 3 … in their project; taking a source out leaves a gap.
 * Columns called gold_NAME hold known answers, which are kept apart from `fields`. The questions
 * may come after them: whenever either changes, a job compares the known answers of a draft with
 * the questions and tells those that do not fit by row and column; they stand in the way of
 * publishing. Answers that come with our own exports, Label Studio's tasks and COCO are columns
 * called given_NAME: they become gold_NAME when the import says so.
 */
#ifndef INTAKE_H
#define INTAKE_H
#include "project/project.h"

typedef struct {
	int64_t v;
} source_id; /* 1, 2, 3 … in its project */

#define SOURCE_STATE_TABLE(X)                                          \
	X(CHECKING, 1, "checking")                                     \
	X(CHECKED, 2, "checked")                                       \
	X(IMPORTING, 3, "importing")                                   \
	X(IMPORTED, 4, "imported")                                     \
	X(REFUSED, 5, "refused") /* the file as a whole is at fault */ \
	X(LEAVING, 6, "leaving") /* its records are being taken out */ \
	X(UNDOING, 7, "undoing") /* an import was refused half-way; then checked again */

enum source_state {
#define SOURCE_STATE_ENUM(name, number, word) SOURCE_##name = number,
	SOURCE_STATE_TABLE(SOURCE_STATE_ENUM)
#undef SOURCE_STATE_ENUM
};

enum {
	INTAKE_FAULTS_KEPT = 1000,
	INTAKE_SAMPLE_ROWS = 5,
	INTAKE_COLUMNS_MAX = 200,
	INTAKE_SOURCES_MAX = 100, /* of a project */
};

/*
 * Keep a file that lies in the data folder (moved from `path`) under the name of its content:
 * fsync, rename, fsync of the folder. Slow and outside of any transaction; a
 * file that no source is made of is only lost space.
 */
MUST_USE enum err intake_keep(struct ctx *, const char *path, struct str sha256);

/*
 * Make a source of a kept file and signal its check. `name` tells what it was called.
 * ERR_CONFLICT the project is not a draft. ERR_LIMIT too many sources. ERR_INPUT no name.
 */
MUST_USE enum err intake_add(struct ctx *, project_id, struct str name, struct str sha256,
			     int64_t size, source_id *out);

/*
 * Start the import of a checked source. With `skip_bad`, bad rows are left out; else
 * one bad row refuses the whole file. Rows whose `key` column repeats one of the
 * project are bad; an empty `key` asks for nothing.
 * ERR_CONFLICT not checked, bad rows not to be skipped, another import runs, or no draft.
 * ERR_INPUT    no such column as `key`, or one is missing that the template shows.
 */
MUST_USE enum err intake_import(struct ctx *, project_id, source_id, bool skip_bad, struct str key);
/* The same, and the answers that came with the file are known ones: those that the template asks
 * for, or all when it asks for none of them yet. ERR_INPUT too when there are none. */
MUST_USE enum err intake_import_given(struct ctx *, project_id, source_id, bool skip_bad,
				      struct str key);

/* Take a source out with its records. ERR_CONFLICT the project is not a draft. */
MUST_USE enum err intake_drop(struct ctx *, project_id, source_id);

/*
 * Delete a draft with all its files: at once when it has none, else it is `leaving` until the
 * last of their records is gone. ERR_CONFLICT the project is not a draft.
 */
MUST_USE enum err intake_drop_draft(struct ctx *, project_id);

struct intake_record {
	int64_t number;
	source_id source;
	int64_t row;	   /* in its file, from 1 */
	struct str fields; /* JSON object, column to text */
	struct str truth;  /* JSON object of known answers, or empty; in a draft with known answers
			      that do not fit as they were written */
};

/* The record of task n is record n. ERR_MISSING: not there, or not yet imported. */
MUST_USE enum err intake_record(struct ctx *, project_id, int64_t number,
				struct intake_record *out);
/* Imported records behind `after`, at most `limit`. */
MUST_USE enum err intake_records(struct ctx *, project_id, int64_t after, int64_t limit,
				 struct intake_record **out, size_t *count);

/*
 * For whom an address of a picture or a sound is good. Who asks must be signed in as that one:
 *   an assignment   the worker, while he holds it
 *   a member        one user, while he is of the project's organisation
 *   a project       all who may work in it: what its template, instructions and sample show
 * A project's key is the first of these, the numbers of the others are 0 where they have none.
 */
struct intake_bound {
	project_id project;
	int64_t task, user, epoch;
};
/* What pages of this kind make addresses with. */
MUST_USE enum err intake_media(struct ctx *, struct intake_bound, struct kind_media *out);
/* The bounds out of an address of ours, and the name of the asset; ERR_MISSING it is none. */
MUST_USE enum err intake_media_open(struct ctx *, struct str name, struct str bound, struct str mac,
				    struct intake_bound *out);
/* Send it: who asks was found to be allowed. The name was opened before. */
void intake_media_send(struct ctx *, struct str name, struct web_reply *);

/* A key of the site for one use, made from its own. */
MUST_USE enum err intake_secret(struct ctx *, struct str use, unsigned char key[32]);

extern const struct room intake_room;

#endif
