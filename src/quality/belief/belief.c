/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The formulas are told in belief.h. Sums run in the order of the answers that are given. */
#include "quality/belief/belief.h"
#include <math.h>

static const double strength = 5, crowd_answers = 10, crowd_mean = 0.8;
static const double one = BELIEF_ONE;

static size_t cells(int classes)
{
	return classes <= BELIEF_CLASSES ? (size_t)classes * (size_t)classes : 0;
}

/* Digamma for x > 0: up by the recurrence to 6, then the asymptotic series; within 1e-9. */
static double digamma(double x)
{
	double sum = 0;

	for (; x < 6; x++)
		sum -= 1 / x;

	const double y = 1 / (x * x);

	return sum + log(x) - 1 / (2 * x) -
	       y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y / 132))));
}

/* A sum that ought not to be below nothing: a truth that was changed may have taken too much. */
static double least_0(int64_t sum)
{
	return sum > 0 ? (double)sum / one : 0;
}

struct belief_sums belief_sums_make(struct arena *mem, int classes)
{
	size_t count = cells(classes);

	return (struct belief_sums){ .count = count > 0 ? NEW_MANY(mem, int64_t, count) : NULL };
}

void belief_crowd_make(struct arena *mem, int classes, struct belief_crowd *out)
{
	*out = (struct belief_crowd){
		.classes = classes,
		.sums = belief_sums_make(mem, classes),
		.of_class = NEW_MANY(mem, int64_t, (size_t)classes),
		.base = NEW_MANY(mem, double, (size_t)classes),
		.pooled = NEW_MANY(mem, double, cells(classes)),
	};
}

void belief_ready(struct belief_crowd *c)
{
	const int classes = c->classes;
	double mean = (least_0(c->sums.right) + crowd_answers * crowd_mean) /
		      ((double)c->sums.answers + crowd_answers);

	c->mean = fmin(fmax(mean, 1.0 / classes + 0.02), 0.99);
	for (int k = 0; k < classes; k++)
		c->base[k] = log((least_0(c->of_class[k]) + 1) / ((double)c->questions + classes));
	for (int k = 0; c->sums.count != NULL && k < classes; k++) {
		double sum = 0;

		for (int l = 0; l < classes; l++) {
			double *cell = &c->pooled[l * classes + k];

			*cell = least_0(c->sums.count[l * classes + k]) + (l == k ? 1 : 0) + 0.1;
			sum += *cell;
		}
		for (int l = 0; l < classes; l++)
			c->pooled[l * classes + k] /= sum;
	}
}

/*
 * S_w(l,k) of one answer, for each k; and the plain logarithm of the mean in `plain`, which for a
 * mistake that was never seen is not as far down as the digamma.
 */
static void weigh(const struct belief_crowd *c, const struct belief_answer *a, double *out,
		  double *plain)
{
	const int classes = c->classes, label = a->label;
	const struct belief_sums *w = a->worker;
	const double right = (least_0(w->right) + strength * c->mean) /
			     ((double)(w->answers + a->rejected) + strength);
	const double p = fmin(fmax(right, 1e-6), 1 - 1e-6);
	const double slip = (1 - p) / fmax(classes - 1, 1);

	for (int k = 0; k < classes; k++) {
		const double own = label == k ? p : slip;
		double column = 2 * strength, cell;

		if (w->count == NULL) {
			out[k] = plain[k] = log(own);
			continue;
		}
		for (int l = 0; l < classes; l++)
			column += least_0(w->count[l * classes + k]);
		cell = least_0(w->count[label * classes + k]) + strength * own +
		       strength * c->pooled[label * classes + k];
		out[k] = digamma(cell) - digamma(column);
		plain[k] = log(cell / column);
	}
}

/* What is counted for one posterior: all answers, or all but one. */
struct counted {
	const double *sum; /* of weights */
	const double *own; /* of these to leave out, or NULL */
	const int *votes;  /* with one for `label` to leave out; NULL: without the factor a(k) */
	int label, count;
};

static void normalise(const struct belief_crowd *c, const struct counted *n, int64_t *out)
{
	const int classes = c->classes, less = n->own != NULL ? 1 : 0;
	double most = -HUGE_VAL, all = 0;

	for (int pass = 0; pass < 3; pass++)
		for (int k = 0; k < classes; k++) {
			double z = c->base[k] + n->sum[k] - (n->own != NULL ? n->own[k] : 0);

			if (n->votes != NULL)
				z += log((n->votes[k] - (k == n->label ? less : 0) + 0.01) /
					 (n->count - less + 0.01 * classes));
			if (pass == 0)
				most = fmax(most, z);
			else if (pass == 1)
				all += exp(z - most);
			else
				out[k] = (int64_t)(exp(z - most) / all * one + 0.5);
		}
}

