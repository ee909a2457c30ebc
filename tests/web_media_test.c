/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Uploads, files, streams, events, assets and the shell, over a real connection. */
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>
#include "os/hash.h"
#include "tests/web_world.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n"

static size_t files_in(struct ctx *c, const char *folder)
{
	struct str *names;
	size_t count;

	WANT_OK(os_list(c, str_c(c->mem, str_format(c->mem, "%s/%s", c->data, folder)), &names,
			&count));
	return count;
}

static struct str pattern(struct ctx *c, size_t len)
{
	char *bytes = arena_take(c->mem, len);

	for (size_t i = 0; i < len; i++)
		bytes[i] = (char)(i * 31 + i / 251);
	return (struct str){ bytes, len };
}

static struct str upload(struct world *w, const char *path, const char *headers, struct str body)
{
	int fd = world_connect(w);

	world_send(fd, str_format(w->ctx->mem,
				  "POST %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
				  "Content-Type: application/zip\r\nContent-Length: %zu\r\n%s\r\n",
				  path, body.len, headers));
	world_send(fd, body);
	struct str reply = world_read_all(w->ctx, fd);

	world_close(&fd);
	return reply;
}

PLAIN_TEST(web, an_upload_is_streamed_to_disk_with_its_hash)
{
	struct world *w = world_start(c, "");
	const size_t sizes[] = { 1, 65536, 262144, 262145, WORLD_FILE_MAX };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct str body = pattern(c, sizes[i]), sum = hash_sha256(c->mem, body);
		struct str reply = upload(w, "/api/file", "", body);

		WANT_I64(200, world_status(reply));
		WANT(world_has(reply, str_c(c->mem, str_format(c->mem, "\"size\":%zu", sizes[i]))));
		WANT(world_has(reply, str_c(c->mem, text_hex(c->mem, sum.at, sum.len))));
		WANT(world_has(reply, "\"type\":\"application/zip\""));
		/* Nobody renamed it, so it is gone before the answer is. */
		WANT_I64(0, (int64_t)files_in(c, "tmp"));
	}
	world_stop(w);
}

PLAIN_TEST(web, a_handler_keeps_an_upload_by_renaming_it)
{
	struct world *w = world_start(c, "");
	struct str body = pattern(c, 300000), kept;

	WANT_I64(200, world_status(upload(w, "/api/file?keep=1", "", body)));
	WANT_OK(os_slurp(c, str_c(c->mem, str_format(c->mem, "%s/kept", c->data)), 1 << 20, &kept));
	WANT_STR(body, kept);
	world_stop(w);
}

PLAIN_TEST(web, an_upload_that_is_too_large_is_refused_early)
{
	struct world *w = world_start(c, "");
	struct str body = pattern(c, WORLD_FILE_MAX + 1);
	struct buf chunked = buf_make(c->mem, 8 << 20);

	WANT_I64(413, world_status(upload(w, "/api/file", "", body)));
	buf_add(&chunked,
		S("POST /api/file HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"));
	buf_format(&chunked, "%zx\r\n", body.len);
	buf_add(&chunked, body);
	buf_add(&chunked, S("\r\n0\r\n\r\n"));
	WANT_I64(413, world_status(world_ask(w, buf_str(&chunked))));
	WANT_I64(0, atomic_load(&w->hits));
	WANT_I64(0, (int64_t)files_in(c, "tmp"));
	world_stop(w);
}

PLAIN_TEST(web, nobody_uploads_without_a_sign_in)
{
	struct world *w = world_start(c, "");
	struct str body = pattern(c, 100000);

	WANT_I64(401, world_status(upload(w, "/api/mine/file", "", body)));
	WANT_I64(401,
		 world_status(upload(w, "/api/mine/file", "Authorization: Bearer no\r\n", body)));
	WANT_I64(0, (int64_t)files_in(c, "tmp"));
	WANT_I64(200,
		 world_status(upload(w, "/api/mine/file", "Authorization: Bearer good\r\n", body)));
	WANT_I64(400, world_status(upload(w, "/api/file", "", S(""))));
	world_stop(w);
}

PLAIN_TEST(web, a_refused_form_removes_its_upload)
{
	struct world *w = world_start(c, "");

	WANT_I64(422, world_status(upload(w, "/api/file?nope=1", "", pattern(c, 400000))));
	WANT_I64(0, (int64_t)files_in(c, "tmp"));
	WANT_I64(0, atomic_load(&w->hits));
	world_stop(w);
}

