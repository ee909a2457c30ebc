/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * makespan: the table of makespans of the reference (decompose-stitch, 5.1), with simulated
 * workers at the real rooms; see makespan.h. Minutes, mean (p95); the reference's figure behind
 * "ref".
 *
 *   makespan [--seed N] [--runs N] [--tasks N]
 *
 * --tasks: only that row of the table. The reference's adaptive lease is 3 × p95 × speed, at
 * least 60 s; the house's is 2 × p90, after the first 50 answers: those columns are neighbours,
 * not the same. The reference hedges after p95, here after p90; its budget for copies is not
 * bounded, here as many are paid for as are asked for; the last column is what a project with 5 %
 * gets. Exit 1 when a run did not end, or an invariant did not hold.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/sim/makespan.h"

enum { RUNS_MAX = 200, POLICIES = 9, SIZES = 4 };

/* So many copies, of what has been held for that share of p90. */
#define HEDGE(copies, percent) \
	"TESSERA_DISPATCH_COPIES=" copies, "TESSERA_DISPATCH_COPY_AFTER_PERCENT=" percent

struct policy {
	const char *name;
	int64_t time_allowed_s;
	bool signs;
	int64_t copy_permille;
	char *environment[3];
};

static const struct policy policy[POLICIES] = {
	{ .name = "60 min", .time_allowed_s = 3600 },
	{ .name = "15 min", .time_allowed_s = 900 },
	{ .name = "5 min", .time_allowed_s = 300 },
	{ .name = "learned" },
	{ .name = "+ heartbeat", .signs = true },
	{ "hedge > p90", 0, true, 1000, { HEDGE("1", "100") } },
	{ "at once", 0, true, 1000, { HEDGE("1", "0") } },
	{ "2 copies", 0, true, 1000, { HEDGE("2", "0") } },
	{ .name = "usual, 5 %", .signs = true, .copy_permille = 50 },
};

/* Mean and p95 in the reference; 0: not told. */
static const struct {
	int tasks;
	double mean[POLICIES], p95[POLICIES];
} size[SIZES] = {
	{ 20,
	  { 92.6, 21.5, 8.4, 7.5, 6.0, 2.9, 2.2, 1.6 },
	  { 181, 45, 16, 11, 11, 5.7, 5.4, 2.3 } },
	{ 100,
	  { 115, 33.8, 14.4, 13.5, 11.6, 8.3, 7.8, 7.2 },
	  { 183, 49, 20, 19, 15, 11, 12, 9.9 } },
	{ 300, { 168, 57, 34.7, 35.8, 33.4, 30.2, 29.6 }, { 266, 73, 47, 50, 47, 40, 39 } },
	{ 1000,
	  { 253, 141, 123, 124, 123, 119, 118, 118 },
	  { 326, 165, 140, 141, 141, 136, 135, 135 } },
};

struct table {
	int64_t seed, runs, tasks;
	char root[64], data[80];
	struct arena *mem;
	struct disk *disk;
	const struct disk_image *made;
	int failed;
};

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *where)
{
	(void)s;
	(void)type;
	(void)where;
	return remove(path);
}

static void clear(const char *folder)
{
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_site(struct table *t)
{
	struct site site = { .disk = t->disk, .clock = clock_pretend(t->mem, (usec){ 0 }) };
	struct ctx c = { .mem = t->mem };

	snprintf(t->root, sizeof(t->root), "/tmp/tessera-makespan-XXXXXX");
	if (mkdtemp(t->root) == NULL)
		return false;
	snprintf(t->data, sizeof(t->data), "%s/data", t->root);
	CHECK(os_make_folder(&c, t->data) == OK);
	site.dice = dice_pretend(t->mem, 1);
	site.data = t->data;
	if (site_make(&site) != OK)
		return false;
	t->made = disk_image_now(t->disk);
	return true;
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* One cell: so many runs, each with a seed of its own. */
static void cell(struct table *t, int s, int p)
{
	double minutes[RUNS_MAX], sum = 0, views = 0, refused = 0;
	struct makespan_result r;

	for (int64_t i = 0; i < t->runs; i++) {
		struct makespan_options o = { .seed = (uint64_t)(t->seed + 2 * i),
					      .tasks = size[s].tasks,
					      .time_allowed_s = policy[p].time_allowed_s,
					      .signs = policy[p].signs,
					      .copy_permille = policy[p].copy_permille,
					      .environment = policy[p].environment,
					      .data = t->data,
					      .made = t->made,
					      .disk = t->disk };
		struct ctx c = { .mem = t->mem };

		clear(t->data);
		CHECK(os_make_folder(&c, t->data) == OK);
		makespan_run(&o, &r);
		if (r.broken != NULL) {
			printf("broken: seed %lld: %s\n", (long long)o.seed, r.broken);
			t->failed++;
			return;
		}
		minutes[i] = (double)r.us / USEC_MINUTE;
		sum += minutes[i];
		views += (double)r.views / (double)r.needed;
		refused += (double)r.refused / (double)r.needed;
	}
	qsort(minutes, (size_t)t->runs, sizeof(*minutes), by_size);
	printf("%5d items  %-12s %6.1f (%5.1f)", size[s].tasks, policy[p].name,
	       sum / (double)t->runs, minutes[(19 * t->runs + 19) / 20 - 1]);
	if (size[s].mean[p] > 0)
		printf("  ref %6.1f (%5.1f)", size[s].mean[p], size[s].p95[p]);
	else
		printf("  %18s", "");
	printf("  views %.2f  late %.3f\n", views / (double)t->runs, refused / (double)t->runs);
}

static bool read_words(struct table *t, int count, char **word)
{
	for (int i = 1; i < count; i += 2) {
		int64_t value;

		if (i + 1 >= count || !num_i64(str_of(word[i + 1]), 1, INT32_MAX, &value))
			return false;
		if (strcmp(word[i], "--seed") == 0)
			t->seed = value;
		else if (strcmp(word[i], "--runs") == 0 && value <= RUNS_MAX)
			t->runs = value;
		else if (strcmp(word[i], "--tasks") == 0)
			t->tasks = value;
		else
			return false;
	}
	return true;
}

int main(int count, char **word)
{
	struct table t = { .seed = 1, .runs = 20 };

	if (!read_words(&t, count, word)) {
		fprintf(stderr, "makespan [--seed N] [--runs N] [--tasks 20|100|300|1000]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	t.mem = arena_new(0);
	t.disk = disk_new(t.mem);
	if (!make_site(&t))
		return 1;
	printf("%lld runs of simulated workers; minutes, mean (p95)\n", (long long)t.runs);
	for (int s = 0; s < SIZES; s++)
		for (int p = 0; p < POLICIES; p++)
			if (t.tasks == 0 || t.tasks == size[s].tasks)
				cell(&t, s, p);
	clear(t.root);
	disk_free(t.disk);
	arena_free(t.mem);
	return t.failed > 0;
}
