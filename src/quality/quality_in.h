/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the room's jobs call beside its door. */
#ifndef QUALITY_IN_H
#define QUALITY_IN_H
#include "quality/skill_in.h"

/* Compare up to `limit` answers on gold tasks with the truth. `*more` when some are left. */
MUST_USE enum err quality_gold_score(struct ctx *, project_id, int limit, bool *more);

/* Is every task judged, and were the answers estimated since? Then the project is done. */
MUST_USE enum err quality_finish(struct ctx *, project_id, const struct skill_book *);

/* The jobs quality.refit and quality.apply: see refit.c. */
MUST_USE enum err quality_refit_before(struct ctx *, struct job *);
MUST_USE enum err quality_refit_body(struct ctx *, struct job *);
MUST_USE enum err quality_apply_body(struct ctx *, struct job *);

extern const struct web_route quality_routes[];
extern const struct job_kind quality_jobs[];

#endif
