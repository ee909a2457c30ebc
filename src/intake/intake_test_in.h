/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* intake_test_in: what the tests of intake share: a draft, a source, and what came of that. */
#ifndef INTAKE_TEST_IN_H
#define INTAKE_TEST_IN_H
#include "intake/intake.sql.h"
#include "intake/intake_in.h"
#include "os/hash.h"
#include "tests/material.h"

static inline project_id draft(struct ctx *c)
{
	org_id org;

	(void)material_requester(c, "rita@example.org", &org);
	return material_project(c, org);
}

static inline struct source_row source(struct ctx *c, project_id project, source_id id)
{
	struct source_row row;
	bool found;

	WANT_OK(source_row(c, project, id, &row, &found));
	WANT(found);
	return row;
}

static inline struct source_row uploaded(struct ctx *c, project_id project, const char *name,
					 struct str bytes)
{
	return source(c, project, material_upload(c, project, name, bytes));
}

/* The first fault, as "line: reason". */
static inline struct str fault(struct ctx *c, project_id project, source_id id)
{
	struct source_fault_list *rows;
	size_t count;

	WANT_OK(source_fault_list(c, project, id, 0, 2, &rows, &count));
	if (count == 0)
		return S("");
	return str_format(c->mem, "%lld: %.*s", (long long)rows[0].line, STR_ARG(rows[0].reason));
}

static inline struct str fields_of(struct ctx *c, project_id project, int64_t number)
{
	struct intake_record r;

	WANT_OK(intake_record(c, project, number, &r));
	return r.fields;
}

static inline int64_t count_records(struct ctx *c, project_id project)
{
	struct intake_record *rows;
	size_t count;

	WANT_OK(intake_records(c, project, 0, 100000, &rows, &count));
	return (int64_t)count;
}

#endif
