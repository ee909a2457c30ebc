/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * JSON Lines and JSON: {"task","gold","fields","results","answers"} for each task, on lines of
 * their own or as one list. A result has its posterior too, as [{"value","share"}] (empty where
 * answers come out of no list). On request the certificate (quality.h) is the last of the lines,
 * {"certificate":[…]}.
 */
#include "export/export_in.h"
#include "quality/quality.h"

enum { LINE_MAX_BYTES = 64 << 20 };

static enum err put_result(struct ctx *c, const struct export *e,
			   const struct export_result_range *r, struct json *out)
{
	json_key_str(out, r->field);
	json_object(out);
	json_raw_of(out, "value", r->value);
	json_f64_of(out, "confidence", r->confidence);
	json_i64_of(out, "answers", r->answers);
	json_raw_of(out, "ties", r->ties.len > 0 ? r->ties : S("[]"));
	json_key(out, "posterior");
	TRY(quality_posterior_put(c, kind_field_find(&e->template, r->field), r->posterior, out));
	json_object_end(out);
	return OK;
}

static enum err put_object(struct ctx *c, const struct export *e, const struct export_task *t,
			   struct buf *buf)
{
	struct json out = json_make(c->mem, LINE_MAX_BYTES);

	json_object(&out);
	json_i64_of(&out, "task", t->number);
	json_bool_of(&out, "gold", t->gold);
	json_raw_of(&out, "fields", kind_fields_told(c->mem, t->fields));
	json_key(&out, "results");
	json_object(&out);
	for (size_t i = 0; i < t->results; i++)
		TRY(put_result(c, e, &t->result[i], &out));
	json_object_end(&out);
	if (e->wish.answers) {
		json_key(&out, "answers");
		export_answers_put(c, e, t, &out);
	}
	json_object_end(&out);
	buf_add(buf, json_end(&out));
	if (buf_is_full(&out.buf))
		return refuse(c, ERR_LIMIT, "task %lld is too large", (long long)t->number);
	return OK;
}

/* --- lines --- */

static enum err put_line(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	TRY(put_object(c, e, t, out));
	buf_add_char(out, '\n');
	return OK;
}

static enum err end_lines(struct ctx *c, struct export *e, struct buf *out)
{
	struct json line = json_make(c->mem, LINE_MAX_BYTES);
	struct quality_certified *list;
	int count;

	if (!e->wish.certificate)
		return OK;
	TRY(quality_certificate(c, &e->project, &list, &count));
	json_object(&line);
	json_key(&line, "certificate");
	quality_certificate_put(list, count, &line);
	json_object_end(&line);
	buf_add(out, json_end(&line));
	buf_add_char(out, '\n');
	return OK;
}

const struct export_format export_jsonl = {
	.name = "jsonl",
	.title = "JSON Lines",
	.type = "application/jsonl",
	.ending = "jsonl",
	.about = "One JSON object a line with all that is known of an item, for programs",
	.has_answers = true,
	.has_after = true,
	.has_certificate = true,
	.task = put_line,
	.end = end_lines,
};

/* --- one list --- */

static enum err begin_list(struct ctx *c, struct export *e, struct buf *out)
{
	(void)c;
	(void)e;
	buf_add(out, S("["));
	return OK;
}

static enum err put_item(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	buf_add(out, e->rows > 0 ? S(",\n") : S("\n"));
	return put_object(c, e, t, out);
}

static enum err end_list(struct ctx *c, struct export *e, struct buf *out)
{
	(void)c;
	(void)e;
	buf_add(out, S("\n]\n"));
	return OK;
}

const struct export_format export_json = {
	.name = "json",
	.title = "JSON",
	.type = "application/json",
	.ending = "json",
	.about = "The same objects as JSON Lines in one list",
	.has_answers = true,
	.begin = begin_list,
	.task = put_item,
	.end = end_list,
};
