/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What a handler writes, and how it leaves: status line, headers, body. A refusal becomes
 * problem+json here, with its row of the error table. Headers that a handler has
 * set are left as they are; the rest have the strictest value.
 */
#include <stdio.h>
#include "web/web_in.h"

enum { JSON_MAX = 4 << 20, HEAD_MAX = 16384, DETAIL_MAX = 2000, FIELD_MAX = 200 };

/* --- what handlers call --- */

void web_reply_add(struct web_reply *reply, const char *name, struct str value)
{
	struct web_extra *extra = NEW(reply->ctx->mem, struct web_extra);

	*extra = (struct web_extra){ name, value, reply->extra };
	reply->extra = extra;
}

static bool reply_has(const struct web_reply *reply, const char *name)
{
	for (const struct web_extra *e = reply->extra; e != NULL; e = e->next)
		if (str_eq_nocase(str_of(e->name), str_of(name)))
			return true;
	return false;
}

struct json *web_json(struct web_reply *reply)
{
	if (reply->body != WEB_BODY_JSON) {
		CHECK(reply->body == WEB_BODY_NONE);
		reply->body = WEB_BODY_JSON;
		reply->json = json_make(reply->ctx->mem, JSON_MAX);
	}
	return &reply->json;
}

void web_status(struct web_reply *reply, int status)
{
	CHECK(status >= 200 && status <= 299);
	reply->status = status;
}

void web_refusal(struct web_reply *reply, enum err err, struct str message)
{
	CHECK(err != OK && reply->body == WEB_BODY_NONE);
	reply->kept = (struct refusal){ .err = err, .message = str_copy(reply->ctx->mem, message) };
}

void web_header(struct web_reply *reply, const char *name, struct str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];

		CHECK(c >= 0x20 && c != 0x7f);
	}
	web_reply_add(reply, name, str_copy(reply->ctx->mem, value));
}

void web_cookie(struct web_reply *reply, struct str token, int64_t max_age_s)
{
	bool secure = reply->request->web->options.secure;

	web_header(reply, "Set-Cookie",
		   str_format(reply->ctx->mem,
			      "%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%lld%s",
			      web_cookie_name(secure), STR_ARG(token),
			      token.len == 0 ? 0LL : (long long)max_age_s,
			      secure ? "; Secure" : ""));
}

void web_bytes(struct web_reply *reply, const char *type, struct str bytes)
{
	CHECK(reply->body == WEB_BODY_NONE);
	reply->body = WEB_BODY_BYTES;
	reply->type = type;
	reply->bytes = bytes;
}

void web_file(struct web_reply *reply, const char *type, const char *path, struct str etag)
{
	CHECK(reply->body == WEB_BODY_NONE);
	reply->body = WEB_BODY_FILE;
	reply->type = type;
	reply->path = path;
	reply->etag = etag;
}

void web_reply_reset(struct web_request *req)
{
	req->reply = (struct web_reply){ .request = req, .ctx = &req->ctx, .status = 200 };
	req->http_status = 0;
}

/* --- after the handler --- */

#ifndef NDEBUG
/* Every reply of a debug build is held against what its route says it gives. */
static void check_view(struct web_request *req)
{
	struct arena *scratch = arena_new(0);
	struct json_value *value = NULL;
	struct json_fault fault = { 0 };
	struct str path = S("");
	const char *why = "";
	bool reply_has_view = req->route->view != NULL;
	bool reply_is_json = json_read(scratch, req->reply.bytes, &value, &fault);

	check_story("reply of %s: byte %zu: %s", req->route->path, fault.at,
		    fault.reason == NULL ? "no view" : fault.reason);
	CHECK(reply_is_json);
	CHECK(reply_has_view);
	bool reply_fits_view = web_view_fits(scratch, req->route->view, value, &path, &why);

	check_story("reply of %s: %.*s %s", req->route->path, STR_ARG(path), why);
	CHECK(reply_fits_view);
	check_story("%s", "");
	arena_free(scratch);
}
#endif

enum err web_reply_finish(struct web_request *req)
{
	struct web_reply *reply = &req->reply;