void belief_judge(struct arena *mem, const struct belief_crowd *c,
		  const struct belief_answer *answer, int count, int64_t *z, int64_t *claim,
		  int64_t *others)
{
	struct arena_mark mark = arena_mark(mem);
	const size_t classes = (size_t)c->classes;
	double *weight = NEW_MANY(mem, double, classes *(size_t)count);
	double *sum = NEW_MANY(mem, double, 3 * classes);
	double *plain = sum + classes, *one_plain = plain + classes;
	int64_t *share = NEW_MANY(mem, int64_t, classes);
	int *votes = NEW_MANY(mem, int, classes);

	for (int i = 0; i < count; i++) {
		double *own = weight + (size_t)i * classes;

		votes[answer[i].label]++;
		weigh(c, &answer[i], own, one_plain);
		for (size_t k = 0; k < classes; k++) {
			sum[k] += own[k];
			plain[k] += one_plain[k];
		}
	}
	normalise(c, &(struct counted){ sum, NULL, votes, 0, count }, z);
	if (claim != NULL)
		normalise(c, &(struct counted){ plain, NULL, NULL, 0, count }, claim);
	for (int i = 0; others != NULL && i < count; i++) {
		normalise(c,
			  &(struct counted){ sum, weight + (size_t)i * classes, votes,
					     answer[i].label, count },
			  share);
		others[i] = share[answer[i].label];
	}
	arena_reset(mem, mark);
}

void belief_add(struct belief_sums *s, int classes, int label, const int64_t *z, int sign)
{
	s->answers += sign;
	s->right += sign * z[label];
	for (int k = 0; s->count != NULL && k < classes; k++)
		s->count[label * classes + k] += sign * z[k];
}

double belief_skill(int64_t right, int64_t answers, double mean, double *at_least)
{
	const double n = (double)answers + strength;
	const double share = fmin((least_0(right) + strength * mean) / n, 1);
	const double spread = sqrt(share * (1 - share) / (n + 1));

	*at_least = fmax(share - 1.645 * spread, 0);
	return share;
}

/* --- calibration --- */

/* Half a unit is what rounding may have taken from a class. */
static double share_of(int64_t claim)
{
	return fmax((double)claim, 0.5) / one;
}

static double flat(struct belief_trust t, int answers)
{
	return t.sure / (1 + t.alike * (answers > 1 ? answers - 1 : 0));
}

void belief_calm(const int64_t *claim, int classes, int answers, struct belief_trust t, double *out)
{
	double sum = 0;

	for (int k = 0; k < classes; k++) {
		out[k] = pow(share_of(claim[k]), flat(t, answers));
		sum += out[k];
	}
	for (int k = 0; k < classes; k++)
		out[k] /= sum;
}

static double logistic(double x)
{
	return 1 / (1 + exp(-x));
}

double belief_sure(const int64_t *claim, int classes, int answers, int result,
		   struct belief_trust t)
{
	const double b = flat(t, answers);
	double rest = 0;

	if (classes < 2)
		return 1;
	for (int k = 0; k < classes; k++)
		rest += k == result ? 0 : pow(share_of(claim[k]), b);
	return logistic(b * log(share_of(claim[result])) - log(rest) + t.shift);
}

static double loss_of(const struct belief_known *known, size_t count, int classes,
		      struct belief_trust t)
{
	double loss = 0;

	for (size_t i = 0; i < count; i++) {
		const struct belief_known *q = &known[i];
		const double b = flat(t, q->answers);
		double sum = 0;

		for (int k = 0; k < classes; k++)
			sum += pow(share_of(q->claim[k]), b) * (k == q->result ? exp(t.shift) : 1);
		/* cppcheck-suppress invalidFunctionArg ; each class has a share above 0 */
		loss += q->weight * (log(sum) - b * log(share_of(q->claim[q->truth])) -
				     (q->truth == q->result ? t.shift : 0));
	}
	return loss;
}

