/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * transcript: what is said in a sound or a video, in regions with their times, or as one text.
 *
 *   {"type":"transcript","name":"words","label":"Write down what is said","src":"{{audio}}",
 *    "regions":true,"required":true}
 *
 *   {"regions":[{"from_ms":0,"to_ms":2100,"text":"Good morning."},
 *               {"from_ms":2400,"to_ms":3900,"text":"Who is there?"}]}
 *   {"text":"Good morning. Who is there?"}
 *
 * Times are whole milliseconds, [from, to); regions stand in order of time and do not overlap. An
 * empty list, or an empty text, says that nothing is said. With `regions` false the text is asked
 * for; a known answer may be the text in any case.
 *
 * The words of several answers are joined by the weighted medoid-first ROVER of src/model (model.h,
 * text), over the whole of each answer. The answer with times whose words are nearest to the result
 * is the frame: each word of the result falls into the region of the word of the frame that it
 * is aligned with (least word edits), one that has none into the region of the word before it.
 * A region's ends are the lower medians of those of all regions that overlap it by half (IoU). Its
 * text is that of the frame where the words are the same, so that capitals and stops stay; else the
 * words as they were written most often. Where most say that nothing is said, that is the result.
 * Answers are equal when at most a tenth of the words differ; times do not count for that.
 */
#include <math.h>
#include <stdlib.h>
#include "kind/kind_in.h"
#include "media/media.h"
#include "model/model.h"

enum {
	REGIONS_MAX = 500,
	WORDS_MAX = 2000, /* of an answer; also the side of the table that aligns two */
	TEXT_MAX = 4000,  /* bytes of one region */
	LENGTH_MAX = MEDIA_HOURS_MAX * 3600 * 1000,
};

#define EQUAL 0.1
#define HALF 0.5

struct region {
	int64_t from, to; /* both 0 in a text without times */
	struct str text;
	int word_from, words;
	double confidence;
};

struct transcript {
	struct str key; /* the value, for an order that does not depend on when it came */
	struct region *region;
	int regions, words;
	int32_t *word; /* by number, once it has one */
	bool timed;
};

/* --- blocks --- */

static void check_block(struct kind_faults *f, const struct json_value *block, struct str path)
{
	static const char *const members[] = { "src", "alt", "regions", NULL };
	bool regions;

	kind_members(f, block, path, true, members);
	(void)kind_member_bool(f, block, path, "regions", &regions);
}

static void put_block(struct json *out, const struct kind_field *field,
		      const struct kind_view *view)
{
	struct str src = { 0 }, name;

	(void)!json_text(json_get(field->block, S("src")), &src);
	src = str_trim(kind_fill(view->mem, src, view->fields));
	if (view->media != NULL && kind_is_asset(src, &name))
		json_text_of(out, "peaks",
			     kind_media_address(view->mem, view->media,
						kind_media_small(view->mem, name)));
	else
		json_null_of(out, "peaks");
	json_bool_of(out, "regions", kind_bool(field->block, "regions", true));
}

/* --- answers --- */

static int count_words(struct arena *mem, struct str text)
{
	struct arena_mark mark = arena_mark(mem);
	char *folded = arena_take(mem, 2 * text.len + 8);
	struct str form;
	size_t len;
	int count = 0;

	while (model_fold(&text, &form, folded, &len))
		count++;
	arena_reset(mem, mark);
	return count;
}

static bool read_text(struct kind_faults *f, const struct json_value *v, struct str path,
		      size_t most, struct str *out)
{
	if (json_text(v, out) && out->len <= most && kind_is_clean(*out)) {
		*out = str_trim(*out);
		return true;
	}
	kind_fault(f, path, v, "this is a text of at most %zu bytes without control characters",
		   most);
	return false;
}

