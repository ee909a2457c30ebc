/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What goes out comes back: made records with hostile text, made answers of every kind, out in each
 * format that intake reads and in again with the given answers as known ones. What a format does
 * not carry (docs/formats.md) is not compared.
 */
#include <libxml/parser.h>
#include <stdlib.h>
#include "export/export_in.h"
#include "intake/intake.sql.h"
#include "intake/intake_in.h"
#include "tests/fixture.h"
#include "tests/material.h"

enum { ROWS = 4, POINTS = 30 };

static const char template[] =
	"{\"blocks\":["
	"{\"type\":\"choice\",\"name\":\"label\",\"label\":\"?\",\"options\":[\"cat\",\"dog,"
	" \\\"x\\\"\"]},"
	"{\"type\":\"choice\",\"name\":\"many\",\"label\":\"?\",\"many\":true,"
	"\"options\":[\"a\",\"b\\nb\",\"c\"]},"
	"{\"type\":\"text\",\"name\":\"words\",\"label\":\"?\",\"max\":20000},"
	"{\"type\":\"number\",\"name\":\"count\",\"label\":\"?\"},"
	"{\"type\":\"scale\",\"name\":\"like\",\"label\":\"?\",\"min\":-2,\"max\":4},"
	"{\"type\":\"date\",\"name\":\"day\",\"label\":\"?\"},"
	"{\"type\":\"pair\",\"name\":\"better\",\"label\":\"?\",\"options\":[\"x\",\"y\"]},"
	"{\"type\":\"rank\",\"name\":\"order\",\"label\":\"?\",\"options\":[\"p\",\"q\",\"r\"]},"
	"{\"type\":\"taxonomy\",\"name\":\"place\",\"label\":\"?\",\"tree\":\"Food\\n\\tFruit\"},"
	"{\"type\":\"spans\",\"name\":\"names\",\"label\":\"?\",\"text\":\"{{text}}\","
	"\"labels\":[\"person\",\"big firm\"],\"relations\":[\"works for\"],\"required\":false},"
	"{\"type\":\"box\",\"name\":\"cars\",\"label\":\"?\",\"src\":\"{{image}}\","
	"\"labels\":[\"car\",\"van <&>\"]},"
	"{\"type\":\"polygon\",\"name\":\"areas\",\"label\":\"?\",\"src\":\"{{image}}\"},"
	"{\"type\":\"mask\",\"name\":\"land\",\"label\":\"?\",\"src\":\"{{image}}\","
	"\"labels\":[\"water\",\"big wood\"]},"
	"{\"type\":\"point\",\"name\":\"eyes\",\"label\":\"?\",\"src\":\"{{image}}\","
	"\"labels\":[\"left\",\"right\"]}]}";

static int roll(struct ctx *c, int sides)
{
	return (int)(ctx_random(c) % (uint64_t)sides);
}

/* Up to 60 pieces, each of a kind that some format might stumble over. */
static struct str hostile(struct ctx *c)
{
	static const char *const piece[] = {
		"\"",
		"'",
		",",
		";",
		"\t",
		"\n",
		"\r\n",
		"\\",
		"\\n",
		"<",
		">",
		"&amp;",
		"]]>",
		"{",
		"}",
		"[",
		"|",
		"=1+1",
		"-DOCSTART-",
		"null",
		"\xf0\x9f\x98\x80",
		"\xe2\x80\xae",
		"\xef\xbf\xbe",
		"\xef\xbf\xbf",
		"\xc2\xa0",
		"\xe2\x80\xa8",
		"\xcc\x81",
		"\xc2\x85",
		"x",
		" ",
		"word",
		"0",
	};
	struct buf out = buf_make(c->mem, 1 << 20);
	int count = 1 + roll(c, 60);

	buf_add(&out, S("w")); /* a text of blanks alone is no answer */
	for (int i = 0; i < count; i++)
		buf_add(&out, str_of(piece[roll(c, (int)(sizeof(piece) / sizeof(*piece)))]));
	for (int i = 0; roll(c, 10) == 0 && i < 3000; i++)
		buf_add(&out, S("long "));
	buf_add(&out, S("w"));
	return buf_str(&out);
}

static void put_shape_start(struct json *out, const char *label)
{
	json_object(out);
	if (label != NULL)
		json_text_of(out, "label", str_of(label));
}

