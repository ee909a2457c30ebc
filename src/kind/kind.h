/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * kind: kinds of work, as pure functions: bytes in, bytes out, an arena only.
 *
 * A *template* says what a worker sees and what he is asked, as JSON:
 *
 *   {"blocks":[{"type":"image","src":"{{image}}","alt":"A cell"},
 *              {"type":"choice","name":"label","label":"What is it?","options":["cat","dog"]}]}
 *
 * Shown blocks are `markdown` (text) and `image` (src, alt; crop: a part of it; blur).
 * Each other block asks for one *field* of the answer and belongs to a kind, which knows all about
 * it: what its block may say, which answers it takes, how they agree. About a picture it has src
 * and alt. With "show_if":{"field":"label","is":["dog"]} a field is asked when the answer of an
 * earlier choice or pair is, or holds, one of these values; else the answer has nothing for it.
 * `{{column}}` stands for a cell of the record: in the text of markdown and of spans, in src and
 * alt of a picture, in labels, and in label and image of an option.
 *
 * A *page* is a template with a record's cells put in, ready for the browser: markdown as a tree of
 * prose nodes (never HTML), images as signed addresses, in an order by chance where survey.c says
 * so. An *answer* is one JSON object, field to value; its canonical form has the fields in the
 * template's order and one spelling for equal values. To add a kind: a folder and a line in kind.c.
 * What is returned lives in the arena and may look into the input. */
#ifndef KIND_H
#define KIND_H
#include "room/room.h"

enum { KIND_BLOCKS_MAX = 50, KIND_COLUMNS_MAX = 200, KIND_FAULTS_MAX = 50, KIND_NAME_MAX = 40 };
enum {
	KIND_TEXT_MAX = 20000, /* bytes of a markdown text */
	KIND_TEMPLATE_MAX = 65536,
	KIND_ANSWER_MAX = 65536, /* bytes of a whole one, as of a template */
};
enum { KIND_QUOTAS_MAX = 50, KIND_QUOTA_MAX = 10000 }; /* how many, and answers of one */

/* --- faults: what is wrong, and where --- */
struct kind_fault {
	struct str path;    /* "blocks[2].options[0]" in a template, "label" in an answer */
	struct str message; /* one line, no full stop */
	int line;	    /* in the template's text, from 1; 0: not known */
};

struct kind_faults {
	struct arena *mem;
	struct str source; /* the text that was read, for lines; may be empty */
	struct kind_fault list[KIND_FAULTS_MAX];
	int count; /* further ones are left out */
};

struct kind_faults kind_faults_make(struct arena *, struct str source);
/* `at` is the value at fault and gives the line; it may be NULL. */
void kind_fault(struct kind_faults *, struct str path, const struct json_value *at,
		const char *format, ...) PRINTF_LIKE(4, 5);

bool kind_is_clean(struct str text); /* well formed, no control characters but tab and line ends */
bool kind_is_plain(struct str text); /* and one line */

/* --- a kind --- */
struct kind_result {
	struct str value;  /* JSON; `null` when most left the field out */
	double confidence; /* 0 to 1 */
	int answers;	   /* how many were given */
	struct str ties;   /* JSON list of all tied values; empty text when there is no tie */
};

struct kind_field;
struct kind_media;

/* What a page is made with: the record's object of texts, and how pictures get an address. */
struct kind_view {
	struct arena *mem;
	const struct json_value *fields;
	const struct kind_media *media; /* NULL: pictures have no address */
	uint64_t seed;			/* of the order; 0: as written */
};

struct kind {
	const char *name;
	const char *about;   /* one sentence for the requester */
	const char *example; /* a block, as JSON */
	bool has_picture;    /* its block has src and alt */
	bool has_text;	     /* its block has text, with columns */

