/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Whatever the method, the model's posterior is computed and kept: skills rest on it. The method
 * says which value is the result and what is claimed of it: plurality the share of the votes,
 * shrunk the model's posterior, calibrated.
 *
 * Where there is no list, the kind makes the value: by skill of answers that stand there once,
 * twice or not at all (open_weigh), so that a median or a cluster weighs them without a rule of its
 * own.
 */
#include "quality/judge_in.h"

int64_t judge_millionths(double confidence)
{
	return (int64_t)(confidence * 1e6 + 0.5);
}

static void make(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		 struct judge_result *r)
{
	size_t questions = (size_t)f->list.questions, classes = (size_t)f->list.classes;

	if (!f->has_list)
		classes = (size_t)t->count + 2; /* the result, as many groups, none of them */
	*r = (struct judge_result){
		.mark = NEW_MANY(c->mem, int, questions *(size_t)t->count),
		.z = NEW_MANY(c->mem, int64_t, questions * classes),
		.claim = NEW_MANY(c->mem, int64_t, questions * classes),
		.others = NEW_MANY(c->mem, int64_t, questions * (size_t)t->count),
		.believed = NEW_MANY(c->mem, int64_t, questions * classes),
	};
}

static const struct json_value *value_of(const struct skill_field *f, const struct json_value *of)
{
	return json_get(of, f->field->name);
}

static void mark_all(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		     struct judge_result *r)
{
	int *own = NEW_MANY(c->mem, int, (size_t)f->list.questions);

	for (int i = 0; i < t->count; i++) {
		kind_marks(f->field, value_of(f, t->answer[i]), own);
		for (int q = 0; q < f->list.questions; q++)
			r->mark[q * t->count + i] = own[q];
	}
}

/* What is counted: the truth where it is known, else the posterior. */
static void believe(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		    struct judge_result *r)
{
	const size_t classes = (size_t)f->list.classes, questions = (size_t)f->list.questions;
	const struct json_value *truth = value_of(f, t->truth);
	int *right = NEW_MANY(c->mem, int, questions);

	memcpy(r->believed, r->z, questions * classes * sizeof(*r->z));
	if (truth == NULL || !f->has_list)
		return;
	kind_marks(f->field, truth, right);
	memset(r->believed, 0, questions * classes * sizeof(*r->z));
	for (size_t q = 0; q < questions; q++)
		r->believed[q * classes + (size_t)right[q]] = BELIEF_ONE;
}

static int best_of(const int64_t *z, int classes)
{
	int best = 0;

	for (int k = 1; k < classes; k++)
		best = z[k] > z[best] + 1 ? k : best;
	return best;
}

/* The step at which half of what is believed lies: no other is so near to the truth in the mean. */
static int median_of(const int64_t *z, int steps)
{
	int64_t all = 0, upto = 0;
	int step = 0;

	for (int k = 0; k < steps; k++)
		all += z[k];
	for (upto = z[0]; 2 * upto + steps < all; upto += z[++step])
		;
	return step;
}

/* What each question comes to. */
static int choose(const struct skill_field *f, const int64_t *z)
{
	int best = best_of(z, f->list.classes);

	return best < f->list.steps ? median_of(z, f->list.steps) : best;
}

static void conclude(struct ctx *c, const struct skill_field *f, struct judge_result *r)
{
	const int classes = f->list.classes, questions = f->list.questions;
	int *chosen = NEW_MANY(c->mem, int, (size_t)questions);
	struct json ties = json_make(c->mem, 1 << 20);
	int tied = 0;

	json_list(&ties);
	for (int q = 0; q < questions; q++) {
		const int64_t *z = r->z + q * classes;
		const int best = best_of(z, classes);
		int equal = 0;

		for (int k = 0; k < classes; k++)
			equal += z[k] + 1 >= z[best];
		for (int k = 0; k < classes && equal > 1 && questions == 1; k++)
			if (z[k] + 1 >= z[best])
				json_put_raw(&ties, f->field->kind->named(c->mem, f->field, k));
		if (equal > 1 && questions > 1)
			json_put_raw(&ties, f->field->kind->named(c->mem, f->field, q));
		tied += equal > 1;
		chosen[q] = choose(f, z);
	}
	json_list_end(&ties);
	struct str all = json_end(&ties);
	r->ties = tied > 0 ? all : (struct str){ 0 };
	r->value = f->field->kind->marked(c->mem, f->field, chosen);
}

