/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A cursor is time, scope and number of the page's last entry: pages run over all chains. */
#include "audit/audit.sql.h"
#include "audit/audit_in.h"

enum { PAGE_DEFAULT = 50, EXPORT_PAGE = 500 };

struct cursor {
	int64_t at, scope, seq;
};

static enum err read_cursor(struct ctx *c, struct str text, struct cursor *out)
{
	struct str at, rest, scope, seq;
	struct cursor cursor;

	*out = (struct cursor){ INT64_MAX, INT64_MAX, INT64_MAX };
	if (text.len == 0)
		return OK;
	if (!str_split(text, '.', &at, &rest) || !str_split(rest, '.', &scope, &seq) ||
	    !num_i64(at, 0, INT64_MAX, &cursor.at) ||
	    !num_i64(scope, 0, INT64_MAX, &cursor.scope) ||
	    !num_i64(seq, 0, INT64_MAX, &cursor.seq))
		return refuse_field(c, ERR_INPUT, S("after"), "this is no cursor of ours");
	*out = cursor;
	return OK;
}

static void put_id_or_null(struct json *out, const char *key, int64_t id)
{
	if (id == 0)
		json_null_of(out, key);
	else
		json_id_of(out, key, id);
}

static void put_entry(struct arena *mem, struct json *out, const struct audit_page *row)
{
	json_object(out);
	json_text_of(out, "id",
		     str_format(mem, "%lld.%lld", (long long)row->scope, (long long)row->seq));
	json_text_of(out, "scope", str_format(mem, "%lld", (long long)row->scope));
	json_time_of(out, "at", row->at);
	put_id_or_null(out, "actor", row->actor);
	json_text_of(out, "via", row->via);
	json_text_of(out, "address", row->address);
	json_text_of(out, "request", row->request);
	json_text_of(out, "what", row->act);
	put_id_or_null(out, "about", row->about);
	json_raw_of(out, "detail", row->detail);
	json_text_of(out, "hash", text_hex(mem, row->hash.at, row->hash.len));
	json_object_end(out);
}

enum err audit_page_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct audit_page_form *f = form;
	struct json *out = web_json(reply);
	int64_t limit = f->limit > 0 ? f->limit : PAGE_DEFAULT;
	struct audit_page *row;
	struct cursor from;
	size_t count;

	TRY(read_cursor(c, f->after, &from));
	TRY(audit_page(c, from.at, from.scope, from.seq, f->has_scope ? f->scope : -1, f->act,
		       limit, &row, &count));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++)
		put_entry(c->mem, out, &row[i]);
	json_list_end(out);
	if (count == (size_t)limit)
		json_text_of(out, "next",
			     str_format(c->mem, "%lld.%lld.%lld", (long long)row[count - 1].at.us,
					(long long)row[count - 1].scope,
					(long long)row[count - 1].seq));
	json_object_end(out);
	return OK;
}

/* JSON Lines with the hashes, newest first, in constant memory. */
enum err audit_export_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct audit_page_form *f = form;
	struct cursor from = { INT64_MAX, INT64_MAX, INT64_MAX };
	size_t count = EXPORT_PAGE;

	web_stream_start(reply, "application/jsonl", S("audit.jsonl"));
	while (count == EXPORT_PAGE) {
		struct arena_mark mark = arena_mark(c->mem);
		struct audit_page *row;

		TRY(audit_page(c, from.at, from.scope, from.seq, f->has_scope ? f->scope : -1,
			       S(""), EXPORT_PAGE, &row, &count));
		for (size_t i = 0; i < count; i++) {
			struct json line = json_make(c->mem, 4 * AUDIT_DETAIL_MAX);

			put_entry(c->mem, &line, &row[i]);
			TRY(web_stream_write(reply, json_end(&line)));
			TRY(web_stream_write(reply, S("\n")));
			from = (struct cursor){ row[i].at.us, row[i].scope, row[i].seq };
		}
		arena_reset(c->mem, mark);
	}
	return OK;
}
