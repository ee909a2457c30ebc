/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef REVIEW_IN_H
#define REVIEW_IN_H
#include "review/review.h"

/* The jobs of a pause: see pause.c. */
MUST_USE enum err review_pause_body(struct ctx *, struct job *);
MUST_USE enum err review_paused_before(struct ctx *, struct job *);
MUST_USE enum err review_paused_body(struct ctx *, struct job *);

extern const struct web_route review_routes[];
extern const struct job_kind review_jobs[];

#endif
