/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Addresses are personal: they stand beside the chain, not in it, and go after 90 days. */
#include "audit/audit.sql.h"
#include "audit/audit_in.h"

enum err audit_forget_job(struct ctx *c, struct job *job)
{
	int64_t changed;

	(void)job;
	return audit_forget(c, usec_after(c->now, -90 * USEC_DAY), &changed);
}
