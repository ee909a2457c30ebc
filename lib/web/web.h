/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * web: from the socket to a room's handler and back.
 *
 * Rooms declare routes; everything else is done here: parsing (llhttp), limits, the
 * gate (who, CSRF, sizes), fields into a form struct, running the handler on
 * the right thread, the reply, problem+json, compression, event streams.
 * Sockets, libuv and llhttp are known to this folder alone.
 *
 * Where a handler runs is said by `runs`:
 *   WEB_READ    on a reader thread, with a read-only connection
 *   WEB_WRITE   on the store's writer, in its own savepoint; replied after COMMIT; may run twice
 *   WEB_BATCH   there too, all requests of one transaction together: each statement runs once for
 *               all of them
 *   WEB_STREAM  on a thread for streams, with a read-only connection; writes piece by piece
 *   WEB_EVENTS  on a reader thread, again every second; each changed reply is sent as one event
 * A route may name a `before`, which runs on a thread for slow work with a read-only
 * connection, ahead of the handler: it may fill its part of the form (password hashes).
 *
 * The handler gets the form (path, query and body fields, checked against their
 * declaration; what is not declared is refused by name) and a reply to write.
 */
#ifndef WEB_WEB_H
#define WEB_WEB_H
#include "base/base.h"
#include "base/json.h"
#include "base/setting.h"
#include "os/os.h"
#include "store/store.h"

enum web_verb { WEB_GET, WEB_POST, WEB_DELETE };
enum web_runs { WEB_READ, WEB_WRITE, WEB_BATCH, WEB_STREAM, WEB_EVENTS };
enum web_place { WEB_PATH, WEB_QUERY, WEB_BODY };
enum web_type {
	WEB_TEXT,  /* struct str; min and max are counts of code points */
	WEB_INT,   /* int64_t; min and max are its range */
	WEB_BOOL,  /* int64_t 0 or 1 */
	WEB_ID,	   /* int64_t from decimal text, 1 and more */
	WEB_MONEY, /* money, from a whole number of minor units; min and max likewise */
	WEB_TIME,  /* usec from RFC 3339 */
	WEB_VALUE, /* const struct json_value *: any JSON, at most `max` bytes of source */
	WEB_FILE,  /* struct web_upload: the whole body, streamed to disk; at most `max` bytes */
};

/* One field of a form. `has` is the offset of a bool that says whether it was there, or 0. */
struct web_field {
	const char *name; /* NULL ends a list */
	enum web_place place;
	enum web_type type;
	size_t offset;
	bool required;
	int64_t min, max;   /* max 0 with min 0 or more: 1,000 for text, else without end */
	const char *one_of; /* "draft|open|paused": for text; NULL: anything */
	const char *about;
	size_t has;
};

struct web_upload {
	/* A temporary file under DATA/tmp, removed unless the handler renames it. */
	struct str path;
	struct str type; /* Content-Type as sent */
	int64_t size;
	struct str sha256; /* hex */
};

struct web_reply;

typedef enum err web_handler(struct ctx *, void *form, struct web_reply *);

/* One of the requests that a batch answers together. */
struct web_item {
	struct ctx *ctx; /* of the request: its actor, its memory; its refusals go here */
	void *form;
	struct web_reply *reply;
	enum err err; /* what becomes of it, set by the batch, which may also put them in order */
	size_t place; /* the web's own */
};
/*
 * In the words of store_task's `many`: statements run on the batch's own context, an
 * item that is refused has changed nothing, and what is returned is about all of them.
 */
typedef enum err web_batch(struct ctx *, struct web_item *, size_t count);

struct web_route {
	enum web_verb verb;
	const char *path; /* "/api/v1/projects/{project}/tasks"; NULL ends a list */
	uint32_t who;	  /* WEB_ANYONE, or role bits any of which is enough */
	enum web_runs runs;
	web_handler *handler;
	web_batch *batch;    /* WEB_BATCH: in place of `handler` */
	web_handler *before; /* NULL, or slow work ahead of it */
	const struct web_field *fields;
	size_t form_size;
	const char *view;  /* what a 200 holds, as a type: see web_view below; NULL: not JSON */
	const char *about; /* one sentence for the API's document */
	/* The path field that spreads work over writers, one at a time; NULL: the actor. */
	const char *spread;
	int64_t body_max; /* bytes of a JSON body; 0: 64 KiB */
	bool renews;	  /* may end or change somebody's rights: then the gate is asked anew */
	bool urgent;	  /* refused last: ends what was begun, or says how things are */
};

