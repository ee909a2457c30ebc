/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * leave_out: how the default of `tessera aggregate` was chosen, one data set left out at a time.
 *
 *   leave_out FOLDER...    each with answers.tsv[.gz] and truth.tsv[.gz], labels out of a list
 *
 * Every set is judged as it is, and where tasks have more than seven answers also thinned to three
 * and to five, six times each, since few answers are what a requester pays for. A set's merit is
 * its accuracy (ties shared), the mean of whole and thinned. Candidates are the mean posteriors of
 * each subset of six methods that is nowhere a point under plurality. For each set it prints which
 * candidate is best on the others, what that gives here, and the same of blend. Then the
 * calibration: the slope that fits the others best, and what it makes of this set; and with 50 gold
 * tasks, judged on the rest, mean of 20 draws.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "model/read_in.h"
#include "os/os.h"

enum {
	SETS_MAX = 64,
	VARIANTS = 13,
	MEMBERS = 6,
	CANDIDATES = 1 << MEMBERS,
	GOLD = 50,
	DRAWS = 20
};

static const enum model_method member[MEMBERS] = { MODEL_PLURALITY,   MODEL_SHRUNK,
						   MODEL_DAWID_SKENE, MODEL_SHRUNK_ONE_COIN,
						   MODEL_ZENCROWD,    MODEL_MACE };
#define IS_BLEND (1 << 1 | 1 << 2 | 1 << 3)

struct set {
	const char *name;
	int variants;
	double merit[VARIANTS][CANDIDATES]; /* accuracy */
	int32_t known;			    /* tasks with a truth */
	double *x[VARIANTS];		    /* of each: logit of the posterior of blend */
	double *right[VARIANTS];
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "leave_out: %s\n", why);
	exit(2);
}

static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

/* --- reading --- */

static void read_one(struct ctx *c, struct clock *clock, const char *folder, const char *file,
		     bool with_worker, struct read_answers *out)
{
	const struct read_options options = { .apart = !with_worker,
					      .keep_repeated = !with_worker,
					      .with_worker = with_worker,
					      .labels_max = MODEL_CLASSES_MAX,
					      .clock = clock,
					      .quiet = true };
	const char *path = str_c(c->mem, str_format(c->mem, "%s/%s.tsv", folder, file));

	if (access(path, R_OK) != 0)
		path = str_c(c->mem, str_format(c->mem, "%s.gz", path));
	if (read_file(c, path, &options, out) != OK)
		stop(path);
}

/* For each task its class, -1 when it is known and nobody said it, -2 when it is not known. */
static int32_t *truth_of(struct arena *mem, const struct read_answers *r,
			 const struct read_answers *known)
{
	int32_t *out = NEW_MANY(mem, int32_t, (size_t)r->task.count);

	for (int32_t t = 0; t < r->task.count; t++) {
		const int32_t at = read_find(&known->task, str_of(r->task.at[t]));

		out[t] = at < 0 ? -2 :
				  read_find(&r->label, str_of(known->label.at[known->value[at]]));
	}
	return out;
}

/* `most` answers of each task, by lot. */
static void thin(struct arena *mem, const struct model_answers *a, int32_t most, uint64_t seed,
		 struct model_answers *out)
{
	int32_t *from = NEW_MANY(mem, int32_t, (size_t)a->tasks + 1), to = 0;
	uint32_t *key = NEW_MANY(mem, uint32_t, (size_t)a->from[a->tasks]);

	for (int32_t t = 0; t < a->tasks; t++) {
		int32_t left = a->from[t + 1] - a->from[t], wanted = left < most ? left : most;

		for (int32_t i = a->from[t]; i < a->from[t + 1]; i++, left--)
			if ((int32_t)(next(&seed) % (uint64_t)left) < wanted) {
				key[to++] = a->key[i];
				wanted--;
			}
		from[t + 1] = to;
	}
	*out = *a;
	out->from = from;
	out->key = key;
}

/* --- accuracy of all candidates --- */

static double accuracy(const float *z, const int32_t *truth, int32_t tasks, int32_t classes)
{
	double right = 0, count = 0;

	for (int32_t t = 0; t < tasks; t++) {
		const float *of = z + (size_t)t * (size_t)classes;
		float best = 0;

		if (truth[t] == -2)
			continue;
		count += 1;
		for (int32_t k = 0; k < classes; k++)
			best = of[k] > best ? of[k] : best;
		if (truth[t] >= 0 && of[truth[t]] > best - MODEL_TIE)
			right += 1.0 / model_tied(of, classes);
	}
	return right / count;
}

static double logit(double p)
{
	p = fmin(fmax(p, 1e-4), 1 - 1e-4);
	return log(p / (1 - p));
}