	if (arena_is_spent(req->mem) ||
	    (reply->body == WEB_BODY_JSON && buf_is_full(&reply->json.buf)))
		return refuse(&req->ctx, ERR_LIMIT, "the request needs too much memory");
	if (reply->body != WEB_BODY_JSON)
		return OK;
	reply->bytes = json_end(&reply->json);
	reply->type = "application/json";
#ifndef NDEBUG
	check_view(req);
#endif
	return OK;
}

/* --- the head --- */

void web_reply_date(struct web_loop *loop, usec now)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t second = now.us / USEC_SECOND, month = 1;

	if (second == loop->date_s && loop->date[0] != '\0')
		return;
	loop->date_s = second;
	struct arena_mark mark = arena_mark(loop->mem);
	struct str text = usec_text(loop->mem, now);	/* 2026-11-21T09:30:00.000Z */
	int64_t weekday = (usec_day(now) % 7 + 11) % 7; /* 1970 began on a Thursday */

	CHECK(text.len >= 19 && num_i64(str_cut(text, 5, 7), 1, 12, &month));
	snprintf(loop->date, sizeof(loop->date), "%s, %.2s %s %.4s %.8s GMT", days[weekday],
		 text.at + 8, months[month - 1], text.at, text.at + 11);
	arena_reset(loop->mem, mark);
}

/* "NOT_FOUND" as people write it: "Not Found". */
static void put_reason(struct buf *out, int status)
{
	const char *name = llhttp_status_name((llhttp_status_t)status);
	bool is_first = true;

	for (; *name != '\0'; name++) {
		bool stays = *name < 'A' || *name > 'Z' || is_first || status == 200;
		char c = stays ? *name : (char)(*name | 0x20);

		buf_add_char(out, *name == '_' ? ' ' : c);
		is_first = *name == '_';
	}
}

static void put_defaults(struct buf *out, struct web_request *req)
{
	const struct web_reply *reply = &req->reply;

	buf_add(out, S("X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
		       "Cross-Origin-Opener-Policy: same-origin\r\n"));
	if (!reply_has(reply, "Cross-Origin-Resource-Policy"))
		buf_add(out, S("Cross-Origin-Resource-Policy: same-origin\r\n"));
	if (!reply_has(reply, "Cache-Control"))
		buf_add(out, S("Cache-Control: no-store\r\n"));
	if (!reply_has(reply, "Content-Security-Policy"))
		buf_add(out, S("Content-Security-Policy: default-src 'none'; "
			       "frame-ancestors 'none'\r\n"));
	if (req->web->options.secure)
		buf_add(out, S("Strict-Transport-Security: max-age=31536000\r\n"));
}

static void put_extras(struct buf *out, const struct web_extra *extra)
{
	for (; extra != NULL; extra = extra->next) {
		buf_add(out, str_of(extra->name));
		buf_add(out, S(": "));
		buf_add(out, extra->value);
		buf_add(out, S("\r\n"));
	}
}

struct str web_reply_head(struct web_request *req, int status, const char *type, int64_t length)
{
	struct buf out = buf_make(req->mem, HEAD_MAX);
	bool is_old = req->parse.head.is_old, has_body = status != 204 && status != 304;

	req->status = status;
	buf_add(&out, S("HTTP/1.1 "));
	buf_add_i64(&out, status);
	buf_add_char(&out, ' ');
	put_reason(&out, status);
	buf_add(&out, S("\r\nDate: "));
	buf_add(&out, str_of(req->date));
	buf_add(&out, S("\r\nX-Request: "));
	buf_add(&out, str_of(req->id));
	buf_add(&out, S("\r\n"));
	if (type != NULL && has_body) {
		buf_add(&out, S("Content-Type: "));
		buf_add(&out, str_of(type));
		buf_add(&out, S("\r\n"));
	}
	if (has_body && length >= 0) {
		buf_add(&out, S("Content-Length: "));
		buf_add_i64(&out, length);
		buf_add(&out, S("\r\n"));
	} else if (has_body && !req->ends_with_close && !is_old) {
		buf_add(&out, S("Transfer-Encoding: chunked\r\n"));
	} else if (has_body) {
		req->keep_alive = false;
	}
	if (!req->keep_alive || atomic_load(&req->web->stopping) > 0) {
		req->keep_alive = false;
		buf_add(&out, S("Connection: close\r\n"));
	} else if (is_old) {
		buf_add(&out, S("Connection: keep-alive\r\n"));
	}
	put_defaults(&out, req);
	put_extras(&out, req->reply.extra);
	buf_add(&out, S("\r\n"));
	CHECK(!buf_is_full(&out));
	return buf_str(&out);
}

