/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of kind: what the kinds share. */
#ifndef KIND_IN_H
#define KIND_IN_H
#include "kind/kind.h"

extern const struct kind kind_choice;
extern const struct kind kind_text;
extern const struct kind kind_number;

/* A fault for each member that is not in `names` (ended by NULL), nor in `type name label required`
 * when `is_field`. */
void kind_members(struct kind_faults *, const struct json_value *block, struct str path,
		  bool is_field, const char *const *names);

/* An optional member: true when it is absent or right; else a fault. `*out` keeps its value when
 * absent. */
bool kind_member_bool(struct kind_faults *, const struct json_value *block, struct str path,
		      const char *name, bool *out);
bool kind_member_i64(struct kind_faults *, const struct json_value *block, struct str path,
		     const char *name, int64_t min, int64_t max, int64_t *out);
bool kind_member_f64(struct kind_faults *, const struct json_value *block, struct str path,
		     const char *name, double *out);
/* The same without faults, for a block that was checked: the value or `absent`. */
bool kind_bool(const struct json_value *block, const char *name, bool absent);
int64_t kind_i64(const struct json_value *block, const char *name, int64_t absent);
double kind_f64(const struct json_value *block, const char *name, double absent);

struct str kind_path(struct arena *, struct str path, const char *member);
struct str kind_path_at(struct arena *, struct str path, const char *member, int index);

/* A value as JSON text. */
struct str kind_json_text(struct arena *, const struct json_value *);
/* A text as JSON text. */
struct str kind_quoted(struct arena *, struct str text);

/*
 * The candidates of a vote, counted: those with the most votes are in front. `keys` are
 * counted as given; the order of equal counts is that of the bytes.
 */
struct kind_tally {
	struct str key;
	int count;
};
int kind_tally_make(struct arena *, const struct str *keys, int count, struct kind_tally **out);

/*
 * The next {{column}} in `text` at or behind `*from`: its name, and the bytes [*at, *from) that it
 * takes with its braces. False when there is none.
 */
bool kind_place_next(struct str text, size_t *from, size_t *at, struct str *name);
/* The cell of a record; empty when it has none of that name. */
struct str kind_cell(const struct json_value *fields, struct str name);
/* The text with each {{column}} replaced by its cell. */
struct str kind_fill(struct arena *, struct str text, const struct json_value *fields);
/* Does the address start with http://, https:// or mailto:, without blanks or control
 * characters? */
bool kind_is_link(struct str address);

#endif
