/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * fit_in: all answers of a project while they are estimated, in the arena of the job. refit.c reads
 * them, estimates and writes the sums; learn.c learns what is to be thought of claims.
 */
#ifndef QUALITY_FIT_IN_H
#define QUALITY_FIT_IN_H
#include "model/model.h"
#include "quality/doubt/doubt.h"
#include "quality/judge_in.h"

struct fit {
	struct project project;
	struct kind_template template;
	struct skill_book before; /* the crowd as it was stored when this began */
	struct skill_book book;	  /* all workers; their sums are made here */
	bool is_small;		  /* enough to be estimated */
	int64_t tasks_max, answers_max;
	size_t tasks, answers;
	task_id *task;
	bool *gold;
	int32_t *from;	      /* answers of a task */
	int32_t *worker;      /* of each answer, in the book */
	int32_t *ms;	      /* how long it took */
	struct doubt **doubt; /* of each field, and how many */
	size_t *doubts;
	uint16_t **mark; /* of each field: question q of answer i at [i * questions + q] */
	int32_t *
		*truth; /* of each field: question q of task t at [t * questions + q]; -1 unknown */
	struct fit_open *open; /* of each field; used where there is no list */
};

/*
 * Known tasks, each judged with one answer, two, and so on up to `used`: of a task all of its first
 * question, then of its second. Without a list a claim has a third number, the second best group.
 */
struct trials {
	struct belief_known *known;
	size_t count, room;
	int *used; /* of each task */
	int64_t tasks;
	int64_t gold, right; /* known by gold; of these judged right */
};

/* A field without a list. */
struct fit_open {
	uint32_t *value; /* of each answer, a hash; its group is in `mark` */
	struct trials trials;
};

/* The answers of one question, for belief_judge; `out` has room for as many as there are. */
int fit_answers(const struct fit *, int field, const struct model_answers *, int32_t question,
		struct belief_answer *out);

/* A project knows few answers: room for as many as there are tasks, but a few thousand. */
void learn_make_room(struct ctx *, const struct fit *, struct fit_open *out);
/* A known task without a list, while it is read. `t->count` is not kept. */
MUST_USE enum err learn_open(struct ctx *, struct fit *, int field, struct judge_task *t,
			     const struct json_value *truth, bool gold);
/* All known tasks of a field with a list; then as learn_trust. */
void learn_listed(struct ctx *, struct fit *, int field, const struct model_answers *);
/* The field's trust, and how many known tasks it was learned from. */
void learn_trust(struct ctx *, struct fit *, int field, const struct trials *);

#endif
