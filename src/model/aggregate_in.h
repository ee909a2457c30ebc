/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * aggregate_in: the command `tessera aggregate`, in parts by kind.
 *
 * Each kind reads its labels, runs a method, writes result lines, and scores them when there is
 * truth.
 * Results go to the standard output; what is said about them goes to stderr and into the
 * summary, a JSON object that the parts add to.
 */
#ifndef MODEL_AGGREGATE_IN_H
#define MODEL_AGGREGATE_IN_H
#include "model/read_in.h"

enum aggregate_kind {
	AGGREGATE_CHOICE,
	AGGREGATE_ORDINAL,
	AGGREGATE_CHOICES,
	AGGREGATE_NUMBER,
	AGGREGATE_BOX,
	AGGREGATE_POLYGON,
	AGGREGATE_TEXT,
	AGGREGATE_PAIR,
	AGGREGATE_KINDS
};

struct aggregate {
	struct ctx *c;
	const struct room_call *call;
	enum aggregate_kind kind;
	struct str method; /* empty: the kind's own */
	const char *method_used;
	struct read_answers answers;
	struct model_answers a; /* a view of `answers` with one key; choice, ordinal and pair */
	struct model_options options;
	bool has_truth;
	struct read_answers truth; /* its tasks' single labels: truth.value[truth.from[t]] */
	struct json summary;
	struct buf out;
	int64_t begun_us, read_us, model_us;
	struct progress *progress;
};

/* For each answered task the number of its label in `truth.label`, or -1. */
int32_t *aggregate_truth(struct aggregate *);
/* Starts and stops the time of the model. */
void aggregate_begin(struct aggregate *, const char *method, const char *unit, int64_t total);
void aggregate_end(struct aggregate *);

/* A result line, piece by piece; tabs and line ends inside a text become blanks. */
void aggregate_text(struct aggregate *, const char *text);
void aggregate_share(struct aggregate *, double share); /* a tab, and four decimals */
void aggregate_whole(struct aggregate *, int64_t);	/* a tab, and the number */
MUST_USE enum err aggregate_line(struct aggregate *);	/* ends it */
/* A file of its own, written whole. */
MUST_USE enum err aggregate_put_file(struct aggregate *, struct str path, struct str bytes);

/* Ten bins of claimed confidence: what was claimed, what was right; ECE and Brier. */
struct aggregate_calibration {
	double tasks[10], claimed[10], right[10];
	double square;
};
void calibration_add(struct aggregate_calibration *, double confidence, double right);
void calibration_say(struct aggregate *, const struct aggregate_calibration *);

/* Boxes and polygons against the truth, one to one at an IoU of .5 and .75. */
extern const double aggregate_iou[2];
struct aggregate_shapes {
	double hit[2], said, is, tasks;
};
void aggregate_say_shapes(struct aggregate *, const struct aggregate_shapes *);
/* What each worker drew against the results of his tasks, one to one at an IoU of .5. */
struct aggregate_drawer {
	double answers, drawn, results, hits;
};
void aggregate_add_drawn(struct aggregate_drawer *, int drawn, int results, int hits);
MUST_USE enum err aggregate_put_drawers(struct aggregate *, const struct aggregate_drawer *);

MUST_USE enum err aggregate_choice(struct aggregate *); /* and ordinal */
MUST_USE enum err aggregate_choices(struct aggregate *);
MUST_USE enum err aggregate_number(struct aggregate *);
MUST_USE enum err aggregate_box(struct aggregate *);
MUST_USE enum err aggregate_polygon(struct aggregate *);
MUST_USE enum err aggregate_text_kind(struct aggregate *);
MUST_USE enum err aggregate_pair(struct aggregate *);

extern const struct room_command model_commands[];

#endif
