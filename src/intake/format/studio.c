/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Label Studio's tasks (https://labelstud.io/guide/task_format): the members of `data` are the
 * columns; of the first annotation that was not cancelled each from_name gives the answer to a
 * field. Predictions are read over. Percent become pixels by the region's own original_width and
 * original_height; what brushes of one label have painted is one mask; places in a text are code
 * points there as here. What has no place here, such as a turned box, makes the row bad, by name.
 */
#include <math.h>
#include "base/brush.h"
#include "intake/intake_in.h"

enum { VALUE_MAX = 4 << 20, REGIONS_MAX = 2000, LAYERS_MAX = 50, BRUSH_PIXELS_MAX = 32 << 20 };

/* What is looked up of a region more than once. */
struct region {
	const struct json_value *at;
	struct str name, id; /* from_name; either may be empty */
	bool related;	     /* it is a relation between two others */
};

struct result {
	struct region *at;
	int count;
};

/* What is painted with one label, a bit for each pixel, row by row. */
struct layer {
	struct str label;
	uint8_t *bits;
};

struct given {
	struct intake_row *row;
	const struct result *result;
	const struct region **own; /* those of this name */
	int owns;
	struct str name; /* from_name */
	struct str type;
	struct json out;
	struct buf text;
	int count;
	int64_t width, height;
	struct layer layer[LAYERS_MAX];
	int layers;
};

/* --- regions that are texts and numbers --- */

/* `type` of a region, the member of its value, and how the value is taken. */
static const struct plain {
	const char *type, *member;
	bool lines; /* several are lines of one text; else they are joined by | */
} plain[] = {
	{ "choices", "choices", false },   { "textarea", "text", true },
	{ "number", "number", false },	   { "rating", "rating", false },
	{ "datetime", "datetime", false }, { "pairwise", "selected", false },
	{ "taxonomy", "taxonomy", false }, { "ranker", "ranker", false },
};

static void add_text(struct given *g, const struct plain *p, const struct json_value *v)
{
	if (v->type != JSON_TEXT && v->type != JSON_NUMBER) {
		intake_row_bad(g->row, "%.*s: %s is neither a text nor a number",
			       STR_ARG(intake_cut(g->name, 60)), p->member);
		return;
	}
	if (!p->lines && memchr(v->text.at, '|', v->text.len) != NULL)
		intake_row_bad(g->row, "%.*s: a value holds no |",
			       STR_ARG(intake_cut(g->name, 60)));
	if (g->count++ > 0)
		buf_add_char(&g->text, p->lines ? '\n' : '|');
	buf_add(&g->text, v->text);
}

static void take_plain(struct given *g, const struct plain *p, const struct json_value *region)
{
	const struct json_value *v = json_get(json_get(region, S("value")), str_of(p->member));

	if (json_is(v, JSON_OBJECT) && v->count == 1) /* a ranking by the name of its list */
		v = v->first;
	if (strcmp(p->type, "taxonomy") == 0 && json_is(v, JSON_LIST)) {
		if (v->count != 1 || g->count > 0)
			intake_row_bad(g->row, "%.*s: one place in a taxonomy is known here",
				       STR_ARG(intake_cut(g->name, 60)));
		v = v->first;
	}
	if (v == NULL) {
		intake_row_bad(g->row, "%.*s: a region has no %s", STR_ARG(intake_cut(g->name, 60)),
			       p->member);
		return;
	}
	if (!json_is(v, JSON_LIST)) {
		add_text(g, p, v);
		return;
	}
	for (const struct json_value *i = v->first; i != NULL; i = i->next)
		add_text(g, p, i);
}

/* --- marks on a picture --- */

static bool number_of(const struct json_value *value, const char *member, double *out)
{
	return json_f64(json_get(value, str_of(member)), out) && isfinite(*out);
}

static double pixel(double percent, int64_t side)
{
	return round(percent * (double)side) / 100;
}

