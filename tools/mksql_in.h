/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the files of mksql know of each other; see mksql.c. */
#ifndef MKSQL_IN_H
#define MKSQL_IN_H
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { FIELDS_MAX = 64, NAME_BYTES_MAX = 60 };

struct text {
	char *at;
	size_t len, size;
};

struct field {
	char *name, *type;
	bool null;
};

struct stmt {
	const char *file, *room, *group;
	char *name, *sql;
	int line;
	const char *shape;
	struct field param[FIELDS_MAX], column[FIELDS_MAX];
	int params, columns;
	int shared;	   /* parameters that many rows have in common; -1: it is for one row */
	const char *each;  /* the array text, when it is for many rows */
	const char *match; /* of an INSERT: numbers of the parameters that it returns, as escapes */
	bool sweep;
};

struct step {
	const char *file, *group;
	char *name, *sql;
};

/* Everything that was read. */
extern struct stmt *stmts;
extern struct step *steps;
extern int stmt_count, step_count, faults;

/* mksql_text.c */
void *take(size_t bytes);
char *copy(const char *from, size_t len);
void add_bytes(struct text *t, const char *from, size_t len);
__attribute__((format(printf, 2, 3))) void add(struct text *t, const char *format, ...);
__attribute__((format(printf, 3, 4))) void fault(const char *file, int line, const char *format,
						 ...);
bool is_word(char c);
bool is_name(const char *at);
bool ends_with(const char *text, const char *end);
const char *quoted_end(const char *at); /* behind the quoted text that starts at `at` */
char *slurp(const char *path);		/* NULL with a line on stderr */

/* mksql_lint.c */
void lint_stmt(const struct stmt *m);
void lint_step(const char *file, const char *sql);

/* mksql_each.c */
void make_each(struct stmt *m);

/* mksql_write.c */
void write_all(const char *out_folder);

#endif
