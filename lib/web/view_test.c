/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Views, and the API's document that is made from them. */
#include "tests/test.h"
#include "web/view_in.h"
#include "web/web.h"

/* Where the value does not fit, or "fits". */
static struct str fit(struct ctx *c, const char *view, const char *text)
{
	struct json_value *value;
	struct json_fault fault;
	struct str path = S("");
	const char *why = "";

	WANT(json_read(c->mem, str_of(text), &value, &fault));
	if (web_view_fits(c->mem, view, value, &path, &why))
		return S("fits");
	WANT(strlen(why) > 0);
	return path;
}

PLAIN_TEST(web, a_value_that_fits_its_view_passes)
{
	const char *view = "{ id:id, name:text, n:int?, r:real, ok:bool, pay:money, at:time?,"
			   " state:(open|done), any:any, list:[{x:int}], maybe?:text }";

	WANT_STR(S("fits"), fit(c, view,
				"{\"id\":\"5\",\"name\":\"\",\"n\":null,\"r\":1.5,\"ok\":true,"
				"\"pay\":-5,\"at\":\"2026-11-21T09:30:00.000Z\",\"state\":\"done\","
				"\"any\":null,\"list\":[{\"x\":1},{\"x\":2}]}"));
	WANT_STR(S("fits"), fit(c, "[text]", "[]"));
	WANT_STR(S("fits"), fit(c, "{}", "{}"));
	WANT_STR(S("fits"), fit(c, "any", "{\"a\":[1]}"));
}

PLAIN_TEST(web, a_value_that_does_not_fit_is_told_by_its_path)
{
	WANT_STR(S("b"), fit(c, "{a:int,b:int}", "{\"a\":1}"));
	WANT_STR(S("c"), fit(c, "{a:int}", "{\"a\":1,\"c\":2}"));
	WANT_STR(S("a"), fit(c, "{a:int}", "{\"a\":1.5}"));
	WANT_STR(S("a"), fit(c, "{a:int}", "{\"a\":null}"));
	WANT_STR(S("a"), fit(c, "{a:text}", "{\"a\":1}"));
	WANT_STR(S("a"), fit(c, "{a:id}", "{\"a\":5}"));
	WANT_STR(S("a"), fit(c, "{a:id}", "{\"a\":\"x\"}"));
	WANT_STR(S("a"), fit(c, "{a:time}", "{\"a\":\"now\"}"));
	WANT_STR(S("a"), fit(c, "{a:bool}", "{\"a\":0}"));
	WANT_STR(S("a"), fit(c, "{a:(x|y)}", "{\"a\":\"z\"}"));
	WANT_STR(S("a"), fit(c, "{a:[int]}", "{\"a\":{}}"));
	WANT_STR(S("list[1].x"),
		 fit(c, "{list:[{x:int}]}", "{\"list\":[{\"x\":1},{\"x\":\"2\"}]}"));
	WANT_STR(S(""), fit(c, "{}", "[]"));
}

static struct str schema(struct ctx *c, const char *view)
{
	struct json out = json_make(c->mem, 10000);

	web_view_schema(&out, web_view_read(c->mem, view));
	return json_end(&out);
}

PLAIN_TEST(web, a_view_is_a_schema)
{
	WANT_STR(S("{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\","
		   "\"pattern\":\"^[0-9]+$\"},"
		   "\"n\":{\"type\":[\"integer\",\"null\"]}},\"required\":[\"id\"],"
		   "\"additionalProperties\":false}"),
		 schema(c, "{id:id,n:int?}"));
	WANT_STR(S("{\"type\":\"array\",\"items\":{\"type\":\"string\",\"enum\":[\"a\",\"b\"]}}"),
		 schema(c, "[(a|b)]"));
	WANT_STR(S("{}"), schema(c, "any"));
}

/* --- the API's document --- */

static enum err handler(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)ctx;
	(void)form;
	(void)reply;
	return OK;
}

struct sample {
	int64_t thing;
	struct str name;
};

static const struct web_field fields[] = {
	{ .name = "thing",
	  .place = WEB_PATH,
	  .type = WEB_ID,
	  .required = true,
	  .offset = offsetof(struct sample, thing) },
	{ .name = "name",
	  .place = WEB_BODY,
	  .type = WEB_TEXT,
	  .required = true,
	  .max = 9,
	  .offset = offsetof(struct sample, name),
	  .about = "What it is called" },
	{ 0 },
};

static const struct web_route first_list[] = {
	{ .verb = WEB_GET,
	  .path = "/api/v1/things",
	  .handler = handler,
	  .who = 3,
	  .view = "{items:[id]}",
	  .about = "Lists things." },
	{ .verb = WEB_GET, .path = "/metrics", .handler = handler },
	{ .path = NULL },
};

static const struct web_route second_list[] = {
	{ .verb = WEB_POST,
	  .path = "/api/v1/things/{thing}/name",
	  .handler = handler,
	  .fields = fields,
	  .form_size = sizeof(struct sample),
	  .view = "{}" },
	{ .verb = WEB_POST, .path = "/api/v1/things", .handler = handler },
	{ .path = NULL },
};

static const struct web_route *const lists[] = { first_list, second_list, NULL };

PLAIN_TEST(web, the_document_tells_of_every_api_route_once)
{
	static const struct web_tag tags[] = { { "thing", "Things." }, { "name", "Names." } };
	static const char *const roles[] = { "reader", "writer", "owner", NULL };
	const struct web_document document = { "Site", "1.2", lists, tags, roles };
	struct json out = json_make(c->mem, 100000);
	struct json_value *doc;
	struct json_fault fault;
	struct str text;

	web_openapi(&document, &out);
	WANT(json_read(c->mem, json_end(&out), &doc, &fault));
	WANT(json_text(json_get(doc, S("openapi")), &text));
	WANT_STR(S("3.1.0"), text);
	const struct json_value *paths = json_get(doc, S("paths"));

	WANT_I64(2, (int64_t)paths->count);
	const struct json_value *things = json_get(paths, S("/api/v1/things"));

	WANT_I64(2, (int64_t)things->count);
	WANT(json_text(json_get(json_get(things, S("get")), S("operationId")), &text));
	WANT_STR(S("get_things"), text);
	WANT(json_get(json_get(things, S("get")), S("security")) == NULL);
	WANT_I64(2, (int64_t)json_get(json_get(things, S("get")), S("x-roles"))->count);
	WANT_I64(2, (int64_t)json_get(doc, S("tags"))->count);
	WANT(json_is(json_get(json_get(things, S("post")), S("security")), JSON_LIST));
	const struct json_value *post =
		json_get(json_get(paths, S("/api/v1/things/{thing}/name")), S("post"));

	WANT(json_text(json_get(post, S("operationId")), &text));
	WANT_STR(S("post_things_thing_name"), text);
	WANT_I64(1, (int64_t)json_get(post, S("parameters"))->count);
	const struct json_value *body = json_get(post, S("requestBody"));

	body = json_get(json_get(json_get(body, S("content")), S("application/json")), S("schema"));
	int64_t max;

	WANT(json_i64(json_get(json_get(json_get(body, S("properties")), S("name")),
			       S("maxLength")),
		      0, 100, &max));
	WANT_I64(9, max);
}
