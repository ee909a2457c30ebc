/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The server as its peers see it: a real one on the loopback, and bytes. */
#include <sys/socket.h>
#include <unistd.h>
#include "tests/web_world.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: h\r\n"
#define NAME(text) S("{\"name\":\"" text "\"}")

/* --- handlers and forms --- */

PLAIN_TEST(web, a_read_is_answered_on_its_view)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/api/things/42?limit=3", "");

	WANT_I64(200, world_status(reply));
	WANT_STR(S("{\"thing\":\"42\",\"limit\":3,\"actor\":\"0\"}"), world_body(reply));
	WANT(world_has(reply, "Content-Type: application/json\r\n"));
	WANT(world_has(reply, "Cache-Control: no-store\r\n"));
	WANT(world_has(reply, "X-Content-Type-Options: nosniff\r\n"));
	WANT(world_has(reply, "Referrer-Policy: no-referrer\r\n"));
	WANT(world_has(reply, "Cross-Origin-Opener-Policy: same-origin\r\n"));
	WANT(world_has(reply,
		       "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"));
	WANT(world_has(reply, "Connection: close\r\n"));
	world_stop(w);
}

PLAIN_TEST(web, a_refusal_is_a_problem)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/api/things/404", "");

	WANT_I64(404, world_status(reply));
	WANT(world_has(reply, "Content-Type: application/problem+json\r\n"));
	WANT(world_has(reply, "{\"type\":\"/problems/missing\""));
	WANT(world_has(reply, "\"detail\":\"there is no such thing\""));
	reply = world_get(w, "/api/things/1?nope=1", "");
	WANT_I64(422, world_status(reply));
	WANT(world_has(reply, "\"field\":\"nope\""));
	WANT_I64(404, world_status(world_get(w, "/api/things/x", "")));
	WANT_I64(404, world_status(world_get(w, "/api/none", "")));
	WANT_I64(404, world_status(world_get(w, "/api/things/1/", "")));
	WANT_I64(1, atomic_load(&w->hits));
	world_stop(w);
}

PLAIN_TEST(web, a_write_is_answered_after_its_commit)
{
	struct world *w = world_start(c, "");
	struct str reply = world_post(w, "/api/name", "", NAME("Ada"));

	WANT_I64(201, world_status(reply));
	WANT_STR(S("{\"name\":\"Ada\",\"secret\":\"\"}"), world_body(reply));
	WANT(world_has(
		reply,
		"Set-Cookie: tessera=fresh; Path=/; HttpOnly; SameSite=Lax; Max-Age=60\r\n"));
	WANT_I64(1, store_writer_commits(w->writer));
	reply = world_post(w, "/api/name", "", NAME("refuse"));
	WANT_I64(409, world_status(reply));
	WANT(world_has(reply, "\"field\":\"name\""));
	WANT(!world_has(reply, "Set-Cookie"));
	world_stop(w);
}

PLAIN_TEST(web, slow_work_runs_before_the_writer)
{
	struct world *w = world_start(c, "");
	struct str reply = world_post(w, "/api/hashed", "", NAME("Ada"));

	WANT_STR(S("{\"name\":\"Ada\",\"secret\":\"hash of Ada\"}"), world_body(reply));
	WANT_I64(1, atomic_load(&w->befores));
	WANT_I64(422, world_status(world_post(w, "/api/hashed", "", S("{}"))));
	WANT_I64(1, atomic_load(&w->befores));
	world_stop(w);
}

PLAIN_TEST(web, a_request_that_takes_too_much_memory_is_refused)
{
	struct world *w = world_start(c, "web.request_memory_mb = 1\n");
	struct str reply = world_post(w, "/api/name", "", NAME("large"));

	WANT_I64(429, world_status(reply));
	WANT(world_has(reply, "/problems/limit"));
	WANT_I64(201, world_status(world_post(w, "/api/name", "", NAME("small"))));
	world_stop(w);
}

/* --- bodies --- */