static void keep_blend(struct arena *mem, const float *z, const int32_t *truth,
		       const struct model_answers *a, struct set *s)
{
	double *x = NEW_MANY(mem, double, (size_t)a->tasks);
	double *right = NEW_MANY(mem, double, (size_t)a->tasks);

	s->known = 0;
	s->x[s->variants] = x;
	s->right[s->variants] = right;
	for (int32_t t = 0; t < a->tasks; t++) {
		const float *of = z + (size_t)t * (size_t)a->classes;
		int32_t best = 0;

		if (truth[t] == -2)
			continue;
		for (int32_t k = 1; k < a->classes; k++)
			best = of[k] > of[best] ? k : best;
		x[s->known] = logit((double)of[best]);
		right[s->known++] = best == truth[t];
	}
}

static void judge(struct arena *mem, const struct model_answers *a, const int32_t *truth,
		  struct set *s)
{
	const struct model_options options = { .threads = 1 };
	const size_t cells = (size_t)a->tasks * (size_t)a->classes;
	struct arena *scratch = arena_new(0);
	float *z = NEW_MANY(scratch, float, cells);
	struct model_fit fit[MEMBERS];

	for (int m = 0; m < MEMBERS; m++)
		model_run(scratch, member[m], a, &options, &fit[m]);
	for (int subset = 1; subset < CANDIDATES; subset++) {
		memset(z, 0, cells * sizeof(*z));
		for (int m = 0; m < MEMBERS; m++)
			for (size_t i = 0; (subset >> m & 1) != 0 && i < cells; i++)
				z[i] += fit[m].posterior[i] /
					(float)__builtin_popcount((unsigned)subset);
		s->merit[s->variants][subset] = accuracy(z, truth, a->tasks, a->classes);
		if (subset == IS_BLEND)
			keep_blend(mem, z, truth, a, s);
	}
	s->variants++;
	arena_free(scratch);
}

static void judge_set(struct ctx *c, struct clock *clock, const char *folder, struct set *s)
{
	struct read_answers r, known;

	read_one(c, clock, folder, "answers", true, &r);
	read_one(c, clock, folder, "truth", false, &known);

	const int32_t *truth = truth_of(c->mem, &r, &known);
	const struct model_answers a = { r.task.count, r.worker.count, r.label.count,
					 r.from,       r.key,	       NULL };
	const char *slash = strrchr(folder, '/');

	*s = (struct set){ .name = slash != NULL ? slash + 1 : folder };
	judge(c->mem, &a, truth, s);
	for (int i = 0; i < VARIANTS - 1 && r.count > 7 * r.task.count; i++) {
		struct model_answers less;

		thin(c->mem, &a, i % 2 == 0 ? 3 : 5, (uint64_t)i, &less);
		judge(c->mem, &less, truth, s);
	}
}

/* --- the choice --- */

static double merit(const struct set *s, int candidate)
{
	double thinned = 0;

	for (int i = 1; i < s->variants; i++)
		thinned += s->merit[i][candidate] / (s->variants - 1);
	return s->variants > 1 ? (s->merit[0][candidate] + thinned) / 2 : s->merit[0][candidate];
}

/* Never more than a point under plurality: that is asked of the default on any set. */
static bool is_safe(const struct set *s, int candidate)
{
	return s->merit[0][candidate] > s->merit[0][1] - 0.01;
}

static void choose(const struct set *set, int sets)
{
	double sum[3] = { 0 };

	printf("left out       plurality  blend   best on the others\n");
	for (int left = 0; left < sets; left++) {
		double best = -1;
		int choice = 1;

		for (int candidate = 1; candidate < CANDIDATES; candidate++) {
			double all = 0;

			for (int i = 0; i < sets; i++)
				if (i != left)
					all += is_safe(&set[i], candidate) ?
						       merit(&set[i], candidate) :
						       -1;
			if (all > best + 1e-12) {
				best = all;
				choice = candidate;
			}
		}

		const double *here = set[left].merit[0];

		printf("%-14s %.4f     %.4f  %.4f ", set[left].name, here[1], here[IS_BLEND],
		       here[choice]);
		for (int m = 0; m < MEMBERS; m++)
			if ((choice >> m & 1) != 0)
				printf(" %s", model_name(member[m]));
		puts("");
		sum[0] += here[1] / sets;
		sum[1] += here[IS_BLEND] / sets;
		sum[2] += here[choice] / sets;
	}
	printf("mean           %.4f     %.4f  %.4f\n", sum[0], sum[1], sum[2]);
}

/* --- calibration --- */

struct slope {
	double g, h; /* gradient, minus the second derivative */
};

static void add_slope(const struct set *s, int variant, double weight, double slope,
		      struct slope *out)
{
	for (int32_t t = 0; t < s->known; t++) {
		const double x = s->x[variant][t], p = 1 / (1 + exp(-slope * x));

		out->g += weight * (s->right[variant][t] - p) * x / s->known;
		out->h += weight * p * (1 - p) * x * x / s->known;
	}
}

/* The slope that makes the truth of the other sets most probable; each set, and of each the whole
 * and all that is thinned, count the same. */