/* One label, or none. */
static void put_label(struct given *g, const struct json_value *value)
{
	const struct json_value *list = json_get(value, g->type);
	struct str label;

	if (!str_ends(g->type, S("labels")) || list == NULL)
		return;
	if (!json_is(list, JSON_LIST) || list->count != 1 || !json_text(list->first, &label))
		intake_row_bad(g->row, "%.*s: a region has one label here",
			       STR_ARG(intake_cut(g->name, 60)));
	else
		json_text_of(&g->out, "label", label);
}

static bool put_box(struct given *g, const struct json_value *value)
{
	double x, y, width, height, turned;

	if (number_of(value, "rotation", &turned) && fabs(turned) > 0) {
		intake_row_bad(g->row, "%.*s: turned boxes are not known here",
			       STR_ARG(intake_cut(g->name, 60)));
		return true;
	}
	if (!number_of(value, "x", &x) || !number_of(value, "y", &y) ||
	    !number_of(value, "width", &width) || !number_of(value, "height", &height))
		return false;
	json_key(&g->out, "box");
	json_list(&g->out);
	json_put_f64(&g->out, pixel(x, g->width));
	json_put_f64(&g->out, pixel(y, g->height));
	json_put_f64(&g->out, pixel(width, g->width));
	json_put_f64(&g->out, pixel(height, g->height));
	json_list_end(&g->out);
	return true;
}

static bool put_point(struct given *g, const struct json_value *value)
{
	double x, y;

	if (!number_of(value, "x", &x) || !number_of(value, "y", &y))
		return false;
	json_key(&g->out, "point");
	json_list(&g->out);
	json_put_f64(&g->out, pixel(x, g->width));
	json_put_f64(&g->out, pixel(y, g->height));
	json_list_end(&g->out);
	return true;
}

static bool put_points(struct given *g, const struct json_value *value)
{
	const struct json_value *points = json_get(value, S("points"));
	bool good = json_is(points, JSON_LIST);

	json_key(&g->out, "points");
	json_list(&g->out);
	for (const struct json_value *v = good ? points->first : NULL; v != NULL; v = v->next) {
		double x = 0, y = 0;

		good = good && json_is(v, JSON_LIST) && json_f64(json_at(v, 0), &x) &&
		       json_f64(json_at(v, 1), &y);
		json_list(&g->out);
		json_put_f64(&g->out, pixel(x, g->width));
		json_put_f64(&g->out, pixel(y, g->height));
		json_list_end(&g->out);
	}
	json_list_end(&g->out);
	return good;
}

static const struct mark {
	const char *type;
	bool (*put)(struct given *, const struct json_value *value);
} marks[] = {
	{ "rectanglelabels", put_box },	 { "rectangle", put_box },
	{ "polygonlabels", put_points }, { "polygon", put_points },
	{ "keypointlabels", put_point }, { "keypoint", put_point },
};

static void take_mark(struct given *g, const struct mark *m, const struct json_value *region)
{
	const struct json_value *value = json_get(region, S("value"));

	if (!json_i64(json_get(region, S("original_width")), 1, 100000, &g->width) ||
	    !json_i64(json_get(region, S("original_height")), 1, 100000, &g->height)) {
		intake_row_bad(g->row,
			       "%.*s: a region does not say original_width and "
			       "original_height",
			       STR_ARG(intake_cut(g->name, 60)));
		return;
	}
	if (g->count++ == 0) {
		json_object(&g->out);
		json_i64_of(&g->out, "width", g->width);
		json_i64_of(&g->out, "height", g->height);
		json_key(&g->out, "shapes");
		json_list(&g->out);
	}
	json_object(&g->out);
	put_label(g, value);
	if (!m->put(g, value))
		intake_row_bad(g->row, "%.*s: the places of a %s are numbers in percent",
			       STR_ARG(intake_cut(g->name, 60)), m->type);
	json_object_end(&g->out);
}

