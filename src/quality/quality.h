/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * quality: what the platform concludes from answers, and how sure it is.
 *
 * A task with all its answers is judged by a job of its project, in batches: one result for each
 * field of the template. Fields that are answered out of a list (choices, scales, pairs, small
 * trees) are judged by the project's method:
 *
 *   shrunk     (new projects) each answer weighs by what is known of who gave it: the model of
 *              belief.h. The confidence is its posterior, calibrated on known answers
 *   plurality  the value of most votes; the confidence is their share
 *
 * Fields without a list (texts, numbers, shapes) agree as their kind says (numbers meet at their
 * median). By shrunk those whose word is worth little count half or not at all, and the confidence
 * is how likely the result is the same as the truth, from who agrees with it (open.h). A tie keeps
 * all tied values. A task judged again after a rejection gets a new result.
 *
 * Skills: for each worker, project and field the sums that the model needs (tables skill, crowd).
 * An answer adds to them when its task is judged, a rejection takes it away and counts against
 * who gave it; known answers count as what they are. From time to time and at the end the job
 * quality.refit estimates all anew with src/model and quality.apply looks at the results again:
 * a project is done only after that.
 *
 * Adaptive: a project may name a target of confidence and the least and most answers of a task.
 * It pays for the most, offers the least, and the judge opens the next place only where it pays,
 * and first where most is in doubt: until then a task has the best result of what is there.
 * What is found after a new estimate to be less sure than the target by a twentieth is opened
 * again. Places that were never opened go back when the project is closed.
 *
 * Gold: tasks whose answer is known, from `gold_NAME` columns of the data or set by the
 * requester. Each worker's answers on gold are counted, right and seen; a field
 * is right when its votes are those of the known answer.
 */
#ifndef QUALITY_H
#define QUALITY_H
#include "assignment/assignment.h"

/*
 * Judge up to `limit` tasks that have all their answers. `*more` when some are left. Where the
 * project stops when sure, a task with all answers that are on offer is either concluded or gets
 * one more place of those that were paid for (belief_is_enough says which); both count in
 * `*judged`.
 */
MUST_USE enum err quality_judge(struct ctx *, project_id, int limit, int *judged, bool *more);

/* Drop what was concluded of a task because this answer to it was rejected, which counts against
 * who gave it. */
MUST_USE enum err quality_forget(struct ctx *, struct assignment_key refused);

/* A refused answer counts after all, and nothing is held against who gave it: drop what was
 * concluded without it. Like quality_forget called after the answer's state has moved. */
MUST_USE enum err quality_forgive(struct ctx *, struct assignment_key refused);

struct quality_result {
	struct str field;
	struct str value;  /* JSON; of a tie the first */
	double confidence; /* 0 to 1 */
	int64_t answers;
	struct str ties; /* JSON list of all tied values; empty text when there is no tie */
	/* The model's own, not calibrated: JSON list in millionths, in the order of its kind; where
	 * answers come out of no list how much each is believed, in the order of the workers; empty
	 * of results from before there was one. */
	struct str posterior;
};
MUST_USE enum err quality_results(struct ctx *, project_id, task_id, struct quality_result **out,
				  size_t *count);

/* A stored posterior as [{"value","share"}], the shares in 0..1: of each class, or of many each
 * option's. */
MUST_USE enum err quality_posterior_put(struct ctx *, const struct kind_field *,
					struct str posterior, struct json *out);

/* Say the known answer of a task: makes it gold. ERR_INPUT the truth does not fit the template. */
MUST_USE enum err quality_gold_set(struct ctx *, project_id, task_id,
				   const struct json_value *truth);

/* The known answer of a gold task as an object: set by hand, or from its record. */
MUST_USE enum err quality_truth(struct ctx *, project_id, task_id, struct json_value **out);
/* The known answer was wrong: what this answer says to the fields that were known is known now.
 * ERR_CONFLICT it says nothing of them. */
MUST_USE enum err quality_gold_yield(struct ctx *, project_id, task_id,
				     const struct json_value *answer);
/* Nobody can know: an ordinary task from now on, nobody else is asked, no score counts it. */
MUST_USE enum err quality_gold_retire(struct ctx *, project_id, task_id);

struct quality_score {
	int64_t seen, right;
};
MUST_USE enum err quality_score(struct ctx *, project_id, user_id worker,
				struct quality_score *out);

/*
 * How a worker did on known answers in all projects together, in hundredths; `*known` is
 * false below QUALITY_ACCURACY_MIN of them. It is told to the worker in coarse steps, so that a
 * single answer does not show whether its task was one with a known answer.
 */