	/* Is the block right? Adds faults. `type`, `name`, `label`, `required`, and what
	 * has_picture and has_text name, are checked before. */
	void (*check_block)(struct kind_faults *, const struct json_value *block, struct str path);
	/* Write the members of its own that a page needs (not those that are checked before). */
	void (*put_block)(struct json *, const struct kind_field *, const struct kind_view *);
	/* Check a value that is there and write its canonical form, or add faults. */
	bool (*check_answer)(struct kind_faults *, const struct kind_field *,
			     const struct json_value *value, struct json *out);
	/* The value that a cell of a gold column means, as JSON text; not yet checked. */
	struct str (*truth)(struct arena *, const struct kind_field *, struct str cell);
	/* What a canonical value votes for: equal lists are equal answers. NULL: see `same`. */
	int (*votes)(struct arena *, const struct kind_field *, const struct json_value *value,
		     struct str **keys);
	/* Where answers are equal without being the same, as boxes are. NULL: equal votes. */
	bool (*same)(struct arena *, const struct kind_field *, const struct json_value *,
		     const struct json_value *);
	bool is_vote; /* `agree` counts votes, also where there is `same` */
	/* Join canonical values, in any order (NULL: left out); `count` is at least 1. */
	void (*agree)(struct arena *, const struct kind_field *,
		      const struct json_value *const *values, int count, struct kind_result *out);
	/* NULL, or what kind_classes tells; marks and back; the JSON of one of `values`. */
	struct kind_classes (*classes)(const struct kind_field *);
	void (*marks)(const struct kind_field *, const struct json_value *value, int *mark);
	struct str (*marked)(struct arena *, const struct kind_field *, const int *mark);
	struct str (*named)(struct arena *, const struct kind_field *, int number);
};

/* All kinds, ended by NULL, in the order in which they are offered. */
extern const struct kind *const kind_table[];
const struct kind *kind_find(struct str name); /* NULL: none of that name */

/* --- templates --- */
struct kind_field {
	struct str name, label;
	const struct kind *kind;
	const struct json_value *block;
	bool required;
};

struct kind_column {
	struct str name;
	struct str path; /* where it is used first */
	const struct json_value *at;
};

struct kind_template {
	const struct json_value *root;
	struct kind_field *field;
	int field_count;
	struct kind_column *column; /* each {{column}} that is used, once */
	int column_count;
};

/* Read and check a template. False: there are faults; what could be read is in `*out`. */
MUST_USE bool kind_template_read(struct kind_faults *, struct str text, struct kind_template *out);
/* One that was checked when it was kept: its fields without another check, which takes ten times
 * as long, and without its columns. */
void kind_template_load(struct arena *, struct str text, struct kind_template *out);
/* As kind_template_read, of a value that was read before. */
MUST_USE bool kind_template_check(struct kind_faults *, const struct json_value *root,
				  struct kind_template *out);
/* Is each column there that it uses; is there a field for each gold_ column? Both add faults. */
MUST_USE bool kind_template_fits(struct kind_faults *, const struct kind_template *,
				 const struct str *columns, int count);
MUST_USE bool kind_template_knows(struct kind_faults *, const struct kind_template *,
				  const struct str *columns, int count);
const struct kind_field *kind_field_find(const struct kind_template *, struct str name);
struct str kind_line(const struct kind_template *); /* that of the only field, or "mixed" */
/* The text with each {{column}} replaced by its cell. */
struct str kind_fill(struct arena *, struct str text, const struct json_value *fields);
/* gold_NAME holds the known answer for field NAME, and is never shown. */
bool kind_is_gold_column(struct str column, struct str *field);

/* --- pages --- */
/* How assets become addresses. The key is the site's; `bound` says for whom: see intake.h. */
struct kind_media {
	unsigned char key[32];
	struct str bound;
};

/* `asset:<sha256 in hex>.<ending>`, the `name` of a stored file, and ` NAME` as it was brought. */
bool kind_is_asset(struct str cell, struct str *name);
/* As its requester wrote it, a picture by his name: a cell, and all of a record's fields. */
struct str kind_cell_told(struct str cell);
struct str kind_fields_told(struct arena *, struct str fields);
/* "/media/NAME/BOUND/MAC" */
struct str kind_media_address(struct arena *, const struct kind_media *, struct str name);
struct str kind_media_small(struct arena *, struct str name); /* what lies beside it: media.h */
bool kind_is_small(struct str name, struct str *of);
/* Is the MAC right? In constant time. */
MUST_USE bool kind_media_is_signed(struct arena *, const struct kind_media *, struct str name,
				   struct str mac);

