/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The rules are told in parse_in.h. llhttp decides what is a request; this file refuses
 * what llhttp 8.1 still lets through and what proxies are known to read in another way:
 * folded lines, CR or LF alone, missing or doubled Host, any transfer coding but
 * chunked, trailers, and paths that mean another path.
 */
#include "web/parse_in.h"

enum { CHUNK_OVERHEAD_MAX = 16384 };

static struct web_fault fault(int status, const char *why)
{
	return (struct web_fault){ status, why };
}

static void blame(struct web_parse *p, int status, const char *why)
{
	if (p->fault.status == 0)
		p->fault = fault(status, why);
}

size_t web_head_end(struct str bytes, size_t *seen)
{
	size_t at = *seen;

	while (at < bytes.len) {
		const char *lf = memchr(bytes.at + at, '\n', bytes.len - at);

		if (lf == NULL) {
			at = bytes.len;
			break;
		}
		at = (size_t)(lf - bytes.at) + 1;
		/* An empty line, however it ends: a bare LF is refused by the byte check. */
		if (at >= 2 && bytes.at[at - 2] == '\n')
			return at;
		if (at >= 3 && bytes.at[at - 2] == '\r' && bytes.at[at - 3] == '\n')
			return at;
	}
	*seen = at;
	return 0;
}

static struct web_fault check_bytes(struct str head)
{
	for (size_t i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.at[i];

		if (c == '\r') {
			if (i + 1 == head.len || head.at[i + 1] != '\n')
				return fault(400, "a carriage return stands alone");
		} else if (c == '\n') {
			if (i == 0 || head.at[i - 1] != '\r')
				return fault(400, "a line ends without a carriage return");
			if (i + 1 < head.len && (head.at[i + 1] == ' ' || head.at[i + 1] == '\t'))
				return fault(400, "a header line is folded");
			if (i + 1 < head.len && head.at[i + 1] == ':')
				return fault(400, "a header has no name");
		} else if ((c < 0x20 && c != '\t') || c == 0x7f) {
			return fault(400, "the head holds a control character");
		}
	}
	return fault(0, NULL);
}

/* --- what llhttp calls --- */

static int on_url(llhttp_t *http, const char *at, size_t len)
{
	struct web_parse *p = http->data;

	p->target = (struct str){ at, len };
	return 0;
}

static int on_header_field(llhttp_t *http, const char *at, size_t len)
{
	struct web_parse *p = http->data;

	if (p->heads_done) {
		blame(p, 400, "trailers are not taken");
		return -1;
	}
	if (p->head.header_count == p->header_max) {
		blame(p, 431, "there are too many headers");
		return -1;
	}
	p->head.header[p->head.header_count] = (struct web_header){ { at, len }, { "", 0 } };
	p->head.header_count++;
	return 0;
}

static int on_header_value(llhttp_t *http, const char *at, size_t len)
{
	struct web_parse *p = http->data;

	if (p->heads_done || p->head.header_count == 0)
		return -1;
	/* llhttp drops blanks in front; those behind are ours. */
	p->head.header[p->head.header_count - 1].value = str_trim((struct str){ at, len });
	return 0;
}

static int on_headers_complete(llhttp_t *http)
{
	struct web_parse *p = http->data;

	p->heads_done = true;
	http->upgrade = 0; /* upgrades are not offered: the request is an ordinary one */
	return 0;
}

static int on_body(llhttp_t *http, const char *at, size_t len)
{
	struct web_parse *p = http->data;

	p->body_bytes += (int64_t)len;
	if (p->body != NULL && !p->body(p->of, (struct str){ at, len })) {
		blame(p, 413, "the body is too large");
		return -1;
	}
	return 0;
}

