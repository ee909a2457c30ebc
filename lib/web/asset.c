/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What no route has: embedded assets, sent from where they lie, and the shell, one page
 * for every address of the app, with what the site says of itself put into it.
 * The shell is not compressed: it holds what differs from person to person.
 */
#include "web/web_in.h"

static const char shell_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
	"media-src 'self' blob:; connect-src 'self'; font-src 'self'; frame-src 'self'; "
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
	"require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp";

/* The boot data as the content of a script element: no tag can start in it. */
static void add_escaped(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '<')
			buf_add(out, S("\\u003c"));
		else
			buf_add_char(out, text.at[i]);
	}
}

static enum err shell_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	struct web *web = reply->request->web;
	struct json boot = json_make(ctx->mem, 256 << 10);
	struct str text = S("");
	struct buf page = buf_make(ctx->mem, 2 << 20);

	(void)form;
	if (web->options.boot != NULL) {
		TRY(web->options.boot(ctx, &boot));
		text = json_end(&boot);
	}
	buf_add(&page, web->shell_head);
	add_escaped(&page, text);
	buf_add(&page, web->shell_tail);
	if (buf_is_full(&page) || buf_is_full(&boot.buf))
		return refuse(ctx, ERR_LIMIT, "the page is too large");
	web_header(reply, "Content-Security-Policy", str_of(shell_policy));
	web_header(reply, "Cache-Control", S("private, no-cache"));
	web_bytes(reply, "text/html; charset=utf-8", buf_str(&page));
	return OK;
}

static const struct web_route shell_route = {
	.verb = WEB_GET,
	.path = "/*",
	.runs = WEB_READ,
	.handler = shell_page,
};

void web_asset_setup(struct web *web)
{
	const struct str boot_mark = S("id=\"boot\">");

	for (const struct web_asset *a = web->options.assets; a != NULL && a->path != NULL; a++) {
		struct str page = { (const char *)a->plain, a->plain_len };
		size_t at;

		if (strcmp(a->path, "/") != 0)
			continue;
		web->shell = a;
		web->shell_head = page;
		web->shell_tail = S("");
		if (str_find(page, boot_mark, &at)) {
			at += boot_mark.len;
			web->shell_head = str_cut(page, 0, at);
			web->shell_tail = str_cut(page, at, page.len);
		}
	}
}

/* Is the coding in Accept-Encoding, and not with a weight of nothing? */
static bool accepts(struct str header, struct str coding)
{
	while (header.len > 0) {
		struct str item, rest = S(""), name, weight = S("");

		if (!str_split(header, ',', &item, &rest))
			item = header;
		header = rest;
		if (!str_split(item, ';', &name, &weight))
			name = item;
		if (!str_eq_nocase(str_trim(name), coding))
			continue;
		weight = str_trim(weight);
		return !str_eq(weight, S("q=0")) && !str_eq(weight, S("q=0.0")) &&
		       !str_eq(weight, S("q=0.00")) && !str_eq(weight, S("q=0.000"));
	}
	return false;
}

static struct str choose_coding(struct web_request *req, const struct web_asset *asset)
{
	struct str accept = web_head_get(&req->parse.head, S("accept-encoding"));

	if (asset->brotli != NULL || asset->gzip != NULL)
		web_reply_add(&req->reply, "Vary", S("Accept-Encoding"));
	if (asset->brotli != NULL && accepts(accept, S("br"))) {
		web_reply_add(&req->reply, "Content-Encoding", S("br"));
		return (struct str){ (const char *)asset->brotli, asset->brotli_len };
	}
	if (asset->gzip != NULL && accepts(accept, S("gzip"))) {
		web_reply_add(&req->reply, "Content-Encoding", S("gzip"));
		return (struct str){ (const char *)asset->gzip, asset->gzip_len };
	}
	return (struct str){ (const char *)asset->plain, asset->plain_len };
}

static void send_asset(struct web_request *req, const struct web_asset *asset)
{
	struct str etag = str_of(asset->etag);

	req->log_path = asset->path;
	web_reply_add(&req->reply, "Cache-Control",
		      asset->immutable ? S("public, max-age=31536000, immutable") : S("no-cache"));
	if (etag.len > 0)
		web_reply_add(&req->reply, "ETag", etag);
	if (etag.len > 0 && str_eq(web_head_get(&req->parse.head, S("if-none-match")), etag)) {
		req->reply.status = 304;
		web_reply_send(req);
		return;
	}
	web_bytes(&req->reply, asset->type, choose_coding(req, asset));
	web_reply_send(req);
}

static const struct web_asset *find_asset(struct web_request *req)
{
	const struct web_head *head = &req->parse.head;
	struct str path = str_join(req->mem, head->segment, (size_t)head->segment_count, S("/"));

	if (head->ends_in_slash || head->segment_count == 0)
		return NULL;
	for (const struct web_asset *a = req->web->options.assets; a != NULL && a->path != NULL;
	     a++)
		if (str_eq(str_of(a->path + 1), path))
			return a;
	return NULL;
}

void web_asset_answer(struct web_request *req)
{
	const struct web_head *head = &req->parse.head;
	bool is_api = head->segment_count > 0 && str_eq(head->segment[0], S("api"));
	bool is_asset = head->segment_count > 0 && str_eq(head->segment[0], S("assets"));
	bool is_get = head->method == HTTP_GET || head->method == HTTP_HEAD;
	const struct web_asset *asset = is_api ? NULL : find_asset(req);

	if (asset != NULL && !is_get) {
		req->match.allow = "GET, HEAD";
		web_request_refuse(req, 405, "this address does not take that verb");
	} else if (is_api || !is_get || (asset == NULL && (is_asset || req->web->shell == NULL))) {
		web_request_refuse(req, 404, "nothing is at this address");
	} else if (!req->parse.done) {
		web_request_refuse(req, 400, "a GET has no body");
	} else if (asset != NULL) {
		send_asset(req, asset);
	} else {
		req->asset = req->web->shell;
		req->route = &shell_route;
		req->log_path = shell_route.path;
		web_request_dispatch(req);
	}
}
