/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Values by kind, out of the block that a worker's page has. A member of each kind was turned
 * down: what a made-up answer looks like is no part of a kind of work.
 */
#include "demo/invent_in.h"
#include <math.h>

enum { VALUE_MAX = KIND_ANSWER_MAX, PARTS_MAX = 64 };

struct making {
	struct arena *mem;
	const struct kind_field *field;
	const struct json_value *block;
	uint64_t chance, hand;
	struct json out;
};

/* splitmix64 (Steele, Lea and Flood 2014): any start will do, and the same start says the same. */
static uint64_t draw(uint64_t *from)
{
	uint64_t z = (*from += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A whole number from 0 to n - 1. */
static int64_t below(struct making *m, int64_t n)
{
	return n > 1 ? (int64_t)(draw(&m->chance) % (uint64_t)n) : 0;
}

static int64_t whole(const struct making *m, const char *name, int64_t absent)
{
	int64_t out;

	return json_i64(json_get(m->block, str_of(name)), INT64_MIN, INT64_MAX, &out) ? out :
											absent;
}

static int64_t members(const struct making *m, const char *name)
{
	const struct json_value *list = json_get(m->block, str_of(name));

	return json_is(list, JSON_LIST) ? (int64_t)list->count : 0;
}

/* The value of an option or label in a list of the block. */
static struct str member(const struct making *m, const char *name, int64_t at)
{
	const struct json_value *v = json_at(json_get(m->block, str_of(name)), (size_t)at);
	struct str out = S("");

	(void)!json_text(json_is(v, JSON_OBJECT) ? json_get(v, S("value")) : v, &out);
	return out;
}

/* How many of something: the least that is asked for, up to as many as are usual, and never more
 * than there are. */
static int64_t some(struct making *m, int64_t usual, int64_t there)
{
	int64_t least = whole(m, "min", m->field->required ? 1 : 0);
	int64_t most = whole(m, "max", there);

	most = most < there ? most : there;
	least = least < most ? least : most;
	usual = usual < most ? usual : most;
	return least + (usual > least ? below(m, usual - least + 1) : 0);
}

/* --- out of a list --- */

/* `n` of the members of a list, in their order: each is taken as often as any other. */
static void put_some(struct making *m, const char *name, int64_t n)
{
	int64_t left = members(m, name);

	json_list(&m->out);
	for (int64_t i = 0; n > 0 && left > 0; i++, left--)
		if (below(m, left) < n) {
			json_put_text(&m->out, member(m, name, i));
			n--;
		}
	json_list_end(&m->out);
}

static bool make_choice(struct making *m)
{
	int64_t options = members(m, "options");

	if (json_is(json_get(m->block, S("many")), JSON_TRUE))
		put_some(m, "options", some(m, options, options));
	else
		json_put_text(&m->out, member(m, "options", below(m, options)));
	return true;
}

static bool make_pair(struct making *m)
{
	bool equal = json_is(json_get(m->block, S("equal")), JSON_TRUE);
	int64_t which = below(m, equal ? 5 : 4);

	json_put_text(&m->out, which == 4 ? S("equal") : member(m, "options", which % 2));
	return true;
}

static bool make_rank(struct making *m)
{
	int64_t n = members(m, "options"), order[PARTS_MAX];

	if (n > PARTS_MAX)
		return false;
	for (int64_t i = 0; i < n; i++)
		order[i] = i;
	for (int64_t i = n - 1; i > 0; i--) {
		int64_t k = below(m, i + 1), kept = order[i];

		order[i] = order[k];
		order[k] = kept;
	}
	json_list(&m->out);
	for (int64_t i = 0; i < n; i++)
		json_put_text(&m->out, member(m, "options", order[i]));
	json_list_end(&m->out);
	return true;
}

/* One line of a tree: its name and depth. False at the end. */
static bool next_line(struct str *rest, struct str *name, int *depth)
{
	struct str line = *rest, tail = S("");

	while (rest->len > 0) {
		if (!str_split(*rest, '\n', &line, &tail)) {
			line = *rest;
			tail = S("");
		}
		*rest = tail;
		for (*depth = 0; (size_t)*depth < line.len && line.at[*depth] == '\t'; ++*depth)
			;
		*name = str_trim(line);
		if (name->len > 0)
			return true;
	}
	return false;
}

/* The way to an end of the tree. */
static bool make_taxonomy(struct making *m)
{
	struct str tree, rest, name, way[PARTS_MAX];
	int depth, next;
	int64_t ends = 0;

	if (!json_text(json_get(m->block, S("tree")), &tree))
		return false;
	rest = tree;
	for (bool more = next_line(&rest, &name, &depth); more; depth = next) {
		more = next_line(&rest, &name, &next);
		ends += !more || next <= depth;
	}
	int64_t wanted = below(m, ends);
	rest = tree;
	for (bool more = next_line(&rest, &name, &depth); more; depth = next) {
		if (depth >= PARTS_MAX)
			return false;
		way[depth] = name;
		more = next_line(&rest, &name, &next);
		if ((more && next > depth) || wanted-- > 0)
			continue;
		json_list(&m->out);
		for (int i = 0; i <= depth; i++)
			json_put_text(&m->out, way[i]);
		json_list_end(&m->out);
		return true;
	}
	return false;
}

/* --- numbers and days --- */

static bool make_number(struct making *m)
{
	double min = -INFINITY, max = INFINITY;

	(void)!json_f64(json_get(m->block, S("min")), &min);
	(void)!json_f64(json_get(m->block, S("max")), &max);
	if (!isfinite(min))
		min = isfinite(max) ? max - 20 : 0;
	if (!isfinite(max) || max - min > 1e9)
		max = min + 20;
	if (json_is(json_get(m->block, S("integer")), JSON_TRUE)) {
		int64_t first = (int64_t)ceil(min), last = (int64_t)floor(max);

		json_put_i64(&m->out, first + below(m, last - first + 1));
		return true;
	}
	double number = round((min + (max - min) * (double)below(m, 1001) / 1000) * 100) / 100;
	json_put_f64(&m->out, fmin(fmax(number, min), max));
	return true;
}

static bool make_scale(struct making *m)
{
	int64_t min = whole(m, "min", 1), max = whole(m, "max", 5);

	json_put_i64(&m->out, min + below(m, max - min + 1));
	return true;
}

static bool make_date(struct making *m)
{
	struct str text[2] = { S("2000-01-01"), S("2019-12-31") };
	usec day[2];

	(void)!json_text(json_get(m->block, S("min")), &text[0]);
	(void)!json_text(json_get(m->block, S("max")), &text[1]);
	if (!usec_parse(text[0], &day[0]) || !usec_parse(text[1], &day[1]))
		return false;
	if (day[1].us < day[0].us) { /* one bound alone was given, far from the usual years */
		bool first = json_is(json_get(m->block, S("min")), JSON_TEXT);

		day[first] = day[!first];
	}
	int64_t days = (day[1].us - day[0].us) / USEC_DAY + 1;
	struct str out = usec_text(m->mem, usec_after(day[0], below(m, days) * USEC_DAY));

	json_put_text(&m->out, str_cut(out, 0, 10));
	return true;
}

/* --- texts --- */

static bool fits(const struct making *m, struct str text)
{
	struct kind_faults f = kind_faults_make(m->mem, S(""));
	struct str canonical;

	return kind_truth_check(&f, m->field, text, &canonical);
}

/* A pattern is met by trying: figures and letters of some lengths, a year, a day, a time. */
static bool make_text(struct making *m)
{
	static const char *const usual[] = { "2004",  "2004-02-29", "12:30", "A1",
					     "12.50", "AB-1234",    "+4912", "a@example.org" };
	struct str text = str_format(m->mem, "simulated %d", (int)below(m, 40));

	if (fits(m, text)) {
		json_put_text(&m->out, text);
		return true;
	}
	for (int len = 1; len <= 20; len++)
		for (int form = 0; form < 3; form++) {
			struct buf tried = buf_make(m->mem, 32);

			for (int i = 0; i < len; i++)
				buf_add_char(&tried, form == 0 ? (char)('1' + below(m, 9)) :
						     form == 1 ? (char)('A' + below(m, 26)) :
								 (char)('a' + below(m, 26)));
			if (fits(m, buf_str(&tried))) {
				json_put_text(&m->out, buf_str(&tried));
				return true;
			}
		}
	for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++)
		if (fits(m, str_of(usual[i]))) {
			json_put_text(&m->out, str_of(usual[i]));
			return true;
		}
	return false;
}

struct word {
	int64_t start, end; /* code points */
};

static int words_of(struct str text, struct word *out, int max, int64_t *points)
{
	int count = 0;
	bool inside = false;

	*points = 0;
	for (size_t at = 0; at < text.len; ++*points) {
		size_t step = str_utf8_step(str_cut(text, at, text.len));
		bool blank = text.at[at] == ' ' || text.at[at] == '\n' || text.at[at] == '\t' ||
			     text.at[at] == '\r';

		if (!blank && !inside && count < max)
			out[count++] = (struct word){ *points, *points };
		if (!blank && count > 0)
			out[count - 1].end = *points + 1;
		inside = !blank;
		at += step > 0 ? step : 1;
	}
	return count;
}

static bool make_spans(struct making *m)
{
	struct word word[PARTS_MAX];
	struct str text = S("");
	int64_t points, left, n;

	(void)!json_text(json_get(m->block, S("text")), &text);
	left = words_of(text, word, PARTS_MAX, &points);
	n = some(m, 3, left);
	json_object(&m->out);
	if (points > 0)
		json_i64_of(&m->out, "length", points);
	json_key(&m->out, "spans");
	json_list(&m->out);
	for (int64_t i = 0; n > 0 && left > 0; i++, left--) {
		if (below(m, left) >= n)
			continue;
		n--;
		json_object(&m->out);
		json_i64_of(&m->out, "start", word[i].start);
		json_i64_of(&m->out, "end", word[i].end);
		json_text_of(&m->out, "label", member(m, "labels", below(m, members(m, "labels"))));
		json_object_end(&m->out);
	}
	json_list_end(&m->out);
	json_object_end(&m->out);
	return true;
}

/* --- marks on a picture: in its upper left corner, which every picture has --- */

enum { MARKS_AREA = 60, MARKS_HAND = 3, MARKS_MAX = 200 };

static void put_near(struct making *m, int64_t pixel)
{
	json_put_i64(&m->out, 1 + pixel + (int64_t)(draw(&m->hand) % MARKS_HAND));
}

static void put_corner(struct making *m, int64_t x, int64_t y)
{
	json_list(&m->out);
	put_near(m, x);
	put_near(m, y);
	json_list_end(&m->out);
}

static void put_mark(struct making *m, const char *form, int corners)
{
	int64_t x = below(m, MARKS_AREA), y = below(m, MARKS_AREA), size = 20 + below(m, 20);
	static const int turn[4][2] = { { 0, 0 }, { 1, 0 }, { 1, 1 }, { 0, 1 } };

	json_key(&m->out, form);
	if (corners == 1) {
		put_corner(m, x, y);
		return;
	}
	json_list(&m->out);
	for (int i = 0; i < corners; i++)
		put_corner(m, x + size * turn[i][0], y + size * turn[i][1]);
	if (corners == 0) {
		put_near(m, x);
		put_near(m, y);
		put_near(m, size);
		put_near(m, size);
	}
	json_list_end(&m->out);
}

static bool make_marks(struct making *m, const char *form, int corners)
{
	int64_t n = some(m, 3, MARKS_MAX), labels = members(m, "labels");

	json_object(&m->out);
	json_key(&m->out, "shapes");
	json_list(&m->out);
	for (int64_t i = 0; i < n; i++) {
		json_object(&m->out);
		if (labels > 0)
			json_text_of(&m->out, "label", member(m, "labels", below(m, labels)));
		put_mark(m, form, corners);
		json_object_end(&m->out);
	}
	json_list_end(&m->out);
	json_object_end(&m->out);
	return true;
}

static bool make_box(struct making *m)
{
	return make_marks(m, "box", 0);
}

static bool make_polygon(struct making *m)
{
	return make_marks(m, "points", 4);
}

static bool make_polyline(struct making *m)
{
	return make_marks(m, "points", 3);
}

static bool make_point(struct making *m)
{
	return make_marks(m, "point", 1);
}

/* A block of columns for each label, on a picture of 64 by 48. */
static bool make_mask(struct making *m)
{
	int64_t labels = members(m, "labels"), from = 4 + below(m, 4);

	json_object(&m->out);
	json_i64_of(&m->out, "width", 64);
	json_i64_of(&m->out, "height", 48);
	json_key(&m->out, "shapes");
	json_list(&m->out);
	for (int64_t i = 0; i == 0 || (i < labels && i < 4); i++) {
		int64_t columns = 6 + below(m, 3);

		json_object(&m->out);
		if (labels > 0)
			json_text_of(&m->out, "label", member(m, "labels", i));
		json_key(&m->out, "counts");
		json_list(&m->out);
		json_put_i64(&m->out, from * 48);
		json_put_i64(&m->out, columns * 48);
		json_put_i64(&m->out, (64 - from - columns) * 48);
		json_list_end(&m->out);
		json_object_end(&m->out);
		from += columns + 4;
	}
	json_list_end(&m->out);
	json_object_end(&m->out);
	return true;
}

/* One box that goes to the right in a video of four seconds. */
static bool make_track(struct making *m)
{
	int64_t labels = members(m, "labels");

	json_object(&m->out);
	json_i64_of(&m->out, "width", 320);
	json_i64_of(&m->out, "height", 240);
	json_i64_of(&m->out, "duration_ms", 4000);
	json_key(&m->out, "tracks");
	json_list(&m->out);
	json_object(&m->out);
	if (labels > 0)
		json_text_of(&m->out, "label", member(m, "labels", below(m, labels)));
	json_key(&m->out, "keys");
	json_list(&m->out);
	for (int64_t i = 0; i < 3; i++) {
		json_object(&m->out);
		json_i64_of(&m->out, "at_ms", 1000 * i);
		json_key(&m->out, "box");
		json_list(&m->out);
		json_put_i64(&m->out, 60 * i + below(m, 8));
		json_put_i64(&m->out, 40 + below(m, 8));
		json_put_i64(&m->out, 50);
		json_put_i64(&m->out, 30);
		json_list_end(&m->out);
		json_object_end(&m->out);
	}
	json_list_end(&m->out);
	json_object_end(&m->out);
	json_list_end(&m->out);
	json_object_end(&m->out);
	return true;
}

/* A few regions of some seconds, or one text. */
static bool make_transcript(struct making *m)
{
	bool timed = true;

	(void)!json_bool(json_get(m->block, S("regions")), &timed);
	json_object(&m->out);
	if (timed) {
		json_key(&m->out, "regions");
		json_list(&m->out);
	}
	for (int64_t i = 0, n = timed ? 1 + below(m, 3) : 1; i < n; i++) {
		if (timed) {
			json_object(&m->out);
			json_i64_of(&m->out, "from_ms", 4000 * i + below(m, 1000));
			json_i64_of(&m->out, "to_ms", 4000 * i + 2000 + below(m, 2000));
		}
		json_text_of(&m->out, "text",
			     str_format(m->mem, "simulated words %d", (int)below(m, 40)));
		if (timed)
			json_object_end(&m->out);
	}
	if (timed)
		json_list_end(&m->out);
	json_object_end(&m->out);
	return true;
}

/* --- by kind --- */

static const struct {
	const char *kind;
	bool (*make)(struct making *);
} makers[] = {
	{ "choice", make_choice },   { "text", make_text },
	{ "number", make_number },   { "scale", make_scale },
	{ "date", make_date },	     { "pair", make_pair },
	{ "rank", make_rank },	     { "taxonomy", make_taxonomy },
	{ "spans", make_spans },     { "box", make_box },
	{ "polygon", make_polygon }, { "polyline", make_polyline },
	{ "point", make_point },     { "mask", make_mask },
	{ "track", make_track },     { "transcript", make_transcript },
};

bool invent_value(struct arena *mem, const struct kind_field *field, const struct json_value *block,
		  uint64_t chance, uint64_t hand, struct str *out)
{
	struct making m = { mem, field, block, chance, hand, json_make(mem, VALUE_MAX) };
	bool made = false;

	for (size_t i = 0; i < sizeof(makers) / sizeof(*makers); i++)
		if (strcmp(makers[i].kind, field->kind->name) == 0)
			made = makers[i].make(&m);
	*out = made ? json_end(&m.out) : S("");
	return made || !field->required;
}