static bool read_region(struct kind_faults *f, const struct json_value *v, struct str path,
			int64_t after, struct region *out)
{
	static const char *const members[] = { "from_ms", "to_ms", "text", "confidence", NULL };
	int before = f->count;

	*out = (struct region){ 0 };
	if (!json_is(v, JSON_OBJECT)) {
		kind_fault(f, path, v, "a region is an object");
		return false;
	}
	kind_members(f, v, path, false, members);
	if (!json_i64(json_get(v, S("from_ms")), 0, LENGTH_MAX, &out->from) ||
	    !json_i64(json_get(v, S("to_ms")), 0, LENGTH_MAX, &out->to) || out->from >= out->to)
		kind_fault(f, kind_path(f->mem, path, "from_ms"), v,
			   "from_ms is below to_ms, both whole milliseconds");
	else if (out->from < after)
		kind_fault(f, kind_path(f->mem, path, "from_ms"), v,
			   "regions stand in order of time and do not overlap");
	path = kind_path(f->mem, path, "text");
	if (read_text(f, json_get(v, S("text")), path, TEXT_MAX, &out->text) && out->text.len == 0)
		kind_fault(f, path, v, "a region says something");
	return f->count == before;
}

static void read_regions(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *list, struct transcript *out)
{
	int64_t after = 0;
	int i = 0;

	out->region = NEW_MANY(f->mem, struct region, list->count + 1);
	for (const struct json_value *v = list->first; v != NULL; v = v->next, i++) {
		struct region *r = &out->region[out->regions];

		if (!read_region(f, v, kind_path_at(f->mem, field->name, "regions", i), after, r))
			continue;
		after = r->to;
		out->regions++;
	}
}

static bool read_value(struct kind_faults *f, const struct kind_field *field,
		       const struct json_value *value, struct transcript *out)
{
	static const char *const members[] = { "regions", "text", NULL };
	const struct json_value *list = json_get(value, S("regions"));
	const struct json_value *text = json_get(value, S("text"));
	int before = f->count;

	*out = (struct transcript){ .timed = list != NULL };
	if (!json_is(value, JSON_OBJECT) || (list == NULL) == (text == NULL) ||
	    (list != NULL && (!json_is(list, JSON_LIST) || list->count > REGIONS_MAX))) {
		kind_fault(f, field->name, value,
			   "this is an object with a list of %d regions at most, or with a text",
			   REGIONS_MAX);
		return false;
	}
	kind_members(f, value, field->name, false, members);
	if (list != NULL) {
		read_regions(f, field, list, out);
	} else {
		out->region = NEW(f->mem, struct region);
		if (read_text(f, text, kind_path(f->mem, field->name, "text"), KIND_ANSWER_MAX,
			      &out->region[0].text))
			out->regions = out->region[0].text.len > 0;
	}
	for (int i = 0; i < out->regions; i++)
		out->words += count_words(f->mem, out->region[i].text);
	if (out->words > WORDS_MAX)
		kind_fault(f, field->name, value, "this has at most %d words", WORDS_MAX);
	return f->count == before;
}

static struct str whole_text(struct arena *mem, const struct transcript *t)
{
	struct str *part = NEW_MANY(mem, struct str, (size_t)t->regions + 1);

	for (int i = 0; i < t->regions; i++)
		part[i] = t->region[i].text;
	return str_join(mem, part, (size_t)t->regions, S(" "));
}

