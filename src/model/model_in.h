/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* model_in: what the methods share. */
#ifndef MODEL_IN_H
#define MODEL_IN_H
#include <math.h>
#include "model/model.h"
#include "room/room.h"

#define MODEL_FLOOR 1e-10 /* no probability is smaller */

void model_plurality(struct arena *, const struct model_answers *, struct model_fit *);
void model_wawa(struct arena *, const struct model_answers *, struct model_fit *);
void model_one_coin(struct arena *, const struct model_answers *, const struct model_options *,
		    struct model_fit *);
void model_shrunk_one_coin(struct arena *, const struct model_answers *,
			   const struct model_options *, struct model_fit *);
void model_zencrowd(struct arena *, const struct model_answers *, const struct model_options *,
		    struct model_fit *);
void model_dawid_skene(struct arena *, const struct model_answers *, const struct model_options *,
		       struct model_fit *);
void model_shrunk(struct arena *, const struct model_answers *, const struct model_options *,
		  struct model_fit *);
void model_ibcc(struct arena *, const struct model_answers *, const struct model_options *,
		struct model_fit *);
void model_glad(struct arena *, const struct model_answers *, const struct model_options *,
		struct model_fit *);
void model_mace(struct arena *, const struct model_answers *, const struct model_options *,
		struct model_fit *);
void model_blend(struct arena *, const struct model_answers *, const struct model_options *,
		 struct model_fit *);

/* Room for the outputs of a fit; posteriors only when asked for. Labels and confidences go where
 * those of `lent` are, unless it is NULL. */
void model_fit_make(struct arena *, const struct model_answers *, const struct model_fit *lent,
		    bool posterior, struct model_fit *);
/* Votes of a task for each class, as counts. */
void model_votes(const struct model_answers *, int32_t task, double *out);
/* From one task's posterior: label and confidence. */
void model_fit_label(struct model_fit *, int32_t task, const double *posterior, int32_t classes);
/* exp and norm in place; the largest is subtracted first. */
void model_softmax(double *log_weight, int32_t classes);
/* gain[i * right + j], 0: not these two. Partner of each left one or -1; how many have one. */
int model_assign(struct arena *, const double *gain, int left, int right, int *partner);
/* Digamma, for x > 0; absolute error below 1e-12 for x >= 0.01. */
double model_digamma(double x);
static inline bool model_is_gold(const struct model_answers *a, int32_t task)
{
	return a->gold != NULL && a->gold[task] >= 0;
}
static inline void model_tell(const struct model_options *o, int iteration)
{
	if (o->at != NULL)
		o->at(o->seen_by, iteration);
}

#endif