PLAIN_TEST(web, a_body_has_its_type_and_size)
{
	struct world *w = world_start(c, "");
	struct str large = str_format(c->mem, "{\"name\":\"%02000d\"}", 1);
	struct str reply = world_post(w, "/api/name", "", large);

	WANT_I64(413, world_status(reply));
	reply = world_ask(w,
			  S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n"
			    "Content-Type: application/json\r\n\r\n{"));
	WANT_I64(413, world_status(reply));
	reply = world_ask(w, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n"
			       "Content-Type: text/plain\r\n\r\n{\"name\":\"a\"}"));
	WANT_I64(415, world_status(reply));
	reply = world_ask(w, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\n"
			       "{\"name\":\"a\"}"));
	WANT_I64(415, world_status(reply));
	reply = world_post(w, "/api/name", "Content-Encoding: gzip\r\n", NAME("a"));
	WANT_I64(415, world_status(reply));
	WANT_I64(0, atomic_load(&w->hits));
	world_stop(w);
}

PLAIN_TEST(web, a_chunked_body_is_read_and_bounded)
{
	struct world *w = world_start(c, "");
	struct str head = S("POST /api/name HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
			    "Content-Type: application/json; charset=utf-8\r\n"
			    "Transfer-Encoding: chunked\r\n\r\n");
	struct buf large = buf_make(c->mem, 10000);

	struct str parts[] = { head, S("5\r\n{\"nam\r\n7\r\ne\":\"x\"}\r\n0\r\n\r\n") };

	WANT_STR(S("{\"name\":\"x\",\"secret\":\"\"}"),
		 world_body(world_ask(w, str_join(c->mem, parts, 2, S("")))));
	buf_add(&large, head);
	for (int i = 0; i < 30; i++)
		buf_format(&large, "64\r\n%0100d\r\n", i);
	buf_add(&large, S("0\r\n\r\n"));
	WANT_I64(413, world_status(world_ask(w, buf_str(&large))));
	WANT_I64(1, atomic_load(&w->hits));
	world_stop(w);
}

PLAIN_TEST(web, an_expectation_is_answered_before_the_body)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	world_send(fd, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
			 "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n"));
	WANT_STR(S("HTTP/1.1 100 Continue\r\n\r\n"), world_read_until(c, fd, S("\r\n\r\n")));
	world_send(fd, NAME("a"));
	WANT_I64(201, world_status(world_read_reply(c, fd, false)));
	world_send(fd, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
			 "Content-Length: 120000\r\nExpect: 100-continue\r\n\r\n"));
	WANT_I64(413, world_status(world_read_all(c, fd)));
	world_close(&fd);
	world_stop(w);
}

/* --- gate --- */

PLAIN_TEST(web, the_gate_tells_nobody_from_somebody_else)
{
	struct world *w = world_start(c, "");
	struct str reply = world_get(w, "/api/mine/5", "");

	WANT_I64(401, world_status(reply));
	WANT(world_has(reply, "WWW-Authenticate: Bearer\r\n"));
	WANT_I64(401, world_status(world_get(w, "/api/mine/5", "Authorization: Bearer wrong\r\n")));
	WANT_I64(403, world_status(world_get(w, "/api/mine/5", "Authorization: Bearer other\r\n")));
	WANT_I64(401, world_status(world_get(w, "/api/mine/5?bad=1", "Cookie: tessera=wrong\r\n")));
	WANT_I64(0, atomic_load(&w->hits));
	reply = world_get(w, "/api/mine/5", "Authorization: Bearer good\r\n");
	WANT_STR(S("{\"thing\":\"5\",\"limit\":0,\"actor\":\"7\"}"), world_body(reply));
	reply = world_get(w, "/api/mine/5", "Cookie: tessera=good\r\n");
	WANT_I64(200, world_status(reply));
	world_stop(w);
}

PLAIN_TEST(web, a_change_with_the_cookie_needs_our_header)
{
	struct world *w = world_start(c, "");

	WANT_I64(403,
		 world_status(world_post(w, "/api/mine", "Cookie: tessera=good\r\n", NAME("a"))));
	WANT_I64(403, world_status(world_post(w, "/api/mine",
					      "Cookie: tessera=good\r\nX-Tessera: 1\r\n"
					      "Origin: http://evil.example\r\n",
					      NAME("a"))));
	WANT_I64(0, atomic_load(&w->hits));
	WANT_I64(201, world_status(world_post(w, "/api/mine",
					      "Cookie: tessera=good\r\nX-Tessera: 1\r\n"
					      "Origin: http://h\r\n",
					      NAME("a"))));
	WANT_I64(201, world_status(world_post(w, "/api/mine", "Authorization: Bearer good\r\n",
					      NAME("a"))));
	world_stop(w);
}

/* --- connections --- */