enum { WEB_ANYONE = 0 };

/*
 * A view is written as a type: text, int, real, bool, id, money, time, any;
 * {name:type, other:type?} for objects (a ? behind the type or the name marks what may be
 * null or absent); [type] for lists; (a|b|c) for one of these words. The API's document, the
 * browser's types and a check of every reply in the debug build come from it.
 */

/* --- what a handler may do with its reply --- */
struct json *web_json(struct web_reply *);	 /* the body of a JSON reply */
void web_status(struct web_reply *, int status); /* 200 unless said; 201, 202, 204 */
/* A refusal that keeps what the handler wrote, which then returns OK: a wrong try is counted. */
void web_refusal(struct web_reply *, enum err, struct str message);
/* CHECKs that the value has no control bytes. */
void web_header(struct web_reply *, const char *name, struct str value);
/* The session cookie: set with `token`, or ended with an empty one. */
void web_cookie(struct web_reply *, struct str token, int64_t max_age_s);
/* A body that is not JSON, of a type that we make; `bytes` live in the context's memory. */
void web_bytes(struct web_reply *, const char *type, struct str bytes);
/* A file of ours, sent by the loop after the handler has returned; supports Range. The etag
 * names the content; empty: none. ERR_MISSING is answered when there is no such file. */
void web_file(struct web_reply *, const char *type, const char *path, struct str etag);
/* WEB_STREAM: start with type and file name, then pieces. ERR_BUSY when the client has gone. */
void web_stream_start(struct web_reply *, const char *type, struct str file_name);
MUST_USE enum err web_stream_write(struct web_reply *, struct str piece);

/* --- what the house gives --- */
struct web_asset {
	const char *path; /* "/assets/app-XYZ.js" */
	const char *type;
	const char *etag;
	const unsigned char *plain, *gzip, *brotli; /* gzip and brotli may be NULL */
	size_t plain_len, gzip_len, brotli_len;
	bool immutable;
};

struct web_options {
	const char *listen;	  /* HOST:PORT; port 0 picks one */
	const char *url;	  /* of the store, for the readers */
	const char *data;	  /* folder; uploads go to DATA/tmp */
	int loops, readers, slow; /* threads; 0: chosen from the cores */
	bool secure;		  /* the site is reached by https: __Host- cookie, Secure */
	struct clock *clock;
	struct dice *dice;
	struct store_writer *writer;
	const struct setting_values *settings;
	void *const *rooms;
	const struct web_route *const *routes; /* lists, ended by NULL */
	const struct web_asset *assets; /* ended by path NULL; any other GET gives the shell */
	/* Who shows this token (from the cookie or the bearer header)? Leaves ctx->actor alone when
	 * nobody. Runs where the handler runs, on its connection, but before a change as one of its
	 * own. For WEB_BATCH its word stands for a second, or until a route that `renews`. */
	enum err (*gate)(struct ctx *, struct str token);
	/* What the shell says of the site and of who looks at it, as JSON. Runs on a reader. */
	enum err (*boot)(struct ctx *, struct json *);
	/* One JSON line for each request; several at once have line ends between them. */
	void (*log)(struct str lines);
};

/* The limits that an operator may change; options.settings NULL means their defaults. */
extern const struct setting web_settings[];

struct web;
/* ERR_INPUT or ERR_CONFLICT when the address cannot be listened on. */
MUST_USE enum err web_start(struct ctx *, struct arena *, struct web_options, struct web **out);
int web_port(const struct web *);
/* Stop accepting, finish what runs within `us`, close. */
void web_stop(struct web *, int64_t us);

struct web_counts {
	int64_t requests, refused, failed, connections, bytes_in, bytes_out, csp_reports;
	int64_t shed; /* refused because there was too much to do; also among the two above */
};
struct web_counts web_counts(const struct web *);

/* --- openapi.c: the document from the route tables --- */
struct web_document {
	const char *title, *version;
	const struct web_route *const *routes; /* lists, ended by NULL */
	/* A name and a sentence for each list of routes, or NULL. */
	const struct web_tag {
		const char *name, *about;
	} * tags;
	const char *const *roles; /* a word for each bit of `who`, the lowest first; NULL ends */
};
void web_openapi(const struct web_document *, struct json *out);
/* Is `value` of the type `view`? Else `*path` and `*why` say where not. */
MUST_USE bool web_view_fits(struct arena *, const char *view, const struct json_value *value,
			    struct str *path, const char **why);

#endif
