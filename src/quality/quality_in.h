/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the room's jobs call beside its door. */
#ifndef QUALITY_IN_H
#define QUALITY_IN_H
#include "quality/quality.h"

/* Compare up to `limit` answers on gold tasks with the truth. `*more` when some are left. */
MUST_USE enum err quality_gold_score(struct ctx *, project_id, int limit, bool *more);

extern const struct web_route quality_routes[];
extern const struct job_kind quality_jobs[];

#endif