/* --- brushes --- */

/* What is not transparent of the words [at, at + times); the fourth of each pixel says it. */
static void paint(struct layer *l, int64_t at, int64_t times)
{
	for (int64_t pixel = at / 4; pixel * 4 + 3 < at + times; pixel++)
		if (pixel * 4 + 3 >= at)
			l->bits[pixel / 8] |= (uint8_t)(1 << pixel % 8);
}

static struct layer *layer_of(struct given *g, const struct json_value *value)
{
	const struct json_value *list = json_get(value, S("brushlabels"));
	struct str label = S("");

	if (!json_is(list, JSON_LIST) || list->count != 1 || !json_text(list->first, &label)) {
		intake_row_bad(g->row, "%.*s: a region has one label here",
			       STR_ARG(intake_cut(g->name, 60)));
		return NULL;
	}
	for (int i = 0; i < g->layers; i++)
		if (str_eq(g->layer[i].label, label))
			return &g->layer[i];
	if (g->layers == LAYERS_MAX) {
		intake_row_bad(g->row, "%.*s: a mask has at most %d labels",
			       STR_ARG(intake_cut(g->name, 60)), LAYERS_MAX);
		return NULL;
	}
	const size_t bytes = (size_t)(g->width * g->height / 8 + 1);
	struct layer *l = &g->layer[g->layers++];
	*l = (struct layer){ label, arena_take(g->row->mem, bytes) };
	memset(l->bits, 0, bytes);
	return l;
}

/* Its size, which is that of the regions before it. */
static bool size_of(struct given *g, const struct json_value *region)
{
	int64_t width, height;

	if (!json_i64(json_get(region, S("original_width")), 1, 100000, &width) ||
	    !json_i64(json_get(region, S("original_height")), 1, 100000, &height) ||
	    width * height > BRUSH_PIXELS_MAX ||
	    (g->layers > 0 && (width != g->width || height != g->height))) {
		intake_row_bad(g->row,
			       "%.*s: a brush says original_width and original_height, the same "
			       "in all its regions, and at most %d pixels",
			       STR_ARG(intake_cut(g->name, 60)), BRUSH_PIXELS_MAX);
		return false;
	}
	g->width = width;
	g->height = height;
	return true;
}

static void take_brush(struct given *g, const struct json_value *region)
{
	const struct json_value *value = json_get(region, S("value"));
	struct brush_reader r;
	int64_t times, at = 0;
	uint8_t word;

	if (!size_of(g, region))
		return;
	struct layer *l = layer_of(g, value);
	if (l == NULL)
		return;
	bool fine =
		brush_open(&r, json_get(value, S("rle"))) && r.words == 4 * g->width * g->height;
	while (fine && brush_next(&r, &word, &times)) {
		if (word != 0)
			paint(l, at, times);
		at += times;
	}
	if (!fine || r.bad)
		intake_row_bad(g->row, "%.*s: rle is not the code of a picture of %lld by %lld",
			       STR_ARG(intake_cut(g->name, 60)), (long long)g->width,
			       (long long)g->height);
}

/* Lengths of runs without and with the label in turn, column by column. */
static void put_counts(struct given *g, const struct layer *l)
{
	int64_t run = 0;
	bool painted = false;

	json_key(&g->out, "counts");
	json_list(&g->out);
	for (int64_t x = 0; x < g->width; x++)
		for (int64_t y = 0; y < g->height; y++) {
			const int64_t pixel = y * g->width + x;

			if (((l->bits[pixel / 8] >> pixel % 8 & 1) != 0) != painted) {
				json_put_i64(&g->out, run);
				painted = !painted;
				run = 0;
			}
			run++;
		}
	json_put_i64(&g->out, run);
	json_list_end(&g->out);
}

