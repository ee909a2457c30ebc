/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Changing the header: each field is checked where it is said, and the whole is written
 * under the revision that was read, so that two editors cannot undo each other unseen.
 */
#include "project/project.h"
#include "project/project.sql.h"
#include "project/project_in.h"

static enum err must_be_in(struct ctx *c, const char *field, int64_t value, int64_t min,
			   int64_t max)
{
	if (value < min || value > max)
		return refuse_field(c, ERR_INPUT, str_of(field), "this is from %lld to %lld",
				    (long long)min, (long long)max);
	return OK;
}

/* Once published only words, the deadline and the priority may change. */
static enum err must_be_free(struct ctx *c, const struct project_edit *e, int64_t state)
{
	bool frozen = e->has_template || e->has_reward || e->has_redundancy ||
		      e->has_gold_share_permille || e->has_gold_redundancy ||
		      e->has_time_allowed_s || e->has_approve_after_s || e->has_estimate_s ||
		      e->has_audience || e->has_picking || e->has_method ||
		      e->has_confidence_permille || e->has_redundancy_least || e->has_gold_grown ||
		      e->has_copy_permille;

	if (state != PROJECT_DRAFT && frozen)
		return refuse(c, ERR_CONFLICT,
			      "only title, brief, instructions, deadline and priority can "
			      "change once a project is published");
	return OK;
}

static enum err refuse_first(struct ctx *c, const struct kind_faults *f)
{
	struct str path = f->list[0].path;

	path = path.len > 0 ? str_format(c->mem, "template.%.*s", STR_ARG(path)) : S("template");
	if (f->list[0].line > 0)
		return refuse_field(c, ERR_INPUT, path, "line %d: %.*s", f->list[0].line,
				    STR_ARG(f->list[0].message));
	return refuse_field(c, ERR_INPUT, path, "%.*s", STR_ARG(f->list[0].message));
}

enum err project_template_put(struct ctx *c, const struct json_value *given, struct str columns,
			      struct project *p)
{
	struct kind_faults *f = NEW(c->mem, struct kind_faults);
	struct kind_template template;
	struct str *names;
	int count;

	*f = kind_faults_make(c->mem, (struct str){ 0 });
	if (!project_template_given(f, given, &template))
		return refuse_first(c, f);
	TRY(project_columns(c, columns, &names, &count));
	if (count > 0 && !kind_template_fits(f, &template, names, count))
		return refuse_first(c, f);
	struct json text = json_make(c->mem, 2 * KIND_TEMPLATE_MAX);
	json_put_value(&text, template.root);
	p->template = json_end(&text);
	if (p->template.len > KIND_TEMPLATE_MAX)
		return refuse_field(c, ERR_INPUT, S("template"), "a template has at most %d bytes",
				    KIND_TEMPLATE_MAX);
	p->kind_line = kind_line(&template);
	return OK;
}

static enum err change_words(struct ctx *c, const struct project_edit *e, struct project *p)
{
	if (e->has_title) {
		p->title = str_trim(e->title);
		if (p->title.len == 0 || str_points(p->title) > PROJECT_TITLE_MAX ||
		    !kind_is_plain(p->title))
			return refuse_field(c, ERR_INPUT, S("title"),
					    "a title is one line of 1 to %d "
					    "characters",
					    PROJECT_TITLE_MAX);
	}
	if (e->has_brief) {
		p->brief = e->brief;
		if (p->brief.len > PROJECT_BRIEF_MAX || !kind_is_clean(p->brief))
			return refuse_field(c, ERR_INPUT, S("brief"),
					    "the brief has at most %d bytes "
					    "and no control characters",
					    PROJECT_BRIEF_MAX);
	}
	if (e->has_instructions) {
		p->instructions = e->instructions;
		if (p->instructions.len > KIND_TEXT_MAX || !kind_is_clean(p->instructions))
			return refuse_field(c, ERR_INPUT, S("instructions"),
					    "instructions have at most "
					    "%d bytes and no control characters",
					    KIND_TEXT_MAX);
	}
	if (e->has_deadline) {
		p->deadline = (usec){ 0 };
		if (e->deadline.len > 0 && !usec_parse(e->deadline, &p->deadline))
			return refuse_field(
				c, ERR_INPUT, S("deadline"),
				"a deadline is a date, or a time such as 2027-01-31T18:00:00Z");
		if (e->deadline.len > 0 && p->deadline.us <= c->now.us)
			return refuse_field(c, ERR_INPUT, S("deadline"),
					    "the deadline is in the past");
	}
	return OK;
}

struct str project_priority_text(enum project_priority priority)
{
	static const char *const word[] = { "low", "normal", "high" };

	return str_of(word[priority]);
}

/* Whoever goes ahead of all goes ahead at the cost of others: that is not his own to decide. */
static enum err change_priority(struct ctx *c, const struct project_edit *e, struct project *p)
{
	enum project_priority was = p->priority;

