/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * track: boxes that follow things through a video.
 *
 *   {"type":"track","name":"cars","label":"Follow each car","src":"{{video}}",
 *    "labels":["car","van"],"min":0,"max":20,"step_ms":40,"required":true}
 *
 * `step_ms` is how far a worker goes with one press of a key, at best a frame: 40 unless given.
 *
 *   {"width":640,"height":360,"duration_ms":12000,"tracks":[{"label":"car","keys":[
 *     {"at_ms":0,"box":[10,20,30,40]},{"at_ms":2000,"box":[90,20,30,40],"gone":true}]}]}
 *
 * A track is known at its keys, in order of time: whole milliseconds from the start, and a box
 * [x,y,width,height] in pixels of the video as it is shown, kept to a hundredth. Between two keys
 * each edge goes evenly from one to the other. A key that says `gone` is where the thing goes out
 * of sight, until the next key if there is one; behind a last key without it the box stays where it
 * is, to the end of the video. In front of the first key there is nothing.
 *
 * Tracks of several answers are joined like boxes (box.c): the likeness of two is the mean of their
 * boxes' IoU over the union of their times, 0 where one of them is alone, measured at SAMPLES
 * moments. A track joins the cluster to whose members it is most alike, at JOIN at least and one of
 * an answer, and a cluster is kept where at least half of the answers have a member. Its result is
 * there while half of the members are; each edge is their median, taken at the keys of all of them.
 * Keys that lie within a pixel of the line between those around them are left out, so that a person
 * can go on with it. The label is that of most members, the confidence the share of answers that
 * have one. Two answers are equal when their tracks pair one to one at a likeness of EQUAL at least
 * with equal labels.
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "media/media.h"

enum {
	TRACKS_MAX = 50,
	KEYS_MAX = 1000, /* of all tracks of an answer */
	SAMPLES = 64,
	COMPARED_MAX = 7, /* members of a cluster that a track is compared with */
	SIDE_MAX = 100000,
	STEP = 40,
	STEP_MAX = 10000,
	LENGTH_MAX = MEDIA_HOURS_MAX * 3600 * 1000,
};

#define JOIN 0.3
#define EQUAL 0.5
#define CLOSE 1.0 /* pixels */

struct key {
	int64_t at;
	double edge[4]; /* left, top, right, bottom */
	bool gone;
};

struct track {
	struct key *key;
	int keys, label;
	int owner; /* which answer's */
	double confidence;
};

struct tracks {
	struct str text; /* the value, for an order that does not depend on when it came */
	int64_t width, height, duration;
	struct track *track;
	int count;
};

/* --- blocks --- */

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	int64_t number;

	kind_shapes_check_block(f, block, path, "step_ms");
	(void)kind_member_i64(f, block, path, "max", 1, TRACKS_MAX, &number);
	(void)kind_member_i64(f, block, path, "step_ms", 1, STEP_MAX, &number);
	if (kind_i64(block, "min", 0) > kind_i64(block, "max", TRACKS_MAX))
		kind_fault(f, kind_path(f->mem, path, "min"), json_get(block, S("min")),
			   "there are %d tracks at most, and no more than `max`", TRACKS_MAX);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	(void)view;
	kind_labels_put(out, field, "labels");
	json_i64_of(out, "min", kind_i64(field->block, "min", 0));
	json_i64_of(out, "max", kind_i64(field->block, "max", TRACKS_MAX));
	json_i64_of(out, "step_ms", kind_i64(field->block, "step_ms", STEP));
}

/* --- answers --- */

static bool read_edges(const struct json_value *v, const struct tracks *around, double *edge)
{
	if (!json_is(v, JSON_LIST) || v->count != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		int64_t side = i % 2 == 0 ? around->width : around->height;

		if (!kind_pixel_read(json_at(v, i), side, &edge[i]) || (i > 1 && edge[i] <= 0))
			return false;
		if (i > 1)
			edge[i] = kind_pixel(edge[i - 2] + edge[i]);
		if (edge[i] > (double)side)
			return false;
	}
	return true;
}

