/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* `tessera aggregate`: options, files, time and the summary; the kinds have files of their own. */
#include <errno.h>
#include <stdio.h>
#include "model/aggregate_in.h"

enum { OUT_BYTES = 1 << 16, LINE_ROOM = 1 << 21, SUMMARY_BYTES = 1 << 20 };

static const struct room_option options[] = {
	{ "method",
	  .about = "blend, plurality, wawa, one-coin, shrunk-one-coin, zencrowd, dawid-skene, "
		   "shrunk, ibcc, glad or mace; mean, median, trimmed or lfc-n; cluster; rover; "
		   "bradley-terry or bradley-terry-weighted; default by kind" },
	{ "kind", .value = "choice",
	  .about = "choice, ordinal, choices, number, box, polygon, text or pair" },
	{ "truth", .about = "a file of task and label; scores the results on stderr" },
	{ "gold", .about = "choice, ordinal: a file of task and label that the model may use" },
	{ "summary", .about = "write what is known of the run as JSON into this file" },
	{ "workers", .about = "write a table of the workers into this file" },
	{ "items", .about = "pairs: write a table of the items into this file" },
	{ "iterations", .about = "choices: at most so many rounds of each model" },
	{ "stop",
	  .about = "dawid-skene, also as a part of blend: crowdkit (default) or converged" },
	{ "threads", .value = "2", .about = "1 or 2" },
	{ .name = NULL },
};

static const char *const kinds[AGGREGATE_KINDS] = {
	[AGGREGATE_CHOICE] = "choice",	 [AGGREGATE_ORDINAL] = "ordinal",
	[AGGREGATE_CHOICES] = "choices", [AGGREGATE_NUMBER] = "number",
	[AGGREGATE_BOX] = "box",	 [AGGREGATE_POLYGON] = "polygon",
	[AGGREGATE_TEXT] = "text",	 [AGGREGATE_PAIR] = "pair",
};

/* --- result lines --- */

void aggregate_text(struct aggregate *g, const char *text)
{
	for (; *text != '\0'; text++)
		buf_add_char(&g->out,
			     *text == '\t' || *text == '\n' || *text == '\r' ? ' ' : *text);
}

void aggregate_share(struct aggregate *g, double share)
{
	/* By hand: a million results are formatted in a twentieth of a second. */
	int64_t parts = (int64_t)(share * 10000 + 0.5);
	char text[8] = { '\t', (char)('0' + parts / 10000 % 10), '.' };

	for (int i = 6, rest = (int)(parts % 10000); i > 2; i--, rest /= 10)
		text[i] = (char)('0' + rest % 10);
	buf_add(&g->out, (struct str){ text, 7 });
}

void aggregate_whole(struct aggregate *g, int64_t number)
{
	buf_add_char(&g->out, '\t');
	buf_add_i64(&g->out, number);
}

static MUST_USE enum err flush(struct aggregate *g)
{
	struct str bytes = buf_str(&g->out);

	if (buf_is_full(&g->out))
		return refuse(g->c, ERR_LIMIT, "a result is longer than %d bytes", LINE_ROOM);
	if (fwrite(bytes.at, 1, bytes.len, stdout) != bytes.len)
		return refuse(g->c, ERR_STORE, "the output cannot be written");
	g->out.len = 0;
	return OK;
}

enum err aggregate_line(struct aggregate *g)
{
	buf_add_char(&g->out, '\n');
	return g->out.len > OUT_BYTES ? flush(g) : OK;
}

enum err aggregate_put_file(struct aggregate *g, struct str path, struct str bytes)
{
	FILE *file = fopen(str_c(g->c->mem, path), "wb");
	bool done = file != NULL && fwrite(bytes.at, 1, bytes.len, file) == bytes.len;

	if (file != NULL && fclose(file) != 0)
		done = false;
	return done ? OK :
		      refuse(g->c, ERR_INPUT, "%.*s cannot be written: %s", STR_ARG(path),
			     strerror(errno));
}

/* --- truth and calibration --- */