/* A disk that takes no more than a megabyte: what is full looks the same to us. */
static void limit_files(bool on)
{
	struct rlimit size;

	WANT(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	WANT(getrlimit(RLIMIT_FSIZE, &size) == 0);
	size.rlim_cur = on ? 1 << 20 : size.rlim_max;
	WANT(setrlimit(RLIMIT_FSIZE, &size) == 0);
}

PLAIN_TEST(web, a_full_disk_is_a_refusal_and_then_it_works_again)
{
	struct world *w = world_start(c, "");
	struct str body = pattern(c, 2500000);

	WANT_I64(200, world_status(upload(w, "/api/file", "", body)));
	limit_files(true);
	struct str reply = upload(w, "/api/file", "", body);

	limit_files(false);
	WANT_I64(503, world_status(reply));
	WANT(world_has(reply, "/problems/store"));
	WANT_I64(0, (int64_t)files_in(c, "tmp"));
	WANT_I64(1, atomic_load(&w->hits));
	WANT_I64(200, world_status(upload(w, "/api/file", "", body)));
	world_stop(w);
}

/* --- files --- */

static void put_served(struct ctx *c, struct str bytes)
{
	WANT_OK(os_replace(c, str_c(c->mem, str_format(c->mem, "%s/served", c->data)), bytes,
			   0600));
}

PLAIN_TEST(web, a_file_is_sent_whole_or_in_part)
{
	struct world *w = world_start(c, "");
	struct str bytes = pattern(c, 1000000);

	put_served(c, bytes);
	struct str reply = world_get(w, "/media", "");

	WANT_I64(200, world_status(reply));
	WANT(world_has(reply, "Accept-Ranges: bytes\r\n"));
	WANT(world_has(reply, "Cache-Control: private, max-age=60\r\n"));
	WANT(!world_has(reply, "no-store"));
	WANT_STR(bytes, world_body(reply));
	reply = world_get(w, "/media", "Range: bytes=100-199\r\n");
	WANT_I64(206, world_status(reply));
	WANT(world_has(reply, "Content-Range: bytes 100-199/1000000\r\n"));
	WANT_STR(str_cut(bytes, 100, 200), world_body(reply));
	reply = world_get(w, "/media", "Range: bytes=600000-\r\n");
	WANT_STR(str_cut(bytes, 600000, bytes.len), world_body(reply));
	reply = world_get(w, "/media", "Range: bytes=-5\r\n");
	WANT_STR(str_cut(bytes, bytes.len - 5, bytes.len), world_body(reply));
	WANT_I64(416, world_status(world_get(w, "/media", "Range: bytes=1000000-\r\n")));
	WANT_I64(200, world_status(world_get(w, "/media", "Range: bytes=0-1,5-6\r\n")));
	WANT_I64(206,
		 world_status(world_get(w, "/media", "Range: bytes=0-1\r\nIf-Range: \"e1\"\r\n")));
	WANT_I64(200,
		 world_status(world_get(w, "/media", "Range: bytes=0-1\r\nIf-Range: \"e2\"\r\n")));
	WANT_I64(304, world_status(world_get(w, "/media", "If-None-Match: \"e1\"\r\n")));
	world_stop(w);
}

PLAIN_TEST(web, a_file_that_is_empty_or_absent)
{
	struct world *w = world_start(c, "");

	WANT_I64(404, world_status(world_get(w, "/media", "")));
	put_served(c, S(""));
	struct str reply = world_get(w, "/media", "");

	WANT_I64(200, world_status(reply));
	WANT(world_has(reply, "Content-Length: 0\r\n"));
	WANT_I64(416, world_status(world_get(w, "/media", "Range: bytes=0-\r\n")));
	world_stop(w);
}

PLAIN_TEST(web, head_is_get_without_its_body)
{
	struct world *w = world_start(c, "");
	static const char *const paths[] = {
		"/healthz",  "/api/things/5",	    "/media", "/", "/assets/app-1.js",
		"/api/none", "/api/stream?pieces=3"
	};
	int fd = world_connect(w);

	put_served(c, pattern(c, 300000));
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		world_send(fd, str_format(c->mem, "HEAD %s HTTP/1.1\r\nHost: h\r\n\r\n", paths[i]));
		struct str head = world_read_reply(c, fd, true);

		world_send(fd, S(GET("/healthz") "\r\n"));
		WANT_STR(S("ok\n"), world_body(world_read_reply(c, fd, false)));
		WANT_I64(i == 5 ? 404 : 200, world_status(head));
		if (i == 2)
			WANT(world_has(head, "Content-Length: 300000\r\n"));
	}
	world_close(&fd);
	world_stop(w);
}