	if (!e->has_priority)
		return OK;
	for (int i = PROJECT_LOW; i <= PROJECT_HIGH; i++)
		if (str_eq(e->priority, project_priority_text((enum project_priority)i)))
			p->priority = (enum project_priority)i;
	if (p->priority == PROJECT_HIGH && was != PROJECT_HIGH &&
	    !str_eq(c->actor.via, S("command")) && (c->actor.roles & USER_OPERATOR) == 0)
		return refuse_field(c, ERR_DENIED, S("priority"),
				    "only an operator puts a project ahead of the others");
	return OK;
}

static enum err change_rules(struct ctx *c, const struct project_edit *e, struct project *p)
{
	if (e->has_reward)
		p->reward = e->reward;
	/* Known items go along with the others until they are told apart. */
	if (e->has_redundancy && p->gold_redundancy == p->redundancy)
		p->gold_redundancy = e->redundancy;
	if (e->has_redundancy)
		p->redundancy = e->redundancy;
	if (e->has_gold_share_permille)
		p->gold_share_permille = e->gold_share_permille;
	if (e->has_gold_redundancy)
		p->gold_redundancy = e->gold_redundancy;
	if (e->has_time_allowed_s)
		p->time_allowed_s = e->time_allowed_s;
	if (e->has_approve_after_s)
		p->approve_after_s = e->approve_after_s;
	if (e->has_estimate_s)
		p->estimate_s = e->estimate_s;
	if (e->has_audience)
		p->invited_only = str_eq(e->audience, S("invited"));
	if (e->has_picking)
		p->picking = e->picking != 0;
	if (e->has_method)
		p->method = str_eq(e->method, S("plurality")) ? PROJECT_PLURALITY : PROJECT_SHRUNK;
	if (e->has_confidence_permille)
		p->confidence_permille = e->confidence_permille;
	if (e->has_redundancy_least)
		p->redundancy_least = e->redundancy_least;
	if (e->has_gold_grown)
		p->gold_grown = e->gold_grown;
	if (e->has_copy_permille)
		p->copy_permille = e->copy_permille;
	TRY(must_be_in(c, "copy_permille", p->copy_permille, 0, PROJECT_COPY_MAX));
	TRY(must_be_in(c, "gold_grown", p->gold_grown, 0, PROJECT_GOLD_GROWN_MAX));
	TRY(must_be_in(c, "confidence_permille", p->confidence_permille, 0,
		       PROJECT_CONFIDENCE_MAX));
	TRY(must_be_in(c, "redundancy_least", p->redundancy_least, 1, PROJECT_REDUNDANCY_MAX));
	TRY(must_be_in(c, "reward", p->reward.minor, 0, PROJECT_REWARD_MAX));
	TRY(must_be_in(c, "redundancy", p->redundancy, 1, PROJECT_REDUNDANCY_MAX));
	TRY(must_be_in(c, "gold_share_permille", p->gold_share_permille, 0, 1000));
	TRY(must_be_in(c, "gold_redundancy", p->gold_redundancy, 1, PROJECT_GOLD_REDUNDANCY_MAX));
	if (p->time_allowed_s != 0)
		TRY(must_be_in(c, "time_allowed_s", p->time_allowed_s, PROJECT_TIME_MIN_S,
			       PROJECT_TIME_MAX_S));
	TRY(must_be_in(c, "approve_after_s", p->approve_after_s, 0, PROJECT_APPROVE_MAX_S));
	return must_be_in(c, "estimate_s", p->estimate_s, 0, PROJECT_TIME_MAX_S);
}

/* The row has a time in any case: where it is learned, the one to start with. */
static int64_t time_kept(const struct project *p)
{
	return p->time_allowed_s > 0 ? p->time_allowed_s : PROJECT_TIME_FIRST_S;
}

enum err project_change(struct ctx *c, const struct project_edit *e)
{
	struct project_state s;
	struct project p;
	int64_t changed;

	TRY(project_must_own(c, e->id, &p));
	/* A draft stays one until the edit is written: what is being paid for does not change. */
	TRY(project_hold(c, e->id, &s));
	if (e->has_revision && e->revision != p.revision)
		return refuse_field(c, ERR_CONFLICT, S("revision"),
				    "somebody else has changed this meanwhile");
	TRY(must_be_free(c, e, s.state));
	TRY(change_words(c, e, &p));
	TRY(change_rules(c, e, &p));
	TRY(change_priority(c, e, &p));
	if (e->has_template)
		TRY(project_template_put(c, e->template, s.columns, &p));
	TRY(project_edit(c, p.id, p.revision, p.title, p.brief, p.instructions, p.template,
			 p.kind_line, p.reward, p.redundancy, p.gold_share_permille,
			 p.gold_redundancy, time_kept(&p), p.approve_after_s, p.deadline,
			 p.invited_only, p.picking, p.estimate_s, p.method, p.confidence_permille,
			 p.redundancy_least, p.time_allowed_s == 0, p.gold_grown, p.priority,
			 p.copy_permille, &changed));
	if (changed == 0)
		return refuse_field(c, ERR_CONFLICT, S("revision"),
				    "somebody else has changed this meanwhile");
	return e->has_template ? project_gold_anew(c, e->id) : OK;
}