int32_t *aggregate_truth(struct aggregate *g)
{
	const int32_t tasks = g->answers.task.count;
	int32_t *out = NEW_MANY(g->c->mem, int32_t, (size_t)tasks);

	for (int32_t t = 0; t < tasks; t++) {
		int32_t at = read_find(&g->truth.task, str_of(g->answers.task.at[t]));

		out[t] = at < 0 ? -1 : g->truth.value[g->truth.from[at]];
	}
	return out;
}

void calibration_add(struct aggregate_calibration *k, double confidence, double right)
{
	int bin = (int)(confidence * 10);

	bin = bin < 0 ? 0 : bin > 9 ? 9 : bin;
	k->tasks[bin] += 1;
	k->claimed[bin] += confidence;
	k->right[bin] += right;
	k->square += (confidence - right) * (confidence - right);
}

void calibration_say(struct aggregate *g, const struct aggregate_calibration *k)
{
	double all = 0, error = 0;

	for (int i = 0; i < 10; i++)
		all += k->tasks[i];
	if (all == 0)
		return;
	fprintf(stderr, "calibration  tasks   claimed  right\n");
	for (int i = 0; i < 10; i++) {
		if (k->tasks[i] == 0)
			continue;
		fprintf(stderr, "%.1f to %.1f  %7.0f   %.4f   %.4f\n", i / 10.0, (i + 1) / 10.0,
			k->tasks[i], k->claimed[i] / k->tasks[i], k->right[i] / k->tasks[i]);
		error += fabs(k->claimed[i] - k->right[i]) / all;
	}
	fprintf(stderr, "expected calibration error %.4f, Brier score %.4f\n", error,
		k->square / all);
	json_f64_of(&g->summary, "ece", error);
	json_f64_of(&g->summary, "brier", k->square / all);
}

/* --- time --- */

void aggregate_begin(struct aggregate *g, const char *method, const char *unit, int64_t total)
{
	g->method_used = method;
	g->progress = progress_start(g->c->mem, g->call->clock, method, unit, total, false);
	g->begun_us = clock_steady_us(g->call->clock);
}

void aggregate_end(struct aggregate *g)
{
	g->model_us += clock_steady_us(g->call->clock) - g->begun_us;
	progress_done(g->progress);
}

static void tell(void *seen_by, int iteration)
{
	struct aggregate *g = seen_by;

	progress_at(g->progress, iteration);
}

/* --- the command --- */

static enum err read_options(struct aggregate *g)
{
	struct str kind = room_option(g->call, "kind"), stop = room_option(g->call, "stop");
	struct str rounds = room_option(g->call, "iterations");
	int64_t number;

	g->kind = AGGREGATE_KINDS;
	for (int i = 0; i < AGGREGATE_KINDS; i++)
		if (str_eq(kind, str_of(kinds[i])))
			g->kind = (enum aggregate_kind)i;
	if (g->kind == AGGREGATE_KINDS)
		return refuse_field(
			g->c, ERR_INPUT, S("kind"),
			"this is none of choice, ordinal, choices, number, box, polygon, "
			"text and pair");
	g->method = room_option(g->call, "method");
	if (stop.len > 0 && !str_eq(stop, S("crowdkit")) && !str_eq(stop, S("converged")))
		return refuse_field(g->c, ERR_INPUT, S("stop"),
				    "this is neither crowdkit nor converged");
	g->options = (struct model_options){
		.converged = str_eq(stop, S("converged")),
		.at = tell,
		.seen_by = g,
	};
	if (!num_i64(room_option(g->call, "threads"), 1, MODEL_SHARDS, &number))
		return refuse_field(g->c, ERR_INPUT, S("threads"), "this is neither 1 nor 2");
	g->options.threads = (int)number;
	if (rounds.len == 0)
		return OK;
	if (!num_i64(rounds, 1, 100000, &number))
		return refuse_field(g->c, ERR_INPUT, S("iterations"),
				    "this is no number from 1 to 100000");
	g->options.iterations_max = (int)number;
	return OK;
}