static bool read_key(struct kind_faults *f, const struct json_value *v, struct str path,
		     const struct tracks *around, const struct key *last, struct key *out)
{
	static const char *const members[] = { "at_ms", "box", "gone", NULL };
	int before = f->count;

	*out = (struct key){ .at = 0 };
	if (!json_is(v, JSON_OBJECT)) {
		kind_fault(f, path, v, "a key is an object");
		return false;
	}
	kind_members(f, v, path, false, members);
	if (!json_i64(json_get(v, S("at_ms")), 0, around->duration, &out->at) ||
	    (last != NULL && out->at <= last->at))
		kind_fault(f, kind_path(f->mem, path, "at_ms"), v,
			   "keys stand in order of time, in whole milliseconds up to duration_ms");
	if (!read_edges(json_get(v, S("box")), around, out->edge))
		kind_fault(f, kind_path(f->mem, path, "box"), v,
			   "a box is [x,y,width,height] in pixels, inside of the video and not "
			   "empty");
	if (kind_member_bool(f, v, path, "gone", &out->gone) && out->gone &&
	    (last == NULL || last->gone))
		kind_fault(f, kind_path(f->mem, path, "gone"), v, "only what is there can go");
	return f->count == before;
}

static bool read_track(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *v, int index, const struct tracks *around,
		       struct track *out)
{
	struct str path = kind_path_at(f->mem, field->name, "tracks", index);
	const struct json_value *keys = json_get(v, S("keys"));
	int before = f->count, i = 0;

	*out = (struct track){ .keys = 0 };
	if (!kind_shape_label(f, field, v, path, "keys", &out->label))
		return false;
	if (!json_is(keys, JSON_LIST) || keys->count < 1 || keys->count > KEYS_MAX) {
		kind_fault(f, kind_path(f->mem, path, "keys"), v, "a track has 1 to %d keys",
			   KEYS_MAX);
		return false;
	}
	out->key = NEW_MANY(f->mem, struct key, keys->count);
	for (const struct json_value *k = keys->first; k != NULL; k = k->next, i++)
		if (read_key(f, k, kind_path_at(f->mem, path, "keys", i), around,
			     out->keys > 0 ? &out->key[out->keys - 1] : NULL, &out->key[out->keys]))
			out->keys++;
	return f->count == before;
}

/* What stands around the tracks. */
static const struct json_value *read_around(struct kind_faults *f, const struct kind_field *field,
					    const struct json_value *value, struct tracks *out)
{
	static const char *const members[] = { "width", "height", "duration_ms", "tracks", NULL };
	const struct json_value *list = json_get(value, S("tracks"));
	int64_t min = kind_i64(field->block, "min", 0);
	int64_t max = kind_i64(field->block, "max", TRACKS_MAX);

	if (!json_is(list, JSON_LIST)) {
		kind_fault(f, field->name, value, "this is an object with a list of tracks");
		return NULL;
	}
	kind_members(f, value, field->name, false, members);
	if (!json_i64(json_get(value, S("width")), 1, SIDE_MAX, &out->width) ||
	    !json_i64(json_get(value, S("height")), 1, SIDE_MAX, &out->height) ||
	    !json_i64(json_get(value, S("duration_ms")), 1, LENGTH_MAX, &out->duration)) {
		kind_fault(f, kind_path(f->mem, field->name, "width"), value,
			   "width, height and duration_ms are those of the video, whole numbers");
		return NULL;
	}
	if ((int64_t)list->count < min || (int64_t)list->count > max) {
		kind_fault(f, field->name, value, "follow %lld to %lld", (long long)min,
			   (long long)max);
		return NULL;
	}
	return list;
}

static bool read_tracks(struct kind_faults *f, const struct kind_field *field,
			const struct json_value *value, struct tracks *out)
{
	int before = f->count, keys = 0, i = 0;

	*out = (struct tracks){ .count = 0 };
	const struct json_value *list = read_around(f, field, value, out);
	if (list == NULL)
		return false;
	out->track = NEW_MANY(f->mem, struct track, list->count + 1);
	for (const struct json_value *v = list->first; v != NULL; v = v->next, i++) {
		if (!read_track(f, field, v, i, out, &out->track[out->count]))
			continue;
		keys += out->track[out->count++].keys;
	}
	if (keys > KEYS_MAX)
		kind_fault(f, field->name, value, "all tracks have %d keys at most", KEYS_MAX);
	return f->count == before;
}

static void put_key(struct json *out, const struct key *k)
{
	json_object(out);
	json_i64_of(out, "at_ms", k->at);
	json_key(out, "box");
	json_list(out);
	for (int i = 0; i < 4; i++)
		json_put_f64(out, kind_pixel(k->edge[i] - (i > 1 ? k->edge[i - 2] : 0)));
	json_list_end(out);
	if (k->gone)
		json_bool_of(out, "gone", true);
	json_object_end(out);
}

