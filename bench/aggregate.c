/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * aggregate: what one answer costs in one iteration, and how much memory it takes.
 *
 *   aggregate [--classes K] [--answers N] [--tasks T] [--workers W] [--rounds R] [--threads 1|2]
 *             [--method dawid-skene|shrunk] [--write FILE]
 *
 * Makes a crowd whose workers are right with a share of .5 to .95, seeded, answers spread evenly
 * over the tasks, and fits it. Prints one JSON object: processor and wall time per answer and
 * iteration, of the rounds between the first and the last; the whole time; peak memory of the
 * process. --write makes a TSV of the same answers instead, for the way from a file.
 */
#include <stdio.h>
#include <stdlib.h>
#include "model/model.h"
#include "os/os.h"

struct bench {
	int64_t classes, answers, tasks, workers, rounds, threads;
	enum model_method method;
	const char *path;
	struct clock *clock;
	int64_t first_cpu_us, first_us; /* when the second round begins */
	int64_t last_cpu_us, last_us;	/* when the last one begins */
	int last;
	uint64_t seed;
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "aggregate: %s\n", why);
	exit(2);
}

/* splitmix64: the same data everywhere. */
static uint64_t next(struct bench *b)
{
	uint64_t z = b->seed += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

static uint32_t below(struct bench *b, int64_t limit)
{
	return (uint32_t)((next(b) >> 32) * (uint64_t)limit >> 32);
}

static uint32_t draw(struct bench *b, uint32_t worker, uint32_t truth)
{
	const uint32_t skill = 500 + worker * 2654435761U % 450;

	return below(b, 1000) < skill ? truth : below(b, b->classes);
}

static void make(struct bench *b, struct arena *mem, struct model_answers *out)
{
	int32_t *from = NEW_MANY(mem, int32_t, (size_t)b->tasks + 1);
	uint32_t *key = NEW_MANY(mem, uint32_t, (size_t)b->answers);

	for (int64_t t = 0; t < b->tasks; t++) {
		const uint32_t truth = below(b, b->classes);

		from[t + 1] = (int32_t)(b->answers * (t + 1) / b->tasks);
		for (int32_t i = from[t]; i < from[t + 1]; i++) {
			const uint32_t worker = below(b, b->workers);

			key[i] = worker * (uint32_t)b->classes + draw(b, worker, truth);
		}
	}
	*out = (struct model_answers){ .tasks = (int32_t)b->tasks,
				       .workers = (int32_t)b->workers,
				       .classes = (int32_t)b->classes,
				       .from = from,
				       .key = key };
}

static void write_file(const struct bench *b, const struct model_answers *a)
{
	FILE *file = fopen(b->path, "w");

	if (file == NULL)
		stop("the file cannot be written");
	fputs("task\tworker\tlabel\n", file);
	for (int32_t t = 0; t < a->tasks; t++)
		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++)
			fprintf(file, "t%d\tw%u\t%u\n", t, a->key[i] / (uint32_t)a->classes,
				a->key[i] % (uint32_t)a->classes);
	if (fclose(file) != 0)
		stop("the file cannot be written");
}

static void at_round(void *seen_by, int round)
{
	struct bench *b = seen_by;

	b->last = round;
	b->last_cpu_us = os_cpu_us();
	b->last_us = clock_steady_us(b->clock);
	if (round != 1)
		return;
	b->first_cpu_us = b->last_cpu_us;
	b->first_us = b->last_us;
}

static void fit(struct bench *b, struct arena *mem, const struct model_answers *a)
{
	const struct model_options options = { .iterations_max = (int)b->rounds,
					       .lean = true,
					       .threads = (int)b->threads,
					       .at = at_round,
					       .seen_by = b };
	const int64_t begun = clock_steady_us(b->clock);
	struct model_fit out;
	double wall;

	model_run(mem, b->method, a, &options, &out);
	wall = (double)(clock_steady_us(b->clock) - begun) / 1e6;
	if (b->last < 2)
		stop("there were fewer than three iterations");

	const double work = (double)b->answers * (b->last - 1) / 1000;

	printf("{\"method\":\"%s\",\"classes\":%lld,\"answers\":%lld,\"tasks\":%lld,"
	       "\"workers\":%lld,\"threads\":%lld,\"iterations\":%d,\"cpu_ns\":%.2f,"
	       "\"wall_ns\":%.2f,\"seconds\":%.3f,\"peak_mb\":%.1f}\n",
	       model_name(b->method), (long long)b->classes, (long long)b->answers,
	       (long long)b->tasks, (long long)b->workers, (long long)b->threads, out.iterations,
	       (double)(b->last_cpu_us - b->first_cpu_us) / work,
	       (double)(b->last_us - b->first_us) / work, wall,
	       (double)os_memory_peak_bytes() / 1e6);
}

static int64_t number(const char *text, int64_t max)
{
	int64_t out;

	if (!num_i64(str_of(text), 1, max, &out))
		stop("this is no number in range");
	return out;
}

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct bench b = { .classes = 2,
			   .answers = 10000000,
			   .tasks = 1000000,
			   .workers = 10000,
			   .rounds = 11,
			   .threads = 1,
			   .method = MODEL_DAWID_SKENE,
			   .clock = clock_real(mem),
			   .seed = 1 };
	struct model_answers answers;

	for (int i = 1; i + 1 < count; i += 2) {
		struct str name = str_of(word[i]);

		if (str_eq(name, S("--classes")))
			b.classes = number(word[i + 1], 1000);
		else if (str_eq(name, S("--answers")))
			b.answers = number(word[i + 1], MODEL_ANSWERS_MAX);
		else if (str_eq(name, S("--tasks")))
			b.tasks = number(word[i + 1], 100000000);
		else if (str_eq(name, S("--workers")))
			b.workers = number(word[i + 1], 1000000);
		else if (str_eq(name, S("--rounds")))
			b.rounds = number(word[i + 1], 1000);
		else if (str_eq(name, S("--threads")))
			b.threads = number(word[i + 1], MODEL_SHARDS);
		else if (str_eq(name, S("--write")))
			b.path = word[i + 1];
		else if (!str_eq(name, S("--method")) ||
			 !model_by_name(str_of(word[i + 1]), &b.method))
			stop("unknown option; see the head of bench/aggregate.c");
	}
	make(&b, mem, &answers);
	if (b.path != NULL)
		write_file(&b, &answers);
	else
		fit(&b, mem, &answers);
	arena_free(mem);
	return 0;
}