static enum err read_files(struct aggregate *g)
{
	const bool choice = g->kind == AGGREGATE_CHOICE || g->kind == AGGREGATE_ORDINAL ||
			    g->kind == AGGREGATE_PAIR;
	struct read_options read = {
		.apart = !choice,
		.keep_repeated = g->kind == AGGREGATE_TEXT,
		.by_value = g->kind == AGGREGATE_ORDINAL,
		.with_worker = true,
		.labels_max = choice ? MODEL_CLASSES_MAX : MODEL_ANSWERS_MAX,
		.clock = g->call->clock,
	};
	struct str truth = room_option(g->call, "truth");
	int64_t begun = clock_steady_us(g->call->clock);

	TRY(read_file(g->c, str_c(g->c->mem, g->call->words[0]), &read, &g->answers));
	g->read_us = clock_steady_us(g->call->clock) - begun;
	if (g->answers.repeated > 0)
		fprintf(stderr, "%lld repeated answers of a worker to a task are left out\n",
			(long long)g->answers.repeated);
	if (g->answers.empty > 0)
		fprintf(stderr, "%lld lines without a label are left out\n",
			(long long)g->answers.empty);
	g->a = (struct model_answers){
		.tasks = g->answers.task.count,
		.workers = g->answers.worker.count,
		.classes = g->answers.label.count,
		.from = g->answers.from,
		.key = g->answers.key,
	};
	g->has_truth = truth.len > 0;
	if (!g->has_truth)
		return OK;
	read.apart = true;
	read.with_worker = false;
	read.keep_repeated = true;
	return read_file(g->c, str_c(g->c->mem, truth), &read, &g->truth);
}

static enum err by_kind(struct aggregate *g)
{
	switch (g->kind) {
	case AGGREGATE_CHOICES:
		return aggregate_choices(g);
	case AGGREGATE_NUMBER:
		return aggregate_number(g);
	case AGGREGATE_BOX:
		return aggregate_box(g);
	case AGGREGATE_POLYGON:
		return aggregate_polygon(g);
	case AGGREGATE_TEXT:
		return aggregate_text_kind(g);
	case AGGREGATE_PAIR:
		return aggregate_pair(g);
	default:
		return aggregate_choice(g);
	}
}

static enum err put_summary(struct aggregate *g)
{
	struct str path = room_option(g->call, "summary");
	struct buf bytes = buf_make(g->c->mem, SUMMARY_BYTES + 1);

	if (path.len == 0)
		return OK;
	buf_add(&bytes, json_end(&g->summary));
	buf_add_char(&bytes, '\n');
	return aggregate_put_file(g, path, buf_str(&bytes));
}

static enum err aggregate_all(struct aggregate *g)
{
	int64_t begun = clock_steady_us(g->call->clock);

	if (g->call->word_count != 1)
		return refuse(g->c, ERR_INPUT, "one file of answers is needed");
	TRY(read_options(g));
	TRY(read_files(g));
	json_object(&g->summary);
	json_text_of(&g->summary, "kind", str_of(kinds[g->kind]));
	json_i64_of(&g->summary, "tasks", g->answers.task.count);
	json_i64_of(&g->summary, "workers", g->answers.worker.count);
	json_i64_of(&g->summary, "answers", g->answers.count);
	TRY(by_kind(g));
	TRY(flush(g));
	json_text_of(&g->summary, "method", str_of(g->method_used));
	json_f64_of(&g->summary, "seconds", (double)g->model_us / 1e6);
	json_f64_of(&g->summary, "read_seconds", (double)g->read_us / 1e6);
	json_f64_of(&g->summary, "total_seconds",
		    (double)(clock_steady_us(g->call->clock) - begun) / 1e6);
	json_object_end(&g->summary);
	return put_summary(g);
}

/* What is written grows in an arena of its own: the kinds take and give back the command's while
 * they write. */
static enum err aggregate_cmd(struct ctx *c, const struct room_call *call)
{
	struct arena *mem = arena_new(0);
	struct aggregate g = {
		.c = c,
		.call = call,
		.summary = json_make(mem, SUMMARY_BYTES),
		.out = buf_make(mem, LINE_ROOM),
	};
	enum err err = aggregate_all(&g);

	arena_free(mem);
	return err;
}

const struct room_command model_commands[] = {
	{ .name = "aggregate",
	  .options = options,
	  .run = aggregate_cmd,
	  .words = "FILE",
	  .about = "Make one result of the redundant answers in a file" },
	{ .name = NULL },
};
