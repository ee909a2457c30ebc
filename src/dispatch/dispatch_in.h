/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the room's parts share. */
#ifndef DISPATCH_IN_H
#define DISPATCH_IN_H
#include "dispatch/dispatch.h"

enum {
	DISPATCH_HINTS = 1 << 16, /* 24 bytes each */
	DISPATCH_TRIES = 64,	  /* candidates looked at for one request */
};

struct dispatch_hint {
	int64_t worker;
	int64_t project; /* negative: of its gold tasks */
	int64_t after;
};

/* What a process keeps in memory. */
struct dispatch_hints {
	struct os_lock *lock;
	struct dispatch_hint slot[DISPATCH_HINTS];
};

MUST_USE enum err dispatch_hints_open(struct ctx *, struct arena *, void *state);

extern const struct web_route dispatch_routes[];

#endif
