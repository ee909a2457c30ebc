/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Requests as bytes: the sound ones are read as they are meant, whatever way they are cut. */
#include "tests/test.h"
#include "web/parse_in.h"

struct taken {
	struct buf body;
};

static bool take(void *of, struct str piece)
{
	struct taken *t = of;

	buf_add(&t->body, piece);
	return !buf_is_full(&t->body);
}

/* The status of what is wrong, or 0; the body arrives in pieces of `step` bytes. */
static int read_all(struct ctx *c, struct web_parse *p, struct taken *t, struct str bytes,
		    size_t step, size_t *used_in_all)
{
	size_t seen = 0, end = web_head_end(bytes, &seen);
	struct web_fault bad;

	*p = (struct web_parse){ .body = take, .of = t };
	t->body = buf_make(c->mem, 1000);
	WANT(end > 0);
	bad = web_parse_head(p, c->mem, str_cut(bytes, 0, end), 20);
	while (bad.status == 0 && !p->done && end < bytes.len) {
		size_t more = bytes.len - end < step ? bytes.len - end : step, used;

		bad = web_parse_body(p, str_cut(bytes, end, end + more), &used);
		end += used;
	}
	*used_in_all = end;
	return bad.status;
}

static int status_of(struct ctx *c, const char *bytes)
{
	struct web_parse p;
	struct taken t;
	size_t used;

	return read_all(c, &p, &t, str_of(bytes), 1000, &used);
}

#define HOST "Host: h\r\n"

PLAIN_TEST(web, a_head_is_read)
{
	struct web_parse p;
	struct taken t;
	size_t used;
	struct str text = S("GET /a/b%20c?q=1&r HTTP/1.1\r\nHost: h:80\r\nAccept:  x \r\n"
			    "Empty:\r\n\r\nGET /next");

	WANT_I64(0, read_all(c, &p, &t, text, 1000, &used));
	WANT(p.done);
	WANT_I64((int64_t)text.len - 9, (int64_t)used);
	WANT_I64(HTTP_GET, p.head.method);
	WANT_I64(2, p.head.segment_count);
	WANT_STR(S("a"), p.head.segment[0]);
	WANT_STR(S("b c"), p.head.segment[1]);
	WANT_STR(S("q=1&r"), p.head.query);
	WANT_STR(S("h:80"), p.head.host);
	WANT_STR(S("x"), web_head_get(&p.head, S("accept")));
	WANT(web_head_has(&p.head, S("EMPTY")));
	WANT_STR(S(""), web_head_get(&p.head, S("empty")));
	WANT(p.head.keep_alive && !p.head.is_old && !p.head.ends_in_slash);
}

PLAIN_TEST(web, a_body_is_the_same_however_it_is_cut)
{
	struct str plain = S("POST / HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\nhello worldGET");
	struct str chunked = S("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
			       "5\r\nhello\r\n6;a=b\r\n world\r\n0\r\n\r\nGET");

	for (size_t step = 1; step < 40; step++) {
		struct web_parse p;
		struct taken t;
		size_t used;

		WANT_I64(0, read_all(c, &p, &t, plain, step, &used));
		WANT(p.done);
		WANT_STR(S("hello world"), buf_str(&t.body));
		WANT_I64((int64_t)plain.len - 3, (int64_t)used);
		WANT_I64(0, read_all(c, &p, &t, chunked, step, &used));
		WANT(p.done);
		WANT_STR(S("hello world"), buf_str(&t.body));
		WANT_I64((int64_t)chunked.len - 3, (int64_t)used);
	}
}

PLAIN_TEST(web, the_end_of_a_head_is_found_in_any_pieces)
{
	struct str text = S("GET / HTTP/1.1\r\nHost: h\r\n\r\nrest");

	for (size_t step = 1; step <= text.len; step++) {
		size_t seen = 0, end = 0, have = 0;

		while (end == 0 && have < text.len) {
			have = have + step < text.len ? have + step : text.len;
			end = web_head_end(str_cut(text, 0, have), &seen);
		}
		WANT_I64((int64_t)text.len - 4, (int64_t)end);
	}
	(void)c;
}

PLAIN_TEST(web, the_absolute_form_must_name_the_host)
{
	WANT_I64(0, status_of(c, "GET http://h/a?b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET http://other/a HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET http://h HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET ftp://h/a HTTP/1.1\r\n" HOST "\r\n"));
}

PLAIN_TEST(web, a_path_means_itself_alone)
{
	WANT_I64(0, status_of(c, "GET /a.b/..c HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(0, status_of(c, "GET /a%25b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a/../b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a/%2e%2E/b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a/./b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a//b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%2fb HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%00b HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%0db HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%ffb HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%c0%af HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a%5cb HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400, status_of(c, "GET /a% HTTP/1.1\r\n" HOST "\r\n"));
	WANT_I64(400,
		 status_of(c, "GET /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17 HTTP/1.1\r\n" HOST
			      "\r\n"));
}

PLAIN_TEST(web, chunks_of_one_byte_are_not_an_attack_but_padding_is)
{
	struct buf text = buf_make(c->mem, 200000);
	struct web_parse p;
	struct taken t;
	size_t used;

	buf_add(&text, S("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"));
	for (int i = 0; i < 900; i++)
		buf_add(&text, S("1\r\nx\r\n"));
	buf_add(&text, S("0\r\n\r\n"));
	WANT_I64(0, read_all(c, &p, &t, buf_str(&text), 1000, &used));
	WANT(p.done);
	text = buf_make(c->mem, 200000);
	buf_add(&text, S("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1;x="));
	for (int i = 0; i < 20000; i++)
		buf_add_char(&text, 'y');
	buf_add(&text, S("\r\nz\r\n0\r\n\r\n"));
	WANT_I64(400, read_all(c, &p, &t, buf_str(&text), 1000, &used));
}
