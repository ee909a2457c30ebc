/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef ASSIGNMENT_IN_H
#define ASSIGNMENT_IN_H
#include "assignment/assignment.h"

extern const struct web_route assignment_routes[];
extern const struct job_kind assignment_jobs[];

#endif
