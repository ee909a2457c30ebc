/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * open: recorded answers that come out of no list, bought one by one by the rule that the house
 * stops by; as bench/adaptive.c does it for choices.
 *
 *   open [--target P] [--least N] [--seeds N] [--gold N] [--tasks N] [--prior] [BLOCK DIR]...
 *
 * BLOCK is the question as JSON, a block of a template called "a". DIR holds answers.tsv[.gz]
 * (task, worker, label, with a header line) and truth.tsv[.gz]; boxes are lists of [x1,y1,x2,y2],
 * anything else is a gold cell of its kind. For each seed the answers of a task get a random order;
 * each round buys the next answer of every open task, judges it as the house does and counts it
 * when it is enough. When none is open all results are looked at again, and what is less sure than
 * the target by a twentieth is opened again. With --gold N, N tasks with truth are bought whole,
 * teach the calibration at each of these looks, and are not scored; without, no truth is used.
 * --tasks N takes the first N tasks of a set.
 *
 * With several sets each is bought with a prior that it has no part in: the medians of the s, r
 * and d of belief.h that make the truths of those with other folders most likely, from what is
 * claimed of their first answer, their first two, and so on, each task weighing one. --prior prints
 * them for all sets, and the standard deviation of d.
 *
 * Prints, with all answers and by the kind alone, and with those that were bought: answers for each
 * task, the share of results that mean the same as the truth, and the mean claim.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench/median.h"
#include "quality/judge_in.h"

enum { LINE = 65536, ROWS_MAX = 200000, LOOKS = 4, SETS_MAX = 16, ROUNDS = 5 };

#define USAGE                                                                          \
	"open [--target P] [--least N] [--seeds N] [--gold N] [--tasks N] [--prior] [" \
	"BLOCK DIR]..."

struct set {
	const char *dir;
	struct kind_template template;
	int32_t tasks, workers;
	size_t answers;
	int32_t *from, *worker;
	const struct json_value **answer, **truth;
};

struct stand {
	int bought;
	bool open, stands, gold;
	struct str value, posterior;
	double confidence;
};

struct chosen {
	double target;
	int least, seeds, gold, tasks;
	bool just_prior;
	struct belief_trust prior;
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
	struct belief_known *known, *stop;
	size_t pairs;
};

/* As many as are asked for, by lot; they are bought whole. */
static void pick_gold(struct buying *b, uint64_t *seed)
{
	const struct set *s = b->s;
	size_t room = 0;

	for (int left = b->how->gold, tries = 0; left > 0 && tries < 100 * s->tasks; tries++) {
		const int32_t t = (int32_t)(roll(seed) % (uint64_t)s->tasks);

		if (s->truth[t] == NULL || b->stand[t].gold)
			continue;
		b->stand[t].gold = true;
		b->stand[t].open = false;
		b->stand[t].bought = s->from[t + 1] - s->from[t];
		left--;
	}
	for (int32_t t = 0; t < s->tasks; t++)
		room += (size_t)(s->from[t + 1] - s->from[t]);
	b->known = NEW_MANY(b->keep, struct belief_known, room);
	b->stop = NEW_MANY(b->keep, struct belief_known, (size_t)s->tasks);
	for (size_t i = 0; i < room; i++)
		b->known[i].claim = NEW_MANY(b->keep, int64_t, 3);
}

