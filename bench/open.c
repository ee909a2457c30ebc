/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * open: recorded answers that come out of no list, bought one by one by the rule that the house
 * stops by; as bench/adaptive.c does it for choices.
 *
 *   open [--target P] [--least N] [--seeds N] BLOCK DIR
 *
 * BLOCK is the question as JSON, a block of a template called "a". DIR holds answers.tsv[.gz]
 * (task, worker, label, with a header line) and truth.tsv[.gz]; boxes are lists of [x1,y1,x2,y2],
 * anything else is a gold cell of its kind. For each seed the answers of a task get a random order;
 * each round buys the next answer of every open task, judges it as the house does and counts it
 * when it is enough. When none is open all results are looked at again, and what is less sure than
 * the target by a twentieth is opened again. No truth is used.
 *
 * Prints, with all answers and by the kind alone, and with those that were bought: answers for each
 * task, the share of results that mean the same as the truth, and the mean claim.
 */
#include <stdio.h>
#include <stdlib.h>
#include "quality/judge_in.h"

enum { LINE = 65536, ROWS_MAX = 2000000, LOOKS = 4 };

#define USAGE "open [--target P] [--least N] [--seeds N] BLOCK DIR"

struct set {
	struct kind_template template;
	int32_t tasks, workers;
	size_t answers;
	int32_t *from, *worker;
	const struct json_value **answer, **truth;
};

struct stand {
	int bought;
	bool open, stands;
	struct str value, posterior;
	double confidence;
};

struct chosen {
	double target;
	int least, seeds;
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "open: %s\n", why);
	exit(2);
}

/* --- reading --- */

struct row {
	struct str task, worker, value;
	int32_t task_at, worker_at;
};

static size_t read_rows(struct arena *mem, const char *dir, const char *name, bool has_worker,
			struct row **out)
{
	char *line = NEW_MANY(mem, char, LINE);
	size_t count = 0;

	snprintf(line, LINE, "f='%s/%s'; [ -f \"$f\" ] || f=\"$f.gz\"; zcat -f \"$f\"", dir, name);
	FILE *in = popen(line, "r");
	if (in == NULL)
		stop("zcat does not start");
	*out = NEW_MANY(mem, struct row, ROWS_MAX);
	for (int n = 0; fgets(line, LINE, in) != NULL && count < ROWS_MAX; n++) {
		struct row *r = &(*out)[count];
		struct str rest = str_copy(mem, str_trim(str_of(line)));

		if (n == 0)
			continue;
		if (!str_split(rest, '\t', &r->task, &rest) ||
		    (has_worker && !str_split(rest, '\t', &r->worker, &rest)))
			continue; /* an empty text */
		r->value = rest;
		count++;
	}
	if (pclose(in) != 0 || count == 0)
		stop("a file cannot be read");
	return count;
}

static int by_task(const void *one, const void *two)
{
	const struct row *a = one, *b = two;
	int order = str_compare(a->task, b->task);

	return order != 0 ? order : str_compare(a->worker, b->worker);
}

static int by_bytes(const void *one, const void *two)
{
	return str_compare(*(const struct str *)one, *(const struct str *)two);
}

/* A recorded box list as the kind writes it. */
static struct str boxes(struct arena *mem, struct str cell)
{
	struct json out = json_make(mem, 1 << 20);
	struct json_value *list;
	struct json_fault fault;

	if (!json_read(mem, cell, &list, &fault))
		stop("a box list is no JSON");
	json_object(&out);
	json_key(&out, "shapes");
	json_list(&out);
	for (const struct json_value *b = list->first; b != NULL; b = b->next) {
		double at[4] = { 0 };
		int n = 0;

		for (const struct json_value *v = b->first; v != NULL && n < 4; v = v->next)
			(void)!json_f64(v, &at[n++]);
		if (at[2] <= at[0] || at[3] <= at[1])
			continue;
		json_object(&out);
		json_text_of(&out, "label", S("x"));
		json_key(&out, "box");
		json_list(&out);
		json_put_f64(&out, at[0]);
		json_put_f64(&out, at[1]);
		json_put_f64(&out, at[2] - at[0]);
		json_put_f64(&out, at[3] - at[1]);
		json_list_end(&out);
		json_object_end(&out);
	}
	json_list_end(&out);
	json_object_end(&out);
	return json_end(&out);
}

/* An answer of one field; NULL where the kind does not take it. */
static const struct json_value *answer_of(struct arena *mem, const struct set *s, struct str cell)
{
	const struct kind_field *field = &s->template.field[0];
	struct kind_faults faults = kind_faults_make(mem, (struct str){ 0 });
	struct str value;
	struct json_value *out;
	struct json_fault fault;

	if (str_eq(str_of(field->kind->name), S("box")))
		cell = boxes(mem, cell);
	if (!kind_truth_check(&faults, field, cell, &value) ||
	    !json_read(mem, str_format(mem, "{\"a\":%.*s}", STR_ARG(value)), &out, &fault))
		return NULL;
	return out;
}