/* --- streams --- */

/* A chunked body put together again; empty when it is cut off. */
static struct str unchunk(struct ctx *c, struct str body)
{
	struct buf out = buf_make(c->mem, 64 << 20);

	for (;;) {
		struct str line, rest;
		size_t len = 0;

		if (!str_split(body, '\n', &line, &rest))
			return S("");
		for (size_t i = 0; i + 1 < line.len; i++)
			len = len * 16 + (size_t)(line.at[i] <= '9' ? line.at[i] - '0' :
								      line.at[i] - 'a' + 10);
		if (len == 0)
			return buf_str(&out);
		if (rest.len < len + 2)
			return S("");
		buf_add(&out, str_cut(rest, 0, len));
		body = str_cut(rest, len + 2, rest.len);
	}
}

PLAIN_TEST(web, a_stream_arrives_whole)
{
	struct world *w = world_start(c, "");
	const int counts[] = { 1, 131, 132, 5000 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct str path = str_format(c->mem, "/api/stream?pieces=%d", counts[i]);
		struct str reply = world_get(w, str_c(c->mem, path), "");
		struct str body = unchunk(c, world_body(reply));

		WANT_I64(200, world_status(reply));
		WANT(world_has(reply, "Content-Disposition: attachment; filename=\"r__sult.csv\"; "
				      "filename*=UTF-8''r%C3%A9sult.csv\r\n"));
		WANT_I64(counts[i] * 1000, (int64_t)body.len);
		WANT(str_ends(body, str_format(c->mem, "%0999d\n", counts[i] - 1)));
	}
	world_stop(w);
}

PLAIN_TEST(web, a_stream_for_an_old_reader_ends_with_the_connection)
{
	struct world *w = world_start(c, "");
	struct str reply =
		world_ask(w, S("GET /api/stream?pieces=400 HTTP/1.0\r\nHost: h\r\n\r\n"));

	WANT(!world_has(reply, "chunked"));
	WANT_I64(400000, (int64_t)world_body(reply).len);
	world_stop(w);
}

PLAIN_TEST(web, a_stream_may_be_followed_by_a_request)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	world_send(fd, S(GET("/api/stream?pieces=3") "\r\n" GET("/healthz") "\r\n"));
	struct str all = world_read_until(c, fd, S("ok\n"));

	WANT_I64(2, world_count(all, "HTTP/1.1 200 OK"));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, a_stream_that_breaks_off_looks_cut)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/api/stream?pieces=5000&fail=1", "");

	WANT_I64(200, world_status(reply));
	WANT_STR(S(""), unchunk(c, world_body(reply)));
	WANT_I64(409, world_status(world_get(w, "/api/stream?pieces=0", "")));
	world_stop(w);
}

PLAIN_TEST(web, a_reader_that_takes_nothing_is_not_waited_for)
{
	struct world *w = world_start(c, "web.write_time_s = 1\n");
	int fd = world_connect(w);

	world_send(fd, S(GET("/api/stream?pieces=1000000") "\r\n"));
	for (int i = 0; i < 200 && !atomic_load(&w->stream_gone); i++)
		usleep(20000);
	WANT(atomic_load(&w->stream_gone));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, a_stream_ends_when_its_reader_has_gone)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	world_send(fd, S(GET("/api/stream?pieces=1000000") "\r\n"));
	(void)world_read_until(c, fd, S("\r\n\r\n"));
	/* The reader does not read: soon the handler waits, with little in memory. */
	int64_t held = -1;

	for (int i = 0; i < 50 && held != atomic_load(&w->streamed); i++) {
		held = atomic_load(&w->streamed);
		usleep(300000);
	}
	WANT_I64(held, atomic_load(&w->streamed));
	WANT(held < 64 << 20);
	WANT(!atomic_load(&w->stream_gone));
	world_close(&fd);
	for (int i = 0; i < 100 && !atomic_load(&w->stream_gone); i++)
		usleep(20000);
	WANT(atomic_load(&w->stream_gone));
	world_stop(w);
}

/* --- events --- */