/* `sure`: with the confidence of each region. */
static void put_value(struct arena *mem, struct json *out, const struct transcript *t, bool sure)
{
	json_object(out);
	if (!t->timed) {
		json_text_of(out, "text", whole_text(mem, t));
		json_object_end(out);
		return;
	}
	json_key(out, "regions");
	json_list(out);
	for (int i = 0; i < t->regions; i++) {
		const struct region *r = &t->region[i];

		json_object(out);
		json_i64_of(out, "from_ms", r->from);
		json_i64_of(out, "to_ms", r->to);
		json_text_of(out, "text", r->text);
		if (sure)
			json_f64_of(out, "confidence", round(r->confidence * 1e4) / 1e4);
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
}

static bool check_answer(struct kind_faults *f, const struct kind_field *field,
			 const struct json_value *value, struct json *out)
{
	struct transcript t;

	if (!read_value(f, field, value, &t))
		return false;
	put_value(f->mem, out, &t, false);
	return true;
}

/* A gold cell is the value, its list of regions alone, or the text. */
static struct str truth(struct arena *mem, const struct kind_field *field, struct str cell)
{
	(void)field;
	cell = str_trim(cell);
	if (str_starts(cell, S("{")))
		return cell;
	if (str_starts(cell, S("[")))
		return str_format(mem, "{\"regions\":%.*s}", STR_ARG(cell));
	struct str text = kind_quoted(mem, cell);
	return str_format(mem, "{\"text\":%.*s}", STR_ARG(text));
}

/* --- words as numbers --- */

struct token {
	struct str folded, form;
	int32_t *number;
};

struct words {
	struct token *token; /* by folded word, then by form */
	struct str *shown;   /* of each number, the form in which it was written most often */
	int tokens;
};

static int by_word(const void *left, const void *right)
{
	const struct token *a = left, *b = right;
	int order = str_compare(a->folded, b->folded);

	return order != 0 ? order : str_compare(a->form, b->form);
}

static void cut_words(struct arena *mem, struct transcript *t, struct words *w)
{
	int at = 0;

	t->word = NEW_MANY(mem, int32_t, (size_t)t->words + 1);
	for (int i = 0; i < t->regions; i++) {
		struct str text = t->region[i].text, form;
		char *folded = arena_take(mem, 2 * text.len + 8);
		size_t len;

		t->region[i].word_from = at;
		while (model_fold(&text, &form, folded, &len))
			w->token[w->tokens++] = (struct token){
				.folded = str_copy(mem, (struct str){ folded, len }),
				.form = form,
				.number = &t->word[at++],
			};
		t->region[i].words = at - t->region[i].word_from;
	}
}

/* Equal words get equal numbers, 1 and more. */
static void number_words(struct arena *mem, struct transcript *given, int count, struct words *out)
{
	int32_t number = 0;
	int all = 0, times = 0, best = 0;

	for (int i = 0; i < count; i++)
		all += given[i].words;
	*out = (struct words){ .token = NEW_MANY(mem, struct token, (size_t)all + 1),
			       .shown = NEW_MANY(mem, struct str, (size_t)all + 2) };
	for (int i = 0; i < count; i++)
		cut_words(mem, &given[i], out);
	qsort(out->token, (size_t)out->tokens, sizeof(*out->token), by_word);
	for (int i = 0; i < out->tokens; i++) {
		const struct token *one = &out->token[i], *last = one - (i > 0);

		if (i == 0 || !str_eq(one->folded, last->folded)) {
			number++;
			times = best = 0;
		} else if (!str_eq(one->form, last->form)) {
			times = 0;
		}
		if (++times > best) {
			best = times;
			out->shown[number] = one->form;
		}
		*one->number = number;
	}
}

/* --- agreeing --- */

static bool same(struct arena *mem, const struct kind_field *field, const struct json_value *a,
		 const struct json_value *b)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct transcript t[2];
	struct words words;

	if (!read_value(&f, field, a, &t[0]) || !read_value(&f, field, b, &t[1]))
		return false;
	number_words(mem, t, 2, &words);
	int most = t[0].words > t[1].words ? t[0].words : t[1].words;
	return model_word_distance(mem, t[0].word, t[0].words, t[1].word, t[1].words) <=
	       EQUAL * most;
}

/*
 * For each word of `left` the word of `right` that it is aligned with at the least word edits, or
 * that of the word before it where it has none; at equal edits a pair is preferred.
 */
