/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * json: a strict bounded reader and an append-only writer.
 *
 * The reader takes RFC 8259 and nothing more: UTF-8 checked, one value, nesting
 * at most JSON_DEPTH_MAX, duplicate keys refused, numbers kept as their text.
 * One thing less: `\u0000` is refused, because no text we keep may hold a NUL.
 * The tree lives in the arena; strings are unescaped. `json_read` gives the
 * byte offset and the reason of the first fault. It makes a node of
 * 80 bytes for each value, and says so as a fault when the arena is spent.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H
#include "base/ctx.h"

enum { JSON_DEPTH_MAX = 32 };

enum json_type { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json_value {
	enum json_type type;
	struct str text;	  /* of a number or text */
	struct str key;		  /* as a member of an object */
	struct json_value *first; /* child of a list or object */
	struct json_value *next;  /* sibling */
	size_t count;		  /* children */
	size_t from, to;	  /* bytes of the source: [from, to) */
};

struct json_fault {
	size_t at;	    /* byte offset */
	int line, column;   /* from 1; column in code points */
	const char *reason; /* "a string does not end" */
};

MUST_USE bool json_read(struct arena *, struct str text, struct json_value **out,
			struct json_fault *fault);

/* Of what we wrote ourselves: a fault in it is a bug, but ERR_LIMIT when memory is spent. */
MUST_USE enum err json_read_own(struct ctx *, struct str text, struct json_value **out);

/* Absent members give NULL; so does a member of NULL, so that paths can be chained. */
const struct json_value *json_get(const struct json_value *object, struct str key);
const struct json_value *json_at(const struct json_value *list, size_t index);
bool json_is(const struct json_value *, enum json_type);
/* True and set when the value is there, has the type and fits. */
MUST_USE bool json_text(const struct json_value *, struct str *out);
MUST_USE bool json_i64(const struct json_value *, int64_t min, int64_t max, int64_t *out);
MUST_USE bool json_f64(const struct json_value *, double *out);
MUST_USE bool json_bool(const struct json_value *, bool *out);

/* The writer. Commas are its own business; nesting is CHECKed at json_end. */
struct json {
	struct buf buf;
	uint32_t depth;
	uint64_t has_item; /* one bit for each level */
	bool after_key;
};

struct json json_make(struct arena *, size_t max);
void json_object(struct json *); /* { */
void json_object_end(struct json *);
void json_list(struct json *); /* [ */
void json_list_end(struct json *);
void json_key(struct json *, const char *key);
void json_key_str(struct json *, struct str key);
void json_put_text(struct json *, struct str);
void json_put_i64(struct json *, int64_t);
void json_put_f64(struct json *, double); /* not finite: null */
void json_put_bool(struct json *, bool);
void json_put_null(struct json *);
/* A JSON value made elsewhere by us; empty becomes null. */
void json_put_raw(struct json *, struct str);
void json_put_value(struct json *, const struct json_value *);
/* key and value in one call */
void json_text_of(struct json *, const char *key, struct str);
void json_i64_of(struct json *, const char *key, int64_t);
void json_f64_of(struct json *, const char *key, double);
void json_bool_of(struct json *, const char *key, bool);
void json_null_of(struct json *, const char *key);
void json_raw_of(struct json *, const char *key, struct str);
void json_id_of(struct json *, const char *key, int64_t id); /* "123": ids travel as text */
void json_money_of(struct json *, const char *key, money);   /* minor units as a number */
void json_time_of(struct json *, const char *key, usec);     /* RFC 3339; 0 is null */
/* CHECKs that everything is closed; the text is cut when buf_is_full. */
struct str json_end(struct json *);

#endif
