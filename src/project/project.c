/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rules are told in project.h; every statement is in project.sql. */
#include "project/project.h"
#include "audit/audit.h"
#include "project/project.sql.h"
#include "project/project_in.h"

#define FIRST_TEXT "Say here what is to be looked at."
#define FIRST_TEMPLATE                                                       \
	"{\"blocks\":[{\"type\":\"markdown\",\"text\":\"" FIRST_TEXT "\"},"  \
	"{\"type\":\"choice\",\"name\":\"label\",\"label\":\"What is it?\"," \
	"\"options\":[\"yes\",\"no\",\"cannot tell\"],\"many\":false,\"required\":true}]}"

enum {
	FIRST_REWARD = 5,
	FIRST_REDUNDANCY = 3,
	FIRST_GOLD_SHARE = 50,
	FIRST_TIME_S = 600,
	FIRST_APPROVE_S = 3 * 24 * 3600,
	COLUMNS_TEXT_MAX = 1 << 18,
};

struct str project_state_text(int64_t state)
{
	static const char *const words[] = {
#define PROJECT_STATE_WORD(name, number, word) [number] = (word),
		PROJECT_STATE_TABLE(PROJECT_STATE_WORD)
#undef PROJECT_STATE_WORD
	};

	CHECK(state >= 0 && state < (int64_t)(sizeof(words) / sizeof(*words)));
	return str_of(words[state]);
}

/* --- looking --- */

enum err project_get(struct ctx *c, project_id id, struct project *out)
{
	struct project_row row;
	bool found;

