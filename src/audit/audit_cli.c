/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdio.h>
#include "audit/audit_in.h"

enum err audit_check_cmd(struct ctx *c, const struct room_call *call)
{
	struct str broken;

	TRY(audit_verify(c, &broken));
	if (broken.len > 0)
		return refuse(c, ERR_CONFLICT, "the audit book is broken at %.*s", STR_ARG(broken));
	if (call->as_json)
		printf("{\"audit\":\"sound\"}\n");
	else
		printf("sound\n");
	return OK;
}
