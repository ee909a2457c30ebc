/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * What known tasks teach of claims. Each is judged as an ordinary task would have been, with one
 * answer, two, and so on up to as many as the project asks, by sums that do not hold these very
 * answers; what is claimed then is held against the truth. belief.h says what is learned of it.
 */
#include "quality/fit_in.h"

enum { KNOWN_MAX = 5000 /* known questions that are learned from */ };

void learn_make_room(struct ctx *c, const struct fit *f, struct fit_open *out)
{
	const size_t tasks = (size_t)(f->tasks_max < KNOWN_MAX ? f->tasks_max : KNOWN_MAX);
	struct trials *t = &out->trials;

	out->value = NEW_MANY(c->mem, uint32_t, (size_t)f->answers_max);
	t->room = tasks * (size_t)f->project.redundancy;
	t->used = NEW_MANY(c->mem, int, tasks);
	t->known = NEW_MANY(c->mem, struct belief_known, t->room);
	for (size_t i = 0; i < t->room; i++)
		t->known[i].claim = NEW_MANY(c->mem, int64_t, 3);
}

/*
 * A known question without a list, judged with one answer, two, and so on, by what is thought of
 * who gave them without this very answer: claimed to be right, and was it?
 */
enum err learn_open(struct ctx *c, struct fit *f, int n, struct judge_task *t,
		    const struct json_value *truth, bool gold)
{
	const struct kind_field *field = f->book.field[n].field;
	const struct json_value *known = json_get(truth, field->name);
	struct trials *out = &f->open[n].trials;
	const int most = (int)f->project.redundancy, used = t->count < most ? t->count : most;
	bool right = false;

	if (known == NULL || used == 0 || out->count + (size_t)used > out->room)
		return OK;
	for (int i = 0; i < used; i++) {
		struct belief_sums *sums = &skill_at(&f->book, t->worker[i], n)->sums;
		bool said = kind_same(c->mem, field, json_get(t->answer[i], field->name), known);

		sums->answers--;
		sums->right -= said ? BELIEF_ONE : 0;
	}
	for (t->count = 1; t->count <= used; t->count++) {
		struct belief_known *k = &out->known[out->count++];
		struct json_value *value;
		struct judge_result r;

		judge_field(c, &f->book, n, t, f->project.method, &r);
		TRY(json_read_own(c, r.value, &value));
		right = kind_same(c->mem, field, value, known);
		int64_t *claim = (int64_t *)k->claim;
		claim[0] = r.z[0];
		claim[1] = BELIEF_ONE - r.z[0];
		claim[2] = 0;
		for (int g = 1; g <= r.groups; g++)
			claim[2] = r.z[g] > claim[2] ? r.z[g] : claim[2];
		*k = (struct belief_known){ claim, right ? 0 : 1, 0, t->count, 1.0 / used };
	}
	for (int i = 0; i < used; i++) {
		struct belief_sums *sums = &skill_at(&f->book, t->worker[i], n)->sums;
		bool said = kind_same(c->mem, field, json_get(t->answer[i], field->name), known);

		sums->answers++;
		sums->right += said ? BELIEF_ONE : 0;
	}
	out->used[out->tasks++] = used;
	out->gold += gold;
	out->right += gold && right;
	return OK;
}

/* The worker's sums without this answer of his. */
static const struct belief_sums *without(struct ctx *c, const struct belief_answer *a, int classes,
					 int truth)
{
	struct belief_sums *sums = NEW(c->mem, struct belief_sums);
	int64_t *z = NEW_MANY(c->mem, int64_t, (size_t)classes);

	*sums = belief_sums_make(c->mem, classes);
	sums->answers = a->worker->answers;
	sums->right = a->worker->right;
	if (sums->count != NULL)
		memcpy(sums->count, a->worker->count,
		       (size_t)classes * (size_t)classes * sizeof(*sums->count));
	z[truth] = BELIEF_ONE;
	belief_add(sums, classes, a->label, z, -1);
	return sums;
}

/* The best class of the first `count` answers, as the project's method has it. */
static int chosen(const struct fit *f, const struct belief_answer *answer, int count, int classes,
		  const int64_t *z, int *votes)
{
	int best = 0;

	memset(votes, 0, (size_t)classes * sizeof(*votes));
	for (int i = 0; i < count; i++)
		votes[answer[i].label]++;
	for (int k = 1; k < classes; k++)
		if (f->project.method == PROJECT_PLURALITY ? votes[k] > votes[best] :
							     z[k] > z[best])
			best = k;
	return best;
}

