/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * read_in: answers out of a file, in one pass and little memory.
 *
 * Forms: TSV (a quote is a literal character), CSV, JSON Lines; plain or gzip; "-" is the standard
 * input. Columns by the names of a header line (task, worker, label and the usual other words),
 * or else the first three; a truth file has task and label. Ids and labels are UTF-8 text. A line
 * without a label is passed over and counted. A second answer by the same worker to the same task
 * is dropped and counted, unless the caller keeps them. What is wrong is refused with its line.
 *
 * Until the file ends an answer takes 3 to 12 bytes: each id in the fewest bytes that its chunk
 * needs.
 */
#ifndef MODEL_READ_IN_H
#define MODEL_READ_IN_H
#include "base/csv.h"
#include "model/model_in.h"
#include "os/os.h"

struct read_slot {
	uint32_t hash;
	int32_t name; /* number + 1; 0: free */
};

/* Names of one sort of thing; `at` is in byte order once reading is over. */
struct read_names {
	struct arena *mem;
	const char **at; /* C text: no name holds a NUL */
	int32_t count;
	int32_t *first; /* first[i]: the i-th in order of appearance, after reading */
	/* while reading and for look-ups */
	struct arena *table_mem;
	struct read_slot *slot;
	size_t slots;
	int32_t last; /* what was found last: files are often sorted */
	size_t room;
};

/* -1: not there. Not of labels that are ordered by value. */
int32_t read_find(const struct read_names *, struct str name);

struct read_answers {
	struct read_names task, worker, label;
	int32_t count;
	int32_t *from;	/* tasks + 1 */
	uint32_t *key;	/* worker * labels + label; with `apart` the worker */
	int32_t *value; /* the label, with `apart`; else NULL */
	int64_t empty, repeated;
};

struct read_options {
	bool apart; /* many different labels: worker and label are not packed into one key */
	bool keep_repeated;
	bool by_value;	    /* labels that are all numbers are ordered by value */
	bool with_worker;   /* false: a truth file, task and label */
	int64_t labels_max; /* ERR_LIMIT beyond */
	struct clock *clock;
	bool quiet;
};

/* ERR_MISSING no such file. ERR_INPUT a broken line, by its number. ERR_LIMIT too much. */
MUST_USE enum err read_file(struct ctx *, const char *path, const struct read_options *,
			    struct read_answers *out);

/* The one wrapper around zlib; plain files pass through it untouched. */
struct gzip;
MUST_USE enum err gzip_open(struct ctx *, const char *path, struct gzip **out);
MUST_USE enum err gzip_read(struct ctx *, struct gzip *, void *out, size_t max, size_t *got);
int64_t gzip_size(const struct gzip *); /* bytes of the file, packed or not; -1: a pipe */
int64_t gzip_at(const struct gzip *);	/* how many of them are read */
void gzip_close(struct gzip **);	/* for DEFER */

/* --- what lies between: names.c and chunk.c --- */

void names_make(struct arena *mem, struct read_names *);
/* The name's number, new or not; false when a new one is no UTF-8 text. */
MUST_USE bool names_add(struct read_names *, struct str name, int32_t *out);
/* Byte order (or order of value); rank[i] is the new number of the i-th to come. */
int32_t *names_sort(struct read_names *, bool by_value, struct arena *scratch);
void names_forget_table(struct read_names *);

enum { CHUNK_ANSWERS = 1 << 20 };
struct chunk_column {
	void *at;
	int bytes; /* of one id: 1, 2 or 4 */
};
struct chunk {
	struct arena *mem;
	struct chunk *next;
	int32_t count;
	struct chunk_column column[3]; /* task, worker, label */
};
struct chunk *chunk_new(const struct chunk *like);
void chunk_add(struct chunk *, const int32_t id[3]);
uint32_t chunk_get(const struct chunk *, int column, int32_t at);

#endif