static double slope_without(const struct set *set, int sets, int left)
{
	double slope = 0.3;

	for (int round = 0; round < 30; round++) {
		struct slope sum = { 0 };

		for (int i = 0; i < sets; i++)
			for (int v = 0; i != left && v < set[i].variants; v++)
				add_slope(&set[i], v,
					  set[i].variants == 1 ? 1 :
					  v == 0	       ? 0.5 :
								 0.5 / (set[i].variants - 1),
					  slope, &sum);
		slope += sum.g / sum.h;
	}
	return slope;
}

struct claim {
	double tasks[10], claimed[10], right[10];
};

static void add_claim(struct claim *k, double sure, double right)
{
	const int bin = sure < 1 ? (int)(sure * 10) : 9;

	k->tasks[bin] += 1;
	k->claimed[bin] += sure;
	k->right[bin] += right;
}

static void sum_claim(const struct claim *k, double *error, double *claimed, double *right)
{
	double all = 0;

	*error = *claimed = *right = 0;
	for (int i = 0; i < 10; i++) {
		all += k->tasks[i];
		*error += fabs(k->claimed[i] - k->right[i]);
		*claimed += k->claimed[i];
		*right += k->right[i];
	}
	*error /= all;
	*claimed /= all;
	*right /= all;
}

/* With gold by lot: the error on the tasks that are no gold. */
static void with_gold(const struct set *s, uint64_t seed, double *error, double *apart)
{
	struct arena *mem = arena_new(0);
	struct model_fit fit = { .label = NEW_MANY(mem, int32_t, (size_t)s->known),
				 .confidence = NEW_MANY(mem, float, (size_t)s->known) };
	int32_t *gold = NEW_MANY(mem, int32_t, (size_t)s->known);
	int32_t wanted = s->known > 2 * GOLD ? GOLD : s->known / 2;
	struct model_calibration k;
	struct claim claim = { 0 };
	double claimed, right;

	for (int32_t t = 0; t < s->known; t++) {
		const bool is_gold = (int32_t)(next(&seed) % (uint64_t)(s->known - t)) < wanted;

		fit.confidence[t] = (float)(1 / (1 + exp(-s->x[0][t])));
		gold[t] = is_gold ? 1 - (int32_t)s->right[0][t] : -1; /* the label is 0 */
		wanted -= is_gold;
	}
	model_calibrate(&fit, s->known, gold, &k);
	for (int32_t t = 0; t < s->known; t++)
		if (gold[t] < 0)
			add_claim(&claim, model_sure(&k, (double)fit.confidence[t], 1),
				  s->right[0][t]);
	sum_claim(&claim, error, &claimed, &right);
	*apart = fabs(claimed - right);
	arena_free(mem);
}

static void calibrate(const struct set *set, int sets)
{
	double mean[4] = { 0 };

	printf("\nleft out        right  posterior  slope  claimed  ECE    with gold: ECE, gap\n");
	for (int i = 0; i < sets; i++) {
		const double slope = slope_without(set, sets, i);
		struct claim raw = { 0 }, k = { 0 };
		double error, claimed, right, posterior, gold_error = 0, gold_apart = 0;

		for (int32_t t = 0; t < set[i].known; t++) {
			add_claim(&raw, 1 / (1 + exp(-set[i].x[0][t])), set[i].right[0][t]);
			add_claim(&k, 1 / (1 + exp(-slope * set[i].x[0][t])), set[i].right[0][t]);
		}
		sum_claim(&raw, &error, &posterior, &right);
		mean[0] += error / sets;
		sum_claim(&k, &error, &claimed, &right);
		mean[1] += error / sets;
		for (int draw = 0; draw < DRAWS; draw++) {
			double one, apart;

			with_gold(&set[i], (uint64_t)(draw * 100 + i), &one, &apart);
			gold_error += one / DRAWS;
			gold_apart += apart / DRAWS;
		}
		printf("%-14s  %.3f  %.3f      %.3f  %.3f    %.3f  %.3f %.3f\n", set[i].name, right,
		       posterior, slope, claimed, error, gold_error, gold_apart);
		mean[2] += gold_error / sets;
		mean[3] += gold_apart / sets;
	}
	printf("mean ECE: posterior %.4f, slope of the others %.4f, gold %.4f (gap %.4f)\n",
	       mean[0], mean[1], mean[2], mean[3]);
}

int main(int count, char **word)
{
	struct ctx c = { .mem = arena_new(0) };
	struct clock *clock = clock_real(c.mem);
	struct set *set = NEW_MANY(c.mem, struct set, SETS_MAX);

	if (count < 3 || count > SETS_MAX)
		stop("folders of data sets are needed, two or more");
	for (int i = 1; i < count; i++)
		judge_set(&c, clock, word[i], &set[i - 1]);
	choose(set, count - 1);
	calibrate(set, count - 1);
	arena_free(c.mem);
	return 0;
}
