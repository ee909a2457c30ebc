/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Kind text: words to numbers and back, in the form in which each was typed most often. */
#include <stdio.h>
#include "model/aggregate_in.h"

enum { RESULT_MAX = 1 << 20 };

struct words {
	struct read_names names; /* folded; the first is the empty word */
	struct read_names forms;
	int32_t *times;	  /* of each form */
	int32_t *word_of; /* of each form */
	size_t room;
	int32_t *from; /* of each distinct label; labels + 1 */
	int32_t *word;
	int32_t *shown; /* the form of each word */
};

static void count_form(struct arena *mem, struct words *w, int32_t form, int32_t word)
{
	if ((size_t)form >= w->room) {
		size_t room = w->room == 0 ? 4096 : 2 * w->room;
		int32_t *times = NEW_MANY(mem, int32_t, room);
		int32_t *word_of = NEW_MANY(mem, int32_t, room);

		if (w->room > 0) {
			memcpy(times, w->times, w->room * sizeof(*times));
			memcpy(word_of, w->word_of, w->room * sizeof(*word_of));
		}
		w->times = times;
		w->word_of = word_of;
		w->room = room;
	}
	w->times[form]++;
	w->word_of[form] = word;
}

/* Words of one text into `out`; with `counted` also their forms, so many times. */
static enum err split(struct aggregate *g, struct words *w, const char *label, bool counted,
		      int32_t *out, int *count)
{
	struct str text = str_of(label), form;
	char *folded = arena_take(g->c->mem, 2 * text.len + 8);
	size_t len;

	*count = 0;
	while (model_fold(&text, &form, folded, &len)) {
		int32_t word, number;

		if (*count == MODEL_WORDS_MAX)
			return refuse(g->c, ERR_LIMIT, "a text has more than %d words",
				      MODEL_WORDS_MAX);
		if (!names_add(&w->names, (struct str){ folded, len }, &word))
			return refuse(g->c, ERR_INPUT, "a text is not UTF-8");
		if (counted) {
			if (!names_add(&w->forms, form, &number))
				return refuse(g->c, ERR_INPUT, "a text is not UTF-8");
			count_form(g->c->mem, w, number, word);
		}
		out[(*count)++] = word;
	}
	return OK;
}

static enum err split_labels(struct aggregate *g, const struct read_names *labels, bool counted,
			     struct words *w)
{
	size_t room = 1, all = 0;

	for (int32_t k = 0; k < labels->count; k++)
		room += strlen(labels->at[k]) / 2 + 1;
	w->from = NEW_MANY(g->c->mem, int32_t, (size_t)labels->count + 1);
	w->word = NEW_MANY(g->c->mem, int32_t, room + MODEL_WORDS_MAX);
	for (int32_t k = 0; k < labels->count; k++) {
		int count;

		TRY(split(g, w, labels->at[k], counted, w->word + all, &count));
		all += (size_t)count;
		w->from[k + 1] = (int32_t)all;
	}
	return OK;
}

static void choose_forms(struct arena *mem, struct words *w)
{
	w->shown = NEW_MANY(mem, int32_t, (size_t)w->names.count);
	for (int32_t i = 0; i < w->names.count; i++)
		w->shown[i] = -1;
	for (int32_t f = 0; f < w->forms.count; f++) {
		int32_t *best = &w->shown[w->word_of[f]];

		if (*best < 0 || w->times[f] > w->times[*best] ||
		    (w->times[f] == w->times[*best] &&
		     strcmp(w->forms.at[f], w->forms.at[*best]) < 0))
			*best = f;
	}
}

static void lay_out(struct aggregate *g, const struct words *w, struct model_texts *out)
{
	const struct read_answers *r = &g->answers;
	int32_t *from = NEW_MANY(g->c->mem, int32_t, (size_t)r->count + 1), *word;

	for (int32_t i = 0; i < r->count; i++)
		from[i + 1] = from[i] + w->from[r->value[i] + 1] - w->from[r->value[i]];
	word = NEW_MANY(g->c->mem, int32_t, (size_t)from[r->count]);
	for (int32_t i = 0; i < r->count; i++)
		memcpy(word + from[i], w->word + w->from[r->value[i]],
		       (size_t)(from[i + 1] - from[i]) * sizeof(*word));
	*out = (struct model_texts){
		.tasks = r->task.count,
		.workers = r->worker.count,
		.from = r->from,
		.worker = r->key,
		.word_from = from,
		.word = word,
	};
}