static void read_set(struct arena *mem, const char *block, const char *dir, struct set *s)
{
	struct row *row, *known;
	size_t known_count = read_rows(mem, dir, "truth.tsv", false, &known), t = 0;
	size_t left_out = 0;

	s->answers = read_rows(mem, dir, "answers.tsv", true, &row);
	kind_template_load(mem, str_format(mem, "{\"blocks\":[%s]}", block), &s->template);
	if (s->template.field_count != 1)
		stop("the block asks for nothing");
	qsort(row, s->answers, sizeof(*row), by_task);
	qsort(known, known_count, sizeof(*known), by_task);
	struct str *name = NEW_MANY(mem, struct str, s->answers);
	for (size_t i = 0; i < s->answers; i++)
		name[i] = row[i].worker;
	qsort(name, s->answers, sizeof(*name), by_bytes);
	for (size_t i = 0; i < s->answers; i++)
		if (i == 0 || !str_eq(name[i], name[s->workers - 1]))
			name[s->workers++] = name[i];
	s->from = NEW_MANY(mem, int32_t, s->answers + 1);
	s->worker = NEW_MANY(mem, int32_t, s->answers);
	s->answer = NEW_MANY(mem, const struct json_value *, s->answers);
	s->truth = NEW_MANY(mem, const struct json_value *, s->answers);
	for (size_t i = 0; i < s->answers; i++) {
		const struct str *at =
			bsearch(&row[i].worker, name, (size_t)s->workers, sizeof(*name), by_bytes);

		if (i == 0 || !str_eq(row[i].task, row[i - 1].task)) {
			while (t < known_count && str_compare(known[t].task, row[i].task) < 0)
				t++;
			if (t < known_count && str_eq(known[t].task, row[i].task))
				s->truth[s->tasks] = answer_of(mem, s, known[t].value);
			s->from[s->tasks++] = (int32_t)i;
		}
		s->worker[i] = (int32_t)(at - name);
		s->answer[i] = answer_of(mem, s, row[i].value);
		left_out += s->answer[i] == NULL;
	}
	if (left_out > 0)
		fprintf(stderr, "open: %zu answers are none of the kind: they count as left out\n",
			left_out);
	s->from[s->tasks] = (int32_t)s->answers;
}

/* --- buying --- */

