/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Inside of project: what may be edited. */
#ifndef PROJECT_IN_H
#define PROJECT_IN_H
#include "project/project.h"

/* Limits of the header's fields; the API's forms and the rules say the same. */
enum {
	PROJECT_TITLE_MAX = 200,
	PROJECT_BRIEF_MAX = 10000,
	PROJECT_REDUNDANCY_MAX = 100,
	PROJECT_CONFIDENCE_MAX = 999,
	PROJECT_GOLD_REDUNDANCY_MAX = 10000,
	PROJECT_GOLD_GROWN_MAX = 1000,
	PROJECT_COPY_MAX = 1000,
	PROJECT_TIME_MIN_S = 10, /* or 0 */
	PROJECT_TIME_MAX_S = 7 * 24 * 3600,
	PROJECT_APPROVE_MAX_S = 30 * 24 * 3600,
	PROJECT_REWARD_MAX = 10000000, /* minor units */
	PROJECT_INVITES_MAX = 10000,
};

/* Each member counts when its `has_` is set. */
struct project_edit {
	project_id id;
	int64_t revision;
	struct str title, brief, instructions;
	const struct json_value *template; /* an object, or a text that holds one */
	money reward;
	int64_t redundancy, gold_share_permille, gold_redundancy, gold_grown, copy_permille;
	int64_t time_allowed_s, approve_after_s, estimate_s;
	struct str deadline; /* RFC 3339 or a date; empty: none */
	struct str audience; /* everyone, invited */
	int64_t picking;
	struct str method;   /* shrunk, plurality */
	struct str priority; /* low, normal, high */
	int64_t confidence_permille, redundancy_least;
	bool has_revision, has_title, has_brief, has_instructions, has_template, has_reward,
		has_redundancy, has_gold_share_permille, has_gold_redundancy, has_gold_grown,
		has_time_allowed_s, has_approve_after_s, has_estimate_s, has_deadline, has_audience,
		has_picking, has_method, has_confidence_permille, has_redundancy_least,
		has_priority, has_copy_permille;
};

/*
 * A new empty draft of the org.
 * ERR_INPUT title. ERR_MISSING, ERR_DENIED as org_must_be_member.
 */
MUST_USE enum err project_new(struct ctx *, org_id, struct str title, project_id *out);

/*
 * Change the header.
 * ERR_INPUT    a field out of its limits, named; a template with faults or with columns that
 *              the data does not have
 * ERR_DENIED   the priority becomes high, and no operator does it
 * ERR_CONFLICT somebody else changed it since `revision`; or it is no draft and the field may
 *              not change any more
 */
MUST_USE enum err project_change(struct ctx *, const struct project_edit *);
struct str project_priority_text(enum project_priority);

/* Read a template given as object or text; faults have their paths and, of a text, lines. */
MUST_USE bool project_template_given(struct kind_faults *, const struct json_value *given,
				     struct kind_template *out);
/* The list of names in project_state.columns. */
MUST_USE enum err project_columns(struct ctx *, struct str columns, struct str **names, int *count);

/*
 * Let a user work on it. ERR_INPUT nobody has this address. ERR_LIMIT too many.
 */
MUST_USE enum err project_invite(struct ctx *, project_id, struct str email);

extern const struct room_option project_add_options[];
MUST_USE enum err project_add_command(struct ctx *, const struct room_call *);

#endif