void judge_claim(const struct skill_book *b, int field, const struct judge_task *t,
		 const int64_t *claim, struct judge_result *r)
{
	const struct skill_field *f = &b->field[field];
	const int classes = f->list.classes, questions = f->list.questions;

	memmove(r->claim, claim, (size_t)(questions * classes) * sizeof(*claim));
	r->confidence = 0;
	for (int q = 0; q < questions; q++)
		r->confidence += belief_sure(r->claim + q * classes, classes, t->count,
					     choose(f, r->z + q * classes), f->trust) /
				 questions;
}

/* What the kind makes of the answers, each given so many times; NULL: once. */
static void vote(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		 const int *times, struct judge_result *r)
{
	const struct json_value **value =
		NEW_MANY(c->mem, const struct json_value *, 2 * (size_t)t->count);
	struct kind_result joined;
	int count = 0;

	for (int i = 0; i < t->count; i++)
		for (int n = 0; n < (times != NULL ? times[i] : 1); n++)
			value[count++] = value_of(f, t->answer[i]);
	kind_agree(c->mem, f->field, value, count, &joined);
	r->value = joined.value;
	r->ties = joined.ties;
	r->confidence = joined.confidence;
}

/* --- without a list --- */

/* Group 0 is what is the same as the value; each other answer joins the first that is the same as
 * its first. */
static void group(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
		  struct str value, struct judge_result *r)
{
	const struct json_value **first =
		NEW_MANY(c->mem, const struct json_value *, (size_t)t->count + 1);
	struct json_value *found;
	struct json_fault fault;

	CHECK(json_read(c->mem, value, &found, &fault));
	first[0] = found;
	r->groups = 1;
	for (int i = 0; i < t->count; i++) {
		struct arena_mark mark = arena_mark(c->mem);
		const struct json_value *said = value_of(f, t->answer[i]);
		int g = 0;

		while (g < r->groups && !kind_same(c->mem, f->field, said, first[g]))
			g++;
		arena_reset(c->mem, mark);
		if (g == r->groups)
			first[r->groups++] = said;
		r->mark[i] = g;
	}
}

/* An answer that is the same as the known one is believed, any other is not. */
static void believe_open(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
			 struct judge_result *r)
{
	const struct json_value *truth = value_of(f, t->truth);

	for (int i = 0; i < t->count; i++) {
		r->believed[i] = r->z[r->mark[i]];
		if (truth == NULL)
			continue;
		bool right = kind_same(c->mem, f->field, value_of(f, t->answer[i]), truth);
		r->believed[i] = r->others[i] = right ? BELIEF_ONE : 0;
	}
	open_wrong(r->mark, r->believed, t->count, &r->both_same, &r->both);
}

static void judge_open(struct ctx *c, const struct skill_book *b, int field,
		       const struct judge_task *t, enum project_method method,
		       struct judge_result *r)
{
	const struct skill_field *f = &b->field[field];
	struct belief_answer *answer = NEW_MANY(c->mem, struct belief_answer, t->count);
	int *times = NEW_MANY(c->mem, int, t->count);

	for (int i = 0; i < t->count; i++) {
		const struct skill *s = skill_at(b, t->worker[i], field);

		answer[i] = (struct belief_answer){ &s->sums, s->rejected, 0 };
	}
	open_weigh(f->open, answer, t->count, times);
	/* Half weights help a vote, and pull a median or a cluster to single answers. */
	const struct kind *kind = f->field->kind;
	for (int i = 0; i < t->count && kind->same != NULL && !kind->is_vote; i++)
		times[i] = times[i] > 0;
	vote(c, f, t, method == PROJECT_PLURALITY ? NULL : times, r);
	group(c, f, t, r->value, r);
	for (int i = 0; i < t->count; i++)
		answer[i].label = r->mark[i];
	open_judge(c->mem, f->open, answer, t->count, r->groups, r->z, r->others);
	if (method != PROJECT_PLURALITY)
		r->confidence = open_sure(r->z, t->count, f->trust);
	believe_open(c, f, t, r);
}

