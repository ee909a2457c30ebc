/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Other programs, by fixed words and without a shell, and files of the own folder. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include "media/media_in.h"

enum { CPU_SECONDS = 600, PIECE = 1 << 18, EXIT_NOTHING = 127 };

/* Between fork and exec: only what is allowed there, since libvips has threads. */
static void become(const char *const *words, int out)
{
	static const struct rlimit cpu = { CPU_SECONDS, CPU_SECONDS };
	int nowhere = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setrlimit(RLIMIT_CPU, &cpu);
	if (nowhere < 0 || dup2(nowhere, STDIN_FILENO) < 0 || dup2(nowhere, STDERR_FILENO) < 0 ||
	    dup2(out >= 0 ? out : nowhere, STDOUT_FILENO) < 0)
		_exit(EXIT_NOTHING);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	execv(words[0], (char *const *)words);
	_exit(EXIT_NOTHING);
}

static int start(const char *const *words, int out)
{
	int pid = fork();

	if (pid == 0)
		become(words, out);
	return pid;
}

bool run_end(int pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool run(const char *const *words, int out)
{
	int pid = start(words, out);

	return pid > 0 && run_end(pid);
}

bool run_begin(const char *const *words, int *out, int *pid)
{
	int line[2];

	if (pipe2(line, O_CLOEXEC) != 0)
		return false;
	*pid = start(words, line[1]);
	close(line[1]);
	*out = line[0];
	if (*pid < 0)
		close(line[0]);
	return *pid > 0;
}

bool run_text(const char *const *words, char *text, size_t max, size_t *len)
{
	int out, pid;
	ssize_t got = 1;

	*len = 0;
	if (!run_begin(words, &out, &pid))
		return false;
	while (got > 0 && *len < max) {
		got = read(out, text + *len, max - *len);
		*len += got > 0 ? (size_t)got : 0;
	}
	close(out); /* one that says more ends by that */
	return run_end(pid);
}

/* --- files --- */

static enum media_fault copy(int in, int out)
{
	static char piece[PIECE];
	ssize_t got, wrote;

	if (lseek(in, 0, SEEK_SET) != 0)
		return MEDIA_BROKEN;
	while ((got = read(in, piece, PIECE)) > 0)
		for (ssize_t at = 0; at < got; at += wrote) {
			wrote = write(out, piece + at, (size_t)(got - at));
			if (wrote <= 0)
				return errno == EFBIG ? MEDIA_LARGE : MEDIA_DISK;
		}
	return got == 0 ? MEDIA_FINE : MEDIA_BROKEN;
}

enum media_fault file_take(int in, const char *name)
{
	int out = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (out < 0)
		return MEDIA_DISK;
	enum media_fault fault = copy(in, out);

	close(out);
	return fault;
}

enum media_fault file_give(const char *name, int out)
{
	int in = open(name, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return MEDIA_BROKEN;
	enum media_fault fault = copy(in, out);

	close(in);
	return fault;
}

enum media_fault file_fault(int out, enum media_fault otherwise)
{
	static const char probe[4096];
	off_t end = lseek(out, 0, SEEK_END);
	ssize_t wrote = end < 0 ? -1 : pwrite(out, probe, sizeof(probe), end);

	if (end < 0 || wrote == (ssize_t)sizeof(probe))
		return otherwise;
	if (wrote > 0 && pwrite(out, probe, sizeof(probe), end + wrote) >= 0)
		return otherwise;
	return errno == EFBIG ? MEDIA_LARGE : MEDIA_DISK;
}

enum media_fault file_fault_of(const char *name, enum media_fault otherwise)
{
	int out = open(name, O_WRONLY | O_CLOEXEC);

	if (out < 0)
		return otherwise;
	enum media_fault fault = file_fault(out, otherwise);

	close(out);
	return fault;
}