	TRY(project_row(c, id, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such project");
	*out = (struct project){
		.id = id,
		.org = row.org,
		.title = row.title,
		.brief = row.brief,
		.instructions = row.instructions,
		.template = row.template,
		.kind_line = row.kind_line,
		.reward = row.reward,
		.fee_permille = row.fee_permille,
		.redundancy = row.redundancy,
		.gold_share_permille = row.gold_share,
		.gold_redundancy = row.gold_redundancy,
		.time_allowed_s = row.learned != 0 ? 0 : row.time_allowed,
		.approve_after_s = row.approve_after,
		.deadline = row.deadline,
		.invited_only = row.invited_only != 0,
		.picking = row.picking != 0,
		.estimate_s = row.estimate,
		.method = (enum project_method)row.method,
		.confidence_permille = row.confidence,
		.redundancy_least = row.least,
		.gold_grown = row.grown,
		.priority = (enum project_priority)row.priority,
		.copy_permille = row.copy,
		.revision = row.revision,
		.created = row.created,
		.created_by = row.by,
	};
	return OK;
}

enum err project_state_get(struct ctx *c, project_id id, struct project_state *out)
{
	struct project_state_row row;
	bool found;

	TRY(project_state_row(c, id, &row, &found));
	if (!found)
		return refuse(c, ERR_MISSING, "there is no such project");
	*out = (struct project_state){
		.id = id,
		.org = row.org,
		.state = row.state,
		.revision = row.revision,
		.columns = row.columns,
		.records = row.records,
		.gold = row.gold,
		.redundancy = row.redundancy,
		.gold_redundancy = row.gold_redundancy,
		.tasks = row.tasks,
		.places = row.places,
		.unit = row.unit,
		.reward = row.reward,
		.fee = row.fee,
		.refunded = row.refunded,
		.copies = row.copies,
		.copies_left = row.copies_left,
		.published = row.published,
		.done = row.done,
		.gold_checked = row.gold_checked,
		.gold_bad = row.gold_bad,
		.gold_left = row.gold_left != 0,
	};
	return OK;
}

enum err project_hold(struct ctx *c, project_id id, struct project_state *out)
{
	struct project_state_hold row;
	bool found;

	TRY(project_state_hold(c, id, &row, &found));
	return project_state_get(c, id, out);
}

/* Asked by the list of one's orgs, so that a stranger's refusal says the same as for nothing at
 * all. */
static enum err role_in(struct ctx *c, org_id org, int64_t *role)
{
	struct org_mine *mine;
	size_t count;

	*role = 0;
	TRY(org_list_mine(c, user_actor(c), &mine, &count));
	for (size_t i = 0; i < count; i++)
		if (mine[i].id.v == org.v)
			*role = mine[i].role;
	return OK;
}

enum err project_must_reach(struct ctx *c, project_id id, enum org_role at_least,
			    struct project *out)
{
	int64_t role;

	TRY(project_get(c, id, out));
	if (str_eq(c->actor.via, S("command")) || (c->actor.roles & USER_OPERATOR) != 0)
		return OK;
	TRY(role_in(c, out->org, &role));
	if (role == 0)
		return refuse(c, ERR_MISSING, "there is no such project");
	if (role < (int64_t)at_least)
		return refuse(c, ERR_DENIED, "this needs a higher role in the organisation");
	return OK;
}

enum err project_must_own(struct ctx *c, project_id id, struct project *out)
{
	return project_must_reach(c, id, ORG_MEMBER, out);
}

enum err project_must_be_draft(struct ctx *c, project_id id, struct project_state *out)
{
	TRY(project_state_get(c, id, out));
	if (out->state != PROJECT_DRAFT)
		return refuse(c, ERR_CONFLICT, "the project is published");
	return OK;
}

enum err project_may_work(struct ctx *c, const struct project *p, user_id who, bool *out)
{
	struct project_invite_has row;

	*out = true;
	if (!p->invited_only)
		return OK;
	return project_invite_has(c, p->id, who, &row, out);
}

enum err project_bar(struct ctx *c, project_id id, user_id who, struct str reason, bool *changed)
{
	int64_t count;

	TRY(project_bar_add(c, id, who, reason, user_actor(c), c->now, &count));
	*changed = count == 1;
	return *changed ? project_barred_add(c, id, 1, &count) : OK;
}

enum err project_unbar(struct ctx *c, project_id id, user_id who, bool *changed)
{
	int64_t count;

	TRY(project_bar_drop(c, id, who, &count));
	*changed = count == 1;
	return *changed ? project_barred_add(c, id, -1, &count) : OK;
}

enum err project_grow(struct ctx *c, const struct project *p, bool *counted)
{
	int64_t changed;

	TRY(project_grown_add(c, p->id, p->gold_grown, &changed));
	*counted = changed == 1;
	return OK;
}

enum err project_grown(struct ctx *c, project_id id, int64_t *out)
{
	struct project_grown_get row;
	bool found;

	TRY(project_grown_get(c, id, &row, &found));
	*out = found ? row.grown : 0;
	return OK;
}

enum err project_is_barred(struct ctx *c, project_id id, user_id who, bool *out)
{
	struct project_bar_get row;

	return project_bar_get(c, id, who, &row, out);
}

/* --- making --- */

static enum err must_be_title(struct ctx *c, struct str title)
{
	size_t points = str_points(title);

	if (str_trim(title).len == 0 || points > PROJECT_TITLE_MAX)
		return refuse_field(c, ERR_INPUT, S("title"), "a title has 1 to %d characters",
				    PROJECT_TITLE_MAX);
	if (!kind_is_plain(title))
		return refuse_field(c, ERR_INPUT, S("title"),
				    "a title is one line without control characters");
	return OK;
}

enum err project_new(struct ctx *c, org_id org, struct str title, project_id *out)
{
	project_id id = { ctx_new_id(c) };
	money reward = { FIRST_REWARD };

	TRY(org_must_be_member(c, org, ORG_MEMBER));
	title = str_trim(title);
	TRY(must_be_title(c, title));
	TRY(project_add(c, id, org, title, S(""), S(""), S(FIRST_TEMPLATE), S("choice"), reward,
			setting_number(c, "project.fee_permille"), FIRST_REDUNDANCY,
			FIRST_GOLD_SHARE, FIRST_REDUNDANCY, FIRST_TIME_S, FIRST_APPROVE_S, 0,
			c->now, user_actor(c), PROJECT_SHRUNK, 0));
	TRY(project_state_add(c, id, org));
	TRY(audit_add(c, id.v, S("project.new"), id.v, S("")));
	*out = id;
	return OK;
}

enum err project_remove_draft(struct ctx *c, project_id id)
{
	int64_t changed;

	TRY(project_state_remove(c, id, &changed));
	if (changed == 0)
		return refuse(c, ERR_CONFLICT, "only a draft without records can be deleted");
	TRY(project_invite_clear(c, id, &changed));
	TRY(project_remove(c, id, &changed));
	return audit_add(c, id.v, S("project.delete"), id.v, S(""));
}

enum err project_invite(struct ctx *c, project_id id, struct str email)
{
	struct project_invite_list *all;
	struct user who;
	size_t count;
	int64_t changed;
	bool found;

	TRY(user_by_email(c, email, &who, &found));
	if (!found)
		return refuse_field(c, ERR_INPUT, S("email"), "nobody here has this address");
	TRY(project_invite_list(c, id, (user_id){ 0 }, PROJECT_INVITES_MAX, &all, &count));
	if (count == PROJECT_INVITES_MAX)
		return refuse(c, ERR_LIMIT, "a project has at most %d invitations",
			      PROJECT_INVITES_MAX);
	return project_invite_add(c, id, who.id, &changed);
}

/* --- templates --- */

bool project_template_given(struct kind_faults *f, const struct json_value *given,
			    struct kind_template *out)
{
	struct str text;

	if (!json_text(given, &text))
		return kind_template_check(f, given, out);
	f->source = text;
	return kind_template_read(f, text, out);
}

enum err project_columns(struct ctx *c, struct str columns, struct str **names, int *count)
{
	struct json_value *list;
	int i = 0;

	TRY(json_read_own(c, columns, &list));
	*names = NEW_MANY(c->mem, struct str, list->count + 1);
	for (const struct json_value *v = list->first; v != NULL; v = v->next)
		if (json_text(v, &(*names)[i]))
			i++;
	*count = i;
	return OK;
}

enum err project_template(struct ctx *c, const struct project *p, struct kind_template *out)
{
	struct kind_faults *f = NEW(c->mem, struct kind_faults);

	*f = kind_faults_make(c->mem, p->template);
	if (!kind_template_read(f, p->template, out))
		return refuse_field(c, ERR_INPUT, S("template"), "the template has faults");
	return OK;
}

enum { SHEET_PART_MAX = 1 << 20 };

enum err project_sheet(struct ctx *c, const struct project *p, const struct kind_media *media,
		       struct project_sheet **out)
{
	struct project_sheet *sheet = NEW(c->mem, struct project_sheet);
	struct json title = json_make(c->mem, SHEET_PART_MAX),
		    instructions = json_make(c->mem, SHEET_PART_MAX);

	kind_template_load(c->mem, p->template, &sheet->template);
	json_put_text(&title, p->title);
	sheet->title = json_end(&title);
	kind_prose(c->mem, p->instructions, NULL, media, &instructions);
	sheet->instructions = json_end(&instructions);
	kind_sheet_make(c->mem, &sheet->template, media, &sheet->blocks);
	*out = sheet;
	return OK;
}

enum err project_sheet_page(struct ctx *c, const struct project_sheet *sheet, struct str fields,
			    const struct kind_media *media, uint64_t seed, struct json *out)
{
	struct json_value *cells = NULL;

	if (fields.len > 0)
		TRY(json_read_own(c, fields, &cells));
	json_object(out);
	json_raw_of(out, "title", sheet->title);
	json_raw_of(out, "instructions", sheet->instructions);
	json_key(out, "blocks");
	kind_sheet_page(c->mem, &sheet->blocks, cells, media, seed, out);
	json_object_end(out);
	return OK;
}

enum err project_page(struct ctx *c, const struct project *p, struct str fields,
		      const struct kind_media *media, struct json *out)
{
	struct project_sheet *sheet;

	TRY(project_sheet(c, p, media, &sheet));
	return project_sheet_page(c, sheet, fields, media, 0, out);
}

/* --- numbers --- */

enum err project_places(struct ctx *c, const struct project *p, const struct project_state *s,
			int64_t *out, int64_t *copies)
{
	int64_t plain, gold, share;

	if (__builtin_mul_overflow(s->records - s->gold, p->redundancy, &plain) ||
	    __builtin_mul_overflow(s->gold, p->gold_redundancy, &gold) ||
	    __builtin_mul_overflow(plain, p->copy_permille, &share) ||
	    __builtin_add_overflow(plain, gold, out))
		return refuse(c, ERR_LIMIT, "these are too many answers");
	*copies = s->records > 1 ? share / 1000 : 0;
	if (__builtin_add_overflow(*out, *copies, out))
		return refuse(c, ERR_LIMIT, "these are too many answers");
	return OK;
}

/* Only a model that knows who is how often right can say when answers are enough. */
static void target_faults(const struct project *p, struct kind_faults *out)
{
	if (p->method != PROJECT_SHRUNK)
		kind_fault(out, S("confidence_permille"), NULL,
			   "to stop when sure, results are by skill");
	if (p->gold_grown > 0 && p->gold_share_permille == 0)
		kind_fault(out, S("gold_share_permille"), NULL,
			   "known answers out of results take a share of what a worker gets");
	if (p->redundancy_least > p->redundancy)
		kind_fault(out, S("redundancy_least"), NULL, "more answers at least than at most");
}

void project_look(struct ctx *c, const struct project *p, const struct project_state *s,
		  struct project_looks *out)
{
	struct kind_faults faults = kind_faults_make(c->mem, p->template);
	struct kind_template template;
	struct str text;

	*out = (struct project_looks){ .alike = false };
	if (!kind_template_read(&faults, p->template, &template))
		return;
	out->alike = s->records > 1 && template.column_count == 0;
	for (const struct json_value *b = json_get(template.root, S("blocks"))->first; b != NULL;
	     b = b->next)
		out->untouched = out->untouched || (json_text(json_get(b, S("text")), &text) &&
						    str_eq(text, S(FIRST_TEXT)));
}

enum err project_faults(struct ctx *c, const struct project *p, const struct project_state *s,
			struct kind_faults *out)
{
	struct kind_template template;
	struct str *names;
	int count;

	*out = kind_faults_make(c->mem, p->template);
	if (s->records == 0)
		kind_fault(out, S("sources"), NULL, "no data has been imported");
	if (p->reward.minor <= 0)
		kind_fault(out, S("reward"), NULL, "the reward is nothing");
	if (p->deadline.us != 0 && p->deadline.us <= c->now.us)
		kind_fault(out, S("deadline"), NULL, "the deadline is over");
	if (!kind_template_read(out, p->template, &template))
		return OK;
	if (p->confidence_permille > 0)
		target_faults(p, out);
	else if (p->gold_grown > 0)
		kind_fault(out, S("gold_grown"), NULL,
			   "known answers out of results take places that a target of confidence "
			   "has left");
	if (s->records == 0)
		return OK;
	TRY(project_columns(c, s->columns, &names, &count));
	bool fits = kind_template_fits(out, &template, names, count);
	bool knows = kind_template_knows(out, &template, names, count);

	if (fits && knows && s->gold_left)
		kind_fault(out, S("sources"), NULL,
			   "the known answers are being compared with the questions");
	else if (s->gold_bad > 0)
		kind_fault(out, S("sources"), NULL, "%lld known answer%s not fit the questions",
			   (long long)s->gold_bad, s->gold_bad == 1 ? " does" : "s do");
	return OK; /* the faults say it */
}

/* --- moving --- */

enum err project_fund(struct ctx *c, project_id id, const struct project_funding *f, bool *moved)
{
	struct project_state s;
	struct project p;
	int64_t changed;

	/* Held before the header is read: an edit that holds it is waited for and seen. */
	TRY(project_hold(c, id, &s));
	TRY(project_get(c, id, &p));
	*moved = false;
	if (p.revision != f->revision)
		return OK;
	TRY(project_state_fund(c, id, f->revision, f->records, f->gold, f->redundancy,
			       f->gold_redundancy, f->places, f->unit, f->reward, f->fee, c->now,
			       f->copies, &changed));
	if (changed == 0)
		return OK;
	*moved = true;
	return job_signal(c, "task.cut", id.v);
}

enum err project_state_move(struct ctx *c, project_id id, enum project_state_word from,
			    enum project_state_word to, bool *moved)
{
	int64_t changed;

	TRY(project_state_set(c, id, (int64_t)from, (int64_t)to, c->now, &changed));
	*moved = changed > 0;
	return OK;
}

enum err project_refunded(struct ctx *c, project_id id, int64_t before, int64_t after, bool *moved)
{
	int64_t changed;

	TRY(project_refunded_set(c, id, before, after, &changed));
	*moved = changed > 0;
	return OK;
}

enum err project_copies_take(struct ctx *c, project_id id, int64_t n, bool *got)
{
	int64_t changed;

	TRY(project_copies_take_set(c, id, n, &changed));
	*got = changed == 1;
	return OK;
}

enum err project_copies_give(struct ctx *c, project_id id, int64_t n)
{
	int64_t changed;

	if (n == 0)
		return OK;
	TRY(project_copies_give_set(c, id, n, &changed));
	CHECK(changed == 1);
	return OK;
}

enum err project_copies_shut(struct ctx *c, project_id id, int64_t *places)
{
	for (;;) {
		struct project_state s;
		int64_t changed;

		TRY(project_state_get(c, id, &s));
		*places = s.copies_left;
		if (s.copies_left == 0)
			return OK;
		TRY(project_copies_shut_set(c, id, s.copies_left, &changed));
		if (changed == 1)
			return OK;
	}
}

enum err project_records_shift(struct ctx *c, project_id id, int64_t records, int64_t gold,
			       struct str columns, bool *moved)
{
	int64_t changed;

	CHECK(columns.len <= COLUMNS_TEXT_MAX);
	TRY(project_records_add(c, id, records, gold, columns, &changed));
	*moved = changed > 0;
	return *moved ? project_gold_anew(c, id) : OK;
}

/* --- known answers --- */

enum err project_gold_anew(struct ctx *c, project_id id)
{
	struct project_state s;
	int64_t changed;

	TRY(project_gold_begin(c, id, &changed));
	TRY(project_state_get(c, id, &s));
	return s.gold_left ? job_signal(c, "intake.known", id.v) : OK;
}

enum err project_gold_step(struct ctx *c, project_id id, int64_t before, int64_t upto, int64_t bad,
			   bool left, bool *moved)
{
	int64_t changed;

	TRY(project_gold_go_on(c, id, before, upto, bad, left, &changed));
	*moved = changed > 0;
	return OK;
}