PLAIN_TEST(web, events_tell_what_changed)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	world_send(fd, S(GET("/api/events") "\r\n"));
	struct str first = world_read_until(c, fd, S("{\"value\":0}\n\n"));

	WANT(world_has(first, "Content-Type: text/event-stream\r\n"));
	WANT(world_has(first, "\r\n\r\nevent: change\ndata: {\"value\":0}\n\n"));
	while (atomic_load(&w->hits) < 3)
		usleep(10000);
	atomic_store(&w->value, 5);
	WANT_STR(S("event: change\ndata: {\"value\":5}\n\n"),
		 world_read_until(c, fd, S("{\"value\":5}\n\n")));
	world_close(&fd);
	for (int i = 0; i < 100 && web_counts(w->web).connections > 0; i++)
		usleep(20000);
	WANT_I64(0, web_counts(w->web).connections);
	world_stop(w);
}

PLAIN_TEST(web, events_end_with_the_right_to_them)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	WANT_I64(401, world_status(world_get(w, "/api/mine/events", "")));
	world_send(fd, S(GET("/api/mine/events") "Cookie: tessera=good\r\n\r\n"));
	(void)world_read_until(c, fd, S("{\"value\":0}\n\n"));
	atomic_store(&w->shut, true);
	WANT_STR(S(""), world_read_all(c, fd));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, events_do_not_hold_up_a_stop)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);
	struct clock *clock = clock_real(c->mem);

	world_send(fd, S(GET("/api/events") "\r\n"));
	(void)world_read_until(c, fd, S("{\"value\":0}\n\n"));
	int64_t before = clock_steady_us(clock);

	world_stop(w);
	WANT(clock_steady_us(clock) - before < 4 * USEC_SECOND);
	world_close(&fd);
}

/* --- assets and the shell --- */

PLAIN_TEST(web, an_asset_is_sent_in_the_best_coding)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/assets/app-1.js", "");

	WANT_STR(S("plain script"), world_body(reply));
	WANT(world_has(reply, "Cache-Control: public, max-age=31536000, immutable\r\n"));
	WANT(world_has(reply, "Vary: Accept-Encoding\r\n"));
	WANT(world_has(reply, "ETag: \"a1\"\r\n"));
	reply = world_get(w, "/assets/app-1.js", "Accept-Encoding: gzip, deflate, br\r\n");
	WANT_STR(S("brotli"), world_body(reply));
	WANT(world_has(reply, "Content-Encoding: br\r\n"));
	reply = world_get(w, "/assets/app-1.js", "Accept-Encoding: gzip;q=0.5, br;q=0\r\n");
	WANT_STR(S("gzip!"), world_body(reply));
	reply = world_get(w, "/assets/app-1.js", "If-None-Match: \"a1\"\r\n");
	WANT_I64(304, world_status(reply));
	WANT_STR(S(""), world_body(reply));
	WANT_I64(404, world_status(world_get(w, "/assets/app-2.js", "")));
	WANT_I64(405, world_status(world_post(w, "/assets/app-1.js", "", S(""))));
	world_stop(w);
}

PLAIN_TEST(web, the_shell_says_who_looks_at_it)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/work/5?kind=choice", "Cookie: tessera=good\r\n");

	WANT_I64(200, world_status(reply));
	WANT_STR(S("<!doctype html><script type=\"application/json\" id=\"boot\">"
		   "{\"title\":\"\\u003c/script>\\u003cb>\",\"who\":\"7\"}</script>end"),
		 world_body(reply));
	WANT(world_has(reply, "script-src 'self';"));
	WANT(world_has(reply, "report-uri /csp\r\n"));
	WANT(world_has(reply, "Cache-Control: private, no-cache\r\n"));
	WANT(world_has(world_get(w, "/", ""), "\"who\":\"0\""));
	WANT_I64(404, world_status(world_post(w, "/work/5", "", S("{}"))));
	world_stop(w);
}

PLAIN_TEST(web, reports_of_browsers_are_counted)
{
	struct world *w = world_start(c, "");
	struct str large = pattern(c, 70000);

	for (int i = 0; i < 3; i++)
		WANT_I64(204, world_status(world_post(w, "/csp", "Origin: null\r\n",
						      S("{\"csp-report\":{}}"))));
	WANT_I64(3, web_counts(w->web).csp_reports);
	WANT_I64(413, world_status(world_post(w, "/csp", "", large)));
	WANT_I64(3, web_counts(w->web).csp_reports);
	world_stop(w);
}