enum { QUALITY_ACCURACY_MIN = 20 };
MUST_USE enum err quality_accuracy(struct ctx *, user_id worker, int64_t *hundredths, bool *known);

/*
 * What is thought of a worker in one project, over all its fields: how many answers of his count,
 * how many were rejected, and which share is thought to be right. It rests on what the other
 * answers to his tasks say, on known answers and on rejections; his own answer never vouches for
 * itself. Nothing is said of fewer than QUALITY_SKILL_MIN answers.
 */
enum { QUALITY_SKILL_MIN = 10 };
struct quality_skill {
	project_id project;
	struct str title;
	int64_t answers, rejected;
	bool known;
	double share, at_least;
};
/* His projects behind `after`, at most `limit`. */
MUST_USE enum err quality_skills(struct ctx *, user_id worker, project_id after, int limit,
				 struct quality_skill **out, size_t *count);
/* One project's workers from `from` to `upto`, by number. `title` is empty; those without any
 * judged answer are left out. `worker` is filled beside. */
MUST_USE enum err quality_skills_of(struct ctx *, const struct project *, user_id from,
				    user_id upto, struct quality_skill **out, user_id **worker,
				    size_t *count);

/* --- doubts about workers, for a person to decide on: doubt/doubt.h --- */

enum quality_doubt_state {
	QUALITY_DOUBT_WAITS = 0,
	QUALITY_DOUBT_DISMISSED = 1,
	QUALITY_DOUBT_WATCHED = 2,
	QUALITY_DOUBT_PAUSED = 3,
};
/* What a person has decided; from then on the evidence stays as he has seen it. `*any` is false
 * when there is none about this worker. */
MUST_USE enum err quality_doubt_settle(struct ctx *, project_id, user_id worker,
				       enum quality_doubt_state, bool *any);

/* --- the certificate: how many results are right, as far as somebody has looked --- */

/* A judged task without a known answer and not checked yet, drawn by chance. */
MUST_USE enum err quality_spot_next(struct ctx *, project_id, task_id *out, bool *found);
/*
 * What a person says is right there, before he has seen the result. It counts for the
 * certificate, and the next estimate takes it as known. ERR_INPUT the answer does not fit the
 * template; ERR_CONFLICT there is no result, or it was checked; ERR_LIMIT too many checks.
 */
MUST_USE enum err quality_spot_put(struct ctx *, project_id, task_id,
				   const struct json_value *answer);

/* Below so many known tasks confidence rests on what was thought before there were any, and is
 * not called calibrated. */
enum { QUALITY_CALIBRATED_MIN = 30 };
struct quality_certified {
	struct str field;
	int64_t results;  /* of tasks whose answer is not known */
	double claimed;	  /* their mean confidence */
	int64_t learned;  /* tasks with known answers that taught what claims are worth */
	int64_t known;	  /* tasks with known answers that were judged as if they were ordinary */
	int64_t checked;  /* these and the spot checks */
	int64_t right;	  /* of `checked` */
	double low, high; /* Wilson's interval of 95 % around right / checked; 0 when none is */
};
/* One for each field of the template. Of known answers 5,000 count at most. */
MUST_USE enum err quality_certificate(struct ctx *, const struct project *,
				      struct quality_certified **out, int *count);
#define QUALITY_CERTIFIED_VIEW                                                               \
	"{field:text, results:int, claimed:real?, learned:int, calibrated:bool, known:int, " \
	"checked:int, right:int, share:real?, low:real?, high:real?}"
void quality_certificate_put(const struct quality_certified *, int count, struct json *out);
void quality_interval(int64_t right, int64_t checked, double *low, double *high);

/*
 * What charts show, as an object: `agreement` of a sample of tasks, by field, with how many of them
 * have less than a fifth of their pairs of answers alike, and so on; `confusion` of fields with at
 * most 20 classes, `counts` at l * K + k how often l was said where k is thought true; `workers`,
 * at most 300, with the share of answers thought right. Bounded, for a job: charts.c.
 */
MUST_USE enum err quality_charts(struct ctx *, const struct project *, struct json *out);
#define QUALITY_CHARTS_VIEW                                                           \
	"{sampled:int, agreement:[{field:text, items:int, share:real, bins:[int]}], " \
	"confusion:[{field:text, values:[any], counts:[real]}], "                     \
	"workers:[{worker:id, answers:int, share:real, at_least:real}]}"

extern const struct room quality_room;

#endif
