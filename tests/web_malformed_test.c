/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Malformed and smuggled requests. Each form is sent with a second, sound request behind
 * it, as an attacker would hide one. What must hold for every form: at most one
 * answer, it is a refusal, the connection ends, and no handler runs.
 */
#include <stdio.h>
#include <unistd.h>
#include "tests/web_world.h"

struct malformed {
	const char *name;
	struct str bytes;
};

#define HOST "Host: h\r\n"
#define JSON "Content-Type: application/json\r\n"
#define POST "POST /api/name HTTP/1.1\r\n" HOST JSON
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define HIDDEN "GET /api/things/1 HTTP/1.1\r\n" HOST "\r\n"

static const struct malformed forms[] = {
	{ "no host", S("GET /api/things/1 HTTP/1.1\r\n\r\n" HIDDEN) },
	{ "two hosts", S("GET /api/things/1 HTTP/1.1\r\n" HOST "Host: i\r\n\r\n" HIDDEN) },
	{ "the same host twice", S("GET /api/things/1 HTTP/1.1\r\n" HOST HOST "\r\n" HIDDEN) },
	{ "an empty host", S("GET /api/things/1 HTTP/1.1\r\nHost:\r\n\r\n" HIDDEN) },
	{ "a host with a path", S("GET /api/things/1 HTTP/1.1\r\nHost: h/a\r\n\r\n" HIDDEN) },
	{ "a host with a user", S("GET /api/things/1 HTTP/1.1\r\nHost: a@h\r\n\r\n" HIDDEN) },
	{ "a folded header", S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\r\n b\r\n\r\n" HIDDEN) },
	{ "a header folded by a tab",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\r\n\tb\r\n\r\n" HIDDEN) },
	{ "a folded first header", S("GET /api/things/1 HTTP/1.1\r\n " HOST "\r\n" HIDDEN) },
	{ "a folded coding", S(POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "a blank before the colon",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X : a\r\n\r\n" HIDDEN) },
	{ "a length with a blank before the colon",
	  S(POST "Content-Length : 12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "no colon", S("GET /api/things/1 HTTP/1.1\r\n" HOST "nonsense\r\n\r\n" HIDDEN) },
	{ "an empty header name", S("GET /api/things/1 HTTP/1.1\r\n" HOST ": a\r\n\r\n" HIDDEN) },
	{ "NUL in a header", S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n" HIDDEN) },
	{ "NUL in a header name",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X\0Y: a\r\n\r\n" HIDDEN) },
	{ "NUL in the target", S("GET /api/things/1\0 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a control byte in a header",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\x01\r\n\r\n" HIDDEN) },
	{ "a lone CR in a header",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\rY: b\r\n\r\n" HIDDEN) },
	{ "a lone CR as a line end",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "X: a\r\r\n\r\n" HIDDEN) },
	{ "lone LFs", S("GET /api/things/1 HTTP/1.1\nHost: h\n\n" HIDDEN) },
	{ "one lone LF", S("GET /api/things/1 HTTP/1.1\r\nHost: h\nX: y\r\n\r\n" HIDDEN) },
	{ "a lone LF ends the head", S("GET /api/things/1 HTTP/1.1\r\nHost: h\r\n\n" HIDDEN) },
	{ "a coding hidden by a lone CR",
	  S(POST "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "length and coding",
	  S(POST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "coding and length",
	  S(POST "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "two lengths",
	  S(POST "Content-Length: 12\r\nContent-Length: 5\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "the same length twice",
	  S(POST "Content-Length: 12\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a list of lengths", S(POST "Content-Length: 12, 12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a length with a sign", S(POST "Content-Length: +12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a length below zero", S(POST "Content-Length: -1\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a length in hex", S(POST "Content-Length: 0xc\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a length with a blank inside",
	  S(POST "Content-Length: 1 2\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "an empty length", S(POST "Content-Length:\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "a length past 64 bits",
	  S(POST "Content-Length: 18446744073709551628\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "an unknown coding", S(POST "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "two codings", S(POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "chunked not last", S(POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "chunked twice", S(POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "two coding headers",
	  S(POST
	    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "a coding with a control byte", S(POST "Transfer-Encoding: \x0b"
						 "chunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "a coding in quotes", S(POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "a misspelt coding", S(POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "an empty coding", S(POST "Transfer-Encoding:\r\n\r\n0\r\n\r\n" HIDDEN) },
	{ "chunks in HTTP/1.0",
	  S("POST /api/name HTTP/1.0\r\n" HOST JSON
	    "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size with 0x", S(CHUNKED "0xc\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size with a sign", S(CHUNKED "+c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size below zero", S(CHUNKED "-c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size with a blank in front",
	  S(CHUNKED " c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size with a blank behind",
	  S(CHUNKED "c \r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size past 64 bits",
	  S(CHUNKED "1000000000000000c\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "no chunk size", S(CHUNKED "\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size that is no number",
	  S(CHUNKED "xyz\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk that is too long", S(CHUNKED "5\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk that is too short", S(CHUNKED "d\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size that ends in LF", S(CHUNKED "c\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk that ends in LF", S(CHUNKED "c\r\n{\"name\":\"a\"}\n0\r\n\r\n" HIDDEN) },
	{ "a chunk size that ends in CR", S(CHUNKED "c\r{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a last chunk that ends in LF", S(CHUNKED "c\r\n{\"name\":\"a\"}\r\n0\n\n" HIDDEN) },
	{ "a chunk extension with a lone LF",
	  S(CHUNKED "c;a\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a chunk extension with a lone CR",
	  S(CHUNKED "c;a=\rb\r\n{\"name\":\"a\"}\r\n0\r\n\r\n" HIDDEN) },
	{ "a trailer", S(CHUNKED "c\r\n{\"name\":\"a\"}\r\n0\r\nX: y\r\n\r\n" HIDDEN) },
	{ "a trailer with a length",
	  S(CHUNKED "c\r\n{\"name\":\"a\"}\r\n0\r\nContent-Length: 30\r\n\r\n" HIDDEN) },
	{ "an unknown verb", S("JUMP /api/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a verb in small letters", S("get /api/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a verb with a NUL", S("GE\0T /api/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "CONNECT", S("CONNECT h:80 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "no target", S("GET HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a star", S("OPTIONS * HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "another host in the target",
	  S("GET http://evil/api/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a fragment", S("GET /api/things/1#a HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a blank in the target", S("GET /api/things/1 2 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "dots in the path", S("GET /api/x/../things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "encoded dots in the path",
	  S("GET /api/x/%2e%2e/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "an encoded slash", S("GET /api%2fthings/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "two slashes", S("GET //api/things/1 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a broken escape", S("GET /api/things/%4 HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "a byte above 127 in the target",
	  S("GET /api/things/\xff HTTP/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "HTTP/2", S("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" HIDDEN) },
	{ "HTTP/1.2", S("GET /api/things/1 HTTP/1.2\r\n" HOST "\r\n" HIDDEN) },
	{ "HTTP/0.9", S("GET /api/things/1\r\n\r\n" HIDDEN) },
	{ "HTTP/1.1 in small letters", S("GET /api/things/1 http/1.1\r\n" HOST "\r\n" HIDDEN) },
	{ "HTTP/1.10", S("GET /api/things/1 HTTP/1.10\r\n" HOST "\r\n" HIDDEN) },
	{ "TLS", S("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n" HIDDEN) },
	{ "a body on a GET",
	  S("GET /api/things/1 HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc" HIDDEN) },
	{ "an unknown expectation",
	  S(POST "Expect: 200-maybe\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "two types",
	  S(POST "Content-Type: text/plain\r\nContent-Length: 12\r\n\r\n{\"name\":\"a\"}" HIDDEN) },
	{ "two tokens", S("GET /api/mine/1 HTTP/1.1\r\n" HOST "Authorization: Bearer good\r\n"
			  "Authorization: Bearer other\r\n\r\n" HIDDEN) },
};

static bool form_is_refused(struct world *w, const struct malformed *form)
{
	int hits = atomic_load(&w->hits);
	struct str reply = world_ask(w, form->bytes);
	int status = world_status(reply);
	bool sound = (reply.len == 0 || (status >= 400 && status < 600)) &&
		     world_count(reply, "HTTP/1.1 ") <= 1 && atomic_load(&w->hits) == hits;

	if (!sound)
		fprintf(stderr, "%s: %d hits: %.*s\n", form->name, atomic_load(&w->hits) - hits,
			STR_ARG(reply));
	return sound;
}

PLAIN_TEST(web, malformed_and_smuggled_requests_reach_no_handler)
{
	struct world *w = world_start(c, "");

	int passed = 0;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		passed += !form_is_refused(w, &forms[i]);
	WANT_I64(0, passed);
	/* And the same server goes on serving. */
	WANT_I64(200, world_status(world_get(w, "/api/things/1", "")));
	world_stop(w);
}

/* Byte by byte the same forms end the same way: no rule looks at segments. */
PLAIN_TEST(web, malformed_requests_are_refused_however_they_are_cut)
{
	struct world *w = world_start(c, "");

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i += 3) {
		int fd = world_connect(w);
		struct str bytes = forms[i].bytes;

		for (size_t at = 0; at < bytes.len; at += 3) {
			world_send(fd, str_cut(bytes, at, at + 3 < bytes.len ? at + 3 : bytes.len));
			usleep(50);
		}
		struct str reply = world_read_all(c, fd);

		WANT(reply.len == 0 || world_status(reply) >= 400);
		WANT(world_count(reply, "HTTP/1.1 ") <= 1);
		world_close(&fd);
	}
	WANT_I64(0, atomic_load(&w->hits));
	world_stop(w);
}

PLAIN_TEST(web, a_head_has_its_limits)
{
	struct world *w = world_start(c, "");
	struct buf many = buf_make(c->mem, 100000);

	WANT_I64(431,
		 world_status(world_get(w, "/healthz",
					str_c(c->mem, str_format(c->mem, "X: %020000d\r\n", 1)))));
	WANT_I64(431,
		 world_status(world_get(w, str_c(c->mem, str_format(c->mem, "/%020000d", 1)), "")));
	for (int i = 0; i < 101; i++)
		buf_format(&many, "X-%d: y\r\n", i);
	WANT_I64(431, world_status(world_get(w, "/healthz", str_c(c->mem, buf_str(&many)))));
	WANT_I64(200,
		 world_status(world_get(w, "/healthz",
					str_c(c->mem, str_format(c->mem, "X: %015000d\r\n", 1)))));
	world_stop(w);
}
