/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The routes of the world, its server and its client. */
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "tests/web_world.h"

enum { REPLY_MAX = 64 << 20, WAIT_MS = 5000 };

static struct world *now;

static struct world *world_of(void)
{
	return now;
}

static void hit(void)
{
	atomic_fetch_add(&world_of()->hits, 1);
}

/* --- handlers --- */

struct thing_form {
	int64_t thing;
	int64_t limit;
	struct str name;
	struct str secret;
	const struct json_value *value;
};

static enum err thing_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	const struct thing_form *f = form;
	struct json *out = web_json(reply);

	hit();
	if (f->thing == 404)
		return refuse(ctx, ERR_MISSING, "there is no such thing");
	json_object(out);
	json_id_of(out, "thing", f->thing);
	json_i64_of(out, "limit", f->limit);
	json_id_of(out, "actor", ctx->actor.id);
	json_object_end(out);
	return OK;
}

static enum err slow_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);

	(void)ctx;
	(void)form;
	hit();
	usleep(400000);
	json_object(out);
	json_text_of(out, "done", S("yes"));
	json_object_end(out);
	return OK;
}

static enum err name_post(struct ctx *ctx, void *form, struct web_reply *reply)
{
	const struct thing_form *f = form;
	struct json *out = web_json(reply);

	hit();
	if (str_eq(f->name, S("refuse")))
		return refuse_field(ctx, ERR_CONFLICT, S("name"), "the name is taken");
	if (str_eq(f->name, S("large")))
		while (!arena_is_spent(ctx->mem))
			(void)arena_take(ctx->mem, 100000);
	json_object(out);
	json_text_of(out, "name", f->name);
	json_text_of(out, "secret", f->secret);
	json_object_end(out);
	web_status(reply, 201);
	web_cookie(reply, S("fresh"), 60);
	return OK;
}

static enum err name_before(struct ctx *ctx, void *form, struct web_reply *reply)
{
	struct thing_form *f = form;

	(void)reply;
	atomic_fetch_add(&world_of()->befores, 1);
	f->secret = str_format(ctx->mem, "hash of %.*s", STR_ARG(f->name));
	return OK;
}

struct file_form {
	struct web_upload file;
	int64_t keep;
};

static enum err file_post(struct ctx *ctx, void *form, struct web_reply *reply)
{
	const struct file_form *f = form;
	struct json *out = web_json(reply);

	hit();
	if (f->keep != 0)
		TRY(os_rename(ctx, str_c(ctx->mem, f->file.path),
			      str_c(ctx->mem, str_format(ctx->mem, "%s/kept", ctx->data))));
	json_object(out);
	json_i64_of(out, "size", f->file.size);
	json_text_of(out, "sha256", f->file.sha256);
	json_text_of(out, "type", f->file.type);
	json_object_end(out);
	return OK;
}

static enum err file_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)form;
	hit();
	web_header(reply, "Cache-Control", S("private, max-age=60"));
	web_file(reply, "image/png", str_c(ctx->mem, str_format(ctx->mem, "%s/served", ctx->data)),
		 S("\"e1\""));
	return OK;
}

static enum err address_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)form;
	hit();
	web_bytes(reply, "text/plain", ctx->actor.address);
	return OK;
}

/* The refusal is answered and what was written stays. */
static enum err kept_post(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)ctx;
	(void)form;
	hit();
	web_refusal(reply, ERR_LIMIT, S("counted"));
	return OK;
}

struct stream_form {
	int64_t pieces;
	int64_t fail;
};

static enum err stream_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	const struct stream_form *f = form;
	struct world *w = world_of();

	hit();
	if (f->pieces == 0)
		return refuse(ctx, ERR_CONFLICT, "nothing to stream");
	web_stream_start(reply, "text/csv", S("r\xc3\xa9sult.csv"));
	for (int64_t i = 0; i < f->pieces; i++) {
		struct str piece = str_format(ctx->mem, "%0999lld\n", (long long)i);
		enum err err = web_stream_write(reply, piece);

		if (err != OK) {
			atomic_store(&w->stream_gone, true);
			return err;
		}
		atomic_fetch_add(&w->streamed, (int64_t)piece.len);
		if (i % 1000 == 999 && f->fail != 0)
			return refuse(ctx, ERR_STORE, "the store is gone");
	}
	return OK;
}

