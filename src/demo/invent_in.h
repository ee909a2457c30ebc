/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * invent: an answer out of a task's page, as somebody gives it who does not look.
 *
 * For each kind of work there is a value that a worker could give; texts say "simulated". A field
 * is made up from chance alone, and two who have the same chance say the same: who is right is
 * given the chance of the task, who is wrong one of his own. Marks of two who are right
 * differ by a pixel or two, as those of people do. To add a kind: a line in invent.c.
 */
#ifndef DEMO_INVENT_IN_H
#define DEMO_INVENT_IN_H
#include "kind/kind.h"

/* A value for a field's block of a page (kind_page), as JSON; a field that may be left out where no
 * value is found is left out (empty). False: its kind is not known here, or no text fits its
 * pattern. `hand` moves marks a little. */
MUST_USE bool invent_value(struct arena *, const struct kind_field *,
			   const struct json_value *block, uint64_t chance, uint64_t hand,
			   struct str *out);

#endif
