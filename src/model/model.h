/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * model: what redundant answers say together, by pure functions of the answers.
 *
 * Nothing here knows a store, a project or a clock: arrays in, arrays out, all in the arena that
 * is given. `tessera aggregate` is the same on a file. Formulas stand in the header comment of
 * each file, with source and units; README.md says how the priors were chosen.
 *
 * Answers are (task, worker, label). Ids are int32, from 0, in byte order of the names, so that no
 * result depends on the order of the input; labels of kind ordinal are in order of value.
 * Answers are sorted by task, within it by worker: those of task t are [from[t], from[t + 1]).
 * Every sum runs in that order, in at most MODEL_SHARDS parts whose bounds depend on the data
 * alone: one thread and two give the same bits.
 *
 * Probabilities and shares are in 0..1, confusion counts in answers, weights have the unit that the
 * method's file names. No output is NaN: K = 1, single answers and unanimous crowds are fine.
 */
#ifndef MODEL_H
#define MODEL_H
#include "base/base.h"

enum {
	MODEL_SHARDS = 2,
	MODEL_CLASSES_MAX = 100000,
	MODEL_ANSWERS_MAX = 2000000000,
};
/* Cells (workers x classes x classes) of the methods that keep a confusion matrix. */
#define MODEL_CELLS_MAX INT64_C(100000000)
/* Cells (tasks x classes) of the posteriors of all tasks: 4 bytes each. */
#define MODEL_POSTERIOR_MAX INT64_C(1000000000)

/* --- one label out of a list: choice and ordinal --- */

struct model_answers {
	int32_t tasks, workers, classes;
	const int32_t *from; /* tasks + 1 */
	const uint32_t *key; /* worker * classes + label */
	const int32_t *gold; /* for each task its known class or -1; NULL: none known */
};

enum model_method {
	MODEL_PLURALITY,
	MODEL_WAWA,
	MODEL_ONE_COIN,
	MODEL_SHRUNK_ONE_COIN,
	MODEL_ZENCROWD,
	MODEL_DAWID_SKENE,
	MODEL_SHRUNK,
	MODEL_IBCC,
	MODEL_GLAD,
	MODEL_MACE,
	MODEL_BLEND, /* the default */
	MODEL_METHODS
};

struct model_options {
	int iterations_max; /* 0: the method's own */
	bool converged;	    /* Dawid-Skene: until max |dz| < 1e-5 instead of Crowd-Kit's rule */
	bool lean;	    /* Dawid-Skene: do not keep posteriors */
	int threads;	    /* 0 and 1: the caller's; more help methods with a confusion matrix */
	const struct model_fit *lent;		  /* for a method within a method; else NULL */
	void (*at)(void *seen_by, int iteration); /* told before each iteration; NULL: nobody */
	void *seen_by;
};

struct model_fit {
	float *posterior;  /* tasks x classes; NULL when lean */
	int32_t *label;	   /* the most probable class; the first of several */
	float *confidence; /* its posterior, as the model claims it */
	double *weight;	   /* of each worker, in the method's own unit */
	float *difficulty; /* GLAD: b of each task, higher is easier; else NULL */
	int iterations;
};

/* ERR_LIMIT when its tables would not fit; ERR_INPUT past the limits above. */
MUST_USE enum err model_fits(struct ctx *, enum model_method, const struct model_answers *);
void model_run(struct arena *, enum model_method, const struct model_answers *,
	       const struct model_options *, struct model_fit *out);
const char *model_name(enum model_method);
MUST_USE bool model_by_name(struct str name, enum model_method *out);

#define MODEL_TIE 1e-6F /* tied: less than this below the best posterior */
int model_tied(const float *posterior, int32_t classes); /* how many share the best place */

/*
 * How sure to be of a label whose posterior (of blend) is known: posteriors claim too much. Learned
 * from tasks whose class is known, as far as there are some: `known` holds for each task its class
 * or -1; NULL: none. The fit is one that has not seen them.
 */
struct model_calibration {
	double shift, slope; /* in logits, and logits per logit */
	int32_t known;	     /* tasks that it was learned from */
};
void model_calibrate(const struct model_fit *, int32_t tasks, const int32_t *known,
		     struct model_calibration *out);
double model_sure(const struct model_calibration *, double posterior, int tied);

/* What a fit says of each worker: expected share of right answers, and expected confusion. */
struct model_worker {
	int32_t answers;
	double right; /* sum of the posteriors of what he said */
};
void model_workers(const struct model_answers *, const struct model_fit *,
		   struct model_worker *out);
/* counts[(w * classes + l) * classes + k]: answers l of w where the truth is thought to be k. */
void model_confusion_all(const struct model_answers *, const struct model_fit *, float *counts);

/* --- agreement --- */

struct model_agreement {
	bool has_alpha;	 /* false when every answer is the same, or no task has two */
	double alpha;	 /* Krippendorff */
	double percent;	 /* mean share of agreeing pairs, over tasks with two answers or more */
	bool has_fleiss; /* every task has the same number of answers */
	double fleiss;
};

/* `value` of each class for the interval measure; NULL: nominal. */
void model_agreement(const struct model_answers *, const double *value,
		     struct model_agreement *out);