static void put_marks(struct ctx *c, struct json *out, const char *form, const char *const *labels)
{
	int count = roll(c, 4);

	json_object(out);
	json_i64_of(out, "width", 317);
	json_i64_of(out, "height", 211);
	json_key(out, "shapes");
	json_list(out);
	for (int i = 0; i < count; i++) {
		put_shape_start(out, labels != NULL ? labels[roll(c, 2)] : NULL);
		json_key(out, form);
		json_list(out);
		int corners = strcmp(form, "points") == 0 ? 3 + roll(c, 4) :
			      strcmp(form, "box") == 0	  ? 2 :
							    1;
		for (int k = 0; k < corners; k++) {
			/* Hundredths; a box's sides keep it inside. */
			if (corners > 2)
				json_list(out);
			json_put_f64(out, (double)(1 + roll(c, 15000)) / 100);
			json_put_f64(out, (double)(1 + roll(c, 10000)) / 100);
			if (corners > 2)
				json_list_end(out);
		}
		json_list_end(out);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
}

/* Up to two labels, each with up to three runs of 317 by 211 pixels, none over another. */
static void put_mask(struct ctx *c, struct json *out)
{
	static const char *const labels[] = { "water", "big wood" };
	int count = roll(c, 3), at = 0;

	json_object(out);
	json_i64_of(out, "width", 317);
	json_i64_of(out, "height", 211);
	json_key(out, "shapes");
	json_list(out);
	for (int i = 0; i < count; i++) {
		put_shape_start(out, labels[i]);
		json_key(out, "counts");
		json_list(out);
		int left = 317 * 211;
		for (int k = 1 + roll(c, 3); k > 0; k--) {
			int before = 1 + roll(c, 9000), run = 1 + roll(c, 1000);

			before += at;
			at = 0;
			json_put_i64(out, before);
			json_put_i64(out, run);
			left -= before + run;
		}
		json_put_i64(out, left);
		at = 317 * 211 - left;
		json_list_end(out);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
}

static void put_spans(struct ctx *c, struct json *out, struct str text)
{
	int length = (int)str_points(text), at = 0, count = 0;

	json_object(out);
	json_key(out, "spans");
	json_list(out);
	for (; count < 3 && at + 1 < length; count++) {
		int start = at + roll(c, length - at - 1);
		int end = start + 1 + roll(c, length - start);

		end = end > length ? length : end;
		json_object(out);
		json_i64_of(out, "start", start);
		json_i64_of(out, "end", end);
		json_text_of(out, "label", roll(c, 2) ? S("person") : S("big firm"));
		json_object_end(out);
		at = end;
	}
	json_list_end(out);
	json_key(out, "relations");
	json_list(out);
	if (count > 1) {
		json_object(out);
		json_i64_of(out, "from", count - 1);
		json_i64_of(out, "to", 0);
		json_text_of(out, "label", S("works for"));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
}

static struct str made_answer(struct ctx *c, const struct kind_template *t, struct str text)
{
	static const char *const cars[] = { "car", "van <&>" }, *const eyes[] = { "left", "r"
											  "i"
											  "ght" };
	static const char *const many[] = { "[\"a\"]", "[\"b\\nb\",\"c\"]",
					    "[\"a\",\"b\\nb\",\"c\"]" };
	static const char *const order[] = { "[\"p\",\"q\",\"r\"]", "[\"r\",\"p\",\"q\"]" };
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct json out = json_make(c->mem, 1 << 20);
	struct json_value *read;
	struct json_fault fault;
	struct str canonical;

	json_object(&out);
	json_text_of(&out, "label", roll(c, 2) ? S("cat") : S("dog, \"x\""));
	json_raw_of(&out, "many", str_of(many[roll(c, 3)]));
	json_text_of(&out, "words", hostile(c));
	json_f64_of(&out, "count", (double)(roll(c, 20001) - 10000) / 8);
	json_i64_of(&out, "like", roll(c, 7) - 2);
	json_text_of(&out, "day", roll(c, 2) ? S("2024-02-29") : S("1999-12-31"));
	json_text_of(&out, "better", roll(c, 2) ? S("x") : S("y"));
	json_raw_of(&out, "order", str_of(order[roll(c, 2)]));
	json_raw_of(&out, "place", roll(c, 2) ? S("[\"Food\"]") : S("[\"Food\",\"Fruit\"]"));
	json_key(&out, "names");
	put_spans(c, &out, text);
	json_key(&out, "cars");
	put_marks(c, &out, "box", cars);
	json_key(&out, "areas");
	put_marks(c, &out, "points", NULL);
	json_key(&out, "land");
	put_mask(c, &out);
	json_key(&out, "eyes");
	put_marks(c, &out, "point", eyes);
	json_object_end(&out);
	WANT(json_read(c->mem, json_end(&out), &read, &fault));
	if (!kind_answer_check(&f, t, read, &canonical))
		WANT_STR(S("an answer"), f.list[0].message);
	return canonical;
}

/* --- out --- */

static struct str went_out(struct ctx *c, project_id project, const char *format)
{
	const struct export_wish wish = { .project = project, .format = str_of(format) };
	struct export e DEFER(export_done) = { .format = NULL };
	struct buf out = buf_make(c->mem, 1 << 23);
	struct str piece;
	bool more = true;

	WANT_OK(export_start(c, &wish, &e));
	while (more) {
		WANT_OK(export_piece(c, &e, &piece, &more));
		buf_add(&out, piece);
	}
	return buf_str(&out);
}

struct made {
	struct fixture f;
	struct kind_template template;
	struct str text[ROWS];
	const struct json_value *said; /* the JSON export */
};

static const struct json_value *parsed(struct ctx *c, struct str text)
{
	struct json_value *out;
	struct json_fault fault;

	if (!json_read(c->mem, text, &out, &fault))
		WANT_STR(S("JSON"), text);
	return out;
}

static void make(struct ctx *c, struct made *m)
{
	struct buf rows = buf_make(c->mem, 1 << 20);

	kind_template_load(c->mem, str_of(template), &m->template);
	for (int i = 0; i < ROWS; i++) {
		struct json row = json_make(c->mem, 1 << 20);

		m->text[i] = hostile(c);
		json_object(&row);
		json_text_of(&row, "text", m->text[i]);
		json_text_of(&row, "image",
			     str_format(c->mem, "%.*s/%d.jpg", STR_ARG(hostile(c)), i));
		json_object_end(&row);
		buf_add(&rows, json_end(&row));
		buf_add_char(&rows, '\n');
	}
	m->f = fixture_open(c, (struct fixture_shape){ .tasks = ROWS,
						       .redundancy = 1,
						       .template = template,
						       .file = buf_str(&rows) });
	for (int i = 0; i < ROWS; i++)
		fixture_submit(c, &m->f, 0, i + 1, made_answer(c, &m->template, m->text[i]));
	test_run_jobs(c);
	fixture_act(c, m->f.requester, USER_REQUESTER);
	m->said = parsed(c, went_out(c, m->f.project, "json"));
	WANT_I64(ROWS, m->said->count);
}

/* --- in again --- */

static project_id came_back(struct ctx *c, const struct made *m, const char *name, struct str file)
{
	struct source_fault_list *rows;
	project_id project = material_project(c, m->f.org);
	size_t count;

	material_template(c, project, template);
	source_id source = material_upload(c, project, name, file);
	WANT_OK(source_fault_list(c, project, source, 0, 2, &rows, &count));
	if (count > 0)
		WANT_STR(S("no fault"), rows[0].reason);
	WANT_OK(intake_import_given(c, project, source, false, S("")));
	test_run_jobs(c);
	WANT_OK(source_fault_list(c, project, source, 0, 2, &rows, &count));
	if (count > 0)
		WANT_STR(S("no fault"), rows[0].reason);
	return project;
}

static int by_text(const void *left, const void *right)
{
	return str_compare(*(const struct str *)left, *(const struct str *)right);
}

/* A value as text; marks in the order of their bytes where the format does not keep theirs. */
static struct str shown(struct ctx *c, const struct json_value *value, bool sorted)
{
	const struct json_value *shapes = json_get(value, S("shapes"));
	struct str *text = NEW_MANY(c->mem, struct str, 100);
	struct json out;
	int count = 0;

	for (const struct json_value *v = shapes != NULL && sorted ? shapes->first : NULL;
	     v != NULL; v = v->next) {
		out = json_make(c->mem, 1 << 16);
		json_put_value(&out, v);
		text[count++] = json_end(&out);
	}
	if (sorted && shapes != NULL) {
		qsort(text, (size_t)count, sizeof(*text), by_text);
		return str_join(c->mem, text, (size_t)count, S(" "));
	}
	out = json_make(c->mem, 1 << 20);
	json_put_value(&out, value);
	return json_end(&out);
}

/* The results of a task as known answers, in canonical form. */
static const struct json_value *wanted(struct ctx *c, const struct made *m,
				       const struct json_value *row, bool marks_only)
{
	struct kind_faults f = kind_faults_make(c->mem, S(""));
	struct json all = json_make(c->mem, 1 << 22);
	const struct json_value *results = json_get(row, S("results"));
	struct str canonical;

	json_object(&all);
	for (const struct json_value *v = results->first; v != NULL; v = v->next) {
		const struct json_value *value = json_get(v, S("value"));

		if (json_is(value, JSON_NULL) ||
		    (marks_only && json_get(value, S("shapes")) == NULL))
			continue;
		json_key_str(&all, v->key);
		json_put_value(&all, value);
	}
	json_object_end(&all);
	if (!kind_truth_object(&f, &m->template, parsed(c, json_end(&all)), &canonical))
		WANT_STR(S("known answers"), f.list[0].message);
	return parsed(c, canonical);
}

static void want_back(struct ctx *c, const struct made *m, const char *name, const char *format)
{
	bool coco = strcmp(format, "coco") == 0, studio = strcmp(format, "labelstudio") == 0;
	project_id back = came_back(c, m, name, went_out(c, m->f.project, format));
	int i = 0;

	for (const struct json_value *row = m->said->first; row != NULL; row = row->next) {
		const struct json_value *want = wanted(c, m, row, coco);
		struct intake_record r;

		WANT_OK(intake_record(c, back, ++i, &r));
		if (coco)
			WANT_STR(json_get(json_get(row, S("fields")), S("image"))->text,
				 json_get(parsed(c, r.fields), S("file_name"))->text);
		else
			WANT_STR(shown(c, json_get(row, S("fields")), false), r.fields);
		const struct json_value *got = parsed(c, r.truth.len > 0 ? r.truth : S("{}"));
		for (const struct json_value *v = want->first; v != NULL; v = v->next) {
			const struct json_value *shapes = json_get(v, S("shapes"));
			const struct json_value *spans = json_get(v, S("spans"));

			/* Label Studio has regions alone: none is not told from nothing said. */
			if (studio && ((shapes != NULL && shapes->count == 0) ||
				       (spans != NULL && spans->count == 0)))
				continue;
			if (json_get(got, v->key) == NULL)
				WANT_STR(v->key, S("nothing came back"));
			WANT_STR(shown(c, v, coco && str_eq(v->key, S("eyes"))),
				 shown(c, json_get(got, v->key),
				       coco && str_eq(v->key, S("eyes"))));
		}
	}
}

PROPERTY(export, what_goes_out_comes_back)
{
	struct made *m = NEW(c->mem, struct made);

	make(c, m);
	want_back(c, m, "results.json", "json");
	want_back(c, m, "results.jsonl", "jsonl");
	want_back(c, m, "coco.json", "coco");
	want_back(c, m, "tasks.json", "labelstudio");
}

/* --- formats that intake does not read --- */

static bool is_space(struct str text, size_t at, size_t *len)
{
	static const char *const wide[] = { "\xc2\xa0", "\xe2\x80\xa8", "\xc2\x85" };

	*len = 1;
	if ((unsigned char)text.at[at] <= 0x20)
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (str_starts(str_cut(text, at, text.len), str_of(wide[i]))) {
			*len = str_of(wide[i]).len;
			return true;
		}
	return false;
}

static struct str without_blanks(struct ctx *c, struct str text)
{
	struct buf out = buf_make(c->mem, 1 << 20);
	size_t len;

	for (size_t at = 0; at < text.len; at += len)
		if (!is_space(text, at, &len))
			buf_add_char(&out, text.at[at]);
	return buf_str(&out);
}

PROPERTY(export, conll_has_every_character_but_blanks_in_its_tokens)
{
	struct made *m = NEW(c->mem, struct made);
	struct buf tokens = buf_make(c->mem, 1 << 22), texts = buf_make(c->mem, 1 << 22);
	struct str line, rest, head = S("-DOCSTART- -X- _ O");

	make(c, m);
	rest = went_out(c, m->f.project, "conll");
	for (bool fresh = true; str_split(rest, '\n', &line, &rest);) {
		struct str token, tail;

		if (line.len == 0)
			continue;
		WANT(str_split(line, ' ', &token, &tail));
		WANT(str_starts(tail, S("-X- _ ")));
		fresh = str_eq(line, head);
		buf_add(&tokens, fresh ? S("\n") : token);
	}
	for (int i = 0; i < ROWS; i++) {
		buf_add_char(&texts, '\n');
		buf_add(&texts, without_blanks(c, m->text[i]));
	}
	WANT_STR(buf_str(&texts), buf_str(&tokens));
}

PROPERTY(export, voc_is_xml_whatever_the_names_are)
{
	struct made *m = NEW(c->mem, struct made);
	const char *path = str_c(c->mem, str_format(c->mem, "%s/return-test.zip", c->data));
	struct intake_archive *a DEFER(intake_archive_close) = NULL;
	char *bytes = arena_take(c->mem, 1 << 20);
	struct intake_entry one;
	int files = 0;
	bool found = true;
	size_t got;

	make(c, m);
	WANT_OK(os_replace(c, path, went_out(c, m->f.project, "voc"), 0600));
	WANT_OK(intake_archive_open(c, path, S(""), &a));
	while (found) {
		WANT_OK(intake_archive_next(c, a, &one, &found));
		if (!found || !str_ends(one.name, S(".xml")))
			continue;
		WANT_OK(intake_archive_read(c, a, bytes, 1 << 20, &got));
		xmlDocPtr doc = xmlReadMemory(bytes, (int)got, "voc.xml", NULL,
					      XML_PARSE_NONET | XML_PARSE_NOERROR);
		WANT(doc != NULL);
		xmlFreeDoc(doc);
		files++;
	}
	WANT_I64(ROWS, files);
}
