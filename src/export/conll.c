/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * CoNLL, in the four columns of the shared task of 2003 (https://aclanthology.org/W03-0419): token,
 * two columns that are not known (-X- and _), and the mark: B-LABEL where a span begins, I-LABEL
 * inside, O outside. A task is a document, after a line -DOCSTART-, and each line of its text a
 * sentence, ended by an empty line.
 *
 * Tokens are the runs between blanks, cut where a span begins or ends, so a span is always whole
 * tokens; the text comes back from the tokens but for its blanks. Blanks are all that Unicode calls
 * so, since readers cut there too. Of spans that overlap the earlier and longer one stays. Blanks
 * in labels become _. A word -DOCSTART- of the text is cut behind its first character.
 */
#include <stdlib.h>
#include "export/export_in.h"

enum { SPANS_MAX = 200, TEXT_MAX = 64 << 20 };

struct conll {
	int64_t overlaps;
};

struct span {
	int64_t start, end;
	struct str label;
};

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	(void)c;
	(void)out;
	e->own = NEW(e->kept, struct conll);
	return OK;
}

/* Unicode's White_Space, and the line ends that some readers cut at. */
static bool is_blank(struct str at, size_t len)
{
	static const char *const wide[] = { "\xc2\x85", "\u00a0", "\u1680", "\u2000", "\u2001",
					    "\u2002",	"\u2003", "\u2004", "\u2005", "\u2006",
					    "\u2007",	"\u2008", "\u2009", "\u200a", "\u2028",
					    "\u2029",	"\u202f", "\u205f", "\u3000" };

	if (len == 1)
		return (unsigned char)at.at[0] <= 0x20;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (str_eq(str_cut(at, 0, len), str_of(wide[i])))
			return true;
	return false;
}

static int by_place(const void *left, const void *right)
{
	const struct span *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->end != b->end)
		return a->end > b->end ? -1 : 1;
	return str_compare(a->label, b->label);
}

/* In order, without those that overlap an earlier one. */
static int read_spans(const struct json_value *value, struct span *out, int64_t *overlaps)
{
	const struct json_value *spans = json_get(value, S("spans"));
	int count = 0, kept = 0;

	for (const struct json_value *s = spans != NULL ? spans->first : NULL;
	     s != NULL && count < SPANS_MAX; s = s->next) {
		struct span *span = &out[count];

		if (!json_i64(json_get(s, S("start")), 0, INT32_MAX, &span->start) ||
		    !json_i64(json_get(s, S("end")), 0, INT32_MAX, &span->end))
			continue;
		span->label = export_mark_label(s);
		count++;
	}
	qsort(out, (size_t)count, sizeof(*out), by_place);
	for (int i = 0; i < count; i++) {
		if (kept > 0 && out[i].start < out[kept - 1].end)
			(*overlaps)++;
		else
			out[kept++] = out[i];
	}
	return kept;
}

static void put_label(struct buf *out, struct str label)
{
	size_t len;

	for (size_t at = 0; at < label.len; at += len) {
		struct str rest = str_cut(label, at, label.len);

		len = str_utf8_step(rest);
		len = len > 0 ? len : 1;
		if (is_blank(rest, len))
			buf_add_char(out, '_');
		else
			buf_add(out, str_cut(rest, 0, len));
	}
}

/* The mark behind a token that began in `span`, or outside. */
static void end_token(struct buf *out, const struct span *span, int64_t start)
{
	buf_add(out, S(" -X- _ "));
	if (span == NULL) {
		buf_add(out, S("O\n"));
		return;
	}
	buf_add(out, start == span->start ? S("B-") : S("I-"));
	put_label(out, span->label);
	buf_add_char(out, '\n');
}

static void put_text(struct str text, struct span *span, int spans, struct buf *out)
{
	const struct span *in = NULL, *last = span + spans;
	int64_t point = 0, cut = -1;
	int64_t start = -1; /* of the token that is being written; -1: none */
	bool sentence = false;
	size_t len;

	for (size_t at = 0; at < text.len; at += len, point++) {
		struct str rest = str_cut(text, at, text.len);
		bool edge = point == cut ||
			    (span < last && (point == span->start || point == span->end));

		len = str_utf8_step(rest);
		len = len > 0 ? len : 1;
		bool blank = is_blank(rest, len);
		if (start >= 0 && (blank || edge)) {
			end_token(out, in, start);
			start = -1;
		}
		while (span < last && point >= span->end)
			span++;
		in = span < last && point >= span->start ? span : NULL;
		if (blank && len == 1 && rest.at[0] == '\n' && sentence) {
			buf_add_char(out, '\n');
			sentence = false;
		}
		if (blank) {
			/* A span may begin with blanks: its first token is where it begins. */
			if (in != NULL && point == in->start && span->start + 1 < span->end)
				span->start++;
			continue;
		}
		if (start < 0 && str_starts(rest, S("-DOCSTART-")))
			cut = point + 1; /* a word of the text, and no document */
		start = start < 0 ? point : start;
		sentence = true;
		buf_add(out, str_cut(rest, 0, len));
	}
	if (start >= 0)
		end_token(out, in, start);
	if (sentence)
		buf_add_char(out, '\n');
}

static enum err put_task(struct ctx *c, struct export *e, const struct export_task *t,
			 struct buf *out)
{
	struct conll *k = e->own;

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		struct span span[SPANS_MAX];
		const struct json_value *value;
		struct str text = S("");

		if (!export_is(field, "spans"))
			continue;
		TRY(export_value(c, t, field->name, &value));
		(void)!json_text(json_get(field->block, S("text")), &text);
		int count = read_spans(value, span, &k->overlaps);
		buf_add(out, S("-DOCSTART- -X- _ O\n\n"));
		put_text(kind_fill(c->mem, text, t->cells), span, count, out);
	}
	return OK;
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	const struct conll *k = e->own;

	(void)c;
	(void)out;
	if (k->overlaps > 0)
		export_leave(e, str_format(e->kept, "%lld spans that overlap others",
					   (long long)k->overlaps));
	return OK;
}

static const char *const kinds[] = { "spans", NULL };
static const char *const leaves[] = {
	"blanks of the text, relations, and spans that overlap an earlier one",
	"all columns but the text",
	"single answers, confidence, ties and counts of answers",
	"which items are gold, and their numbers",
	NULL,
};

const struct export_format export_conll = {
	.name = "conll",
	.title = "CoNLL 2003",
	.type = "text/plain; charset=utf-8",
	.ending = "conll",
	.about = "Spans of text, one token a line with its mark",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_task,
	.end = end,
};