/* The mask of all that was painted; where two labels lie on one pixel the check says so. */
static void put_layers(struct given *g)
{
	json_object(&g->out);
	json_i64_of(&g->out, "width", g->width);
	json_i64_of(&g->out, "height", g->height);
	json_key(&g->out, "shapes");
	json_list(&g->out);
	for (int i = 0; i < g->layers; i++) {
		json_object(&g->out);
		json_text_of(&g->out, "label", g->layer[i].label);
		put_counts(g, &g->layer[i]);
		json_object_end(&g->out);
	}
}

/* --- spans --- */

static void take_span(struct given *g, const struct json_value *region)
{
	const struct json_value *value = json_get(region, S("value"));
	int64_t start, end;

	if (!json_i64(json_get(value, S("start")), 0, INT32_MAX, &start) ||
	    !json_i64(json_get(value, S("end")), 0, INT32_MAX, &end)) {
		intake_row_bad(g->row,
			       "%.*s: start and end of a span are whole numbers of "
			       "characters",
			       STR_ARG(intake_cut(g->name, 60)));
		return;
	}
	if (g->count++ == 0) {
		json_object(&g->out);
		json_key(&g->out, "spans");
		json_list(&g->out);
	}
	json_object(&g->out);
	json_i64_of(&g->out, "start", start);
	json_i64_of(&g->out, "end", end);
	put_label(g, value);
	json_object_end(&g->out);
}

/* The place among the spans of this name of the region with that id; -1: it is none of them. */
static int place_of(const struct given *g, const struct json_value *id)
{
	struct str wanted;

	for (int i = 0; json_text(id, &wanted) && i < g->owns; i++)
		if (g->own[i]->id.len > 0 && str_eq(g->own[i]->id, wanted))
			return i;
	return -1;
}

static void put_relations(struct given *g)
{
	bool any = false;

	for (int i = 0; i < g->result->count; i++) {
		const struct json_value *r = g->result->at[i].at;
		const struct json_value *label = json_at(json_get(r, S("labels")), 0);
		struct str text;
		int from, to;

		if (!g->result->at[i].related)
			continue;
		from = place_of(g, json_get(r, S("from_id")));
		to = place_of(g, json_get(r, S("to_id")));
		if (from < 0 || to < 0)
			continue; /* between other things */
		if (!any) {
			json_key(&g->out, "relations");
			json_list(&g->out);
		}
		any = true;
		json_object(&g->out);
		json_i64_of(&g->out, "from", from);
		json_i64_of(&g->out, "to", to);
		if (json_text(label, &text))
			json_text_of(&g->out, "label", text);
		json_object_end(&g->out);
	}
	if (any)
		json_list_end(&g->out);
}

/* --- a field --- */

static void take_region(struct given *g, const struct json_value *region)
{
	struct str type = S("");

	if (!json_text(json_get(region, S("type")), &type) ||
	    !json_is(json_get(region, S("value")), JSON_OBJECT)) {
		intake_row_bad(g->row, "%.*s: a region has a type and a value",
			       STR_ARG(intake_cut(g->name, 60)));
		return;
	}
	if (g->type.len > 0 && !str_eq(g->type, type))
		intake_row_bad(g->row, "%.*s: its regions are of two types",
			       STR_ARG(intake_cut(g->name, 60)));
	g->type = type;
	if (str_eq(type, S("labels"))) {
		take_span(g, region);
		return;
	}
	if (str_eq(type, S("brushlabels"))) {
		take_brush(g, region);
		return;
	}
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (str_eq(type, str_of(plain[i].type))) {
			take_plain(g, &plain[i], region);
			return;
		}
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (str_eq(type, str_of(marks[i].type))) {
			take_mark(g, &marks[i], region);
			return;
		}
	intake_row_bad(g->row, "%.*s: answers of the type %.*s are not known here",
		       STR_ARG(intake_cut(g->name, 60)), STR_ARG(intake_cut(type, 60)));
}