static enum err write_lines(struct aggregate *g, const struct words *w,
			    const struct model_text_fit *fit)
{
	const struct read_names *task = &g->answers.task;

	buf_add(&g->out, S("task\tlabel\tconfidence\tanswers\n"));
	for (int32_t i = 0; i < task->count; i++) {
		const int32_t t = task->first[i];
		const int32_t words = fit->word_from[t + 1] - fit->word_from[t];
		double sum = 0;

		aggregate_text(g, task->at[t]);
		buf_add_char(&g->out, '\t');
		for (int32_t j = fit->word_from[t]; j < fit->word_from[t + 1]; j++) {
			if (j > fit->word_from[t])
				buf_add_char(&g->out, ' ');
			aggregate_text(g, w->forms.at[w->shown[fit->word[j]]]);
			sum += (double)fit->confidence[j];
		}
		aggregate_share(g, words > 0 ? sum / words : 0);
		aggregate_whole(g, g->answers.from[t + 1] - g->answers.from[t]);
		TRY(aggregate_line(g));
	}
	return OK;
}

static enum err write_workers(struct aggregate *g, const struct model_texts *a,
			      const struct model_text_fit *fit)
{
	struct str path = room_option(g->call, "workers");
	int32_t *count = NEW_MANY(g->c->mem, int32_t, (size_t)a->workers);
	struct buf out = buf_make(g->c->mem, 1 << 30);

	if (path.len == 0)
		return OK;
	for (int32_t i = 0; i < a->from[a->tasks]; i++)
		count[a->worker[i]]++;
	buf_add(&out, S("worker\tanswers\tweight\n"));
	for (int32_t i = 0; i < a->workers; i++) {
		int32_t w = g->answers.worker.first[i];

		buf_format(&out, "%s\t%d\t%.4f\n", g->answers.worker.at[w], count[w],
			   fit->weight[w]);
	}
	return aggregate_put_file(g, path, buf_str(&out));
}

/* Mean over the texts of distance / length of the truth, and the same of all words together. */
static enum err say_score(struct aggregate *g, struct words *w, const struct model_text_fit *fit)
{
	struct words known = { .names = w->names };
	int32_t *truth = aggregate_truth(g);
	double sum = 0, tasks = 0, errors = 0, words = 0;

	TRY(split_labels(g, &g->truth.label, false, &known));
	w->names = known.names;
	for (int32_t t = 0; t < g->answers.task.count; t++) {
		if (truth[t] < 0)
			continue;
		const int32_t from = known.from[truth[t]], to = known.from[truth[t] + 1];
		const int distance = model_word_distance(g->c->mem, fit->word + fit->word_from[t],
							 fit->word_from[t + 1] - fit->word_from[t],
							 known.word + from, to - from);

		tasks += 1;
		sum += (double)distance / (to > from ? to - from : 1);
		errors += distance;
		words += to - from;
	}
	json_i64_of(&g->summary, "truth_tasks", (int64_t)tasks);
	if (tasks == 0)
		return OK;
	fprintf(stderr, "word error rate %.4f (of all words together %.4f), %.0f tasks\n",
		sum / tasks, errors / fmax(words, 1), tasks);
	json_f64_of(&g->summary, "wer", sum / tasks);
	json_f64_of(&g->summary, "wer_corpus", errors / fmax(words, 1));
	return OK;
}

static enum err judge(struct aggregate *g, struct words *w)
{
	struct model_texts a;
	struct model_text_fit fit;
	int32_t empty;

	if (g->method.len > 0 && !str_eq(g->method, S("rover")))
		return refuse_field(g->c, ERR_INPUT, S("method"), "texts have the method rover");
	names_make(g->c->mem, &w->names);
	names_make(g->c->mem, &w->forms);
	CHECK(names_add(&w->names, S(""), &empty) && empty == 0);
	aggregate_begin(g, "rover", "rounds", -1);
	TRY(split_labels(g, &g->answers.label, true, w));
	choose_forms(g->c->mem, w);
	lay_out(g, w, &a);
	model_text_run(g->c->mem, &a, &fit);
	aggregate_end(g);
	TRY(write_lines(g, w, &fit));
	TRY(write_workers(g, &a, &fit));
	fprintf(stderr, "%d tasks, %d workers, %d answers, %d different words\n", a.tasks,
		a.workers, g->answers.count, w->names.count - 1);
	json_i64_of(&g->summary, "iterations", 1);
	if (g->has_truth)
		TRY(say_score(g, w, &fit));
	return OK;
}

enum err aggregate_text_kind(struct aggregate *g)
{
	struct words w = { 0 };
	enum err err = judge(g, &w);

	names_forget_table(&w.names);
	names_forget_table(&w.forms);
	return err;
}