static enum err events_page(struct ctx *ctx, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);

	(void)ctx;
	(void)form;
	hit();
	json_object(out);
	json_i64_of(out, "value", atomic_load(&world_of()->value));
	json_object_end(out);
	return OK;
}

/* --- routes --- */

#define THING(member) .offset = offsetof(struct thing_form, member)

static const struct web_field thing_fields[] = {
	{ .name = "thing", .place = WEB_PATH, .type = WEB_ID, THING(thing), .required = true },
	{ .name = "limit", .place = WEB_QUERY, .type = WEB_INT, THING(limit) },
	{ 0 },
};
static const struct web_field name_fields[] = {
	{ .name = "name", .place = WEB_BODY, .type = WEB_TEXT, THING(name), .required = true },
	{ .name = "value", .place = WEB_BODY, .type = WEB_VALUE, THING(value) },
	{ 0 },
};
static const struct web_field file_fields[] = {
	{ .name = "file",
	  .place = WEB_BODY,
	  .type = WEB_FILE,
	  .max = WORLD_FILE_MAX,
	  .offset = offsetof(struct file_form, file),
	  .required = true },
	{ .name = "keep",
	  .place = WEB_QUERY,
	  .type = WEB_BOOL,
	  .offset = offsetof(struct file_form, keep) },
	{ 0 },
};
static const struct web_field stream_fields[] = {
	{ .name = "pieces",
	  .place = WEB_QUERY,
	  .type = WEB_INT,
	  .required = true,
	  .offset = offsetof(struct stream_form, pieces) },
	{ .name = "fail",
	  .place = WEB_QUERY,
	  .type = WEB_BOOL,
	  .offset = offsetof(struct stream_form, fail) },
	{ 0 },
};

#define THING_VIEW "{thing:id,limit:int,actor:id}"
#define NAME_VIEW "{name:text,secret:text}"

static const struct web_route routes[] = {
	{ .verb = WEB_GET,
	  .path = "/api/things/{thing}",
	  .runs = WEB_READ,
	  .handler = thing_page,
	  .fields = thing_fields,
	  .form_size = sizeof(struct thing_form),
	  .view = THING_VIEW },
	{ .verb = WEB_GET,
	  .path = "/api/mine/{thing}",
	  .runs = WEB_READ,
	  .handler = thing_page,
	  .who = WORLD_ROLE,
	  .fields = thing_fields,
	  .form_size = sizeof(struct thing_form),
	  .view = THING_VIEW },
	{ .verb = WEB_GET,
	  .path = "/api/slow",
	  .runs = WEB_READ,
	  .handler = slow_page,
	  .view = "{done:text}" },
	{ .verb = WEB_GET, .path = "/api/address", .runs = WEB_READ, .handler = address_page },
	{ .verb = WEB_POST, .path = "/api/kept", .runs = WEB_WRITE, .handler = kept_post },
	{ .verb = WEB_POST,
	  .path = "/api/name",
	  .runs = WEB_WRITE,
	  .handler = name_post,
	  .fields = name_fields,
	  .form_size = sizeof(struct thing_form),
	  .view = NAME_VIEW,
	  .body_max = WORLD_BODY_MAX },
	{ .verb = WEB_POST,
	  .path = "/api/hashed",
	  .runs = WEB_WRITE,
	  .handler = name_post,
	  .before = name_before,
	  .fields = name_fields,
	  .form_size = sizeof(struct thing_form),
	  .view = NAME_VIEW },
	{ .verb = WEB_POST,
	  .path = "/api/mine",
	  .runs = WEB_WRITE,
	  .handler = name_post,
	  .who = WORLD_ROLE,
	  .fields = name_fields,
	  .form_size = sizeof(struct thing_form),
	  .view = NAME_VIEW },
	{ .verb = WEB_POST,
	  .path = "/api/file",
	  .runs = WEB_WRITE,
	  .handler = file_post,
	  .fields = file_fields,
	  .form_size = sizeof(struct file_form),
	  .view = "{size:int,sha256:text,type:text}" },
	{ .verb = WEB_POST,
	  .path = "/api/mine/file",
	  .runs = WEB_WRITE,
	  .handler = file_post,
	  .who = WORLD_ROLE,
	  .fields = file_fields,
	  .form_size = sizeof(struct file_form),
	  .view = "{size:int,sha256:text,type:text}" },
	{ .verb = WEB_GET, .path = "/media", .runs = WEB_READ, .handler = file_page },
	{ .verb = WEB_GET,
	  .path = "/api/stream",
	  .runs = WEB_STREAM,
	  .handler = stream_page,
	  .fields = stream_fields,
	  .form_size = sizeof(struct stream_form) },
	{ .verb = WEB_GET,
	  .path = "/api/events",
	  .runs = WEB_EVENTS,
	  .handler = events_page,
	  .view = "{value:int}" },
	{ .verb = WEB_GET,
	  .path = "/api/mine/events",
	  .runs = WEB_EVENTS,
	  .who = WORLD_ROLE,
	  .handler = events_page,
	  .view = "{value:int}" },
	{ .path = NULL },
};
static const struct web_route *const lists[] = { routes, NULL };