/* Safe markdown (CommonMark) as a JSON list of prose nodes: text as a plain string,
 * else {"t":…,"c":[…]} with t one of p h3 h4 h5 ul ol li em strong code pre blockquote a img
 * hr br. Raw HTML is dropped; links go to http, https and mailto only; pictures are assets.
 * `fields` (an object of texts, or NULL) gives the {{column}} values, never read as markdown. */
void kind_prose(struct arena *, struct str text, const struct json_value *fields,
		const struct kind_media *, struct json *out);

/* The resolved blocks as a JSON list: markdown as {"type":"markdown","nodes":[…]}; an image with
 * `src` a signed address, or null with `href` when the cell names a picture elsewhere; options as
 * [{"value","label"}], with `src` where they have a picture. `fields` as above. */
void kind_page(struct arena *, const struct kind_template *, const struct json_value *fields,
	       const struct kind_media *, struct json *out);

/* The same for many records of one template, which lives as long: what no record changes is made
 * once. Each page has media of its own for what its record shows. */
struct kind_sheet {
	const struct kind_template *template;
	struct str *ready; /* of each block its JSON, or empty when it is made for each record */
};
void kind_sheet_make(struct arena *, const struct kind_template *, const struct kind_media *,
		     struct kind_sheet *out);
void kind_sheet_page(struct arena *, const struct kind_sheet *, const struct json_value *fields,
		     const struct kind_media *, uint64_t seed, struct json *out);

/* --- order and quotas: see survey.c --- */
uint64_t kind_seed(int64_t project, int64_t task, int64_t worker); /* never 0 */
bool kind_order_moves(const struct kind_template *);
/* As it was seen: {"questions":[…],"options":{FIELD:[…]}} */
void kind_order_put(struct arena *, const struct kind_template *, uint64_t seed, struct json *out);
struct kind_quota {
	struct str field;
	int number; /* in the template, from 1 */
	int64_t max;
};
/* Those that an answer, not yet checked, would count for; all when it is NULL. */
int kind_quotas(const struct kind_template *, const struct json_value *answer,
		struct kind_quota out[KIND_QUOTAS_MAX]);

/* --- answers --- */
bool kind_is_asked(const struct json_value *block, const struct json_value *answer); /* show_if */
/* Check an answer against the template; `*canonical` is its JSON text. False: there are faults. */
MUST_USE bool kind_answer_check(struct kind_faults *, const struct kind_template *,
				const struct json_value *answer, struct str *canonical);
/* The known answer out of one cell of a gold column, as canonical JSON of the value. */
MUST_USE bool kind_truth_check(struct kind_faults *, const struct kind_field *, struct str cell,
			       struct str *canonical);
/* A known answer given as JSON: an object of some of the fields, in canonical form. */
MUST_USE bool kind_truth_object(struct kind_faults *, const struct kind_template *,
				const struct json_value *truth, struct str *canonical);
bool kind_same(struct arena *, const struct kind_field *, const struct json_value *,
	       const struct json_value *); /* are two canonical values the same answer? */
/* Join the values that several answers gave for one field. */
void kind_agree(struct arena *, const struct kind_field *, const struct json_value *const *values,
		int count, struct kind_result *out);

/* --- masks: runs of pixels x * height + y of a shape; false: they are not its picture's --- */
struct kind_run {
	int64_t from, to;
};
MUST_USE bool kind_mask_runs(struct arena *, const struct json_value *shape, int64_t pixels,
			     struct kind_run **out, int *count);

/* --- classes, for models: a field answered out of a list is `questions` with the same `classes`: a
 * choice of one is one, with its options and, where allowed, left out (NULL); of many each option
 * is one, 0 no, 1 yes. `values`: classes of one, or questions. `steps`: so many of them are a row
 * (0: no order). False: no list. --- */
struct kind_classes {
	int questions, classes, values, steps;
};
MUST_USE bool kind_classes(const struct kind_field *, struct kind_classes *out);
void kind_marks(const struct kind_field *, const struct json_value *value, int *mark);

extern const struct room kind_room;

#endif
