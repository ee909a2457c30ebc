/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Forms: what is declared arrives, everything else is refused by name. */
#include "tests/test.h"
#include "web/form_in.h"

struct sample {
	int64_t id;
	struct str name, state, after;
	int64_t count, open, limit;
	money price;
	usec until;
	const struct json_value *value;
	bool has_price, has_after, has_open, has_value;
};

static enum err handler(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)ctx;
	(void)form;
	(void)reply;
	return OK;
}

#define AT(member) .offset = offsetof(struct sample, member)

static const struct web_field fields[] = {
	{ .name = "id", .place = WEB_PATH, .type = WEB_ID, AT(id), .required = true },
	{ .name = "limit", .place = WEB_QUERY, .type = WEB_INT, AT(limit), .min = 1, .max = 100 },
	{ .name = "after",
	  .place = WEB_QUERY,
	  .type = WEB_TEXT,
	  AT(after),
	  .has = offsetof(struct sample, has_after) },
	{ .name = "name",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  AT(name),
	  .required = true,
	  .min = 1,
	  .max = 5 },
	{ .name = "state",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  AT(state),
	  .one_of = "draft|open|paused" },
	{ .name = "count", .place = WEB_BODY, .type = WEB_INT, AT(count), .min = -3, .max = 9 },
	{ .name = "open",
	  .place = WEB_BODY,
	  .type = WEB_BOOL,
	  AT(open),
	  .has = offsetof(struct sample, has_open) },
	{ .name = "price",
	  .place = WEB_BODY,
	  .type = WEB_MONEY,
	  AT(price),
	  .has = offsetof(struct sample, has_price) },
	{ .name = "until", .place = WEB_BODY, .type = WEB_TIME, AT(until) },
	{ .name = "value",
	  .place = WEB_BODY,
	  .type = WEB_VALUE,
	  AT(value),
	  .max = 20,
	  .has = offsetof(struct sample, has_value) },
	{ 0 },
};

static const struct web_route route = {
	.verb = WEB_POST,
	.path = "/api/samples/{id}",
	.handler = handler,
	.fields = fields,
	.form_size = sizeof(struct sample),
};

static enum err read_form(struct ctx *c, const char *id, const char *query, const char *body,
			  struct sample *out)
{
	struct str param[] = { str_of(id) };
	struct web_form_source source = { .param = param,
					  .query = str_of(query),
					  .body = str_of(body) };

	return web_form_read(c, &route, source, out);
}

/* What the refusal of this body names. */
static struct str named(struct ctx *c, const char *query, const char *body)
{
	struct sample s = { 0 };
	struct ctx own = *c;

	own.refusal = (struct refusal){ 0 };
	WANT(read_form(&own, "5", query, body, &s) == ERR_INPUT);
	WANT(own.refusal.message.len > 0);
	return own.refusal.field;
}

PLAIN_TEST(web, a_form_holds_what_was_sent)
{
	struct sample s = { 0 };

	WANT_OK(read_form(c, "42", "limit=7&after=a%20b%2Bc+d",
			  "{\"name\":\"\xc3\xa4\xc3\xb6\xc3\xbc\",\"state\":\"open\",\"count\":-3,"
			  "\"open\":true,\"price\":12,\"until\":\"2026-11-21T09:30:00Z\","
			  "\"value\":{\"a\":[1]}}",
			  &s));
	WANT_I64(42, s.id);
	WANT_I64(7, s.limit);
	WANT_STR(S("a b+c d"), s.after);
	WANT_STR(S("\xc3\xa4\xc3\xb6\xc3\xbc"), s.name);
	WANT_STR(S("open"), s.state);
	WANT_I64(-3, s.count);
	WANT_I64(1, s.open);
	WANT_I64(12, s.price.minor);
	WANT_STR(S("2026-11-21T09:30:00.000Z"), usec_text(c->mem, s.until));
	WANT(json_is(json_get(s.value, S("a")), JSON_LIST));
	WANT(s.has_price && s.has_after && s.has_open && s.has_value);
}

