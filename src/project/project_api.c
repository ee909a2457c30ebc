/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Forms in, views out; the rules are in project.c and edit.c. */
#include "job/tally.h"
#include "project/api_in.h"
#include "project/project.sql.h"

enum { PAGE_USUAL = 50 };

static int64_t page_limit(int64_t asked)
{
	return asked > 0 ? asked : PAGE_USUAL;
}

enum err project_kinds_page(struct ctx *c, void *form, struct web_reply *reply)
{
	struct json *out = web_json(reply);

	(void)c, (void)form;
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (int i = 0; kind_table[i] != NULL; i++) {
		json_object(out);
		json_text_of(out, "name", str_of(kind_table[i]->name));
		json_text_of(out, "about", str_of(kind_table[i]->about));
		json_raw_of(out, "example", str_of(kind_table[i]->example));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

/* --- one project --- */

static void put_rules(struct json *out, const struct project *p)
{
	json_money_of(out, "reward", p->reward);
	json_i64_of(out, "fee_permille", p->fee_permille);
	json_i64_of(out, "redundancy", p->redundancy);
	json_i64_of(out, "gold_share_permille", p->gold_share_permille);
	json_i64_of(out, "gold_redundancy", p->gold_redundancy);
	json_i64_of(out, "gold_grown", p->gold_grown);
	json_i64_of(out, "time_allowed_s", p->time_allowed_s);
	json_i64_of(out, "approve_after_s", p->approve_after_s);
	json_time_of(out, "deadline", p->deadline);
	json_text_of(out, "audience", p->invited_only ? S("invited") : S("everyone"));
	json_bool_of(out, "picking", p->picking);
	json_i64_of(out, "estimate_s", p->estimate_s);
	json_i64_of(out, "confidence_permille", p->confidence_permille);
	json_i64_of(out, "redundancy_least", p->redundancy_least);
	json_i64_of(out, "copy_permille", p->copy_permille);
	json_text_of(out, "priority", project_priority_text(p->priority));
	json_text_of(out, "method", p->method == PROJECT_PLURALITY ? S("plurality") : S("shrunk"));
}

/* The fields whose confidence claims how often they are right: by skill all, by plurality none. */
static void put_sure(struct ctx *c, const struct project *p, struct json *out)
{
	struct kind_template *t = NEW(c->mem, struct kind_template);

	kind_template_load(c->mem, p->template, t);
	json_key(out, "sure");
	json_list(out);
	for (int f = 0; f < t->field_count && p->method == PROJECT_SHRUNK; f++)
		json_put_text(out, t->field[f].name);
	json_list_end(out);
}

static enum err put_project(struct ctx *c, project_id id, struct json *out)
{
	struct project_state s;
	struct project p;

	TRY(project_get(c, id, &p));
	TRY(project_state_get(c, id, &s));
	json_object(out);
	json_id_of(out, "id", p.id.v);
	json_id_of(out, "org", p.org.v);
	json_text_of(out, "title", p.title);
	json_text_of(out, "brief", p.brief);
	json_text_of(out, "instructions", p.instructions);
	json_raw_of(out, "template", p.template);
	json_text_of(out, "kind", p.kind_line);
	put_rules(out, &p);
	put_sure(c, &p, out);
	json_i64_of(out, "revision", p.revision);
	json_time_of(out, "created", p.created);
	json_text_of(out, "state", project_state_text(s.state));
	json_raw_of(out, "columns", s.columns);
	json_i64_of(out, "records", s.records);
	json_i64_of(out, "gold", s.gold);
	json_i64_of(out, "gold_bad", s.gold_bad);
	json_bool_of(out, "gold_left", s.gold_left);
	json_i64_of(out, "tasks", s.tasks);
	json_i64_of(out, "places", s.places);
	json_time_of(out, "published", s.published);
	json_time_of(out, "done", s.done);
	json_object_end(out);
	return OK;
}

enum err project_view(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_form *f = form;
	struct project p;

	TRY(project_must_reach(c, f->project, ORG_REVIEWER, &p));
	return put_project(c, f->project, web_json(reply));
}

enum err project_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_edit *e = form;

	TRY(project_change(c, e));
	return put_project(c, e->id, web_json(reply));
}

enum err project_new_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_new_form *f = form;
	org_id org = f->org;
	project_id id;

	if (org.v == 0)
		TRY(org_first(c, user_actor(c), &org));
	TRY(project_new(c, org, f->title, &id));
	struct json *out = web_json(reply);
	json_object(out);
	json_id_of(out, "id", id.v);
	json_object_end(out);
	web_status(reply, 201);
	return OK;
}

/* --- the list: the newest first; the cursor is the last id --- */

static enum err list_rows(struct ctx *c, const struct project_list_form *f, int64_t limit,
			  struct project_list_org **rows, size_t *count)
{
	/* The three statements have the same columns, so one shape serves. */
	_Static_assert(sizeof(struct project_list_org) == sizeof(struct project_list_mine) &&
			       sizeof(struct project_list_org) == sizeof(struct project_list_all),
		       "the lists have the same columns");
	static const char *const words[] = {
		"draft", "funding", "open", "paused", "done", "closed"
	};
	project_id before = f->after.v > 0 ? f->after : (project_id){ INT64_MAX };
	int64_t state = -1;

	for (int i = 0; i < (int)(sizeof(words) / sizeof(*words)); i++)
		if (str_eq(f->state, str_of(words[i])))
			state = i;
	if (f->org.v != 0) {
		if ((c->actor.roles & USER_OPERATOR) == 0)
			TRY(org_must_be_member(c, f->org, ORG_REVIEWER));
		return project_list_org(c, f->org, before, state, limit, rows, count);
	}
	if ((c->actor.roles & USER_OPERATOR) != 0)
		return project_list_all(c, before, state, limit,
					(struct project_list_all **)(void *)rows, count);
	return project_list_mine(c, user_actor(c), before, state, limit,
				 (struct project_list_mine **)(void *)rows, count);
}

