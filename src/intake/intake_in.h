/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of intake: files by content, archives, pictures, columns. */
#ifndef INTAKE_IN_H
#define INTAKE_IN_H
#include "base/csv.h"
#include "intake/format/format_in.h"
#include "intake/intake.h"

enum {
	INTAKE_NAME_MAX = 200,	 /* of a file or of an entry, bytes */
	INTAKE_COLUMN_MAX = 100, /* of a column's name, bytes */
	INTAKE_KEY_MAX = 500,	 /* of a key column's value, bytes */
	INTAKE_SIDE_MAX = 30000, /* pixels of a picture's side */
	INTAKE_PIXELS_MAX = 100000000,
	INTAKE_SAMPLE_CELL_MAX = 300, /* bytes of a cell that are shown */
};

/* --- files.c --- */
/* DATA/files/ab/SHA256 as a C path. */
const char *intake_path(struct ctx *, struct str sha256);
/* A new name under DATA/tmp. */
MUST_USE enum err intake_temporary(struct ctx *, const char **out);
/* Keep these bytes by content; `*sha256` in hex. */
MUST_USE enum err intake_keep_bytes(struct ctx *, struct str bytes, struct str *sha256);
/* Keep what tessera-media made of a file, by the content of `clean`: `*sha256` in hex. The small
 * one (a WebP, or a wave form) lies beside it. Both are moved from where they are. */
MUST_USE enum err intake_keep_clean(struct ctx *, const char *clean, const char *small,
				    struct str *sha256);
const char *intake_small_path(struct ctx *, struct str sha256);
/* The site's key out of DATA/site.key, which is made when it is not there. */
MUST_USE enum err intake_site_key(struct ctx *, unsigned char key[32]);

/* What a process keeps in memory. */
struct intake_memory {
	unsigned char key[32];
};

/* --- image.c --- */
struct intake_image {
	const char *ending; /* "jpg" */
	int64_t width, height;
};
/* Known by its content, whole, and of a size that a browser shows; else `*why` says what is
 * wrong. */
bool intake_image_read(struct str bytes, struct intake_image *out, const char **why);
/* Is that how a picture, sound, video or PDF is called? */
bool intake_asset_name(struct str name);
/* Is the asset SHA256.EXT a picture; and is there one of it, as there is of a video? */
bool intake_is_picture(struct str asset);
bool intake_has_picture(struct str asset);

/* --- archive.c: the one wrapper around libarchive --- */
struct intake_archive;
struct intake_entry {
	struct str name; /* as it is written there: a name, not a path */
	bool is_file;
	bool is_locked; /* encrypted */
};
/* A picture, sound, video or PDF alone is taken for an archive of that one file, called `name`. */
MUST_USE enum err intake_archive_open(struct ctx *, const char *path, struct str name,
				      struct intake_archive **out);
void intake_archive_close(struct intake_archive **); /* for DEFER */
/* ERR_INPUT: the archive is broken. */
MUST_USE enum err intake_archive_next(struct ctx *, struct intake_archive *,
				      struct intake_entry *out, bool *found);
/* Up to `max` bytes of the entry; 0 at its end. */
MUST_USE enum err intake_archive_read(struct ctx *, struct intake_archive *, void *out, size_t max,
				      size_t *got);
/* Pack the files of a folder (not those in folders of it) into a new zip at `path`. */
MUST_USE enum err intake_archive_pack(struct ctx *, const char *folder, const char *path);

/* --- columns.c: what is known of each column --- */
enum { COLUMN_NUMBER = 1, COLUMN_URL = 2, COLUMN_ASSET = 4 };

struct intake_column {
	struct str name;
	int64_t filled;	   /* cells that are not empty */
	unsigned can_be;   /* what all of these could be */
	struct str sample; /* the first of them, cut */
};
struct intake_columns {
	struct intake_column *at;
	int count;
};
struct str intake_columns_text(struct arena *, const struct intake_columns *);
struct intake_columns intake_columns_read(struct arena *, struct str text);
/* The same columns where as many as there may be have room. */
struct intake_column *intake_columns_room(struct arena *, const struct intake_columns *);
/* From a header; false with `*why` when a name will not do. */
bool intake_columns_name(struct arena *, const struct str *names, int count,
			 struct intake_columns *out, const char **why);
void intake_column_see(struct arena *, struct intake_column *, struct str cell, bool pictures);
const char *intake_column_type(const struct intake_column *);
/* How a cell holds a picture that its requester calls `name`; see kind_is_asset. */
struct str intake_picture_cell(struct arena *, struct str asset, struct str name);
/* The first bytes of a text, cut between characters. */
struct str intake_cut(struct str text, size_t max);
enum { INTAKE_REASON_MAX = 300 }; /* bytes of what a fault says */

/* --- table.c: rows of a kept file, from anywhere --- */
struct intake_place {
	int64_t byte, line, row;
};
struct intake_table {
	struct csv_reader *reader;
	enum intake_shape shape;
	struct intake_row row;
	struct os_file file;
	char *piece;
	int64_t at; /* of the next piece */
	int64_t size;
	int64_t read; /* bytes since it was opened */
	bool fed_last;
};
/* `columns` must last as long as the table; with `grows` a shaped file may add to them. */
MUST_USE enum err intake_table_open(struct ctx *, struct str sha256, int64_t reader,
				    struct intake_columns *, bool grows, struct intake_place from,
				    struct intake_table *out);
void intake_table_close(struct intake_table *); /* for DEFER */
/* The next row; `*found` is false at the end, or when the header is at fault. */
MUST_USE enum err intake_table_next(struct ctx *, struct intake_table *, struct csv_record *out,
				    bool *found);

/* --- faults on the way from `before` to the body --- */
struct intake_fault {
	int64_t line, row;
	struct str reason;
};
struct intake_fault_list {
	struct intake_fault *at;
	int count; /* kept */
	int64_t seen;
};
struct intake_fault_list intake_faults_make(struct arena *);
void intake_fault_add(struct arena *, struct intake_fault_list *, int64_t line, int64_t row,
		      struct str reason);
MUST_USE enum err intake_faults_keep(struct ctx *, project_id, source_id, int64_t phase,
				     int64_t before, const struct intake_fault_list *);

/* The names of all columns of imported sources, as a JSON list, with one source more or less. */
MUST_USE enum err intake_all_columns(struct ctx *, project_id, source_id changed,
				     const struct intake_columns *with, struct str *out);

/* --- jobs --- */
enum err intake_check_before(struct ctx *, struct job *);
enum err intake_check_job(struct ctx *, struct job *);
enum err intake_import_before(struct ctx *, struct job *);
enum err intake_import_job(struct ctx *, struct job *);
enum err intake_drop_job(struct ctx *, struct job *);
enum err intake_known_before(struct ctx *, struct job *);
enum err intake_known_job(struct ctx *, struct job *);

/* Whose faults: of the check, of the import, of known answers. */
enum { FAULTS_CHECK, FAULTS_IMPORT, FAULTS_KNOWN };

#endif