/* For the ordinal measure: the value of a class is its mid-rank among all paired answers. */
void model_mid_ranks(const struct model_answers *, double *value);
/* Cohen's kappa of two workers on the tasks of both; false when it is not defined. */
MUST_USE bool model_cohen(struct arena *, const struct model_answers *, int32_t left, int32_t right,
			  int32_t *common, double *kappa);

/* --- numbers: one value each, in the unit of the answers --- */

struct model_numbers {
	int32_t tasks, workers;
	const int32_t *from;
	const uint32_t *worker;
	const double *value;
};

enum model_number_method { MODEL_MEAN, MODEL_MEDIAN, MODEL_TRIMMED, MODEL_LFC_N, MODEL_NUMBERS };

struct model_number_fit {
	double *value;	/* 0 where nobody has answered */
	double *error;	/* standard error, in the unit of the answers; 0 when nothing is known */
	double *weight; /* of each worker: 1, or 1 / variance (LFC_N) */
	int iterations;
};

void model_number_run(struct arena *, enum model_number_method, const struct model_numbers *,
		      struct model_number_fit *out);

/* --- boxes: x1 y1 x2 y2 with x1 < x2 and y1 < y2, in any unit --- */

enum { MODEL_BOXES_MAX = 500 }; /* of one answer; the caller refuses more */

struct model_box {
	double at[4];
	double confidence; /* of a result: members / answers */
	int32_t label;	   /* from 0; of a result: that of most members, the first of several */
};

struct model_boxes {
	int32_t tasks;
	const int32_t *from;	 /* answers of a task, in order of worker */
	const int32_t *box_from; /* boxes of an answer; answers + 1 */
	const struct model_box *box;
};

/* Boxes of task t into `out`, sorted by x1; room for as many as were ever drawn there. */
int model_box_merge(struct arena *, const struct model_boxes *, int32_t task,
		    struct model_box *out);
double model_box_iou(const struct model_box *, const struct model_box *);
/* One to one at an IoU of at least `least`, best sum first: partner of each left one, or -1. */
int model_box_match(struct arena *, const struct model_box *left, int left_count,
		    const struct model_box *right, int right_count, double least, int *partner);

/* --- polygons: x y x y … of three points or more; inside by the even-odd rule --- */

enum { MODEL_POLYGONS_MAX = 200, MODEL_POINTS_MAX = 500 }; /* of an answer, of a polygon */

struct model_polygon {
	const double *at;
	int points;
	double confidence; /* of a result: members / answers */
};

struct model_polygons { /* as of boxes */
	int32_t tasks;
	const int32_t *from, *polygon_from;
	const struct model_polygon *polygon;
};

/* As of boxes. A result is one of the polygons that were drawn, so its points stay as they are. */
int model_polygon_merge(struct arena *, const struct model_polygons *, int32_t task,
			struct model_polygon *out);
double model_polygon_area(struct arena *, const struct model_polygon *);
double model_polygon_iou(struct arena *, const struct model_polygon *,
			 const struct model_polygon *);
int model_polygon_match(struct arena *, const struct model_polygon *left, int left_count,
			const struct model_polygon *right, int right_count, double least,
			int *partner);

/* --- text: words as numbers, folded by the caller (model_fold) --- */

enum { MODEL_WORDS_MAX = 4000 }; /* of one answer; the caller refuses more */

struct model_texts {
	int32_t tasks, workers;
	const int32_t *from;
	const uint32_t *worker;
	const int32_t *word_from; /* answers + 1 */
	const int32_t *word;	  /* 1 or more: 0 is the empty word */
};

struct model_text_fit {
	int32_t *word_from; /* tasks + 1 */
	int32_t *word;
	float *confidence; /* of each word, its share of the weight */
	double *weight;	   /* of each worker: Q_w, 0..1 */
};

void model_text_run(struct arena *, const struct model_texts *, struct model_text_fit *out);
int model_word_distance(struct arena *, const int32_t *left, int left_count, const int32_t *right,
			int right_count);
/*
 * The next word of a text, folded into `out` (which has room for twice the text): lower case, curly
 * apostrophes and backticks straight, everything else but letters, digits and _ a space. `form` is
 * the word as it was typed. False at the end.
 */
MUST_USE bool model_fold(struct str *text, struct str *form, char *out, size_t *len);

/* --- pairs: which of two items wins --- */

struct model_pairs {
	int32_t tasks, workers, items;
	const int32_t *from;
	const uint32_t *worker;
	const float *wins;    /* of each answer: 1 the first item, 0 the second, 1/2 neither */
	const int32_t *first; /* items of each task */
	const int32_t *second;
};

struct model_pair_fit {
	double *score;	    /* of each item, in logits, relative within a component */
	double *spread;	    /* 1 / sqrt(curvature), in logits */
	int32_t *component; /* the lowest item of those that comparisons join */
	double *weight;	    /* of each worker: 1, or q^2 */
	int iterations;
};

void model_pair_run(struct arena *, const struct model_pairs *, bool weighted,
		    struct model_pair_fit *out);

#endif
