/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * open: what is thought of a question whose answers come out of no list (texts, numbers, shapes),
 * and of those who answered it, in pure functions. All that is known of such answers is which are
 * the same, as their kind says (kind_same), so they fall into groups. Group 0 is those that are
 * the same as the result.
 *
 * Each worker has one figure, how often what he says is the same as the truth: the shrunk expected
 * agreement with what the others make of it (as in one-coin Dawid-Skene, src/model/one_coin.c):
 *
 *   m   = clip((sum_w h_w + 10 * .8) / (N + 10), .1, .99)           N answers of the crowd
 *   p_w = (h_w + 5 m) / (n_w + 5)    h_w expected agreements, n_w his answers, rejected ones too
 *
 * Two answers that are wrong are the same with chance q, whoever gave them:
 *
 *   q   = clip((D + 10 * .1) / (E + 10), .001, .5)
 *   D   = sum over pairs of answers that are the same of P(both are wrong)
 *   E   = sum over all pairs of answers to one question of P(both are wrong)
 *
 * A wrong answer opens a new group or joins one of s with s q, the first steps of a Chinese
 * restaurant (Aldous 1985) with its normalisation left out, since it is the same for all. So for
 * group g with answers A_g, and for "none of these":
 *
 *   z(g)    ~ prod over A_g of p_w/(1 - p_w) / q^(|A_g| - 1)
 *   z(none) ~ 1
 *
 * (multiplied by the chance that all are wrong as they are, which is the same for each). One
 * answer alone is right with p_w; two that are the same with odds (p/(1-p))^2 / q. With K equally
 * likely values q is 1/(K-1), and this is the one-coin model of a choice. The 10 pairs at .1 are
 * thought of as a choice of eleven before anything is known; nothing was fitted.
 *
 * Claims are flattened, and learned from known questions, as those of belief.h: a known question
 * has two classes, the result is right (0) or it is not (1). Before anything is known they are
 * OPEN_USUAL, which is below the middle from the start: what is near to most answers need not be
 * near to the truth.
 */
#ifndef QUALITY_OPEN_H
#define QUALITY_OPEN_H
#include "quality/belief/belief.h"

#define OPEN_USUAL ((struct belief_trust){ 0.66, 0.24, -0.76 })
#define OPEN_SHIFTS 1.4

struct open_crowd {
	double mean, alike; /* m, q */
};
/* From the sums of the crowd: answers, h in millionths, D and E in millionths. */
struct open_crowd open_ready(const struct belief_sums *, int64_t both_same, int64_t both);

/*
 * The posterior of each group in millionths and, at z[groups], that of none of them; `label` of an
 * answer is its group. `others`, if not NULL, gets for each answer what all the others say of it:
 * the posterior of its group without it, and of who stands alone the posterior of none of theirs
 * times p_w.
 */
void open_judge(struct arena *, struct open_crowd, const struct belief_answer *, int count,
		int groups, int64_t *z, int64_t *others);

/* What a question adds to D and E, from the group of each answer and how much it is believed. */
void open_wrong(const int *label, const int64_t *believed, int count, int64_t *both_same,
		int64_t *both);

/* How much an answer should weigh in what the kind makes of all: 0, 1 or 2, by the log odds that
 * it adds, ln(p_w / ((1 - p_w) q)), in quarters of the greatest: 2 from three on, 0 below one. At
 * least one has weight 2. */
void open_weigh(struct open_crowd, const struct belief_answer *, int count, int *weight);

/* The claim that group 0 is right. */
double open_sure(const int64_t *z, int answers, struct belief_trust);

/* As belief_is_enough, for group 0 against the best of all others. While another is better it is
 * never enough. */
bool open_is_enough(struct open_crowd, const int64_t *z, int groups, int answers,
		    struct belief_trust, struct belief_rule);

#endif