/* All regions of one name. */
static void take_field(struct intake_row *row, const struct result *result, struct str name,
		       struct str field)
{
	struct given g = { .row = row,
			   .result = result,
			   .own = NEW_MANY(row->mem, const struct region *, (size_t)result->count),
			   .name = name,
			   .type = S(""),
			   .out = json_make(row->mem, VALUE_MAX),
			   .text = buf_make(row->mem, VALUE_MAX) };

	for (int i = 0; i < result->count; i++)
		if (str_eq(result->at[i].name, name))
			g.own[g.owns++] = &result->at[i];
	for (int i = 0; i < g.owns; i++)
		take_region(&g, g.own[i]->at);
	if (row->bad != NULL)
		return;
	struct str cell = buf_str(&g.text);
	if (g.layers > 0)
		put_layers(&g);
	if (g.out.depth > 0) {
		json_list_end(&g.out);
		if (str_eq(g.type, S("labels")))
			put_relations(&g);
		json_object_end(&g.out);
		cell = json_end(&g.out);
	}
	intake_row_given(row, field, cell);
}

/* Is there a cell already for the answer to this field? */
static bool is_taken(const struct intake_row *row, struct str field)
{
	struct str name;

	for (int i = 0; i < row->columns->count; i++)
		if (row->cell[i].len > 0 && intake_is_given(row->columns->at[i].name, &name) &&
		    str_eq(name, field))
			return true;
	return false;
}

/* Each name once, in the order of their first regions. */
static void take_fields(struct intake_row *row, const struct result *result)
{
	struct str *name = NEW_MANY(row->mem, struct str, (size_t)result->count);
	int names = 0;

	for (int i = 0; i < result->count && row->bad == NULL; i++) {
		struct str own = result->at[i].name;
		bool before = own.len == 0;

		for (int k = 0; k < names && !before; k++)
			before = str_eq(name[k], own);
		if (before)
			continue;
		name[names++] = own;
		struct str field = intake_field_name(row->mem, own);
		if (is_taken(row, field))
			intake_row_bad(row, "%.*s: there are two answers for the field %.*s",
				       STR_ARG(intake_cut(own, 60)), STR_ARG(field));
		else
			take_field(row, result, own, field);
	}
}

static void take_result(struct intake_row *row, const struct json_value *list)
{
	struct result result = { .count = 0 };
	struct str type;

	if (list->count > REGIONS_MAX) {
		intake_row_bad(row, "an annotation has more than %d regions", REGIONS_MAX);
		return;
	}
	result.at = NEW_MANY(row->mem, struct region, list->count);
	for (const struct json_value *v = list->first; v != NULL; v = v->next) {
		struct region *one = &result.at[result.count++];

		*one = (struct region){ .at = v, .name = S(""), .id = S("") };
		(void)!json_text(json_get(v, S("from_name")), &one->name);
		(void)!json_text(json_get(v, S("id")), &one->id);
		one->related =
			json_text(json_get(v, S("type")), &type) && str_eq(type, S("relation"));
	}
	take_fields(row, &result);
}

void intake_studio_row(struct intake_row *row, const struct json_value *task)
{
	const struct json_value *data = json_get(task, S("data"));
	const struct json_value *list = json_get(task, S("annotations"));
	const struct json_value *given = json_is(list, JSON_LIST) ? list->first : NULL;

	if (!json_is(data, JSON_OBJECT)) {
		intake_row_bad(row, "there is no object of data, as in the first task");
		return;
	}
	for (const struct json_value *v = data->first; v != NULL; v = v->next)
		intake_row_value(row, v);
	while (given != NULL && json_is(json_get(given, S("was_cancelled")), JSON_TRUE))
		given = given->next;
	const struct json_value *result = json_get(given, S("result"));
	if (given != NULL && !json_is(result, JSON_LIST))
		intake_row_bad(row, "an annotation has a list of results");
	else if (given != NULL)
		take_result(row, result);
}