/* splitmix64: the same orders everywhere. */
static uint64_t roll(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

struct buying {
	struct ctx *c;
	const struct set *s;
	const struct chosen *how;
	struct skill_book book;
	struct skill_field field;
	int32_t *order;
	struct stand *stand;
	struct arena *keep;
};

static void open_buying(struct ctx *c, struct arena *keep, const struct set *s,
			const struct chosen *how, uint64_t seed, struct buying *b)
{
	*b = (struct buying){ .c = c, .s = s, .how = how, .keep = keep };
	b->field = (struct skill_field){ .field = &s->template.field[0],
					 .list = { 1, 2, 0, 0 },
					 .trust = BELIEF_USUAL };
	if (kind_classes(b->field.field, &(struct kind_classes){ 0 }))
		stop("answers to this come out of a list: bench/adaptive");
	belief_crowd_make(keep, 2, &b->field.crowd);
	skill_ready(&b->field);
	b->book = (struct skill_book){ .template = &s->template,
				       .fields = 1,
				       .field = &b->field,
				       .workers = (size_t)s->workers,
				       .skill = NEW_MANY(keep, struct skill, s->workers) };
	b->stand = NEW_MANY(keep, struct stand, s->tasks);
	b->order = NEW_MANY(keep, int32_t, s->answers);
	for (size_t i = 0; i < s->answers; i++)
		b->order[i] = (int32_t)i;
	for (int32_t t = 0; t < s->tasks; t++) {
		b->stand[t].open = true;
		for (int32_t i = s->from[t + 1] - s->from[t] - 1; i > 0; i--) {
			int32_t j = (int32_t)(roll(&seed) % (uint64_t)(i + 1));
			int32_t *list = b->order + s->from[t], kept = list[i];

			list[i] = list[j];
			list[j] = kept;
		}
	}
}

static struct judge_task task_of(const struct buying *b, int32_t t, int count)
{
	struct judge_task out = { .task = { t + 1 },
				  .count = count,
				  .worker = NEW_MANY(b->c->mem, int64_t, count),
				  .answer = NEW_MANY(b->c->mem, const struct json_value *, count) };

	for (int i = 0; i < count; i++) {
		int32_t at = b->order[b->s->from[t] + i];

		out.worker[i] = b->s->worker[at];
		out.answer[i] = b->s->answer[at];
	}
	return out;
}

/* What it stands for counts, or no more. */
static void count_stand(struct buying *b, int32_t t, const struct judge_task *task, int sign)
{
	struct judge_result was;

	if (judge_recall(b->c, &b->book, 0, task, b->stand[t].value, b->stand[t].posterior, &was) !=
	    OK)
		stop("a result is not what was written");
	judge_count(&b->book, 0, task, &was, sign);
}

/* Judges what was bought; true when it is enough for the target. */
static bool judge(struct buying *b, int32_t t, double target)
{
	struct arena_mark mark = arena_mark(b->c->mem);
	struct stand *st = &b->stand[t];
	struct judge_task task = task_of(b, t, st->bought);
	const struct project rules = { .redundancy_least = b->how->least,
				       .redundancy = b->s->from[t + 1] - b->s->from[t] };
	struct judge_result r;

	if (st->stands)
		count_stand(b, t, &task, -1);
	judge_field(b->c, &b->book, 0, &task, PROJECT_SHRUNK, &r);
	bool enough = judge_is_enough(&b->book, 0, &task, &r, &rules, target);
	st->stands = enough;
	if (enough) {
		judge_count(&b->book, 0, &task, &r, 1);
		st->value = str_copy(b->keep, r.value);
		st->confidence = r.confidence;
		st->posterior = str_copy(b->keep, judge_posterior_text(b->c, &b->field, &task, &r));
	}
	arena_reset(b->c->mem, mark);
	return enough;
}

static void buy_all(struct buying *b)
{
	bool any = true;

	for (int looks = 0; any;) {
		any = false;
		for (int32_t t = 0; t < b->s->tasks; t++) {
			struct stand *st = &b->stand[t];

			if (!st->open)
				continue;
			st->bought++;
			any = true;
			st->open = !judge(b, t, b->how->target);
		}
		if (any || looks++ == LOOKS)
			continue;
		for (int32_t t = 0; t < b->s->tasks; t++) {
			b->stand[t].open = !judge(b, t, b->how->target - 0.05);
			any = any || b->stand[t].open;
		}
	}
}

/* --- telling --- */

struct figures {
	double answers, right, claim, known;
};

static void add(struct figures *f, const struct buying *b, int32_t t, struct str value,
		double claim, int answers)
{
	const struct kind_field *field = &b->s->template.field[0];
	struct json_value *found;
	struct json_fault fault;

	f->answers += answers;
	if (b->s->truth[t] == NULL || !json_read(b->c->mem, value, &found, &fault))
		return;
	f->known++;
	f->claim += claim;
	f->right += kind_same(b->c->mem, field, found, json_get(b->s->truth[t], field->name));
}

static void tell(const char *what, const struct figures *f, const struct set *s, int seeds)
{
	printf("%-22s %8.2f %8.4f %8.4f %+8.4f\n", what, f->answers / s->tasks / seeds,
	       f->right / f->known, f->claim / f->known, (f->claim - f->right) / f->known);
}

static void run(struct ctx *c, const struct set *s, const struct chosen *how)
{
	struct figures plain = { 0 }, bought = { 0 };

	for (int n = 0; n < how->seeds; n++) {
		struct arena *keep = arena_new(0);
		struct buying b;

		open_buying(c, keep, s, how, (uint64_t)n + 1, &b);
		buy_all(&b);
		for (int32_t t = 0; t < s->tasks; t++) {
			struct arena_mark mark = arena_mark(c->mem);

			add(&bought, &b, t, b.stand[t].value, b.stand[t].confidence,
			    b.stand[t].bought);
			if (n == 0) {
				struct judge_task all = task_of(&b, t, s->from[t + 1] - s->from[t]);
				struct judge_result r;

				judge_field(c, &b.book, 0, &all, PROJECT_PLURALITY, &r);
				add(&plain, &b, t, r.value, r.confidence, all.count);
			}
			arena_reset(c->mem, mark);
		}
		arena_free(keep);
	}
	puts("                        answers    right    claim     over");
	tell("all, by the kind", &plain, s, 1);
	tell("bought, by skill", &bought, s, how->seeds);
}

int main(int argc, char **argv)
{
	struct chosen how = { .target = 0.95, .least = 2, .seeds = 5 };
	struct ctx c = { .mem = arena_new(0) };
	struct set s = { .tasks = 0 };
	int i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--target") == 0)
			how.target = strtod(argv[i + 1], NULL);
		else if (strcmp(argv[i], "--least") == 0)
			how.least = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0)
			how.seeds = (int)strtol(argv[i + 1], NULL, 10);
		else
			stop(USAGE);
	}
	if (i + 2 != argc)
		stop(USAGE);
	read_set(c.mem, argv[i], argv[i + 1], &s);
	run(&c, &s, &how);
	arena_free(c.mem);
	return 0;
}
