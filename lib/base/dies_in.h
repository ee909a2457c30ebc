/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* dies_in: for tests of what a CHECK stops. The step runs in a child of its own. */
#ifndef BASE_DIES_IN_H
#define BASE_DIES_IN_H
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/base.h"

/* True when `step` ends its process by abort; what it said on stderr is in `said`. */
static inline bool dies(void (*step)(void), char *said, size_t size)
{
	int ends[2], status;
	size_t used = 0;

	CHECK(pipe(ends) == 0);

	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		signal(SIGABRT, SIG_DFL);
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		step();
		_exit(0);
	}
	close(ends[1]);
	while (used + 1 < size) {
		ssize_t got = read(ends[0], said + used, size - 1 - used);

		if (got <= 0)
			break;
		used += (size_t)got;
	}
	said[used] = '\0';
	close(ends[0]);
	CHECK(waitpid(child, &status, 0) == child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