static void put_tracks(struct json *out, const struct kind_field *field, const struct tracks *t,
		       bool sure)
{
	json_object(out);
	json_i64_of(out, "width", t->width);
	json_i64_of(out, "height", t->height);
	json_i64_of(out, "duration_ms", t->duration);
	json_key(out, "tracks");
	json_list(out);
	for (int i = 0; i < t->count; i++) {
		const struct track *one = &t->track[i];

		json_object(out);
		kind_label_put(out, field, "labels", one->label);
		json_key(out, "keys");
		json_list(out);
		for (int k = 0; k < one->keys; k++)
			put_key(out, &one->key[k]);
		json_list_end(out);
		if (sure)
			json_f64_of(out, "confidence", round(one->confidence * 1e4) / 1e4);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct tracks t;

	if (!read_tracks(f, field, value, &t))
		return false;
	put_tracks(out, field, &t, false);
	return true;
}

static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)mem;
	(void)field;
	return str_trim(cell);
}

/* --- where a track is --- */

static void between(const struct key *a, const struct key *b, int64_t at, double *edge)
{
	double share = (double)(at - a->at) / (double)(b->at - a->at);

	for (int i = 0; i < 4; i++)
		edge[i] = a->edge[i] + share * (b->edge[i] - a->edge[i]);
}