static void align(struct arena *mem, const int32_t *left, int rows, const int32_t *right, int cols,
		  int *partner)
{
	enum { PAIR, LEFT_ALONE, RIGHT_ALONE };
	size_t wide = (size_t)cols + 1;
	unsigned char *step = arena_take(mem, ((size_t)rows + 1) * wide);
	int *cost = NEW_MANY(mem, int, wide);

	for (int j = 0; j <= cols; j++) {
		cost[j] = j;
		step[j] = RIGHT_ALONE;
	}
	for (int i = 1; i <= rows; i++) {
		int corner = cost[0];

		cost[0] = i;
		step[(size_t)i * wide] = LEFT_ALONE;
		for (int j = 1; j <= cols; j++) {
			int pair = corner + (left[i - 1] != right[j - 1]);
			int alone = (cost[j] < cost[j - 1] ? cost[j] : cost[j - 1]) + 1;
			int how = cost[j] <= cost[j - 1] ? LEFT_ALONE : RIGHT_ALONE;

			corner = cost[j];
			cost[j] = pair <= alone ? pair : alone;
			step[(size_t)i * wide + (size_t)j] =
				(unsigned char)(pair <= alone ? PAIR : how);
		}
	}
	for (int i = rows, j = cols; i > 0 || j > 0;) {
		int how = step[(size_t)i * wide + (size_t)j];

		if (how != RIGHT_ALONE)
			partner[--i] = j > 0 ? j - 1 : 0;
		j -= how != LEFT_ALONE;
	}
}

static struct model_text_fit run_rover(struct arena *mem, const struct transcript *given, int count)
{
	int32_t *from = NEW_MANY(mem, int32_t, 2), *word_from, *word;
	uint32_t *worker = NEW_MANY(mem, uint32_t, (size_t)count);
	struct model_text_fit fit;
	int all = 0;

	word_from = NEW_MANY(mem, int32_t, (size_t)count + 1);
	for (int i = 0; i < count; i++)
		all += given[i].words;
	word = NEW_MANY(mem, int32_t, (size_t)all + 1);
	for (int i = 0; i < count; i++) {
		worker[i] = (uint32_t)i;
		word_from[i + 1] = word_from[i] + given[i].words;
		memcpy(word + word_from[i], given[i].word, (size_t)given[i].words * sizeof(*word));
	}
	from[1] = count;
	const struct model_texts texts = { .tasks = 1,
					   .workers = count,
					   .from = from,
					   .worker = worker,
					   .word_from = word_from,
					   .word = word };
	model_text_run(mem, &texts, &fit);
	return fit;
}

/* The answer that is nearest to the result; of those with times, if there are any. */
static int find_frame(struct arena *mem, const struct transcript *given, int count,
		      const int32_t *word, int words)
{
	int best = -1, least = 0;

	for (int i = 0; i < count; i++) {
		if (given[i].words == 0)
			continue;
		int far = model_word_distance(mem, word, words, given[i].word, given[i].words);
		bool nearer = best < 0 || given[i].timed > given[best].timed ||
			      (given[i].timed == given[best].timed && far < least);

		if (nearer) {
			best = i;
			least = far;
		}
	}
	return best;
}

static double overlap(const struct region *a, const struct region *b)
{
	int64_t from = a->from > b->from ? a->from : b->from, to = a->to < b->to ? a->to : b->to;
	int64_t both = (a->to - a->from) + (b->to - b->from) - (to - from);

	return to > from ? (double)(to - from) / (double)both : 0;
}