PLAIN_TEST(web, what_is_left_out_or_null_is_not_there)
{
	struct sample s = { 0 };

	WANT_OK(read_form(c, "1", "", "{\"name\":\"x\",\"price\":null,\"open\":null}", &s));
	WANT(!s.has_price && !s.has_after && !s.has_open && !s.has_value);
	WANT(s.value == NULL);
	WANT_I64(0, s.limit);
}

PLAIN_TEST(web, what_is_not_declared_is_refused_by_name)
{
	WANT_STR(S("roles"), named(c, "", "{\"name\":\"x\",\"roles\":7}"));
	WANT_STR(S("id"), named(c, "", "{\"name\":\"x\",\"id\":\"9\"}"));
	WANT_STR(S("page"), named(c, "page=2", "{\"name\":\"x\"}"));
	WANT_STR(S("name"), named(c, "name=x", "{\"name\":\"x\"}"));
}

PLAIN_TEST(web, a_wrong_field_is_refused_by_name)
{
	WANT_STR(S("name"), named(c, "", "{}"));
	WANT_STR(S("name"), named(c, "", ""));
	WANT_STR(S("name"), named(c, "", "{\"name\":null}"));
	WANT_STR(S("name"), named(c, "", "{\"name\":\"\"}"));
	WANT_STR(S("name"), named(c, "", "{\"name\":\"123456\"}"));
	WANT_STR(S("name"), named(c, "", "{\"name\":5}"));
	WANT_STR(S("name"), named(c, "", "{\"name\":\"a\\u0001\"}"));
	WANT_STR(S("state"), named(c, "", "{\"name\":\"x\",\"state\":\"gone\"}"));
	WANT_STR(S("state"), named(c, "", "{\"name\":\"x\",\"state\":\"draft|open\"}"));
	WANT_STR(S("count"), named(c, "", "{\"name\":\"x\",\"count\":10}"));
	WANT_STR(S("count"), named(c, "", "{\"name\":\"x\",\"count\":1.5}"));
	WANT_STR(S("count"), named(c, "", "{\"name\":\"x\",\"count\":\"1\"}"));
	WANT_STR(S("open"), named(c, "", "{\"name\":\"x\",\"open\":1}"));
	WANT_STR(S("price"), named(c, "", "{\"name\":\"x\",\"price\":-1}"));
	WANT_STR(S("until"), named(c, "", "{\"name\":\"x\",\"until\":\"soon\"}"));
	WANT_STR(S("value"), named(c, "", "{\"name\":\"x\",\"value\":\"123456789012345678901\"}"));
	WANT_STR(S("limit"), named(c, "limit=0", "{\"name\":\"x\"}"));
	WANT_STR(S("limit"), named(c, "limit=1x", "{\"name\":\"x\"}"));
	WANT_STR(S("limit"), named(c, "limit=1&limit=2", "{\"name\":\"x\"}"));
}

PLAIN_TEST(web, a_body_that_is_no_object_is_refused)
{
	WANT_STR(S(""), named(c, "", "[1]"));
	WANT_STR(S(""), named(c, "", "{\"name\":"));
	WANT_STR(S(""), named(c, "", "{\"name\":\"x\"} {}"));
	WANT_STR(S(""), named(c, "", "{\"name\":\"x\",\"name\":\"y\"}"));
	WANT_STR(S(""), named(c, "a=%zz", "{\"name\":\"x\"}"));
}

PLAIN_TEST(web, an_id_that_is_none_names_nothing)
{
	struct sample s = { 0 };
	const char *const ids[] = { "0", "-1", "x", "1x", "99999999999999999999", "" };

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		WANT_ERR(ERR_MISSING, read_form(c, ids[i], "", "{\"name\":\"x\"}", &s));
}
