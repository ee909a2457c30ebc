/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of kind: what the kinds share. */
#ifndef KIND_IN_H
#define KIND_IN_H
#include "kind/kind.h"

extern const struct kind kind_choice;
extern const struct kind kind_text;
extern const struct kind kind_number;
extern const struct kind kind_scale;
extern const struct kind kind_date;
extern const struct kind kind_pair;
extern const struct kind kind_rank;
extern const struct kind kind_taxonomy;
extern const struct kind kind_spans;
extern const struct kind kind_box;
extern const struct kind kind_polygon;
extern const struct kind kind_polyline;
extern const struct kind kind_point;
extern const struct kind kind_mask;
extern const struct kind kind_track;
extern const struct kind kind_transcript;

/* A fault for each member that is not in `names` (ended by NULL), nor in `type name label required
 * show_if` when `is_field`. */
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
/* May an answer have nothing for it: is it not required, or not always asked? */
bool kind_may_lack(const struct kind_field *);
/* The same without faults, for a block that was checked: the value or `absent`. */
bool kind_bool(const struct json_value *block, const char *name, bool absent);
int64_t kind_i64(const struct json_value *block, const char *name, int64_t absent);
double kind_f64(const struct json_value *block, const char *name, double absent);

/* --- order and quotas (survey.c) --- */

struct kind_placed {
	const struct json_value *block;
	int written, field; /* its place in the template; its field, or -1 */
};
/* All blocks as the seed puts them; how many. */
int kind_blocks_in_order(struct arena *, const struct kind_template *, uint64_t seed,
			 struct kind_placed out[KIND_BLOCKS_MAX]);
const struct json_value **kind_options_in_order(struct arena *, const struct kind_field *,
						uint64_t seed, int *count);
bool kind_has_quota(const struct kind_template *, struct str field);
/* shuffle and quotas of a template whose blocks are read; adds faults. */
void kind_survey_check(struct kind_faults *, const struct kind_template *);
/* Is a value of an answer this text, or does its list hold it? */
bool kind_holds(const struct json_value *given, struct str value);

/* --- options (option.c) --- */

const struct json_value *kind_options(const struct json_value *block); /* NULL: no list */
/* The value of an option, written as a text or as an object. */
bool kind_option_value(const struct json_value *option, struct str *out);
int kind_option_index(const struct kind_field *, struct str value); /* -1: none has it */
bool kind_options_check(struct kind_faults *, const struct json_value *block, struct str path,
			int min, int max);
void kind_options_put(struct json *, const struct kind_field *, const struct kind_view *);
/* The most frequent of texts that are each one of `option`; sets all of `out` but its answers. */
void kind_plurality(struct arena *, const struct str *option, int known,
		    const struct json_value *const *values, int count, struct kind_result *out);

/* Labels: a list of values in a member of the block. */
void kind_labels_check(struct kind_faults *, const struct json_value *block, struct str path,
		       const char *member, bool required);
int kind_label_index(const struct kind_field *, const char *member,
		     const struct json_value *given); /* -1: it is none of them */
void kind_label_put(struct json *, const struct kind_field *, const char *member, int label);
void kind_labels_put(struct json *, const struct kind_field *, const char *member); /* all */

/* --- marks on a picture (shape.c) --- */

enum { KIND_SHAPES_MAX = 200 };

struct kind_shapes {
	const struct json_value *first; /* checked one by one by the kind */
	int count;
	int64_t width, height; /* of the picture, or the largest there is */
	bool has_size;
};

/* `more`: a member of the kind's own, or NULL. */
void kind_shapes_check_block(struct kind_faults *, const struct json_value *block, struct str path,
			     const char *more);
void kind_shapes_put_block(struct json *, const struct kind_field *, const struct kind_view *);
/* The value around the shapes; adds faults. */
bool kind_shapes_read(struct kind_faults *, const struct kind_field *, const struct json_value *,
		      struct kind_shapes *out);
struct str kind_shape_path(struct kind_faults *, const struct kind_field *, int index);
/* A shape's label as its place in the list, and no members but it and `form`; adds faults. */
bool kind_shape_label(struct kind_faults *, const struct kind_field *,
		      const struct json_value *shape, struct str path, const char *form,
		      int *label);
double kind_pixel(double number); /* to a hundredth */
/* A number of pixels from 0 to `side`. */
bool kind_pixel_read(const struct json_value *, int64_t side, double *out);
/* Write the value around the shapes, which are written in between. */
void kind_shapes_begin(struct json *, const struct kind_shapes *);
void kind_shapes_end(struct json *);
/* A gold cell: the value, or its list of shapes alone. */
struct str kind_shapes_truth(struct arena *, const struct kind_field *, struct str cell);

/* --- pictures (page.c) --- */

/* src (and href) of the picture that a member names. */
void kind_put_picture(struct json *, const struct json_value *block, const char *member,
		      const struct kind_view *);

/* --- the part of a picture that is shown (crop.c) --- */
bool kind_crop_check(struct kind_faults *, const struct json_value *block, struct str path);
void kind_crop_put(struct json *, const struct json_value *block, const struct kind_view *);

/* --- places in a template and in an answer --- */

struct str kind_path(struct arena *, struct str path, const char *member);
struct str kind_path_at(struct arena *, struct str path, const char *member, int index);

/* A value as JSON text. */
struct str kind_json_text(struct arena *, const struct json_value *);
/* A text as JSON text; a cell with | between its parts as a JSON list of texts. */
struct str kind_quoted(struct arena *, struct str text);
struct str kind_listed(struct arena *, struct str cell);

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
 * The value that is given most often, as it is; left out counts as `null`. Of equally many the
 * first in the order of the bytes. Sets all of `out` but its answers.
 */
void kind_most(struct arena *, const struct json_value *const *values, int count,
	       struct kind_result *out);

/*
 * The next {{column}} in `text` at or behind `*from`: its name, and the bytes [*at, *from) that it
 * takes with its braces. False when there is none.
 */
bool kind_place_next(struct str text, size_t *from, size_t *at, struct str *name);
/* The cell of a record; empty when it has none of that name. */
struct str kind_cell(const struct json_value *fields, struct str name);
/* Does the address start with http://, https:// or mailto:, without blanks or control
 * characters? */
bool kind_is_link(struct str address);

#endif
