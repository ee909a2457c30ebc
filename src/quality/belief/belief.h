/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * belief: what is thought of one question and of those who answered it, in pure functions.
 *
 * It is the online form of the shrunk variational Dawid-Skene (MODEL_SHRUNK, whose formula stands
 * in src/model/confusion.c): the sums that the model needs are kept for each worker and for the
 * crowd, a new answer adds to them, and the posterior of one question comes from the sums of
 * those who answered it. An answer costs O(K^2) for K classes, whatever was answered before.
 *
 *   C_w(l,k)  expected answers l of worker w where the truth is k; h_w = sum_k C_w(k,k)
 *   m   = clip((sum_w h_w + 10 * .8) / (N + 10), 1/K + .02, .99)    N answers of the crowd
 *   p_w = (h_w + 5 m) / (n_w + 5), n_w his answers and those that were rejected
 *   S_w(l,k) = psi(C_w(l,k) + 5 O_w(l,k) + 5 P(l,k)) - psi(sum_l C_w(l,k) + 10), as in the model
 *   z(k) ~ a(k) pi(k) exp(sum over answers of S_w(l,k)), a the votes with .01 each
 *
 * The 10 answers at .8 are what is thought of a crowd before it has answered anything. With more
 * than BELIEF_CLASSES classes no matrix is kept and S_w is ln p_w or ln((1 - p_w) / (K - 1)).
 *
 * Probabilities and counts are whole millionths, so that what was added can be taken away again
 * to the last unit. Nothing here knows a store.
 */
#ifndef QUALITY_BELIEF_H
#define QUALITY_BELIEF_H
#include "base/base.h"

enum { BELIEF_ONE = 1000000, BELIEF_CLASSES = 16 };

/* Sums of one worker, or of the whole crowd, over questions with K classes. */
struct belief_sums {
	int64_t answers; /* to questions */
	int64_t right;	 /* expected, in millionths: h_w */
	int64_t *count;	 /* C_w(l,k) at [l * K + k], in millionths; NULL above BELIEF_CLASSES */
};

struct belief_crowd {
	int classes;
	struct belief_sums sums;
	int64_t questions;
	int64_t *of_class; /* sum of posteriors of each class, in millionths */
	/* Made by belief_ready from the above: */
	double mean, *base, *pooled;
};

struct belief_sums belief_sums_make(struct arena *, int classes);
void belief_crowd_make(struct arena *, int classes, struct belief_crowd *out);
/* After the sums of the crowd have moved by more than a little. */
void belief_ready(struct belief_crowd *);

/* One answer to a question: who said which class. `worker` may be fresh, with all sums 0. */
struct belief_answer {
	const struct belief_sums *worker;
	int64_t rejected; /* answers of his that were refused */
	int label;
};

/*
 * Posterior of each class in millionths; they sum to BELIEF_ONE, give or take rounding. The arrays
 * that are not NULL get: `claim` the same for others to read, with ln(A_w / sum A_w) in place of
 * S_w and without a(k), both of which keep the model from swapping classes but would make two equal
 * answers all but certain, whoever gave them; `others` for each answer what all the other
 * answers say of the class that it named.
 */
void belief_judge(struct arena *, const struct belief_crowd *, const struct belief_answer *,
		  int count, int64_t *z, int64_t *claim, int64_t *others);

/* Count an answer at the posterior `z` of its question; `sign` -1 takes it away again. */
void belief_add(struct belief_sums *, int classes, int label, const int64_t *z, int sign);

/*
 * The share of a worker's answers that is right, as a Beta(h + 5 m, n - h + 5 (1 - m)) knows it:
 * its mean, and `*at_least`, above which it lies in 19 of 20 cases (by the normal curve of the
 * same mean and spread). `right` in millionths, of n answers, rejected ones among them; m the
 * crowd's mean.
 */
double belief_skill(int64_t right, int64_t answers, double mean, double *at_least);

/*
 * Every model is too sure, because answers to a hard question err together. So what it claims is
 * flattened, z^b / sum z^b, by b = s / (1 + r (n - 1)): n answers weigh like n / (1 + r (n - 1))
 * that know nothing of each other (the design effect of cluster samples, Kish 1965). r says how
 * much they do, s how much a single one is worth. Then the log odds of the result move by d, which
 * known questions teach as they stand when their answers are enough: that is looked at just when
 * the evidence is large, so it is larger than it ought to be.
 *
 *   claim of the result = 1 / (1 + e^-x), x = logit(z^b / sum z^b) + d
 *
 * s and d are the slope and the shift of Platt's scaling (1999), r bends it by the answers.
 */
struct belief_trust {
	double sure, alike, shift; /* s, r, d */
};
/* Before anything is known: README.md says where they come from. */
#define BELIEF_USUAL ((struct belief_trust){ 0.7, 0.16, 0 })
/* How far d is from that of BELIEF_USUAL, between data sets (src/model/README.md). */
#define BELIEF_SHIFTS 0.7

/* The flattened claims of all classes. */
void belief_calm(const int64_t *claim, int classes, int answers, struct belief_trust, double *out);
/* What is claimed of `result`, a class. */
double belief_sure(const int64_t *claim, int classes, int answers, int result, struct belief_trust);

/* A question whose truth is known: what was claimed of each class from n answers. */
struct belief_known {
	const int64_t *claim;
	int truth, result; /* classes; `result` is what was made of the answers */
	int answers;
	double weight;
};
/*
 * s and r: the most likely, minimising the sum of -ln of what was claimed of the truth, with
 * log-normal priors around those of `prior` (spread of ln r 1, of ln s 1/2; README.md), on a grid
 * of 17 times 41 values. `weight` is that of the prior; 0 leaves it out. d is the prior's.
 */
struct belief_trust belief_learn(struct belief_trust prior, double weight,
				 const struct belief_known *, size_t count, int classes);
/*
 * d from known questions, each as it was when its answers were enough: the most likely, with a
 * normal prior of standard deviation `shifts` around that of `prior`. On a grid of 801
 * values up to 4 away from it. Which were enough depends on d: who asks goes to and fro.
 */
double belief_shift(struct belief_trust, struct belief_trust prior, double shifts,
		    const struct belief_known *, size_t count, int classes);

/*
 * Are these answers enough? With fewer than `least` never, with `most` always. Between: when the
 * claim of the best class reaches the target, or when all answers that are left would not
 * bring half of the error that the target allows. For that, an answer is right with the crowd's
 * mean m and names the second best class with (1 - m) / (K - 1), which moves the log odds of the
 * two by ln(m (K - 1) / (1 - m)); the chance that j more answers turn them round is that of a
 * random walk.
 *   gain(j) = P(second is right) turn(j | second) - P(best is right) turn(j | best)
 */
struct belief_rule {
	double target;
	int least, most;
};
bool belief_is_enough(const struct belief_crowd *, const int64_t *claim, int answers,
		      struct belief_trust, struct belief_rule);

/* The second half of that rule, for whoever knows the rest: may what is left turn the result? */
struct belief_stand {
	double right, other; /* claims of the best and of the second */
	double odds;	     /* ln of best to second, as they are claimed */
	double mean, slip;   /* an answer is right, or names the second when the best is right */
};
bool belief_may_turn(const struct belief_stand *, int left, double target);

#endif
