/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The pass in double: for data of usual size, where labels equal to Crowd-Kit's matter. */
#include "model/confusion_in.h"

#define REAL double
#define REAL_EXP exp
#define REAL_LOG log
#define PASS confusion_pass_double
#define PASS_STORAGE
#define PREFETCH(s, table, key, classes) ((void)(key)) /* small data are in the cache anyway */
#include "model/confusion_pass.inc"
