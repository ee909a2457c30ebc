/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What is told of skills, to the worker himself and to those he works for. Fields with several
 * questions count as one answer: the share of their right ones.
 */
#include "quality/quality_in.h"

/* Sums over the fields of one worker in one project. */
struct told {
	int64_t answers, rejected; /* of the field that has most */
	int64_t said;		   /* over all fields, rejected ones too */
	double right;		   /* of these, in millionths */
	double mean;		   /* sum of the crowd's means */
	int fields;
};

static void add(struct told *t, int questions, int64_t answers, int64_t rejected, int64_t others,
		double mean)
{
	t->answers = answers > t->answers ? answers : t->answers;
	t->rejected = rejected > t->rejected ? rejected : t->rejected;
	t->said += answers + rejected;
	t->right += (double)others / questions;
	t->mean += mean;
	t->fields++;
}

static void tell(const struct told *t, struct quality_skill *out)
{
	out->answers = t->answers;
	out->rejected = t->rejected;
	out->known = t->answers + t->rejected >= QUALITY_SKILL_MIN;
	if (out->known)
		out->share = belief_skill((int64_t)(t->right / t->fields), t->said / t->fields,
					  t->mean / t->fields, &out->at_least);
}

static int questions_of(const struct kind_template *template, struct str name)
{
	const struct kind_field *field = kind_field_find(template, name);
	struct kind_classes list;

	return field != NULL && kind_classes(field, &list) ? list.questions : 1;
}

/* A crowd that has said little is thought to be as any other. */
static double mean_of(int64_t answers, int64_t right)
{
	return ((double)right / BELIEF_ONE + 8) / ((double)answers + 10);
}

enum err quality_skills(struct ctx *c, user_id worker, project_id after, int limit,
			struct quality_skill **out, size_t *count)
{
	struct kind_template template = { .field_count = 0 };
	struct told told = { .fields = 0 };
	struct skill_mine *row;
	size_t rows;

	*count = 0;
	TRY(skill_mine(c, worker, after, limit, &row, &rows));
	*out = NEW_MANY(c->mem, struct quality_skill, rows);
	for (size_t i = 0; i < rows; i++) {
		if (i == 0 || row[i].project.v != row[i - 1].project.v) {
			kind_template_load(c->mem, row[i].template, &template);
			told = (struct told){ .fields = 0 };
			(*out)[*count] = (struct quality_skill){ .project = row[i].project,
								 .title = row[i].title };
			++*count;
		}
		add(&told, questions_of(&template, row[i].field), row[i].answers, row[i].rejected,
		    row[i].others_ppm, mean_of(row[i].crowd_answers, row[i].crowd_right));
		tell(&told, &(*out)[*count - 1]);
	}
	return OK;
}

enum err quality_skills_of(struct ctx *c, const struct project *project, user_id from, user_id upto,
			   struct quality_skill **out, user_id **worker, size_t *count)
{
	struct skill_of_workers *row;
	struct kind_template *template = NEW(c->mem, struct kind_template);
	struct told told = { .fields = 0 };
	struct skill_book crowd;
	size_t rows;

	*count = 0;
	kind_template_load(c->mem, project->template, template);
	TRY(skill_book_open(c, project->id, template, NULL, 0, SKILL_CROWD_ALONE, &crowd));
	TRY(skill_of_workers(c, project->id, from, upto, &row, &rows));
	*out = NEW_MANY(c->mem, struct quality_skill, rows);
	*worker = NEW_MANY(c->mem, user_id, rows);
	for (size_t i = 0; i < rows; i++) {
		double mean = 0.8;

		if (i == 0 || row[i].worker.v != row[i - 1].worker.v) {
			told = (struct told){ .fields = 0 };
			(*worker)[*count] = row[i].worker;
			(*out)[*count] = (struct quality_skill){ .project = project->id };
			++*count;
		}
		for (int f = 0; f < crowd.fields; f++)
			if (str_eq(crowd.field[f].field->name, row[i].field))
				mean = mean_of(crowd.field[f].crowd.sums.answers,
					       crowd.field[f].crowd.sums.right);
		add(&told, questions_of(template, row[i].field), row[i].answers, row[i].rejected,
		    row[i].others_ppm, mean);
		tell(&told, &(*out)[*count - 1]);
	}
	return OK;
}

/* --- doubts --- */

enum err quality_doubt_settle(struct ctx *c, project_id project, user_id worker,
			      enum quality_doubt_state state, bool *any)
{
	int64_t changed;

	TRY(doubt_settle(c, project, worker, (int64_t)state, user_actor(c), &changed));
	*any = changed > 0;
	return OK;
}

/* The evidence as a sentence. */
static struct str sentence(struct ctx *c, const struct doubt_list *d)
{
	const long long all = (long long)d->answers;

	if (d->what == DOUBT_FAST)
		return str_format(c->mem,
				  "%.0f of %lld answers took under a quarter of the usual time; "
				  "at the others' pace it would be %.1f",
				  d->found, all, d->expected);
	if (d->what == DOUBT_CONSTANT && d->value.len == 0)
		return str_format(c->mem,
				  "%.0f of %lld answers are the same to the letter; by what the "
				  "others say it would be %.1f at most",
				  d->found, all, d->expected);
	if (d->what == DOUBT_CONSTANT)
		return str_format(c->mem,
				  "%.0f of %lld answers are %.*s; by what the items are and the "
				  "others say it would be %.1f at most",
				  d->found, all, STR_ARG(d->value), d->expected);
	return str_format(c->mem,
			  "On %lld common items the two give the same wrong answer %.1f times; "
			  "working alone it would be %.1f",
			  all, d->found, d->expected);
}

void quality_doubt_put(struct ctx *c, const struct assignment_numbers *numbers,
		       const struct doubt_list *d, struct json *out)
{
	static const char *const what[] = { "", "fast", "constant", "alike" };
	static const char *const state[] = { "waits", "dismissed", "watched", "paused" };

	json_object(out);
	json_text_of(out, "what", str_of(what[d->what]));
	if (d->other.v != 0)
		json_id_of(out, "with", assignment_number(c->mem, numbers, d->other));
	json_i64_of(out, "answers", d->answers);
	json_f64_of(out, "found", d->found);
	json_f64_of(out, "expected", d->expected);
	json_text_of(out, "text", sentence(c, d));
	json_text_of(out, "state", str_of(state[d->state]));
	json_object_end(out);
}