static int on_message_complete(llhttp_t *http)
{
	struct web_parse *p = http->data;

	p->done = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t callbacks = {
	.on_url = on_url,
	.on_header_field = on_header_field,
	.on_header_value = on_header_value,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

/* --- the head --- */

struct str web_head_get(const struct web_head *head, struct str name)
{
	for (int i = 0; i < head->header_count; i++)
		if (str_eq_nocase(head->header[i].name, name))
			return head->header[i].value;
	return S("");
}

bool web_head_has(const struct web_head *head, struct str name)
{
	for (int i = 0; i < head->header_count; i++)
		if (str_eq_nocase(head->header[i].name, name))
			return true;
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool web_percent_decode(struct arena *mem, struct str raw, bool plus_is_blank, struct str *out)
{
	char *at = arena_take(mem, raw.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < raw.len; i++) {
		char c = raw.at[i];

		if (c == '%') {
			if (raw.len - i < 3)
				return false;
			int high = hex_digit(raw.at[i + 1]), low = hex_digit(raw.at[i + 2]);

			if (high < 0 || low < 0)
				return false;
			c = (char)(high * 16 + low);
			i += 2;
		} else if (c == '+' && plus_is_blank) {
			c = ' ';
		}
		at[len++] = c;
	}
	*out = (struct str){ at, len };
	return str_is_utf8(*out);
}

/* One part of a path: decoded once, and then it must not mean another path. */
static struct web_fault read_segment(struct web_parse *p, struct str raw)
{
	struct web_head *head = &p->head;
	struct str part = raw;

	if (raw.len == 0)
		return fault(400, "the path has an empty part");
	if (memchr(raw.at, '%', raw.len) != NULL && !web_percent_decode(p->mem, raw, false, &part))
		return fault(400, "the path has a broken escape");
	if (str_eq(part, S(".")) || str_eq(part, S("..")))
		return fault(400, "the path has a dot part");
	for (size_t i = 0; i < part.len; i++) {
		unsigned char c = (unsigned char)part.at[i];

		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
			return fault(400, "the path holds a character that is not allowed");
	}
	if (head->segment_count == WEB_SEGMENTS_MAX)
		return fault(400, "the path has too many parts");
	head->segment[head->segment_count++] = part;
	return fault(0, NULL);
}

static struct web_fault read_path(struct web_parse *p, struct str path)
{
	if (path.len == 0 || path.at[0] != '/')
		return fault(400, "the target is not a path");
	path = str_cut(path, 1, path.len);
	while (path.len > 0) {
		struct str part, rest = S("");
		bool more = str_split(path, '/', &part, &rest);

		if (!more)
			part = path;
		struct web_fault bad = read_segment(p, part);

		if (bad.status != 0)
			return bad;
		if (more && rest.len == 0)
			p->head.ends_in_slash = true;
		path = more ? rest : S("");
	}
	return fault(0, NULL);
}

static struct web_fault read_target(struct web_parse *p)
{
	struct str target = p->target, path, query;

	for (size_t i = 0; i < target.len; i++) {
		unsigned char c = (unsigned char)target.at[i];

		if (c <= 0x20 || c >= 0x7f || c == '#' || c == '"' || c == '<' || c == '>' ||
		    c == '\\' || c == '^' || c == '`')
			return fault(400, "the target holds a character that is not allowed");
	}
	/* The absolute form is taken when it names the very host of the Host header. */
	if (target.len > 0 && target.at[0] != '/') {
		struct str rest;

		if (str_starts(target, S("http://")))
			rest = str_cut(target, 7, target.len);
		else if (str_starts(target, S("https://")))
			rest = str_cut(target, 8, target.len);
		else
			return fault(400, "the target is not a path");
		size_t host_len = 0;

		while (host_len < rest.len && rest.at[host_len] != '/' && rest.at[host_len] != '?')
			host_len++;
		if (!str_eq_nocase(str_cut(rest, 0, host_len), p->head.host))
			return fault(400, "the target and the Host header differ");
		target = str_cut(rest, host_len, rest.len);
	}
	if (!str_split(target, '?', &path, &query)) {
		path = target;
		query = S("");
	}
	p->head.query = query;
	return read_path(p, path);
}

static bool host_is_sound(struct str host)
{
	if (host.len == 0 || host.len > 255)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.at[i];
		bool plain =
			(c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

		if (!plain && strchr(".-_:[]", c) == NULL)
			return false;
	}
	return true;
}

/* Headers whose doubling would let two readers of one request disagree. */
static struct web_fault check_single(const struct web_head *head)
{
	static const char *const single[] = {
		"host",		  "content-length",   "transfer-encoding",
		"content-type",	  "content-encoding", "authorization",
		"origin",	  "expect",	      "range",
		"sec-fetch-site", "x-tessera",	      "cookie"
	};

	for (size_t s = 0; s < sizeof(single) / sizeof(single[0]); s++) {
		struct str name = str_of(single[s]);
		int found = 0;

		for (int i = 0; i < head->header_count; i++)
			found += str_eq_nocase(head->header[i].name, name);
		if (found > 1)
			return fault(400, "a header that may be there once is there twice");
	}
	return fault(0, NULL);
}

static struct web_fault read_framing(struct web_parse *p)
{
	struct web_head *head = &p->head;
	struct str length = web_head_get(head, S("content-length"));
	struct str coding = web_head_get(head, S("transfer-encoding"));
	struct str expect = web_head_get(head, S("expect"));
	bool has_length = web_head_has(head, S("content-length"));
	bool has_coding = web_head_has(head, S("transfer-encoding"));

	head->length = -1;
	if (has_length && has_coding)
		return fault(400, "both Content-Length and Transfer-Encoding are there");
	if (has_coding) {
		if (head->is_old || !str_eq_nocase(coding, S("chunked")))
			return fault(400, "the transfer coding is not known");
		head->chunked = true;
	}
	if (has_length) {
		for (size_t i = 0; i < length.len; i++)
			if (length.at[i] < '0' || length.at[i] > '9')
				return fault(400, "Content-Length is not a number");
		if (!num_i64(length, 0, INT64_MAX / 2, &head->length))
			return fault(400, "Content-Length is not a number");
	}
	if (web_head_has(head, S("expect"))) {
		if (!str_eq_nocase(expect, S("100-continue")))
			return fault(417, "the expectation cannot be met");
		head->expects = !head->is_old;
	}
	return fault(0, NULL);
}

static struct web_fault read_head(struct web_parse *p)
{
	struct web_head *head = &p->head;
	struct web_fault bad = check_single(head);

	if (bad.status != 0)
		return bad;
	head->method = p->http.method;
	head->is_old = p->http.http_minor == 0;
	head->keep_alive = llhttp_should_keep_alive(&p->http) != 0;
	if (p->http.http_major != 1 || p->http.http_minor > 1)
		return fault(505, "the HTTP version is not spoken here");
	head->host = web_head_get(head, S("host"));
	if (!host_is_sound(head->host))
		return fault(400, "the Host header is missing or not a host");
	bad = read_framing(p);
	if (bad.status != 0)
		return bad;
	return read_target(p);
}

struct web_fault web_parse_head(struct web_parse *p, struct arena *mem, struct str bytes,
				int header_max)
{
	struct web_fault bad = check_bytes(bytes);

	*p = (struct web_parse){ .mem = mem,
				 .header_max = header_max,
				 .head.length = -1,
				 .body = p->body,
				 .of = p->of };
	if (bad.status != 0)
		return bad;
	/* As many headers as there are lines, so that a small request takes little. */
	int lines = 0;

	for (const char *at = bytes.at; at < bytes.at + bytes.len && lines < header_max; lines++) {
		at = memchr(at, '\n', (size_t)(bytes.at + bytes.len - at));
		if (at == NULL)
			break;
		at++;
	}
	p->head.header = NEW_MANY(mem, struct web_header, (size_t)lines + 1);
	llhttp_init(&p->http, HTTP_REQUEST, &callbacks);
	p->http.data = p;

	llhttp_errno_t err = llhttp_execute(&p->http, bytes.at, bytes.len);

	if (p->fault.status != 0)
		return p->fault;
	if (err == HPE_INVALID_VERSION)
		return fault(505, "the HTTP version is not spoken here");
	if ((err != HPE_OK && err != HPE_PAUSED) || !p->heads_done)
		return fault(400, "this is not an HTTP request");
	if (err == HPE_PAUSED && llhttp_get_error_pos(&p->http) != bytes.at + bytes.len)
		return fault(400, "this is not an HTTP request");
	p->fault = read_head(p);
	return p->fault;
}

struct web_fault web_parse_body(struct web_parse *p, struct str bytes, size_t *used)
{
	CHECK(p->heads_done && !p->done && p->fault.status == 0);
	llhttp_errno_t err = llhttp_execute(&p->http, bytes.at, bytes.len);

	*used = bytes.len;
	if (err == HPE_PAUSED && p->done)
		*used = (size_t)(llhttp_get_error_pos(&p->http) - bytes.at);
	else if (err != HPE_OK)
		blame(p, 400, "the body is not framed as it should be");
	p->wire_bytes += (int64_t)*used;
	/* A body of one-byte chunks costs six bytes on the wire for each; more is an attack. */
	if (p->wire_bytes > CHUNK_OVERHEAD_MAX + 8 * p->body_bytes)
		blame(p, 400, "the chunks are mostly overhead");
	return p->fault;
}