static void open_buying(struct ctx *c, struct arena *keep, const struct set *s,
			const struct chosen *how, uint64_t seed, struct buying *b)
{
	*b = (struct buying){ .c = c, .s = s, .how = how, .keep = keep };
	b->field = (struct skill_field){ .field = &s->template.field[0],
					 .list = { 1, 2, 0, 0 },
					 .trust = how->prior };
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
	pick_gold(b, &seed);
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

/* What is claimed of a task's first answers, and is it so? As learn_open of src/quality/refit.c. */
static void claim_known(struct buying *b, int32_t t)
{
	const struct kind_field *field = b->field.field;
	const int all = b->s->from[t + 1] - b->s->from[t];

	for (int n = 1; n <= all; n++) {
		struct arena_mark mark = arena_mark(b->c->mem);
		struct belief_known *k = &b->known[b->pairs++];
		struct judge_task task = task_of(b, t, n);
		int64_t *claim = (int64_t *)k->claim;
		struct json_value *value;
		struct json_fault fault;
		struct judge_result r;

		judge_field(b->c, &b->book, 0, &task, PROJECT_SHRUNK, &r);
		if (!json_read(b->c->mem, r.value, &value, &fault))
			stop("a result is not what was written");
		claim[0] = r.z[0];
		claim[1] = BELIEF_ONE - r.z[0];
		claim[2] = 0;
		for (int g = 1; g <= r.groups; g++)
			claim[2] = r.z[g] > claim[2] ? r.z[g] : claim[2];
		const bool right =
			kind_same(b->c->mem, field, value, json_get(b->s->truth[t], field->name));
		*k = (struct belief_known){ claim, right ? 0 : 1, 0, n, 1.0 / all };
		arena_reset(b->c->mem, mark);
	}
}

/* Each known task when its answers were enough. */
static size_t find_stops(const struct buying *b)
{
	size_t count = 0;

	for (size_t i = 0; i < b->pairs;) {
		const struct belief_known *k = &b->known[i];
		const int all = (int)(1 / k->weight + 0.5);
		const struct belief_rule rule = { b->how->target, b->how->least, all };
		int n = 0;

		while (n < all - 1 &&
		       !open_is_enough(b->field.open,
				       (const int64_t[]){ k[n].claim[0], k[n].claim[2] }, 1, n + 1,
				       b->field.trust, rule))
			n++;
		b->stop[count] = k[n];
		b->stop[count++].weight = 1;
		i += (size_t)all;
	}
	return count;
}

/* Known tasks are in no sums, so nothing is to be taken out of them. */
static void learn(struct buying *b)
{
	struct belief_trust *trust = &b->field.trust;

	b->pairs = 0;
	for (int32_t t = 0; t < b->s->tasks; t++)
		if (b->stand[t].gold)
			claim_known(b, t);
	*trust = belief_learn(b->how->prior, 1, b->known, b->pairs, 2);
	for (int i = 0; i < ROUNDS; i++)
		trust->shift =
			belief_shift(*trust, b->how->prior, OPEN_SHIFTS, b->stop, find_stops(b), 2);
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
		if (b->how->gold > 0)
			learn(b);
		for (int32_t t = 0; t < b->s->tasks; t++) {
			if (b->stand[t].gold)
				continue;
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

static void tell(const char *what, const struct figures *f, double tasks)
{
	printf("%-22s %8.2f %8.4f %8.4f %+8.4f\n", what, f->answers / tasks, f->right / f->known,
	       f->claim / f->known, (f->claim - f->right) / f->known);
	fflush(stdout);
}

static void run(struct ctx *c, const struct set *s, const struct chosen *how)
{
	struct figures plain = { 0 }, bought = { 0 };
	double tasks = 0;

	for (int n = 0; n < how->seeds; n++) {
		struct arena *keep = arena_new(0);
		struct buying b;

		open_buying(c, keep, s, how, (uint64_t)n + 1, &b);
		buy_all(&b);
		for (int32_t t = 0; t < s->tasks; t++) {
			struct arena_mark mark = arena_mark(c->mem);

			if (!b.stand[t].gold) {
				add(&bought, &b, t, b.stand[t].value, b.stand[t].confidence,
				    b.stand[t].bought);
				tasks++;
			}
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
	printf("%-22s answers    right    claim     over\n", s->dir);
	tell("all, by the kind", &plain, s->tasks);
	tell("bought, by skill", &bought, tasks);
}

/* --- leaving one out --- */

/* What the set's own truths say of its claims, without a prior. */
static struct belief_trust own_trust(struct ctx *c, const struct set *s, const struct chosen *how)
{
	struct arena *keep = arena_new(0);
	struct belief_trust out = OPEN_USUAL;
	struct buying b;

	open_buying(c, keep, s, how, 1, &b);
	buy_all(&b);
	for (int32_t t = 0; t < s->tasks; t++) {
		struct arena_mark mark = arena_mark(c->mem);
		struct judge_task task = task_of(&b, t, b.stand[t].bought);

		if (s->truth[t] != NULL) {
			count_stand(&b, t, &task, -1);
			claim_known(&b, t);
			count_stand(&b, t, &task, 1);
		}
		arena_reset(c->mem, mark);
	}
	for (int i = 0; i < ROUNDS; i++) {
		out = belief_learn((struct belief_trust){ OPEN_USUAL.sure, OPEN_USUAL.alike,
							  out.shift },
				   0, b.known, b.pairs, 2);
		out.shift = belief_shift(out, OPEN_USUAL, 10, b.known, b.pairs, 2);
	}
	arena_free(keep);
	return out;
}

/* Of all sets with another folder than this one; NULL: of all. */
static struct belief_trust prior_without(const struct set *s, const struct belief_trust *own,
					 int sets, const char *dir, double *spread)
{
	double sure[SETS_MAX], alike[SETS_MAX], shift[SETS_MAX], sum = 0, square = 0;
	int n = 0;

	for (int i = 0; i < sets; i++)
		if (dir == NULL || strcmp(s[i].dir, dir) != 0) {
			sure[n] = own[i].sure;
			alike[n] = own[i].alike;
			sum += own[i].shift;
			square += own[i].shift * own[i].shift;
			shift[n++] = own[i].shift;
		}
	*spread = sqrt(fmax(square / fmax(n, 1) - sum * sum / fmax(n, 1) / fmax(n, 1), 0));
	return n == 0 ?
		       OPEN_USUAL :
		       (struct belief_trust){ median(sure, n), median(alike, n), median(shift, n) };
}

static void run_all(struct ctx *c, const struct set *s, int sets, struct chosen *how)
{
	struct belief_trust own[SETS_MAX];
	struct chosen plain = *how;
	double spread;

	plain.gold = 0;
	plain.prior = OPEN_USUAL;
	for (int i = 0; i < sets && sets > 1; i++) {
		own[i] = own_trust(c, &s[i], &plain);
		printf("%s: s %.2f, r %.2f, d %+.2f\n", s[i].dir, own[i].sure, own[i].alike,
		       own[i].shift);
	}
	if (how->just_prior) {
		const struct belief_trust p = prior_without(s, own, sets, NULL, &spread);

		printf("all: s %.2f, r %.2f, d %+.2f (spread %.2f)\n", p.sure, p.alike, p.shift,
		       spread);
		return;
	}
	for (int i = 0; i < sets; i++) {
		how->prior = sets > 1 ? prior_without(s, own, sets, s[i].dir, &spread) : OPEN_USUAL;
		run(c, &s[i], how);
	}
}

int main(int argc, char **argv)
{
	struct chosen how = { .target = 0.95, .least = 2, .seeds = 5, .tasks = ROWS_MAX };
	struct ctx c = { .mem = arena_new(0) };
	struct set s[SETS_MAX];
	int sets = 0, i = 1;

	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--target") == 0)
			how.target = strtod(argv[i + 1], NULL);
		else if (strcmp(argv[i], "--least") == 0)
			how.least = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seeds") == 0)
			how.seeds = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--gold") == 0)
			how.gold = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--tasks") == 0)
			how.tasks = (int)strtol(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--prior") == 0) {
			how.just_prior = true;
			i--;
		} else
			stop(USAGE);
	}
	if (i >= argc || (argc - i) % 2 != 0 || (argc - i) / 2 > SETS_MAX)
		stop(USAGE);
	for (; i < argc; i += 2, sets++) {
		s[sets] = (struct set){ .dir = argv[i + 1] };
		read_set(c.mem, argv[i], argv[i + 1], &s[sets]);
		s[sets].tasks = s[sets].tasks < how.tasks ? s[sets].tasks : how.tasks;
	}
	run_all(&c, s, sets, &how);
	arena_free(c.mem);
	return 0;
}