/* One known question, judged with one answer, two, and so on. */
static void try_known(struct ctx *c, const struct fit *f, int n, const struct model_answers *a,
		      int32_t question, struct belief_known *out, int used)
{
	const size_t said = (size_t)(a->from[question + 1] - a->from[question]);
	struct belief_answer *answer = NEW_MANY(c->mem, struct belief_answer, said);
	int *votes = NEW_MANY(c->mem, int, (size_t)a->classes);

	(void)fit_answers(f, n, a, question, answer);
	for (int i = 0; i < used; i++)
		answer[i].worker = without(c, &answer[i], a->classes, a->gold[question]);
	for (int i = 1; i <= used; i++) {
		int64_t *z = NEW_MANY(c->mem, int64_t, 2 * (size_t)a->classes);
		int64_t *claim = z + a->classes;

		belief_judge(c->mem, &f->book.field[n].crowd, answer, i, z, claim, NULL);
		out[i - 1] = (struct belief_known){ claim, a->gold[question],
						    chosen(f, answer, i, a->classes, z, votes), i,
						    1.0 / used };
	}
}

/* Would the answers of a claim have been enough for the project's target? Without one, never. */
static bool is_stop(const struct fit *f, int n, const struct belief_known *k)
{
	const struct skill_field *field = &f->book.field[n];
	const struct belief_rule rule = { (double)f->project.confidence_permille / 1000,
					  (int)f->project.redundancy_least,
					  (int)f->project.redundancy };

	if (rule.target <= 0)
		return false;
	if (field->has_list)
		return belief_is_enough(&field->crowd, k->claim, k->answers, field->trust, rule);
	return open_is_enough(field->open, (const int64_t[]){ k->claim[0], k->claim[2] }, 1,
			      k->answers, field->trust, rule);
}

/* Each known task as it was when its answers were enough: one claim of each of its questions. */
static size_t find_stops(const struct fit *f, int n, const struct trials *t,
			 struct belief_known *stop)
{
	const int questions = f->book.field[n].list.questions;
	const struct belief_known *of = t->known;
	size_t count = 0;

	for (int64_t task = 0; task < t->tasks; task++) {
		const int used = t->used[task];
		int at = 0;

		for (bool enough = false; !enough && at < used; at++) {
			enough = true;
			for (int q = 0; enough && q < questions; q++)
				enough = is_stop(f, n, &of[q * used + at]);
		}
		for (int q = 0; q < questions; q++) {
			stop[count] = of[q * used + at - 1];
			stop[count++].weight = 1.0 / questions;
		}
		of += questions * used;
	}
	return count;
}

/* Everything that known tasks teach of claims. Where answers are enough depends on it in turn. */
void learn_trust(struct ctx *c, struct fit *f, int n, const struct trials *t)
{
	enum { ROUNDS = 5 };
	struct skill_field *field = &f->book.field[n];
	const struct belief_trust usual = field->has_list ? BELIEF_USUAL : OPEN_USUAL;
	const double shifts = field->has_list ? BELIEF_SHIFTS : OPEN_SHIFTS;
	const int classes = field->list.classes;
	struct belief_known *stop = NEW_MANY(c->mem, struct belief_known,
					     (size_t)t->tasks * (size_t)field->list.questions);

	field->learned = t->tasks;
	field->known = t->gold;
	field->known_right = t->right;
	field->trust = belief_learn(usual, 1, t->known, t->count, classes);
	for (int round = 0; round < ROUNDS; round++)
		field->trust.shift = belief_shift(field->trust, usual, shifts, stop,
						  find_stops(f, n, t, stop), classes);
}

/*
 * What is claimed of questions with known answers, by those who have answered at most as many as
 * an ordinary task asks, and without what the sums hold of this very question: as if it were an
 * ordinary one. Spot checks teach too; only gold is counted, by tasks, as the certificate counts
 * spot checks itself.
 */
void learn_listed(struct ctx *c, struct fit *f, int n, const struct model_answers *a)
{
	const int most = (int)f->project.redundancy, questions = f->book.field[n].list.questions;
	struct trials t = { 0 };
	size_t tasks = 0;

	for (int32_t i = 0; i < a->tasks; i += questions)
		tasks += a->gold[i] >= 0 ? 1 : 0;
	t.room = (tasks * (size_t)questions < KNOWN_MAX ? tasks * (size_t)questions : KNOWN_MAX) *
		 (size_t)most;
	t.known = NEW_MANY(c->mem, struct belief_known, t.room);
	t.used = NEW_MANY(c->mem, int, tasks);
	for (int32_t i = 0; i < a->tasks; i += questions) {
		const int32_t all = a->from[i + 1] - a->from[i];
		const int used = all < most ? all : most;
		bool right = true;

		if (a->gold[i] < 0 || used == 0 || t.count + (size_t)(used * questions) > t.room)
			continue;
		for (int q = 0; q < questions; q++, t.count += (size_t)used) {
			try_known(c, f, n, a, i + q, &t.known[t.count], used);
			const struct belief_known *last = &t.known[t.count + (size_t)used - 1];
			right = right && last->result == last->truth;
		}
		t.used[t.tasks++] = used;
		t.gold += f->gold[i / questions];
		t.right += f->gold[i / questions] && right;
	}
	learn_trust(c, f, n, &t);
}
