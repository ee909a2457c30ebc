/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Known answers and the questions of a draft, whichever comes first. A record keeps what its cells
 * say; from that its truth is made for the questions as they are, slice by slice, and made anew
 * when they change. To check at the import alone was turned down: it needs the questions before
 * the data that they are made of, and fixes them.
 */
#include "intake/intake.sql.h"
#include "intake/intake_in.h"

enum { SLICE = 1000, TRUTH_MAX = 1 << 20 };

struct known {
	project_id project;
	int64_t revision; /* of the questions it was compared with */
	int64_t was;	  /* behind this record */
	struct record_known_list *row;
	size_t rows;
	struct str *truth; /* of each, or nothing */
	struct str *fault; /* of each, or nothing */
};

/* The cell of a known answer; what was imported by an older program has its value. */
static struct str cell_of(struct ctx *c, const struct json_value *v)
{
	struct json out = json_make(c->mem, TRUTH_MAX);
	struct str text;

	if (json_text(v, &text))
		return text;
	json_put_value(&out, v);
	return json_end(&out);
}

static enum err compare(struct ctx *c, const struct kind_template *t, struct str said,
			struct str *truth, struct str *fault)
{
	struct json out = json_make(c->mem, TRUTH_MAX);
	struct json_value *known;

	*truth = *fault = S("");
	TRY(json_read_own(c, said, &known));
	json_object(&out);
	for (const struct json_value *v = known->first; v != NULL; v = v->next) {
		const struct kind_field *field = kind_field_find(t, v->key);
		struct kind_faults f = kind_faults_make(c->mem, S(""));
		struct str value;

		if (field == NULL) /* the column is told as a whole */
			return OK;
		if (!kind_truth_check(&f, field, cell_of(c, v), &value)) {
			*fault = str_format(c->mem, "gold_%.*s: %.*s", STR_ARG(v->key),
					    STR_ARG(f.list[0].message));
			return OK;
		}
		json_raw_of(&out, str_c(c->mem, v->key), value);
	}
	json_object_end(&out);
	*truth = json_end(&out);
	return OK;
}

enum err intake_known_before(struct ctx *c, struct job *job)
{
	struct known *k = NEW(c->mem, struct known);
	struct kind_template *template = NEW(c->mem, struct kind_template);
	struct project_state state;
	struct project p;

	k->project = (project_id){ job->key };
	job->prepared = NULL;
	TRY(project_get(c, k->project, &p));
	TRY(project_state_get(c, k->project, &state));
	if (state.state != PROJECT_DRAFT || !state.gold_left)
		return OK;
	kind_template_load(c->mem, p.template, template);
	k->revision = p.revision;
	k->was = state.gold_checked;
	TRY(record_known_list(c, k->project, k->was, SLICE, &k->row, &k->rows));
	k->truth = NEW_MANY(c->mem, struct str, k->rows + 1);
	k->fault = NEW_MANY(c->mem, struct str, k->rows + 1);
	for (size_t i = 0; i < k->rows; i++)
		TRY(compare(c, template, k->row[i].known, &k->truth[i], &k->fault[i]));
	job->prepared = k;
	return OK;
}

static enum err write_slice(struct ctx *c, const struct known *k, int64_t told)
{
	int64_t changed;

	if (k->was == 0)
		TRY(source_fault_forget(c, k->project, FAULTS_KNOWN, &changed));
	for (size_t i = 0; i < k->rows; i++) {
		const struct record_known_list *row = &k->row[i];
		bool fits = k->truth[i].len > 0;

		TRY(record_truth_set(c, k->project, row->id, fits ? k->truth[i] : row->known));
		if (k->fault[i].len == 0 || told++ >= INTAKE_FAULTS_KEPT)
			continue;
		TRY(source_fault_add(c, k->project, row->source, FAULTS_KNOWN, row->id, 0,
				     row->row_number, intake_cut(k->fault[i], INTAKE_REASON_MAX),
				     &changed));
	}
	return OK;
}

enum err intake_known_job(struct ctx *c, struct job *job)
{
	const struct known *k = job->prepared;
	struct project_state state;
	struct project p;
	int64_t bad = 0, upto;
	bool left, moved;

	if (k == NULL)
		return OK;
	/* Held, so that the questions are those that they were compared with. */
	TRY(project_hold(c, k->project, &state));
	TRY(project_get(c, k->project, &p));
	if (p.revision != k->revision)
		return job_again(c, job);
	for (size_t i = 0; i < k->rows; i++)
		bad += k->fault[i].len > 0;
	upto = k->rows > 0 ? k->row[k->rows - 1].id : k->was;
	left = k->rows == SLICE;
	TRY(project_gold_step(c, k->project, k->was, upto, bad, left, &moved));
	if (!moved)
		return OK; /* begun anew, with a signal of its own, or written before */
	TRY(write_slice(c, k, state.gold_bad));
	return left ? job_again(c, job) : OK;
}