static const unsigned char shell[] =
	"<!doctype html><script type=\"application/json\" id=\"boot\"></script>end";
static const unsigned char script[] = "plain script", script_br[] = "brotli", script_gz[] = "gzip!";
static const struct web_asset assets[] = {
	{ .path = "/",
	  .type = "text/html",
	  .etag = "\"s\"",
	  .plain = shell,
	  .plain_len = sizeof(shell) - 1 },
	{ .path = "/assets/app-1.js",
	  .type = "text/javascript",
	  .etag = "\"a1\"",
	  .plain = script,
	  .gzip = script_gz,
	  .brotli = script_br,
	  .plain_len = sizeof(script) - 1,
	  .gzip_len = sizeof(script_gz) - 1,
	  .brotli_len = sizeof(script_br) - 1,
	  .immutable = true },
	{ 0 },
};

static enum err gate(struct ctx *ctx, struct str token)
{
	if (atomic_load(&world_of()->shut))
		return OK;
	if (str_eq(token, S("good")))
		ctx->actor.id = 7, ctx->actor.roles = WORLD_ROLE;
	if (str_eq(token, S("other")))
		ctx->actor.id = 8, ctx->actor.roles = WORLD_OTHER_ROLE;
	return OK;
}

static enum err boot(struct ctx *ctx, struct json *out)
{
	json_object(out);
	json_text_of(out, "title", S("</script><b>"));
	json_id_of(out, "who", ctx->actor.id);
	json_object_end(out);
	return OK;
}

/* The first line is kept; loops log side by side. */
static void log_lines(struct str lines)
{
	struct world *w = world_of();
	struct str line = lines, rest;

	(void)!str_split(lines, '\n', &line, &rest);
	size_t len = line.len < sizeof(w->log_first) - 1 ? line.len : sizeof(w->log_first) - 1;

	if (atomic_fetch_add(&w->log_lines, 1) > 0)
		return;
	memcpy(w->log_first, line.at, len);
	atomic_store(&w->log_ready, true);
}

/* --- the server --- */

struct world *world_start(struct ctx *c, const char *conf)
{
	static const struct setting *const settings[] = { web_settings };
	static char *const nothing[] = { NULL };
	struct arena *mem = arena_new(0);
	struct world *w = NEW(mem, struct world);
	struct setting_values *values;

	now = w;
	w->mem = mem;
	w->ctx = c;
	w->own = (struct ctx){ .mem = mem, .dice = dice_real(mem), .data = c->data };
	struct clock *clock = clock_real(mem);
	struct str url = str_format(mem, "sqlite:%s/web.db", c->data);

	w->own.now = clock_now(clock);
	WANT_OK(setting_load(&w->own, settings, 1, str_of(conf), nothing, &values));
	WANT_OK(store_writer_start(&w->own, mem,
				   (struct store_writer_options){
					   .url = str_c(mem, url),
					   .threads = 1,
					   .clock = clock,
					   .dice = w->own.dice,
				   },
				   &w->writer));
	WANT_OK(web_start(&w->own, mem,
			  (struct web_options){
				  .listen = "127.0.0.1:0",
				  .url = str_c(mem, url),
				  .data = c->data,
				  .loops = 2,
				  .readers = 2,
				  .slow = 2,
				  .clock = clock,
				  .dice = w->own.dice,
				  .writer = w->writer,
				  .settings = values,
				  .routes = lists,
				  .assets = assets,
				  .gate = gate,
				  .boot = boot,
				  .log = log_lines,
			  },
			  &w->web));
	w->port = web_port(w->web);
	return w;
}

