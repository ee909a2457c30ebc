/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * WebVTT (https://www.w3.org/TR/webvtt1/) and SubRip: a zip file with subtitles/NAME.vtt or .srt
 * for each sound or video whose transcript has times, a cue for each region. In a cue lines are not
 * empty, since an empty one ends it; WebVTT spells & < and > as names, which keeps --> out, and in
 * SubRip the arrow of a text becomes ->.
 */
#include "export/export_in.h"

enum { TEXT_MAX = 8 << 20, SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

struct subtitles {
	int64_t without_times;
};

static enum err begin(struct ctx *c, struct export *e, struct buf *out)
{
	(void)out;
	e->own = NEW(e->kept, struct subtitles);
	return export_zip_open(c, e);
}

static void put_time(struct buf *out, int64_t ms, char point)
{
	buf_format(out, "%02lld:%02lld:%02lld%c%03lld", (long long)(ms / HOUR),
		   (long long)(ms / MINUTE % 60), (long long)(ms / SECOND % 60), point,
		   (long long)(ms % SECOND));
}

/* Line ends as one, and none that would make an empty line. */
static void put_words(struct buf *out, struct str text, bool vtt)
{
	bool fresh = true;

	text = str_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		bool ends = c == '\n' || c == '\r';

		if (ends && fresh)
			continue;
		if (!vtt && str_starts(str_cut(text, i, text.len), S("-->"))) {
			buf_add(out, S("->"));
			i += 2;
		} else if (vtt && (c == '&' || c == '<' || c == '>'))
			buf_add(out, c == '&' ? S("&amp;") : c == '<' ? S("&lt;") : S("&gt;"));
		else
			buf_add_char(out, ends ? '\n' : c);
		fresh = ends;
	}
	buf_add(out, S("\n\n"));
}

static void put_cues(struct buf *out, const struct json_value *regions, bool vtt)
{
	int number = 1;

	if (vtt)
		buf_add(out, S("WEBVTT\n\n"));
	for (const struct json_value *r = regions->first; r != NULL; r = r->next, number++) {
		int64_t from = 0, to = 0;
		struct str text = S("");

		(void)!json_i64(json_get(r, S("from_ms")), 0, INT64_MAX, &from);
		(void)!json_i64(json_get(r, S("to_ms")), 0, INT64_MAX, &to);
		(void)!json_text(json_get(r, S("text")), &text);
		buf_format(out, "%d\n", number);
		put_time(out, from, vtt ? '.' : ',');
		buf_add(out, S(" --> "));
		put_time(out, to, vtt ? '.' : ',');
		buf_add_char(out, '\n');
		put_words(out, text, vtt);
	}
}

/* A second transcript of one sound is told apart as two items are: by -ITEM. */
static enum err put_all(struct ctx *c, struct export *e, const struct export_task *t, bool vtt,
			struct buf *out)
{
	struct subtitles *s = e->own;

	for (int f = 0; f < e->template.field_count; f++) {
		const struct kind_field *field = &e->template.field[f];
		struct buf text = buf_make(c->mem, TEXT_MAX);
		const struct json_value *value;
		struct export_picture sound;

		if (!export_is(field, "transcript"))
			continue;
		TRY(export_value(c, t, field->name, &value));
		const struct json_value *regions = json_get(value, S("regions"));
		if (!json_is(regions, JSON_LIST)) {
			s->without_times += value != NULL;
			continue;
		}
		TRY(export_picture(c, e, t, field, &sound));
		put_cues(&text, regions, vtt);
		struct str name = export_zip_name(c, e, "subtitles", sound.name,
						  vtt ? "vtt" : "srt", t->number);
		TRY(export_zip_put(c, e, name, buf_str(&text), out));
	}
	return OK;
}

static enum err put_vtt(struct ctx *c, struct export *e, const struct export_task *t,
			struct buf *out)
{
	return put_all(c, e, t, true, out);
}

static enum err put_srt(struct ctx *c, struct export *e, const struct export_task *t,
			struct buf *out)
{
	return put_all(c, e, t, false, out);
}

static enum err end(struct ctx *c, struct export *e, struct buf *out)
{
	const struct subtitles *s = e->own;

	if (s->without_times > 0 && !e->more_end)
		export_leave(e, str_format(e->kept, "%lld transcripts without times",
					   (long long)s->without_times));
	return export_zip_end(c, e, out);
}

static const char *const kinds[] = { "transcript", NULL };
static const char *const leaves[] = { "the sounds and videos themselves, and all columns",
				      "empty lines, and transcripts without times",
				      "single answers, confidence and counts of answers",
				      "which items are gold", NULL };

const struct export_format export_webvtt = {
	.name = "webvtt",
	.title = "WebVTT",
	.type = "application/zip",
	.ending = "zip",
	.about = "Transcripts with times as subtitles of the web, one file for each sound or video",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_vtt,
	.end = end,
};

const struct export_format export_srt = {
	.name = "srt",
	.title = "SubRip",
	.type = "application/zip",
	.ending = "zip",
	.about = "Transcripts with times as SubRip subtitles, one file for each sound or video",
	.kinds = kinds,
	.leaves = leaves,
	.begin = begin,
	.task = put_srt,
	.end = end,
};
