/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The roof's own routes, and what the shell is told before its first request. */
#include "app/app_in.h"
#include "app/app.sql.h"
#include "ledger/ledger.h"
#include "user/user.h"

enum err app_health_page(struct ctx *c, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);
	struct app_ping ping;

	(void)form;
	TRY(app_ping(c, &ping));
	json_object(out);
	json_text_of(out, "status", S("ok"));
	json_text_of(out, "version", S(APP_VERSION));
	json_object_end(out);
	return OK;
}

static void put_metric(struct buf *out, const char *name, const char *type, const char *about,
		       int64_t value)
{
	buf_format(out, "# HELP tessera_%s %s\n# TYPE tessera_%s %s\ntessera_%s %lld\n", name,
		   about, name, type, name, (long long)value);
}

enum err app_metrics_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct app_state *state = room_state(c, &app_room);
	const struct web *web = state->web;
	struct buf out = buf_make(c->mem, 64 << 10);
	struct web_counts n;

	(void)form;
	if (web == NULL)
		return refuse(c, ERR_BUSY, "the server is still starting");
	n = web_counts(web);
	put_metric(&out, "requests_total", "counter", "Requests answered", n.requests);
	put_metric(&out, "requests_refused_total", "counter", "Answers with a status of 4xx",
		   n.refused);
	put_metric(&out, "requests_failed_total", "counter", "Answers with a status of 5xx",
		   n.failed);
	put_metric(&out, "connections", "gauge", "Open connections", n.connections);
	put_metric(&out, "received_bytes_total", "counter", "Bytes received", n.bytes_in);
	put_metric(&out, "sent_bytes_total", "counter", "Bytes sent", n.bytes_out);
	put_metric(&out, "csp_reports_total", "counter",
		   "Reports of browsers about the page's policy", n.csp_reports);
	put_metric(&out, "requests_shed_total", "counter",
		   "Requests refused because there was too much to do", n.shed);
	put_metric(&out, "writer_queue", "gauge", "Writes that wait for a commit",
		   store_writer_queue(state->writer));
	put_metric(&out, "commits_total", "counter", "Commits of the store's writers",
		   store_writer_commits(state->writer));
	put_metric(&out, "memory_bytes", "gauge", "Resident memory", os_memory_bytes());
	put_metric(&out, "memory_peak_bytes", "gauge", "Highest resident memory",
		   os_memory_peak_bytes());
	put_metric(&out, "cpu_microseconds_total", "counter", "Processor time", os_cpu_us());
	put_metric(&out, "uptime_seconds", "gauge", "Time since the start",
		   (c->now.us - state->started.us) / USEC_SECOND);
	web_bytes(reply, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
	return OK;
}

struct web_document app_document(struct arena *mem)
{
#define ROLE_WORD(name, bit, word) word,
	static const char *const roles[] = { USER_ROLE_TABLE(ROLE_WORD) NULL };
#undef ROLE_WORD
	size_t count = 0, listed = 0;

	while (house_rooms[count] != NULL)
		count++;
	struct web_tag *tags = NEW_MANY(mem, struct web_tag, count + 1);

	/* house_routes leaves out the same rooms. */
	for (size_t i = 0; i < count; i++)
		if (house_rooms[i]->routes != NULL)
			tags[listed++] =
				(struct web_tag){ house_rooms[i]->name, house_rooms[i]->about };
	return (struct web_document){ .title = "Tessera",
				      .version = APP_VERSION,
				      .routes = house_routes(mem),
				      .tags = tags,
				      .roles = roles };
}

enum err app_openapi_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct web_document document = app_document(c->mem);

	(void)form;
	web_openapi(&document, web_json(reply));
	return OK;
}

/* How the site is called and looks, into the open object. */
static enum err put_brand(struct ctx *c, struct json *out)
{
	struct brand b;

	TRY(brand_look(c, &b));
	json_text_of(out, "name", b.name.len > 0 ? b.name : setting_text(c, "site.name"));
	if (b.accent != BRAND_NONE)
		json_text_of(out, "sheet", brand_style_path(c->mem, &b));
	if (b.logo.len > 0) {
		json_key(out, "logo");
		json_object(out);
		json_text_of(out, "src", brand_logo_path(c->mem, &b));
		json_i64_of(out, "width", b.logo_width);
		json_i64_of(out, "height", b.logo_height);
		json_object_end(out);
	}
	return OK;
}

enum err app_boot(struct ctx *c, struct json *out)
{
	json_object(out);
	json_text_of(out, "version", S(APP_VERSION));
	json_key(out, "site");
	json_object(out);
	TRY(put_brand(c, out));
	json_text_of(out, "currency", ledger_currency(c));
	json_bool_of(out, "sign_up", setting_number(c, "org.sign_up") != 0);
	json_i64_of(out, "floor_per_hour", setting_number(c, "pay.floor_per_hour_minor"));
	json_object_end(out);
	if (c->actor.id == 0) {
		json_null_of(out, "me");
	} else {
		json_key(out, "me");
		TRY(ledger_put_me(c, out));
	}
	json_object_end(out);
	return OK;
}