static int by_number(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The ends on which the answers agree; never before `after`. */
static void set_times(struct arena *mem, const struct transcript *given, int count, int64_t after,
		      const struct region *frame, struct region *out)
{
	int64_t *from = NEW_MANY(mem, int64_t, (size_t)count);
	int64_t *to = NEW_MANY(mem, int64_t, (size_t)count);
	int n = 0;

	for (int i = 0; i < count; i++)
		for (int k = 0; given[i].timed && k < given[i].regions; k++) {
			if (overlap(&given[i].region[k], frame) < HALF)
				continue;
			from[n] = given[i].region[k].from;
			to[n++] = given[i].region[k].to;
			break;
		}
	qsort(from, (size_t)n, sizeof(*from), by_number);
	qsort(to, (size_t)n, sizeof(*to), by_number);
	out->from = from[(n - 1) / 2] > after ? from[(n - 1) / 2] : after;
	out->to = to[(n - 1) / 2] > out->from ? to[(n - 1) / 2] : out->from + 1;
}

/* The words [from, upto) of the result as text. */
static struct str text_of(struct arena *mem, const struct transcript *frame,
			  const struct region *region, const struct words *w, const int32_t *word,
			  int count)
{
	struct str *part = NEW_MANY(mem, struct str, (size_t)count);

	if (count == region->words &&
	    memcmp(frame->word + region->word_from, word, (size_t)count * sizeof(*word)) == 0)
		return region->text;
	for (int i = 0; i < count; i++)
		part[i] = w->shown[word[i]];
	return str_join(mem, part, (size_t)count, S(" "));
}

/* The result's words into the regions of the frame; those that get none are left out. */
static void fill_regions(struct arena *mem, const struct transcript *given, int count,
			 const struct transcript *frame, const struct words *w,
			 const struct model_text_fit *fit, struct transcript *out)
{
	int words = fit->word_from[1], at = 0;
	int *partner = NEW_MANY(mem, int, (size_t)words + 1);

	align(mem, fit->word, words, frame->word, frame->words, partner);
	out->timed = frame->timed;
	out->region = NEW_MANY(mem, struct region, (size_t)frame->regions + 1);
	for (int i = 0; i < frame->regions; i++) {
		const struct region *r = &frame->region[i];
		struct region *to = &out->region[out->regions];
		int64_t after = out->regions > 0 ? to[-1].to : 0;
		int from = at;

		while (at < words && partner[at] < r->word_from + r->words)
			to->confidence += (double)fit->confidence[at++];
		if (at == from)
			continue;
		to->confidence = fmin(to->confidence / (at - from), 1);
		to->text = text_of(mem, frame, r, w, fit->word + from, at - from);
		if (frame->timed)
			set_times(mem, given, count, after, r, to);
		out->regions++;
	}
}

static int by_key(const void *left, const void *right)
{
	return str_compare(((const struct transcript *)left)->key,
			   ((const struct transcript *)right)->key);
}

/* The confidence is the mean of the words'; of silence, the share of answers that say so. */
static void join(struct arena *mem, struct transcript *given, int count, int silent,
		 struct kind_result *out)
{
	struct transcript joined = { .timed = given[0].timed };
	struct json value = json_make(mem, 1 << 20);
	struct words words;

	out->confidence = (double)silent / count;
	if (2 * silent <= count) {
		number_words(mem, given, count, &words);
		struct model_text_fit fit = run_rover(mem, given, count);
		int n = fit.word_from[1];
		int frame = find_frame(mem, given, count, fit.word, n);

		out->confidence = 0;
		for (int i = 0; i < n; i++)
			out->confidence += (double)fit.confidence[i] / n;
		out->confidence = fmin(out->confidence, 1); /* shares are added as floats */
		if (frame >= 0)
			fill_regions(mem, given, count, &given[frame], &words, &fit, &joined);
	}
	put_value(mem, &value, &joined, true);
	out->value = json_end(&value);
}

static void agree(struct arena *mem, const struct kind_field *field,
		  const struct json_value *const *values, int count, struct kind_result *out)
{
	struct kind_faults f = kind_faults_make(mem, (struct str){ 0 });
	struct transcript *given = NEW_MANY(mem, struct transcript, (size_t)count);
	int found = 0, silent = 0;

	for (int i = 0; i < count; i++) {
		if (values[i] == NULL)
			continue;
		(void)read_value(&f, field, values[i], &given[found]);
		given[found].key = kind_json_text(mem, values[i]);
		silent += given[found].words == 0;
		found++;
	}
	if (2 * found < count || found == 0) {
		out->value = S("null");
		out->confidence = (double)(count - found) / count;
		return;
	}
	qsort(given, (size_t)found, sizeof(*given), by_key);
	join(mem, given, found, silent, out);
}

const struct kind kind_transcript = {
	.name = "transcript",
	.about = "What is said in a sound, in regions with their times or as one text.",
	.example = "{\"type\":\"transcript\",\"name\":\"words\",\"label\":\"Write down what is "
		   "said\",\"src\":\"{{audio}}\",\"regions\":true,\"required\":true}",
	.has_picture = true,
	.check_block = check_block,
	.put_block = put_block,
	.check_answer = check_answer,
	.truth = truth,
	.same = same,
	.agree = agree,
};
