/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Passages are counted for the one place that is named; the count is shared by all threads. */
#include "base/crash.h"

#ifdef CRASH_POINTS
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include "base/base.h"

void crash_here(const char *name)
{
	static atomic_int_least64_t passed;
	struct str place, passage;
	int64_t wanted;

	if (!str_split(str_of(getenv("TESSERA_CRASH")), ':', &place, &passage) ||
	    !str_eq(place, str_of(name)) || !num_i64(passage, 1, INT64_MAX, &wanted))
		return;
	if (atomic_fetch_add(&passed, 1) + 1 == wanted)
		raise(SIGKILL);
}
#else
/* A file may not be empty. */
typedef int crash_points_are_not_built;
#endif