/* --- refusals --- */

struct http_row {
	int status;
	const char *word, *plain;
};

/* Refusals that no handler makes, beside those of the error table. */
static const struct http_row http_rows[] = {
	{ 400, "malformed", "The request is not well formed" },
	{ 401, "sign-in", "Sign in first" },
	{ 403, "denied", "This is not allowed for you" },
	{ 404, "missing", "There is no such thing, or not for you" },
	{ 405, "verb", "This address does not take that verb" },
	{ 408, "slow", "The request came too slowly" },
	{ 413, "too-large", "The request is too large" },
	{ 415, "type", "The body is of a type that is not taken here" },
	{ 416, "range", "The range is not within the file" },
	{ 417, "expectation", "The expectation cannot be met" },
	{ 431, "too-large", "The request is too large" },
	{ 503, "busy", "Too busy right now, try again soon" },
	{ 505, "version", "The HTTP version is not spoken here" },
};

static struct http_row refusal_row(const struct web_request *req)
{
	const struct err_row *row = err_row(req->err);

	for (size_t i = 0; i < sizeof(http_rows) / sizeof(http_rows[0]); i++)
		if (http_rows[i].status == req->http_status)
			return http_rows[i];
	return (struct http_row){ row->status, row->word, row->plain };
}

static void put_retry(struct web_request *req, int status)
{
	int64_t wait = req->ctx.refusal.retry_after_s;

	if (wait == 0 && status == 503)
		wait = web_admit_retry_s(req);
	if (wait > 0)
		web_reply_add(&req->reply, "Retry-After",
			      str_format(req->mem, "%lld", (long long)wait));
}

static void make_problem(struct web_request *req)
{
	const struct refusal *why = &req->ctx.refusal;
	struct http_row row = refusal_row(req);
	struct json out = json_make(req->mem, HEAD_MAX);

	req->reply = (struct web_reply){ .request = req, .ctx = &req->ctx, .status = row.status };
	if (row.status == 401)
		web_reply_add(&req->reply, "WWW-Authenticate", S("Bearer"));
	if (row.status == 405)
		web_reply_add(&req->reply, "Allow", str_of(req->match.allow));
	put_retry(req, row.status);
	json_object(&out);
	json_text_of(&out, "type", str_format(req->mem, "/problems/%s", row.word));
	json_text_of(&out, "title", str_of(row.plain));
	json_i64_of(&out, "status", row.status);
	/* A name that was not declared comes back as it was sent, but not at any length. */
	if (why->message.len > 0 && why->message.len <= DETAIL_MAX)
		json_text_of(&out, "detail", why->message);
	if (why->field.len > 0 && why->field.len <= FIELD_MAX)
		json_text_of(&out, "field", why->field);
	json_text_of(&out, "request", str_of(req->id));
	json_object_end(&out);
	req->reply.body = WEB_BODY_BYTES;
	req->reply.type = "application/problem+json";
	req->reply.bytes = json_end(&out);
}

/* --- sending --- */

void web_reply_send(struct web_request *req)
{
	struct web_reply *reply = &req->reply;

	if (req->err == OK && reply->kept.err != OK) {
		req->err = reply->kept.err;
		req->ctx.refusal = reply->kept;
	}
	if (req->err != OK)
		make_problem(req);
	/* What is left of the body is not read: the connection cannot go on. */
	if (!req->parse.done)
		req->keep_alive = false;
	if (reply->body == WEB_BODY_FILE) {
		web_file_send(req);
		return;
	}
	if (reply->body == WEB_BODY_NONE && reply->status == 200)
		reply->status = 204;
	struct str head =
		web_reply_head(req, reply->status, reply->type, (int64_t)reply->bytes.len);
	bool bare = req->is_head || reply->status == 204 || reply->status == 304;
	uv_buf_t bufs[] = {
		{ (char *)head.at, head.len },
		{ (char *)reply->bytes.at, bare ? 0 : reply->bytes.len },
	};

	req->bytes += (int64_t)(bufs[0].len + bufs[1].len);
	web_conn_send(req->conn, bufs, bufs[1].len == 0 ? 1 : 2, web_conn_next);
}
