/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The table of formats. To add one: a file beside these with a row of struct export_format, a line
 * here, a line in docs/formats.md. What has a file for each task is packed by zip.c.
 */
#include "export/export_in.h"

const struct export_format *const export_formats[] = {
	&export_csv,	&export_jsonl, &export_json,  &export_parquet,	   &export_coco,
	&export_yolo,	&export_voc,   &export_masks, &export_labelstudio, &export_conll,
	&export_webvtt, &export_srt,   NULL,
};

const struct export_format *export_format_find(struct str name)
{
	for (int i = 0; export_formats[i] != NULL; i++)
		if (str_eq(name, str_of(export_formats[i]->name)))
			return export_formats[i];
	return NULL;
}

struct str export_format_names(struct arena *mem)
{
	struct buf out = buf_make(mem, 1000);

	for (int i = 0; export_formats[i] != NULL; i++)
		buf_format(&out, "%s%s", i > 0 ? ", " : "", export_formats[i]->name);
	return buf_str(&out);
}

bool export_carries(const struct export_format *format, const struct kind *kind)
{
	for (int i = 0; format->kinds != NULL && format->kinds[i] != NULL; i++)
		if (strcmp(format->kinds[i], kind->name) == 0)
			return true;
	return format->kinds == NULL;
}

bool export_can(struct arena *mem, const struct export_format *format,
		const struct kind_template *t, struct str *why)
{
	struct buf asked = buf_make(mem, 2000);

	for (int f = 0; f < t->field_count; f++) {
		if (export_carries(format, t->field[f].kind))
			return true;
		buf_format(&asked, "%s%.*s (%s)", f > 0 ? ", " : "", STR_ARG(t->field[f].name),
			   t->field[f].kind->name);
	}
	*why = str_format(mem, "%s carries none of what this project asks: %.*s", format->name,
			  STR_ARG(buf_str(&asked)));
	return false;
}

void export_leave(struct export *e, struct str what)
{
	if (e->left_count < (int)(sizeof(e->left) / sizeof(*e->left)))
		e->left[e->left_count++] = what;
}

struct str export_left_out(struct ctx *c, const struct export *e)
{
	return str_join(c->mem, e->left, (size_t)e->left_count, S("; "));
}