static void count_open(struct skill_book *b, int field, const struct judge_task *t,
		       const struct judge_result *r, int sign)
{
	struct skill_field *f = &b->field[field];

	for (int i = 0; i < t->count; i++) {
		struct skill *s = skill_at(b, t->worker[i], field);

		s->answers += sign;
		s->sums.answers += sign;
		s->sums.right += sign * r->believed[i];
		s->others += sign * r->others[i];
		s->changed = true;
		f->crowd.sums.answers += sign;
		f->crowd.sums.right += sign * r->believed[i];
	}
	f->crowd.of_class[0] += sign * r->both_same;
	f->crowd.of_class[1] += sign * r->both;
	f->crowd.questions += sign;
	f->changed = true;
	skill_ready(f);
}

/* What was believed of each answer is kept; of results from before it was, each that is the same
 * counted one and the others nothing. The others' word was not kept. */
static enum err recall_open(struct ctx *c, const struct skill_field *f, const struct judge_task *t,
			    struct str value, struct str posterior, struct judge_result *r)
{
	group(c, f, t, value, r);
	for (int i = 0; i < t->count; i++)
		r->believed[i] = r->mark[i] == 0 ? BELIEF_ONE : 0;
	if (!str_eq(posterior, S("[]"))) {
		TRY(skill_numbers_read(c, posterior, r->believed, (size_t)t->count));
		open_wrong(r->mark, r->believed, t->count, &r->both_same, &r->both);
	}
	memcpy(r->others, r->believed, (size_t)t->count * sizeof(*r->others));
	return OK;
}

/* --- a field --- */

static void judge_answers(struct ctx *c, const struct skill_book *b, int field,
			  const struct judge_task *t, enum project_method method,
			  struct judge_result *r)
{
	const struct skill_field *f = &b->field[field];
	struct belief_answer *answer = NEW_MANY(c->mem, struct belief_answer, t->count);

	make(c, f, t, r);
	if (!f->has_list) {
		judge_open(c, b, field, t, method, r);
		return;
	}
	if (method == PROJECT_PLURALITY)
		vote(c, f, t, NULL, r);
	mark_all(c, f, t, r);
	for (int q = 0; q < f->list.questions; q++) {
		for (int i = 0; i < t->count; i++) {
			const struct skill *s = skill_at(b, t->worker[i], field);

			answer[i] = (struct belief_answer){
				.worker = &s->sums,
				.rejected = s->rejected * f->list.questions,
				.label = r->mark[q * t->count + i],
			};
		}
		belief_judge(c->mem, &f->crowd, answer, t->count, r->z + q * f->list.classes,
			     r->claim + q * f->list.classes, r->others + q * t->count);
	}
	believe(c, f, t, r);
	if (method == PROJECT_PLURALITY)
		return;
	conclude(c, f, r);
	judge_claim(b, field, t, r->claim, r);
}

void judge_field(struct ctx *c, const struct skill_book *b, int field, const struct judge_task *t,
		 enum project_method method, struct judge_result *r)
{
	const struct json_value *truth = value_of(&b->field[field], t->truth);
	struct json out = json_make(c->mem, 1 << 20);

	judge_answers(c, b, field, t, method, r);
	if (!t->is_mended || truth == NULL)
		return;
	json_put_value(&out, truth);
	r->value = json_end(&out);
	r->ties = (struct str){ 0 };
	r->confidence = 1;
}

