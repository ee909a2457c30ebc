/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * parse: from bytes to one request's head and body; llhttp and the rules that it leaves to us.
 *
 * The head is gathered whole (find its end with web_head_end), checked byte by byte and
 * then given to llhttp in one piece, so that every view into it is contiguous and no
 * rule depends on how the bytes were cut into segments. Refused before llhttp
 * sees it: NUL and other control bytes, CR or LF alone, folded lines.
 * Nothing here knows sockets; the fuzz entry calls it directly.
 */
#ifndef WEB_PARSE_IN_H
#define WEB_PARSE_IN_H
#include <llhttp.h>
#include "base/base.h"

enum { WEB_SEGMENTS_MAX = 16 };

struct web_header {
	struct str name, value;
};

/* What is wrong with a request before it has a route; status 0: nothing. */
struct web_fault {
	int status; /* 400, 413, 417, 431, 505 */
	const char *why;
};

struct web_head {
	uint8_t method; /* enum llhttp_method */
	bool keep_alive;
	bool is_old; /* HTTP/1.0 */
	bool chunked;
	bool expects;	/* 100-continue is awaited */
	int64_t length; /* Content-Length, or -1 */
	struct str host;
	struct str query;		      /* as sent, without the question mark */
	struct str segment[WEB_SEGMENTS_MAX]; /* of the path, percent-decoded once */
	int segment_count;		      /* "/" has none */
	bool ends_in_slash;		      /* "/a/": an empty last segment, not counted */
	struct web_header *header;
	int header_count;
};

struct web_parse {
	llhttp_t http;
	struct arena *mem;
	struct web_head head;
	int header_max;
	bool heads_done, done;
	struct web_fault fault;
	struct str target;
	int64_t body_bytes, wire_bytes; /* of the body, decoded and as sent */
	/* Takes each piece of the body, decoded; false ends the request. */
	bool (*body)(void *of, struct str piece);
	void *of;
};

/*
 * Where the head ends (after its empty line), or 0 when it is not all there. `*seen`
 * remembers how far an earlier call looked.
 */
size_t web_head_end(struct str bytes, size_t *seen);

/* Read a whole head. The views look into `head`, which outlives the request. */
struct web_fault web_parse_head(struct web_parse *, struct arena *, struct str head,
				int header_max);

/* Read body bytes; `*used` of them belong to this request; parse->done when it is whole. */
struct web_fault web_parse_body(struct web_parse *, struct str bytes, size_t *used);

/* The only value of that name (compared without case), or empty. */
struct str web_head_get(const struct web_head *, struct str name);
bool web_head_has(const struct web_head *, struct str name);

/* Undo percent-encoding once; false for a broken escape, a NUL or bad UTF-8. */
MUST_USE bool web_percent_decode(struct arena *, struct str raw, bool plus_is_blank,
				 struct str *out);

#endif
