/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef REVIEW_IN_H
#define REVIEW_IN_H
#include "review/review.h"

extern const struct web_route review_routes[];
extern const struct job_kind review_jobs[];

#endif