static enum err put_item(struct ctx *c, const struct project_list_org *row, struct json *out)
{
	int64_t judged, submitted, paid;
	money budget, spent;

	TRY(tally_get(c, row->id.v, "judged", &judged));
	TRY(tally_get(c, row->id.v, "submitted", &submitted));
	TRY(tally_get(c, row->id.v, "paid", &paid));
	if (!money_times(row->unit, row->places, &budget) || !money_times(row->unit, paid, &spent))
		return refuse(c, ERR_LIMIT, "the budget is too large to show");
	json_object(out);
	json_id_of(out, "id", row->id.v);
	json_text_of(out, "title", row->title);
	json_text_of(out, "state", project_state_text(row->state));
	json_i64_of(out, "tasks", row->tasks);
	json_i64_of(out, "judged", judged);
	json_i64_of(out, "submitted", submitted);
	json_money_of(out, "spent", spent);
	json_money_of(out, "budget", budget);
	json_time_of(out, "created", row->created);
	json_object_end(out);
	return OK;
}

enum err project_list_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_list_form *f = form;
	int64_t limit = page_limit(f->limit);
	struct json *out = web_json(reply);
	struct project_list_org *rows;
	size_t count;

	TRY(list_rows(c, f, limit + 1, &rows, &count));
	size_t shown = count > (size_t)limit ? (size_t)limit : count;
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < shown; i++)
		TRY(put_item(c, &rows[i], out));
	json_list_end(out);
	if (count > shown)
		json_id_of(out, "next", rows[shown - 1].id.v);
	json_object_end(out);
	return OK;
}

/* --- templates --- */

static void put_faults(struct json *out, const struct kind_faults *f)
{
	json_key(out, "faults");
	json_list(out);
	for (int i = 0; i < f->count; i++) {
		json_object(out);
		json_text_of(out, "path", f->list[i].path);
		json_text_of(out, "message", f->list[i].message);
		if (f->list[i].line > 0)
			json_i64_of(out, "line", f->list[i].line);
		json_object_end(out);
	}
	json_list_end(out);
}

enum err project_template_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_template_form *f = form;
	struct kind_faults *faults = NEW(c->mem, struct kind_faults);
	struct kind_template template;
	struct project_state s;
	struct project p;
	struct str *names;
	int count;

	TRY(project_must_own(c, f->project, &p));
	TRY(project_state_get(c, f->project, &s));
	TRY(project_columns(c, s.columns, &names, &count));
	*faults = kind_faults_make(c->mem, (struct str){ 0 });
	bool good = project_template_given(faults, f->template, &template);
	if (count > 0 && template.root != NULL)
		good = kind_template_fits(faults, &template, names, count) && good;
	struct json *out = web_json(reply);
	json_object(out);
	json_bool_of(out, "ok", good);
	put_faults(out, faults);
	json_key(out, "fields");
	json_list(out);
	for (int i = 0; i < template.field_count; i++) {
		json_object(out);
		json_text_of(out, "name", template.field[i].name);
		json_text_of(out, "kind", str_of(template.field[i].kind->name));
		json_object_end(out);
	}
	json_list_end(out);
	json_object_end(out);
	return OK;
}

enum err project_try_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_try_form *f = form;
	struct project p = { .title = f->title, .instructions = f->instructions };
	struct json fields = json_make(c->mem, 2 * KIND_TEMPLATE_MAX);
	struct json *out = web_json(reply);

	TRY(project_template_put(c, f->template, S("[]"), &p));
	if (!json_is(f->fields, JSON_OBJECT))
		return refuse_field(c, ERR_INPUT, S("fields"), "this is an object of texts");
	json_put_value(&fields, f->fields);
	json_object(out);
	json_key(out, "page");
	TRY(project_page(c, &p, json_end(&fields), NULL, out));
	json_object_end(out);
	return OK;
}

/* --- invitations --- */

enum err project_invite_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_invite_form *f = form;
	struct project p;

	TRY(project_must_own(c, f->project, &p));
	TRY(project_invite(c, f->project, f->email));
	web_status(reply, 204);
	return OK;
}

enum err project_invite_delete(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_invite_form *f = form;
	struct project p;
	int64_t changed;

	TRY(project_must_own(c, f->project, &p));
	TRY(project_invite_drop(c, f->project, f->user, &changed));
	if (changed == 0)
		return refuse(c, ERR_MISSING, "there is no such invitation");
	web_status(reply, 204);
	return OK;
}

enum err project_invite_page(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct project_list_form *f = form;
	int64_t limit = page_limit(f->limit);
	struct json *out = web_json(reply);
	struct project_invite_list *rows;
	struct project p;
	size_t count;

	TRY(project_must_own(c, f->project, &p));
	TRY(project_invite_list(c, f->project, (user_id){ f->after.v }, limit + 1, &rows, &count));
	size_t shown = count > (size_t)limit ? (size_t)limit : count;
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < shown; i++) {
		json_object(out);
		json_id_of(out, "user", rows[i].who.v);
		json_text_of(out, "name", rows[i].name);
		json_text_of(out, "email", rows[i].email);
		json_object_end(out);
	}
	json_list_end(out);
	if (count > shown)
		json_id_of(out, "next", rows[shown - 1].who.v);
	json_object_end(out);
	return OK;
}
