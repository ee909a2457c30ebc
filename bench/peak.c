/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * peak: run a command and say what it took.
 *
 *   peak FILE COMMAND…
 *
 * Writes "SECONDS MEGABYTES" to FILE: wall time, and the largest resident memory that the command
 * ever had. Ends as the command ends.
 */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/base.h"
#include "os/os.h"

int main(int count, char **word)
{
	struct arena *mem = arena_new(0);
	struct clock *clock = clock_real(mem);
	int64_t start = clock_steady_us(clock);
	struct rusage use;
	int how = 0;

	if (count < 3) {
		fprintf(stderr, "peak: FILE and COMMAND are needed\n");
		return 2;
	}
	pid_t child = fork();
	if (child == 0) {
		execvp(word[2], word + 2);
		_exit(127);
	}
	if (child < 0 || wait4(child, &how, 0, &use) != child)
		return 2;
	FILE *out = fopen(word[1], "w");
	if (out == NULL)
		return 2;
	fprintf(out, "%.3f %.1f\n", (double)(clock_steady_us(clock) - start) / 1e6,
		(double)use.ru_maxrss / 1024);
	fclose(out);
	arena_free(mem);
	return WIFEXITED(how) ? WEXITSTATUS(how) : 2;
}