PLAIN_TEST(web, one_connection_serves_many_requests)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	for (int i = 1; i <= 50; i++) {
		world_send(fd, str_format(c->mem, GET("/api/things/%d") "\r\n", i));
		struct str reply = world_read_reply(c, fd, false);

		WANT_STR(str_format(c->mem, "{\"thing\":\"%d\",\"limit\":0,\"actor\":\"0\"}", i),
			 world_body(reply));
		WANT(!world_has(reply, "Connection: close"));
	}
	WANT_I64(1, web_counts(w->web).connections);
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, pipelined_requests_are_answered_in_their_order)
{
	struct world *w = world_start(c, "");
	struct buf text = buf_make(c->mem, 1 << 20);
	int fd = world_connect(w);

	for (int i = 1; i <= 300; i++) {
		buf_format(&text, GET("/api/things/%d") "\r\n", i);
		buf_add(&text, S(GET("/healthz") "\r\n"));
		buf_add(&text, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n"
				 "Content-Type: application/json\r\n\r\n{\"name\":\"a\"}"));
	}
	world_send(fd, buf_str(&text));
	for (int i = 1; i <= 300; i++) {
		WANT(world_has(world_read_reply(c, fd, false),
			       str_c(c->mem, str_format(c->mem, "\"thing\":\"%d\"", i))));
		WANT_STR(S("ok\n"), world_body(world_read_reply(c, fd, false)));
		WANT_I64(201, world_status(world_read_reply(c, fd, false)));
	}
	WANT_I64(600, atomic_load(&w->hits));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, bytes_may_come_one_by_one)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);
	struct str text = S(
		"POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
		"Transfer-Encoding: chunked\r\n\r\n5\r\n{\"nam\r\n7\r\ne\":\"x\"}\r\n0\r\n\r\n" GET(
			"/healthz") "\r\n");

	for (size_t i = 0; i < text.len; i++) {
		world_send(fd, str_cut(text, i, i + 1));
		usleep(200);
	}
	WANT_STR(S("{\"name\":\"x\",\"secret\":\"\"}"), world_body(world_read_reply(c, fd, false)));
	WANT_STR(S("ok\n"), world_body(world_read_reply(c, fd, false)));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, who_sends_no_more_is_still_answered)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w);

	world_send(fd, S(GET("/api/slow") "\r\n"));
	WANT(shutdown(fd, SHUT_WR) == 0);
	WANT_STR(S("{\"done\":\"yes\"}"), world_body(world_read_all(c, fd)));
	world_close(&fd);
	world_stop(w);
}

PLAIN_TEST(web, who_goes_away_leaves_nothing_behind)
{
	struct world *w = world_start(c, "");

	for (int i = 0; i < 20; i++) {
		int fd = world_connect(w);

		world_send(fd, i % 2 == 0 ? S(GET("/api/slow") "\r\n" GET("/healthz") "\r\n") :
					    S("POST /api/file HTTP/1.1\r\nHost: h\r\n"
					      "Content-Length: 1000\r\n\r\nabc"));
		struct linger hard = { 1, 0 };

		setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		usleep(20000);
		world_close(&fd);
	}
	for (int i = 0; i < 200 && web_counts(w->web).connections > 0; i++)
		usleep(20000);
	WANT_I64(0, web_counts(w->web).connections);
	struct str *names;
	size_t count;

	WANT_OK(os_list(c, str_c(c->mem, str_format(c->mem, "%s/tmp", c->data)), &names, &count));
	WANT_I64(0, (int64_t)count);
	world_stop(w);
}

PLAIN_TEST(web, five_hundred_idle_connections_cost_little)
{
	struct world *w = world_start(c, "");
	int fd[500];
	int64_t before = os_memory_bytes();

	for (int i = 0; i < 500; i++) {
		fd[i] = world_connect(w);
		world_send(fd[i], S(GET("/healthz") "\r\n"));
		WANT_I64(200, world_status(world_read_reply(c, fd[i], false)));
	}
	WANT_I64(500, web_counts(w->web).connections);
	WANT(os_memory_bytes() - before < 500 * 8192 + (8 << 20));
	WANT_I64(200, world_status(world_get(w, "/api/things/1", "")));
	for (int i = 0; i < 500; i++)
		world_close(&fd[i]);
	world_stop(w);
}