bool judge_is_enough(const struct skill_book *b, int field, const struct judge_task *t,
		     const struct judge_result *r, const struct project *p, double target)
{
	const struct skill_field *f = &b->field[field];
	const struct belief_rule rule = { target, (int)p->redundancy_least, (int)p->redundancy };

	if (target <= 0)
		return true;
	if (!f->has_list)
		return open_is_enough(f->open, r->z, r->groups, t->count, f->trust, rule);
	for (int q = 0; q < f->list.questions; q++)
		if (!belief_is_enough(&f->crowd, r->claim + q * f->list.classes, t->count, f->trust,
				      rule))
			return false;
	return true;
}

void judge_count(struct skill_book *b, int field, const struct judge_task *t,
		 const struct judge_result *r, int sign)
{
	struct skill_field *f = &b->field[field];
	const int classes = f->list.classes;

	if (!f->has_list) {
		count_open(b, field, t, r, sign);
		return;
	}
	for (int q = 0; q < f->list.questions; q++) {
		const int64_t *z = r->believed + q * classes;

		for (int i = 0; i < t->count; i++) {
			struct skill *s = skill_at(b, t->worker[i], field);
			int label = r->mark[q * t->count + i];

			belief_add(&s->sums, classes, label, z, sign);
			belief_add(&f->crowd.sums, classes, label, z, sign);
			s->others += sign * r->others[q * t->count + i];
			s->changed = true;
		}
		for (int k = 0; k < classes; k++)
			f->crowd.of_class[k] += sign * z[k];
		f->crowd.questions += sign;
	}
	for (int i = 0; i < t->count; i++)
		skill_at(b, t->worker[i], field)->answers += sign;
	f->changed = true;
	skill_ready(f);
}

enum err judge_recall(struct ctx *c, const struct skill_book *b, int field,
		      const struct judge_task *t, struct str value, struct str posterior,
		      struct judge_result *r)
{
	const struct skill_field *f = &b->field[field];
	int64_t *share = NEW_MANY(c->mem, int64_t, (size_t)f->list.values);

	make(c, f, t, r);
	if (!f->has_list)
		return recall_open(c, f, t, value, posterior, r);
	mark_all(c, f, t, r);
	TRY(skill_numbers_read(c, posterior, share, (size_t)f->list.values));
	for (int v = 0; v < f->list.values; v++) {
		if (f->list.questions == 1) {
			r->z[v] = share[v];
			continue;
		}
		r->z[2 * v] = BELIEF_ONE - share[v];
		r->z[2 * v + 1] = share[v];
	}
	believe(c, f, t, r);
	/* The others' share was not kept; his own posterior is the nearest to it. */
	for (int q = 0; q < f->list.questions; q++)
		for (int i = 0; i < t->count; i++)
			r->others[q * t->count + i] =
				r->z[q * f->list.classes + r->mark[q * t->count + i]];
	return OK;
}

struct str judge_posterior_text(struct ctx *c, const struct skill_field *f,
				const struct judge_task *t, const struct judge_result *r)
{
	int64_t *share = NEW_MANY(c->mem, int64_t, (size_t)f->list.values);

	if (!f->has_list)
		return skill_numbers_text(c->mem, r->believed, (size_t)t->count);
	for (int v = 0; v < f->list.values; v++)
		share[v] = f->list.questions == 1 ? r->z[v] : r->z[2 * v + 1];
	return skill_numbers_text(c->mem, share, (size_t)f->list.values);
}

enum err quality_posterior_put(struct ctx *c, const struct kind_field *field, struct str posterior,
			       struct json *out)
{
	struct kind_classes list = { .values = 0 };
	int64_t *share;

	json_list(out);
	if (field != NULL && posterior.len > 0 && kind_classes(field, &list)) {
		share = NEW_MANY(c->mem, int64_t, (size_t)list.values);
		TRY(skill_numbers_read(c, posterior, share, (size_t)list.values));
		for (int v = 0; v < list.values; v++) {
			json_object(out);
			json_raw_of(out, "value", field->kind->named(c->mem, field, v));
			json_f64_of(out, "share", (double)share[v] / BELIEF_ONE);
			json_object_end(out);
		}
	}
	json_list_end(out);
	return OK;
}
