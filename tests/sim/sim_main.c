/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * sim: days of a simulated town, one for each seed; see town.h.
 *
 *   sim [--seed N] [--days N] [--every N] [--mutant N] [--calm] [--trace] [--log FILE] [--json]
 *
 * --every: steps between two runs of all invariants; 1 is after each. A day that fails is
 * played again with 1, so that the step that broke something is told. --mutant: plant one of the
 * mistakes of faulty.h; then the first day that notices it ends the run. --log: the history of the
 * last day as JSON lines. The last line says how many days went well; exit 1 if one did not.
 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "tests/sim/town.h"

struct sim {
	struct town_options o;
	int64_t first, days;
	char root[64];
	char data[80];
	struct arena *mem;
	int failed;
	struct town_result sum;
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

/* In memory where there is a file system for that: what is synced to it costs nothing. */
static bool make_root(struct sim *s)
{
	bool fast = access("/dev/shm", W_OK) == 0;

	snprintf(s->root, sizeof(s->root), "%s/tessera-sim-XXXXXX", fast ? "/dev/shm" : "/tmp");
	if (mkdtemp(s->root) == NULL) {
		perror(s->root);
		return false;
	}
	snprintf(s->data, sizeof(s->data), "%s/data", s->root);
	s->o.data = s->data;
	return true;
}

static void play(struct sim *s, uint64_t seed, int every, struct town_result *result)
{
	struct town_options o = s->o;
	struct ctx c = { .mem = s->mem };

	o.seed = seed;
	o.every = every;
	clear(s->data);
	CHECK(os_make_folder(&c, s->data) == OK);
	check_story("seed %lld of the town", (long long)seed);
	town_day(&o, result);
}

static void add(struct town_result *sum, const struct town_result *r)
{
	sum->step += r->step;
	sum->requests += r->requests;
	sum->answers += r->answers;
	sum->jobs += r->jobs;
	for (int i = 0; i < TOWN_FAULT_COUNT; i++)
		sum->fault[i] += r->fault[i];
	sum->checks += r->checks;
	sum->mutated += r->mutated;
	sum->virtual_us += r->virtual_us;
}

/* True: go on. */
static bool play_day(struct sim *s, int64_t seed)
{
	struct town_result r, again;

	play(s, (uint64_t)seed, s->o.every, &r);
	add(&s->sum, &r);
	if (s->o.trace || s->days == 1)
		printf("seed %lld: %d steps, %lld requests, %lld answers, disk %016llx\n",
		       (long long)seed, r.step, (long long)r.requests, (long long)r.answers,
		       (unsigned long long)r.hash);
	if (r.broken == NULL)
		return true;
	s->failed++;
	if (s->o.every > 1 && !s->o.trace) {
		play(s, (uint64_t)seed, 1, &again);
		r = again.broken != NULL ? again : r;
	}
	printf("broken: seed %lld, day %lld, step %d: %s: %s\n", (long long)seed,
	       (long long)(seed - s->first + 1), r.step, r.broken, r.about);
	printf("again: sim --seed %lld --every 1%s\n", (long long)seed, s->o.calm ? " --calm" : "");
	return s->o.mutant == 0 && s->failed < 5;
}

static bool number(const char *text, int64_t *out)
{
	return num_i64(str_of(text), 0, INT64_MAX / 2, out);
}

static bool read_words(struct sim *s, int count, char **word)
{
	for (int i = 1; i < count; i++) {
		int64_t value = 0;
		bool has = i + 1 < count && number(word[i + 1], &value);

		if (strcmp(word[i], "--calm") == 0)
			s->o.calm = true;
		else if (strcmp(word[i], "--trace") == 0)
			s->o.trace = true;
		else if (strcmp(word[i], "--log") == 0 && i + 1 < count)
			s->o.log = word[++i];
		else if (strcmp(word[i], "--seed") == 0 && has)
			s->first = value, i++;
		else if (strcmp(word[i], "--days") == 0 && has)
			s->days = value, i++;
		else if (strcmp(word[i], "--every") == 0 && has && value > 0)
			s->o.every = (int)value, i++;
		else if (strcmp(word[i], "--mutant") == 0 && has && value <= FAULTY_MUTANTS)
			s->o.mutant = (int)value, i++;
		else
			return false;
	}
	return true;
}

static bool make_site(struct sim *s)
{
	struct site site = { .disk = s->o.disk, .clock = clock_pretend(s->mem, (usec){ 0 }) };
	struct ctx c = { .mem = s->mem };

	site.dice = dice_pretend(s->mem, 1);
	site.data = s->data;
	CHECK(os_make_folder(&c, s->data) == OK);
	if (site_make(&site) != OK)
		return false;
	s->o.made = disk_image_now(s->o.disk);
	return true;
}

static void tell(const struct sim *s, int64_t days)
{
	static const char *const words[] = {
#define SIM_WORDS(name, text) text,
		TOWN_FAULTS(SIM_WORDS)
#undef SIM_WORDS
	};
	const struct town_result *sum = &s->sum;

	printf("%lld days, %.1f virtual days: %lld steps, %lld requests, %lld answers, %lld jobs, "
	       "%lld checks of all invariants\n",
	       (long long)days, (double)sum->virtual_us / (double)USEC_DAY, (long long)sum->step,
	       (long long)sum->requests, (long long)sum->answers, (long long)sum->jobs,
	       (long long)sum->checks);
	for (int i = 0; !s->o.calm && i < TOWN_FAULT_COUNT; i++)
		printf("%s%lld %s%s", i > 0 ? ", " : "faults: ", (long long)sum->fault[i], words[i],
		       i == TOWN_FAULT_COUNT - 1 ? "\n" : "");
	if (s->o.mutant > 0)
		printf("mutant %d (%s) made a difference %lld times; it is to be found by %s\n",
		       s->o.mutant, faulty_mutants[s->o.mutant].about, (long long)sum->mutated,
		       faulty_mutants[s->o.mutant].found_by);
	printf("%lld passed, %d failed\n", (long long)days - s->failed, s->failed);
}

int main(int count, char **word)
{
	struct sim s = { .first = 1, .days = 1, .o = { .every = 25 } };
	int64_t day = 0;

	if (!read_words(&s, count, word)) {
		fprintf(stderr, "sim [--seed N] [--days N] [--every N] [--mutant N] [--calm] "
				"[--trace] [--log FILE]\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	s.mem = arena_new(0);
	s.o.disk = disk_new(s.mem);
	if (!make_root(&s) || !make_site(&s))
		return 1;
	while (day < s.days && play_day(&s, s.first + day++))
		;
	tell(&s, day);
	clear(s.root);
	disk_free(s.o.disk);
	arena_free(s.mem);
	return s.failed > 0;
}