PLAIN_TEST(web, one_address_has_so_many_connections)
{
	struct world *w = world_start(c, "web.connections_each_max = 3\n");
	int fd[3], more;

	for (int i = 0; i < 3; i++) {
		fd[i] = world_connect(w);
		world_send(fd[i], S(GET("/healthz") "\r\n"));
		WANT_I64(200, world_status(world_read_reply(c, fd[i], false)));
	}
	more = world_connect(w);
	WANT_I64(0, (int64_t)world_read_all(c, more).len);
	world_close(&more);
	world_close(&fd[0]);
	usleep(100000);
	WANT_I64(200, world_status(world_get(w, "/healthz", "")));
	world_close(&fd[1]);
	world_close(&fd[2]);
	world_stop(w);
}

PLAIN_TEST(web, a_slow_head_and_an_idle_connection_end)
{
	struct world *w = world_start(c, "web.header_time_s = 1\nweb.idle_time_s = 1\n");
	int slow = world_connect(w), silent = world_connect(w), idle = world_connect(w);

	world_send(slow, S("GET / HTT"));
	world_send(idle, S(GET("/healthz") "\r\n"));
	WANT_I64(200, world_status(world_read_reply(c, idle, false)));
	WANT_I64(408, world_status(world_read_all(c, slow)));
	WANT_I64(0, (int64_t)world_read_all(c, silent).len);
	WANT_I64(0, (int64_t)world_read_all(c, idle).len);
	world_close(&slow);
	world_close(&silent);
	world_close(&idle);
	world_stop(w);
}

PLAIN_TEST(web, a_slow_body_ends)
{
	struct world *w = world_start(c, "web.header_time_s = 1\n");
	int fd = world_connect(w), upload = world_connect(w);

	world_send(fd, S("POST /api/name HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
			 "Content-Length: 12\r\n\r\n{\"na"));
	world_send(upload, S("POST /api/file HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\nab"));
	WANT_I64(408, world_status(world_read_all(c, fd)));
	WANT_I64(408, world_status(world_read_all(c, upload)));
	WANT_I64(0, atomic_load(&w->hits));
	world_close(&fd);
	world_close(&upload);
	world_stop(w);
}

/* One to three seconds, by chance. */
static bool says_when(struct str reply)
{
	return world_has(reply, "Retry-After: 1\r\n") || world_has(reply, "Retry-After: 2\r\n") ||
	       world_has(reply, "Retry-After: 3\r\n");
}

PLAIN_TEST(web, too_many_waiting_requests_are_told_to_come_back)
{
	struct world *w = world_start(c, "web.waiting_max = 1\n");
	int fd[8], busy = 0, served = 0;

	for (int i = 0; i < 8; i++) {
		fd[i] = world_connect(w);
		world_send(fd[i], S(GET("/api/slow") "\r\n"));
		/* The first two keep the two readers busy. */
		while (i < 2 && atomic_load(&w->hits) <= i)
			usleep(1000);
	}
	for (int i = 0; i < 8; i++) {
		struct str reply = world_read_reply(c, fd[i], false);

		served += world_status(reply) == 200;
		busy += world_status(reply) == 503 && says_when(reply);
		world_close(&fd[i]);
	}
	/* Two readers and one place to wait, or a few more when the test itself was slow. */
	WANT(served >= 3 && busy >= 1);
	WANT_I64(8, served + busy);
	WANT_I64(200, world_status(world_get(w, "/healthz", "")));
	world_stop(w);
}

#define SLOW_OF(token) GET("/api/slow") "Authorization: Bearer " token "\r\n\r\n"

PLAIN_TEST(web, a_caller_has_a_limit_of_requests_under_way)
{
	struct world *w = world_start(c, "web.caller_requests_max = 2\n");
	int fd[4];

	for (int i = 0; i < 4; i++) {
		fd[i] = world_connect(w);
		world_send(fd[i], i < 3 ? S(SLOW_OF("me")) : S(SLOW_OF("you")));
		while (i < 2 && atomic_load(&w->hits) <= i)
			usleep(1000);
	}
	struct str third = world_read_reply(c, fd[2], false);
	WANT_I64(429, world_status(third));
	WANT(says_when(third));
	WANT_I64(200, world_status(world_read_reply(c, fd[3], false)));
	WANT_I64(200, world_status(world_read_reply(c, fd[0], false)));
	WANT_I64(200, world_status(world_read_reply(c, fd[1], false)));
	/* Whose requests have ended may send more, on the same connection too. */
	world_send(fd[2], S(SLOW_OF("me")));
	WANT_I64(200, world_status(world_read_reply(c, fd[2], false)));
	for (int i = 0; i < 4; i++)
		world_close(&fd[i]);
	world_stop(w);
}

