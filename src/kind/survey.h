/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * survey: an order by chance that stays, and quotas; see survey.c for both rules.
 *
 * The order comes from a seed, so nothing is stored: the same worker sees the same page again on
 * any device, and an export can say what he saw. A quota names answers that are taken only so
 * often; who counts them is assignment.
 */
#ifndef KIND_SURVEY_H
#define KIND_SURVEY_H
#include "kind/kind.h"

uint64_t kind_seed(int64_t project, int64_t task, int64_t worker); /* never 0 */
bool kind_order_moves(const struct kind_template *);
/* As it was seen: {"questions":[…],"options":{FIELD:[…]}} */
void kind_order_put(struct arena *, const struct kind_template *, uint64_t seed, struct json *out);
struct kind_quota {
	struct str field;
	int number; /* in the template, from 1 */
	int64_t max;
};
/* Those that an answer, not yet checked, would count for; all when it is NULL. */
int kind_quotas(const struct kind_template *, const struct json_value *answer,
		struct kind_quota out[KIND_QUOTAS_MAX]);

#endif
