/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * reply: what a request holds of its answer: headers and body, a file, a stream, an event
 * stream; and of an upload that comes in. Each part belongs to the file of its name.
 */
#ifndef WEB_REPLY_IN_H
#define WEB_REPLY_IN_H
#include "os/hash.h"
#include "web/web.h"

enum { WEB_PIECE = 262144 }; /* of files, streams and uploads */

struct web_loop;
struct web_request;
struct web_worker;

/* Work that leaves its loop and comes back to it. */
struct web_job {
	void (*run)(struct web_worker *, struct web_job *);
	void (*back)(struct web_job *); /* on the loop */
	struct web_loop *loop;
	struct web_request *request;
	struct web_job *next;
	int64_t posted_us;
};

enum web_body { WEB_BODY_NONE, WEB_BODY_JSON, WEB_BODY_BYTES, WEB_BODY_FILE, WEB_BODY_STREAM };

struct web_extra {
	const char *name;
	struct str value;
	struct web_extra *next;
};

struct web_reply {
	struct web_request *request;
	struct ctx *ctx;
	enum web_body body;
	int status;
	struct json json;
	struct str bytes;
	const char *type;
	const char *path; /* of a file */
	struct str etag;
	struct web_extra *extra;
	struct refusal kept; /* a refusal although the handler's writes stay */
};

struct web_file_out {
	struct os_file file;
	bool is_open;
	int64_t size, from, left; /* `left` is what is not yet read */
	char *piece;
	size_t piece_len;
};

struct web_stream {
	struct os_lock *lock; /* the worker's, while the handler runs */
	char *fill, *out;     /* half of WEB_PIECE each */
	size_t fill_len, out_len;
	bool started, busy, gone, ended;
	struct str head;
	char size[24]; /* of a chunk, in hex */
	struct web_job note;
};

struct web_events {
	bool on, started, waits;
	int64_t next_ms, ping_ms;
	uint64_t hash;
	size_t len;
};

struct web_upload_in {
	bool on, busy;
	struct web_upload file;
	const char *path;
	struct os_file fd;
	struct hash *hash;
	char *chunk;
	size_t chunk_len;
	int64_t max;
	enum err err;
};

/* --- reply.c --- */
void web_reply_reset(struct web_request *);
/* After the handler: close the JSON, look for what does not fit. */
MUST_USE enum err web_reply_finish(struct web_request *);
void web_reply_send(struct web_request *);
/* `length` below 0: not known, the body is chunked or ends with the connection. */
struct str web_reply_head(struct web_request *, int status, const char *type, int64_t length);
void web_reply_add(struct web_reply *, const char *name, struct str value);
void web_reply_date(struct web_loop *, usec now);

#endif