struct belief_trust belief_learn(struct belief_trust prior, double weight,
				 const struct belief_known *known, size_t count, int classes)
{
	enum { ALIKE = 40, SURE = 16 };
	struct belief_trust found = prior;
	double best = HUGE_VAL;

	if (count == 0)
		return prior;
	for (int i = 0; i <= ALIKE; i++)
		for (int j = 0; j <= SURE; j++) {
			/* e-folds from the prior: r by 1/450 to 20, s by 1/10 to 5/2 */
			double alike = -6.1 + 9.1 * i / ALIKE, sure = -2.3 + 3.2 * j / SURE;
			struct belief_trust t = prior;

			t.sure *= exp(sure);
			t.alike *= exp(alike);
			double loss = loss_of(known, count, classes, t) +
				      weight * (alike * alike / 2 + sure * sure * 2);

			if (loss < best) {
				best = loss;
				found = t;
			}
		}
	return found;
}

double belief_shift(struct belief_trust t, struct belief_trust prior, double shifts,
		    const struct belief_known *known, size_t count, int classes)
{
	enum { STEPS = 400 };
	double best = HUGE_VAL, found = prior.shift;

	for (int i = -STEPS; i <= STEPS && count > 0; i++) {
		const double away = i * 0.01;
		double loss = away * away / (2 * shifts * shifts);

		t.shift = prior.shift + away;
		for (size_t n = 0; n < count; n++) {
			const struct belief_known *q = &known[n];
			const double sure =
				belief_sure(q->claim, classes, q->answers, q->result, t);
			const double held = fmin(fmax(sure, 1e-9), 1 - 1e-9);

			loss -= q->weight * log(q->result == q->truth ? held : 1 - held);
		}
		if (loss < best) {
			best = loss;
			found = t.shift;
		}
	}
	return found;
}

/* --- when to stop --- */

enum { AHEAD = 40 }; /* answers that are thought of in advance */

/* turn[j]: the chance that a walk of j steps, up with `up`, has been at `need` or above. */
static void walk(int need, int steps, double up, double *turn)
{
	double at[2 * AHEAD + 3] = { 0 }, next[2 * AHEAD + 3];
	double reached = 0;

	at[AHEAD + 1] = 1;
	turn[0] = need <= 0 ? 1 : 0;
	for (int j = 1; j <= steps; j++) {
		memset(next, 0, sizeof(next));
		for (int i = 1; i < 2 * AHEAD + 2; i++) {
			next[i + 1] += at[i] * up;
			next[i - 1] += at[i] * (1 - up);
		}
		memcpy(at, next, sizeof(at));
		if (need <= AHEAD) {
			reached += at[AHEAD + 1 + need];
			at[AHEAD + 1 + need] = 0;
		}
		turn[j] = reached;
	}
}

bool belief_may_turn(const struct belief_stand *s, int left, double target)
{
	double best[AHEAD + 1], second[AHEAD + 1];
	const double up = s->mean / (s->mean + s->slip);
	const int need = (int)fmin(ceil(s->odds / log(s->mean / s->slip) + 1e-9), AHEAD + 1);
	const int steps = left < AHEAD ? left : AHEAD;

	walk(need, steps, up, second);
	walk(need, steps, 1 - up, best);
	for (int j = 1; j <= steps; j++)
		if (s->other * second[j] - s->right * best[j] >= (1 - target) / 2)
			return true;
	return false;
}

bool belief_is_enough(const struct belief_crowd *c, const int64_t *claim, int answers,
		      struct belief_trust trust, struct belief_rule rule)
{
	const int classes = c->classes, left = rule.most - answers;
	const double m = fmax(c->mean, 1.0 / classes + 0.05);
	double sum = 0;
	int top = 0, next = -1;

	if (answers < rule.least || left <= 0)
		return left <= 0;
	for (int k = 1; k < classes; k++)
		top = claim[k] > claim[top] ? k : top;
	for (int k = 0; k < classes; k++)
		if (k != top && (next < 0 || claim[k] > claim[next]))
			next = k;
	if (next < 0)
		return true;
	for (int k = 0; k < classes; k++)
		sum += k == top ? 0 : pow(share_of(claim[k]), flat(trust, answers));
	const double right = belief_sure(claim, classes, answers, top, trust);

	return right >= rule.target ||
	       !belief_may_turn(
		       &(struct belief_stand){
			       .right = right,
			       .other = (1 - right) *
					pow(share_of(claim[next]), flat(trust, answers)) / sum,
			       .odds = log(share_of(claim[top]) / share_of(claim[next])),
			       .mean = m,
			       .slip = (1 - m) / fmax(classes - 1, 1) },
		       left, rule.target);
}
