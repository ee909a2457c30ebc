/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * doubt: answers that are hard to explain by work, in pure functions. What is found is evidence for
 * a person to look at: numbers, and a bound on how often chance alone would show as much. Nothing
 * here decides anything.
 *
 *   fast      at least half of a worker's answers took under a quarter of the project's median
 *             time; of the others' answers a share q did. Not said of who is right as often as
 *             the crowd
 *   constant  at least nine tenths of his answers are one class, which would have had a mean
 *             share q in his questions had he been right, or else as the others (the larger for
 *             each)
 *   alike     two workers agree on answers that are wrong as far as the others say: with z the
 *             posterior of a question without the two (or its known answer) and e their
 *             confusions as in belief.h,
 *               W  = sum over common questions of [l_u = l_v] (1 - z(l_u))
 *               mu = sum of sum_l (1 - z(l)) sum_k z(k) e_u(l|k) e_v(l|k)
 *             what independent workers of their skill would have. Questions that mislead everybody
 *             raise W for all pairs, so mu is multiplied by (sum of all W) / (sum of all mu), if
 *             that is more than 1. Said of W >= 3 mu
 *
 * Where answers come out of no list (open.h) `constant` is the same value to the letter, and q the
 * larger of the others' share of it and of how much it is believed without him; `alike` is said of
 * answers that mean the same, as the kind says (boxes that overlap by half), with z the posterior
 * without the two and
 *     mu = sum of p_u p_v (sum_g z(g) (1 - z(g)) + z(none)) + (1 - p_u) (1 - p_v) q
 * The whole answers to choices of many are looked at likewise: two are alike when all that was
 * chosen is the same.
 *
 * Bounds are those of Chernoff and Hoeffding (1963) for sums of n independent parts in [0, 1] with
 * mean q: exp(-n KL(x/n, q)). A doubt is told when its bound is under DOUBT_CHANCE divided by the
 * number of workers, or pairs, that were looked at: in a thousand projects of honest and
 * independent workers one has a doubt of a kind. Fewer than DOUBT_LEAST answers say nothing.
 *
 * Work: the answers, and for each question the pairs of its first DOUBT_ANSWERS; at most
 * DOUBT_PAIRS pairs of workers are followed, those that meet first, and pairs times K^2 are at most
 * DOUBT_STEPS: the first questions. Pairs are not looked at where there are more than
 * BELIEF_CLASSES classes.
 */
#ifndef QUALITY_DOUBT_H
#define QUALITY_DOUBT_H
#include "model/model.h"
#include "quality/belief/belief.h"
#include "quality/belief/open.h"

enum {
	DOUBT_LEAST = 10,
	DOUBT_ANSWERS = 200,
	DOUBT_PAIRS = 1 << 18,
	DOUBT_STEPS = 1000000000,
	DOUBT_MAX = 1000, /* told of one project */
};
#define DOUBT_CHANCE 1e-3

enum doubt_what { DOUBT_FAST = 1, DOUBT_CONSTANT = 2, DOUBT_ALIKE = 3 };

struct doubt_crowd {
	const struct model_answers *answers;
	const int32_t *ms;		  /* how long each answer took, as in answers->key */
	const struct belief_sums *worker; /* sums of each */
	const double *right;		  /* share of each that the others say is right */
	const struct belief_crowd *crowd;
};

struct doubt {
	enum doubt_what what;
	int32_t worker, other; /* other: -1 but for alike, where it is the larger number */
	int64_t answers;       /* that were looked at: his, or those to common questions */
	double found;	       /* of these fast, of one class, or W */
	double expected;       /* the same by chance */
	int label;	       /* constant: the class */
};
/* At most DOUBT_MAX, by kind and worker. */
void doubt_find(struct arena *, const struct doubt_crowd *, struct doubt **out, size_t *count);

/* The same of open questions. `answers` has one class, so its keys are the workers. */
struct doubt_open {
	const struct model_answers *answers;
	const int32_t *ms;
	const uint16_t *group; /* of each answer, in its question */
	const uint32_t *value; /* a hash of the value: equal where values are */
	const struct belief_sums *worker;
	const double *right;
	struct open_crowd crowd;
};
void doubt_find_open(struct arena *, const struct doubt_open *, struct doubt **out, size_t *count);

/* The same of choices of many, where a whole answer is what somebody says. `label` of a constant
 * one is 0. */
struct doubt_many {
	const struct model_answers *answers; /* of one class: keys are the workers */
	const int32_t *ms;
	const uint16_t *mark; /* of answer i to question q at [i * questions + q] */
	int questions;
};
void doubt_find_many(struct arena *, const struct doubt_many *, struct doubt **out, size_t *count);

#endif
