/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * confusion_in: one pass over all answers, for the methods with a confusion matrix.
 *
 * Memory decides the speed, so one pass does both steps: for each task it gathers the rows of
 * its answers from `table`, turns their sum into the posterior, and scatters that into `count`.
 * Posteriors need not be kept. A row belongs to a (worker, label) and has a cell for each truth.
 */
#ifndef MODEL_CONFUSION_IN_H
#define MODEL_CONFUSION_IN_H
#include "model/model_in.h"

/* Cells of a float table (and counts) behind its last row; and tasks that are done at a time. */
enum { CONFUSION_PAD = 3, CONFUSION_BLOCK = 32 };

static inline size_t confusion_scratch(int32_t classes)
{
	return (4 * CONFUSION_BLOCK + 1) * ((size_t)classes + CONFUSION_PAD) * sizeof(float);
}

/* One part of the tasks; everything it writes is its own. */
struct confusion_shard {
	const struct model_answers *answers;
	int32_t task, task_end;
	/* float or double; NULL: start from the votes. With two classes the float one has a cell
	 * for each (worker, label), the log-odds of class 1, and counts class 1 alone. */
	const void *table;
	const double *base; /* ln of the class prior */
	double pseudo;	    /* added to each vote count where votes are used */
	bool anchored;	    /* votes count once more */
	void *count;
	void *scratch; /* confusion_scratch() bytes */
	struct model_fit *fit;
	double *class_sum; /* sum of posteriors */
	double entropy;	   /* sum of z ln z */
	double moved;	   /* largest |z' - z| */
};

void confusion_pass_float(struct confusion_shard *); /* three classes or more */
void confusion_pass_odds(struct confusion_shard *);  /* two, in float */
void confusion_pass_double(struct confusion_shard *);

#endif
