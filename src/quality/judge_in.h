/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * judge_in: one task at a time: from its answers and a book of skills to results, and from results
 * back to sums. Judging writes nothing and changes no sums; counting does.
 */
#ifndef QUALITY_JUDGE_IN_H
#define QUALITY_JUDGE_IN_H
#include "quality/skill_in.h"

/* A task with the answers that count, in the order of the workers. */
struct judge_task {
	task_id task;
	int count;
	int64_t *worker;		  /* of each answer, in the book */
	const struct json_value **answer; /* objects: field to value */
	const struct json_value *truth;	  /* object of known fields, or NULL */
	bool is_mended;			  /* the truth is the result */
};

struct judge_result {
	struct str value, ties; /* as in struct quality_result */
	double confidence;
	int *mark;	   /* of answer i to question q at [q * count + i] */
	int64_t *z;	   /* of class k in question q at [q * classes + k], in millionths */
	int64_t *claim;	   /* the same as it is claimed: belief.h */
	int64_t *others;   /* of answer i to question q at [q * count + i] */
	int64_t *believed; /* as z; the truth where it is known: what is counted */
	/* Without a list `mark` is the group, `z` that of open.h, and `believed` that of each
	 * answer. */
	int groups;
	int64_t both_same, both; /* what the question adds to D and E */
};

/* `method` is that of the project. */
void judge_field(struct ctx *, const struct skill_book *, int field, const struct judge_task *,
		 enum project_method method, struct judge_result *out);
/* The confidence of a field with a list from another claim than that of its own posterior. */
void judge_claim(const struct skill_book *, int field, const struct judge_task *,
		 const int64_t *claim, struct judge_result *);
/* Are the answers enough for the target (of confidence, 0..1)? A target of 0 asks for no more. */
bool judge_is_enough(const struct skill_book *, int field, const struct judge_task *,
		     const struct judge_result *, const struct project *, double target);
/* Add the answers to the sums at what is believed, or take them away (-1). */
void judge_count(struct skill_book *, int field, const struct judge_task *,
		 const struct judge_result *, int sign);
/* A result that stands, as far as judge_count needs it; `posterior` as it is stored. */
MUST_USE enum err judge_recall(struct ctx *, const struct skill_book *, int field,
			       const struct judge_task *, struct str value, struct str posterior,
			       struct judge_result *out);
/* The posterior as it is stored. */
struct str judge_posterior_text(struct ctx *, const struct skill_field *, const struct judge_task *,
				const struct judge_result *);
/* The sum of confidences is kept in millionths, so that the mean needs no look at all results. */
int64_t judge_millionths(double confidence);

#endif
