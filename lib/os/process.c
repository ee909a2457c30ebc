/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the kernel says about this process; 0 where it says nothing. */
#include "os/os.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int os_cores(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	return CPU_COUNT(&set);
}

int os_landlock(void)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

/* A line of /proc/self/status such as "VmRSS:\t  1234 kB". */
static int64_t status_bytes(struct str name)
{
	char text[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;

	ssize_t got = read(fd, text, sizeof(text));

	close(fd);

	struct str rest = { text, got < 0 ? 0 : (size_t)got };
	struct str line;

	while (str_split(rest, '\n', &line, &rest)) {
		int64_t kilobytes;

		if (!str_starts(line, name) || !str_ends(line, S(" kB")))
			continue;
		if (num_i64(str_trim(str_cut(line, name.len, line.len - 3)), 0, INT64_MAX / 1024,
			    &kilobytes))
			return kilobytes * 1024;
	}
	return 0;
}

int64_t os_memory_peak_bytes(void)
{
	return status_bytes(S("VmHWM:"));
}

int64_t os_memory_bytes(void)
{
	return status_bytes(S("VmRSS:"));
}

int64_t os_cpu_us(void)
{
	struct timespec at;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at) != 0)
		return 0;
	return at.tv_sec * USEC_SECOND + at.tv_nsec / 1000;
}

bool os_is_terminal(int fd)
{
	return isatty(fd) == 1;
}

static void stop_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
}

/* Blocked, not handled: who asked stays to be seen, and nothing is interrupted. */
void os_stop_watch(void)
{
	sigset_t set;

	stop_signals(&set);
	CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

bool os_stop_asked(void)
{
	sigset_t waiting;

	if (sigpending(&waiting) != 0)
		return false;
	return sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1;
}
