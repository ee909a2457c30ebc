/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Calibration: from the posterior of a task's label to the share of such labels that are right.
 *
 * Answers to a hard task err together, which no model of workers sees; so posteriors claim too
 * much, by a factor in the evidence that is much the same from set to set:
 *   logit c = shift + slope logit z, z held to [1e-4, 1 - 1e-4]; c at most 1 / tied labels.
 * What is known before any gold is what other data taught: shift 0, slope .3 (README.md), which
 * differ between sets with a standard deviation of .7 and .2. Gold tasks move both: the most
 * probable values given right or wrong on each, by Newton's method (logistic regression with that
 * normal prior). Few gold tasks move them little, many decide alone.
 */
#include "model/model_in.h"

#define CLIP 1e-4
#define SLOPE_BEFORE 0.3
#define SHIFT_SPREAD 0.7
#define SLOPE_SPREAD 0.2

static double logit(double p)
{
	p = fmin(fmax(p, CLIP), 1 - CLIP);
	return log(p / (1 - p));
}

double model_sure(const struct model_calibration *k, double posterior, int tied)
{
	double sure = 1 / (1 + exp(-k->shift - k->slope * logit(posterior)));

	return tied > 1 ? fmin(sure, 1.0 / tied) : sure;
}

struct newton {
	double g[2]; /* gradient by shift and slope */
	double h[3]; /* minus the second derivatives: shift, both, slope */
};

static void add_known(struct newton *n, double x, double right, const struct model_calibration *k)
{
	const double p = 1 / (1 + exp(-k->shift - k->slope * x)), spread = p * (1 - p);

	n->g[0] += right - p;
	n->g[1] += (right - p) * x;
	n->h[0] += spread;
	n->h[1] += spread * x;
	n->h[2] += spread * x * x;
}

void model_calibrate(const struct model_fit *fit, int32_t tasks, const int32_t *known,
		     struct model_calibration *out)
{
	*out = (struct model_calibration){ .slope = SLOPE_BEFORE };
	for (int round = 0; round < 50; round++) {
		const double of_shift = 1 / (SHIFT_SPREAD * SHIFT_SPREAD);
		const double of_slope = 1 / (SLOPE_SPREAD * SLOPE_SPREAD);
		struct newton n = { .g = { -out->shift * of_shift,
					   (SLOPE_BEFORE - out->slope) * of_slope },
				    .h = { of_shift, 0, of_slope } };

		out->known = 0;
		for (int32_t t = 0; known != NULL && t < tasks; t++) {
			if (known[t] < 0)
				continue;
			out->known++;
			add_known(&n, logit((double)fit->confidence[t]), fit->label[t] == known[t],
				  out);
		}

		const double det = n.h[0] * n.h[2] - n.h[1] * n.h[1];
		double shift = (n.h[2] * n.g[0] - n.h[1] * n.g[1]) / det;
		double slope = (n.h[0] * n.g[1] - n.h[1] * n.g[0]) / det;
		const double far = fmax(1, fmax(fabs(shift), fabs(slope)));

		out->shift += shift / far; /* at most one unit a round: it cannot overshoot far */
		out->slope += slope / far;
		if (fabs(shift) + fabs(slope) < 1e-9)
			break;
	}
}