/* False: it is not there then. */
static bool edges_at(const struct track *t, int64_t at, double *edge)
{
	int low = 0, high = t->keys;

	while (low < high) {
		int middle = low + (high - low) / 2;

		if (t->key[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0 || t->key[low - 1].gone)
		return false;
	if (low < t->keys)
		between(&t->key[low - 1], &t->key[low], at, edge);
	else
		memcpy(edge, t->key[low - 1].edge, 4 * sizeof(*edge));
	return true;
}

/* A moment at least. */
static int64_t end_of(const struct track *t, int64_t duration)
{
	const struct key *last = &t->key[t->keys - 1];
	int64_t end = last->gone ? last->at : duration;

	return end > t->key[0].at ? end : end + 1;
}

static double iou(const double *a, const double *b)
{
	double wide = fmin(a[2], b[2]) - fmax(a[0], b[0]);
	double high = fmin(a[3], b[3]) - fmax(a[1], b[1]);
	double both = wide > 0 && high > 0 ? wide * high : 0;

	return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/* The mean IoU over the times at which one of them is there. */
static double likeness(const struct track *a, const struct track *b, int64_t duration)
{
	int64_t from = a->key[0].at < b->key[0].at ? a->key[0].at : b->key[0].at;
	int64_t end = end_of(a, duration), other = end_of(b, duration);
	double sum = 0, left[4], right[4];
	int times = 0;

	if (end <= b->key[0].at || other <= a->key[0].at)
		return 0;
	end = end > other ? end : other;
	for (int i = 0; i < SAMPLES; i++) {
		int64_t at = from + (2 * i + 1) * (end - from) / (2 * SAMPLES);
		bool is_left = edges_at(a, at, left), is_right = edges_at(b, at, right);

		times += is_left || is_right;
		if (is_left && is_right)
			sum += iou(left, right);
	}
	return times > 0 ? sum / times : 0;
}

/* --- agreeing --- */

/* Which tracks of two answers mean the same, and how they are paired so far. */
struct pairing {
	int count;
	bool alike[TRACKS_MAX][TRACKS_MAX];
	bool tried[TRACKS_MAX];	 /* of the right ones, for the left one that is paired now */
	int left_of[TRACKS_MAX]; /* of the right ones; -1: none */
};

/* Find a partner for a left one, where need be by giving another one another (Kuhn 1955). */
static bool pair_up(struct pairing *p, int left)
{
	for (int right = 0; right < p->count; right++) {
		if (!p->alike[left][right] || p->tried[right])
			continue;
		p->tried[right] = true;
		if (p->left_of[right] >= 0 && !pair_up(p, p->left_of[right]))
			continue;
		p->left_of[right] = left;
		return true;
	}
	return false;
}

/* Is there any way to pair them all? So it does not matter which answer comes first. */
static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct pairing *p = NEW(mem, struct pairing);
	struct tracks left, right;

	if (!read_tracks(&f, field, a, &left) || !read_tracks(&f, field, b, &right) ||
	    left.count != right.count)
		return false;
	const int64_t duration = left.duration > right.duration ? left.duration : right.duration;
	p->count = left.count;
	for (int i = 0; i < left.count; i++) {
		p->left_of[i] = -1;
		for (int k = 0; k < right.count; k++)
			p->alike[i][k] =
				left.track[i].label == right.track[k].label &&
				likeness(&left.track[i], &right.track[k], duration) >= EQUAL;
	}
	for (int i = 0; i < left.count; i++) {
		memset(p->tried, 0, sizeof(p->tried));
		if (!pair_up(p, i))
			return false;
	}
	return true;
}

struct cluster {
	const struct track **member;
	int count;
};

/* 0 where a member is of the same answer. */
static double fit(const struct cluster *c, const struct track *t, int64_t duration)
{
	int compared = c->count < COMPARED_MAX ? c->count : COMPARED_MAX;
	double sum = 0;

	for (int i = 0; i < c->count; i++)
		if (c->member[i]->owner == t->owner)
			return 0;
	for (int i = 0; i < compared; i++)
		sum += likeness(c->member[i], t, duration);
	return sum / compared;
}

static int gather(struct arena *mem, const struct tracks *given, int answers, int64_t duration,
		  struct cluster *cluster)
{
	int clusters = 0;

	for (int i = 0; i < answers; i++)
		for (int k = 0; k < given[i].count; k++) {
			const struct track *t = &given[i].track[k];
			double most = JOIN;
			int best = clusters;

			for (int c = 0; c < clusters; c++) {
				double like = fit(&cluster[c], t, duration);

				if (like >= most && like > 0) {
					most = like;
					best = c;
				}
			}
			if (best == clusters)
				cluster[clusters++] = (struct cluster){
					NEW_MANY(mem, const struct track *, (size_t)answers), 0
				};
			cluster[best].member[cluster[best].count++] = t;
		}
	return clusters;
}

static int by_number(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static int by_time(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The median of each edge of the members that are there; false: fewer than half are. `room` holds
 * four numbers for each member. */
static bool median_at(const struct cluster *c, int64_t at, double *room, double *edge)
{
	int there = 0;

	for (int i = 0; i < c->count; i++) {
		double own[4];

		if (!edges_at(c->member[i], at, own))
			continue;
		for (int e = 0; e < 4; e++)
			room[e * c->count + there] = own[e];
		there++;
	}
	if (there == 0 || 2 * there < c->count)
		return false;
	for (int e = 0; e < 4; e++) {
		double *of = room + e * c->count;

		qsort(of, (size_t)there, sizeof(*of), by_number);
		edge[e] = kind_pixel((of[(there - 1) / 2] + of[there / 2]) / 2);
	}
	return edge[0] < edge[2] && edge[1] < edge[3];
}

/* All times of the members' keys, each once. */
static int times_of(struct arena *mem, const struct cluster *c, int64_t **out)
{
	int all = 0, kept = 0;

	for (int i = 0; i < c->count; i++)
		all += c->member[i]->keys;
	*out = NEW_MANY(mem, int64_t, (size_t)all);
	all = 0;
	for (int i = 0; i < c->count; i++)
		for (int k = 0; k < c->member[i]->keys; k++)
			(*out)[all++] = c->member[i]->key[k].at;
	qsort(*out, (size_t)all, sizeof(**out), by_time);
	for (int i = 0; i < all; i++)
		if (kept == 0 || (*out)[kept - 1] != (*out)[i])
			(*out)[kept++] = (*out)[i];
	return kept;
}

static int label_of(const struct cluster *c)
{
	int best = c->member[0]->label, most = 0;

	for (int i = 0; i < c->count; i++) {
		int votes = 0;

		for (int k = 0; k < c->count; k++)
			votes += c->member[k]->label == c->member[i]->label;
		if (votes > most) {
			most = votes;
			best = c->member[i]->label;
		}
	}
	return best;
}

static struct track merge(struct arena *mem, const struct cluster *c, int answers)
{
	struct track out = { .label = label_of(c), .confidence = (double)c->count / answers };
	double *room = NEW_MANY(mem, double, 4 * (size_t)c->count);
	bool there = false;
	int64_t *time;
	int times = times_of(mem, c, &time);

	out.key = NEW_MANY(mem, struct key, (size_t)times);
	for (int i = 0; i < times; i++) {
		struct key k = { .at = time[i] };
		bool now = median_at(c, time[i], room, k.edge);

		if (!now && !there)
			continue;
		/* It goes from where it was the moment before. */
		k.gone = !now;
		if (!now && !median_at(c, time[i] - 1, room, k.edge))
			memcpy(k.edge, out.key[out.keys - 1].edge, sizeof(k.edge));
		out.key[out.keys++] = k;
		there = now;
	}
	return out;
}

/* Does the line between two keys come within `close` of all that lie between them? */
static bool is_straight(const struct track *t, int from, int to, double close)
{
	double edge[4];

	for (int i = from + 1; i < to; i++) {
		between(&t->key[from], &t->key[to], t->key[i].at, edge);
		for (int e = 0; e < 4; e++)
			if (t->key[i].gone || fabs(t->key[i].edge[e] - edge[e]) > close)
				return false;
	}
	return !t->key[from].gone || to == from + 1;
}

static void thin_out(struct track *t, double close)
{
	int kept = 1, last = 0;

	for (int i = 1; i < t->keys; i++) {
		if (i + 1 < t->keys && is_straight(t, last, i + 1, close))
			continue;
		t->key[kept++] = t->key[i]; /* what is written over lies before `last` */
		last = i;
	}
	t->keys = kept;
	/* A last key that says what the one before it says too. */
	if (kept > 1 && !t->key[kept - 1].gone && !t->key[kept - 2].gone) {
		double far = 0;

		for (int e = 0; e < 4; e++)
			far = fmax(far, fabs(t->key[kept - 1].edge[e] - t->key[kept - 2].edge[e]));
		t->keys -= far <= close;
	}
}

/* A result goes the way of an answer again, so it has no more keys than one. */
static void thin_all(struct tracks *t)
{
	for (double close = CLOSE; close < SIDE_MAX; close *= 2) {
		int keys = 0;

		for (int i = 0; i < t->count; i++) {
			thin_out(&t->track[i], close);
			keys += t->track[i].keys;
		}
		if (keys <= KEYS_MAX)
			return;
	}
}

static int by_text(const void *left, const void *right)
{
	return str_compare(((const struct tracks *)left)->text,
			   ((const struct tracks *)right)->text);
}

static void join(struct arena *mem, const struct kind_field *field, struct tracks *given, int count,
		 struct kind_result *out)
{
	struct tracks joined = { .count = 0 };
	struct json value = json_make(mem, 1 << 20);
	int all = 0, empty = 0;

	for (int i = 0; i < count; i++) {
		for (int k = 0; k < given[i].count; k++)
			given[i].track[k].owner = i;
		all += given[i].count;
		empty += given[i].count == 0;
		if (given[i].width * given[i].height > joined.width * joined.height) {
			joined.width = given[i].width;
			joined.height = given[i].height;
		}
		joined.duration =
			given[i].duration > joined.duration ? given[i].duration : joined.duration;
	}
	struct cluster *cluster = NEW_MANY(mem, struct cluster, (size_t)all + 1);
	int clusters = gather(mem, given, count, joined.duration, cluster);
	joined.track = NEW_MANY(mem, struct track, (size_t)clusters + 1);
	for (int c = 0; c < clusters && joined.count < TRACKS_MAX; c++)
		if (2 * cluster[c].count >= count) {
			joined.track[joined.count] = merge(mem, &cluster[c], count);
			joined.count += joined.track[joined.count].keys > 0;
		}
	thin_all(&joined);
	out->confidence = joined.count == 0 ? (double)empty / count : 0;
	for (int i = 0; i < joined.count; i++)
		out->confidence += joined.track[i].confidence / joined.count;
	put_tracks(&value, field, &joined, true);
	out->value = json_end(&value);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct tracks *given = NEW_MANY(mem, struct tracks, (size_t)count);
	int found = 0;

	for (int i = 0; i < count; i++) {
		if (values[i] == NULL || !read_tracks(&f, field, values[i], &given[found]))
			continue;
		given[found++].text = kind_json_text(mem, values[i]);
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_text);
	join(mem, field, given, found, out);
}

const struct kind kind_track = {
	.name = "track",
	.about = "Boxes that follow things through a video, each with a label.",
	.example = "{\"type\":\"track\",\"name\":\"cars\",\"label\":\"Follow each car\","
		   "\"src\":\"{{video}}\",\"alt\":\"\",\"labels\":[\"car\",\"van\"],"
		   "\"min\":0,\"max\":20,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.same = same,
	.agree = agree,
};