void world_stop(struct world *w)
{
	struct arena *mem = w->mem;

	web_stop(w->web, 5 * USEC_SECOND);
	store_writer_stop(w->writer);
	arena_free(mem);
}

/* --- the client --- */

int world_connect(struct world *w)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)w->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	WANT(fd >= 0);
	WANT(connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0);
	return fd;
}

void world_send(int fd, struct str bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* the server has closed: its answer is read next */
		bytes = str_cut(bytes, (size_t)n, bytes.len);
	}
}

/* False at the end, or when nothing comes in time. */
static bool read_some(int fd, struct buf *into)
{
	char piece[65536];
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (poll(&wait, 1, WAIT_MS) <= 0)
		return false;
	ssize_t n = recv(fd, piece, sizeof(piece), 0);

	if (n <= 0)
		return false;
	buf_add(into, (struct str){ piece, (size_t)n });
	return true;
}

struct str world_read_all(struct ctx *c, int fd)
{
	struct buf all = buf_make(c->mem, REPLY_MAX);

	while (read_some(fd, &all))
		;
	return buf_str(&all);
}

struct str world_read_until(struct ctx *c, int fd, struct str needle)
{
	struct buf all = buf_make(c->mem, REPLY_MAX);
	size_t at;

	while (!str_find(buf_str(&all), needle, &at) && read_some(fd, &all))
		;
	return buf_str(&all);
}

static bool read_exact(int fd, struct buf *into, size_t len)
{
	char byte[4096];

	while (len > 0) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		size_t more = len < sizeof(byte) ? len : sizeof(byte);

		if (poll(&wait, 1, WAIT_MS) <= 0)
			return false;
		ssize_t n = recv(fd, byte, more, 0);

		if (n <= 0)
			return false;
		buf_add(into, (struct str){ byte, (size_t)n });
		len -= (size_t)n;
	}
	return true;
}

struct str world_read_reply(struct ctx *c, int fd, bool bare)
{
	struct buf all = buf_make(c->mem, REPLY_MAX);
	size_t at;
	int64_t len = 0;

	while (!str_ends(buf_str(&all), S("\r\n\r\n")))
		if (!read_exact(fd, &all, 1))
			return buf_str(&all);
	if (!bare && str_find(buf_str(&all), S("Content-Length: "), &at)) {
		struct str rest = str_cut(buf_str(&all), at + 16, all.len), line, after;

		WANT(str_split(rest, '\r', &line, &after));
		WANT(num_i64(line, 0, REPLY_MAX, &len));
	}
	(void)read_exact(fd, &all, (size_t)len);
	return buf_str(&all);
}

void world_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

struct str world_ask(struct world *w, struct str bytes)
{
	int fd = world_connect(w);

	world_send(fd, bytes);
	struct str reply = world_read_all(w->ctx, fd);

	world_close(&fd);
	return reply;
}

struct str world_get(struct world *w, const char *path, const char *headers)
{
	return world_ask(w, str_format(w->ctx->mem,
				       "GET %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n",
				       path, headers));
}

struct str world_post(struct world *w, const char *path, const char *headers, struct str body)
{
	return world_ask(w, str_format(w->ctx->mem,
				       "POST %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
				       "Content-Type: application/json\r\nContent-Length: %zu\r\n"
				       "%s\r\n%.*s",
				       path, body.len, headers, STR_ARG(body)));
}

int world_status(struct str reply)
{
	int64_t status = 0;

	if (reply.len < 12 || !num_i64(str_cut(reply, 9, 12), 100, 599, &status))
		return 0;
	return (int)status;
}

bool world_has(struct str reply, const char *text)
{
	size_t at;

	return str_find(reply, str_of(text), &at);
}

struct str world_body(struct str reply)
{
	size_t at;

	return str_find(reply, S("\r\n\r\n"), &at) ? str_cut(reply, at + 4, reply.len) : S("");
}

int world_count(struct str text, const char *needle)
{
	int count = 0;
	size_t at;

	while (str_find(text, str_of(needle), &at)) {
		count++;
		text = str_cut(text, at + strlen(needle), text.len);
	}
	return count;
}