PLAIN_TEST(web, a_peer_is_who_the_named_proxy_says)
{
	const char *forwarded = "X-Forwarded-For: 1.2.3.4, 2001:db8::7\r\n";
	struct world *w = world_start(c, "");

	WANT_STR(S("127.0.0.1"), world_body(world_get(w, "/api/address", forwarded)));
	world_stop(w);
	w = world_start(c, "web.proxy = 127.0.0.1\n");
	WANT_STR(S("2001:db8::7"), world_body(world_get(w, "/api/address", forwarded)));
	WANT_STR(S("5.6.7.8"), world_body(world_get(w, "/api/address",
						    "X-Forwarded-For: 1.2.3.4\r\n"
						    "X-Forwarded-For: 5.6.7.8\r\n")));
	WANT_STR(S("127.0.0.1"),
		 world_body(world_get(w, "/api/address", "X-Forwarded-For: evil\r\n")));
	WANT_STR(S("127.0.0.1"), world_body(world_get(w, "/api/address", "")));
	world_stop(w);
}

PLAIN_TEST(web, a_refusal_may_keep_what_was_written)
{
	struct world *w = world_start(c, "");
	struct str reply = world_post(w, "/api/kept", "", S(""));

	WANT_I64(429, world_status(reply));
	WANT(world_has(reply, "\"detail\":\"counted\""));
	WANT_I64(1, store_writer_commits(w->writer));
	world_stop(w);
}

/* --- stopping --- */

PLAIN_TEST(web, what_runs_is_finished_before_the_server_stops)
{
	struct world *w = world_start(c, "");
	int fd = world_connect(w), idle = world_connect(w);

	world_send(idle, S(GET("/healthz") "\r\n"));
	WANT_I64(200, world_status(world_read_reply(c, idle, false)));
	world_send(fd, S(GET("/api/slow") "\r\n" GET("/api/slow") "\r\n"));
	while (atomic_load(&w->hits) == 0)
		usleep(1000);
	world_stop(w);
	struct str reply = world_read_all(c, fd);

	WANT_I64(1, world_count(reply, "HTTP/1.1 200"));
	WANT(world_has(reply, "{\"done\":\"yes\"}"));
	WANT(world_has(reply, "Connection: close"));
	WANT_I64(0, (int64_t)world_read_all(c, idle).len);
	world_close(&fd);
	world_close(&idle);
}

PLAIN_TEST(web, a_server_may_be_stopped_at_any_moment)
{
	for (int i = 0; i < 20; i++) {
		struct world *w = world_start(c, "");
		int fd[6];

		for (int k = 0; k < 6; k++) {
			fd[k] = world_connect(w);
			if (k % 3 == 0)
				world_send(fd[k], S(GET("/api/things/1") "\r\n"));
			if (k % 3 == 1)
				world_send(fd[k], S("POST /api/kept HTTP/1.1\r\nHost: h\r\n"
						    "Content-Length: 0\r\n\r\n"));
		}
		usleep((useconds_t)i * 100);
		world_stop(w);
		for (int k = 0; k < 6; k++) {
			struct str reply = world_read_all(c, fd[k]);

			WANT(reply.len == 0 || world_status(reply) == (k % 3 == 0 ? 200 : 429));
			world_close(&fd[k]);
		}
	}
}

PLAIN_TEST(web, the_log_tells_no_secret)
{
	struct world *w = world_start(c, "");

	WANT_I64(200, world_status(world_get(w, "/api/mine/987654321?limit=55555",
					     "Authorization: Bearer good\r\n")));
	while (!atomic_load(&w->log_ready))
		usleep(1000);
	struct str line = str_copy(c->mem, str_of(w->log_first));

	WANT(world_has(line, "\"verb\":\"GET\",\"path\":\"/api/mine/{thing}\",\"status\":200"));
	WANT(world_has(line, "\"actor\":\"7\""));
	WANT(!world_has(line, "good") && !world_has(line, "limit") &&
	     !world_has(line, "987654321"));
	world_stop(w);
}
