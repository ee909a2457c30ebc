/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The request parser. The first byte says how the body is cut; the rest is what a peer
 * sends. A request read in one piece and the same one read in small pieces must
 * come to the same end, and a path that was taken holds nothing that means another path.
 */
#include <stdint.h>
#include "web/form_in.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct outcome {
	int status;
	bool done;
	size_t used;
	struct buf body;
	struct web_head head;
};

static bool take(void *of, struct str piece)
{
	struct outcome *out = of;

	buf_add(&out->body, piece);
	return !buf_is_full(&out->body);
}

static struct outcome read_request(struct arena *mem, struct str bytes, size_t step)
{
	struct outcome out = { .body = buf_make(mem, 4096) };
	struct web_parse p = { .body = take, .of = &out };
	size_t seen = 0, end = 0, have = 0;
	struct web_fault bad;

	while (end == 0 && have < bytes.len) {
		have = bytes.len - have < step ? bytes.len : have + step;
		end = web_head_end(str_cut(bytes, 0, have), &seen);
	}
	if (end == 0)
		return out;
	bad = web_parse_head(&p, mem, str_cut(bytes, 0, end), 50);
	while (bad.status == 0 && !p.done && end < bytes.len) {
		size_t more = bytes.len - end < step ? bytes.len - end : step, used;

		bad = web_parse_body(&p, str_cut(bytes, end, end + more), &used);
		CHECK(used <= more);
		end += used;
	}
	out.status = bad.status;
	out.done = p.done;
	out.used = bad.status == 0 ? end : 0;
	out.head = p.head;
	return out;
}

static void check_head(const struct web_head *head)
{
	CHECK(head->host.len > 0 && head->segment_count <= WEB_SEGMENTS_MAX);
	CHECK(!(head->chunked && head->length >= 0));
	for (int i = 0; i < head->segment_count; i++) {
		struct str part = head->segment[i];

		CHECK(part.len > 0 && str_is_utf8(part));
		CHECK(!str_eq(part, S("..")) && !str_eq(part, S(".")));
		CHECK(memchr(part.at, '/', part.len) == NULL &&
		      memchr(part.at, 0, part.len) == NULL);
	}
	for (int i = 0; i < head->header_count; i++)
		CHECK(head->header[i].name.len > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len < 1 || len > 20000)
		return 0;
	struct arena *mem = arena_new(0);
	struct str bytes = { (const char *)data + 1, len - 1 };
	struct outcome whole = read_request(mem, bytes, SIZE_MAX / 2);
	struct outcome cut = read_request(mem, bytes, (size_t)data[0] % 16 + 1);

	CHECK((whole.status == 0) == (cut.status == 0) || whole.status == 413 || cut.status == 413);
	if (whole.status == 0 && cut.status == 0) {
		CHECK(whole.done == cut.done && whole.used == cut.used);
		CHECK(str_eq(buf_str(&whole.body), buf_str(&cut.body)));
		if (whole.head.host.at != NULL)
			check_head(&whole.head);
	}
	arena_free(mem);
	return 0;
}
