/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "tests/test.h"

PLAIN_TEST(process, the_kernel_tells_about_this_process)
{
	WANT(os_cores() >= 1);
	WANT(os_memory_bytes() > 100000);
	WANT(os_memory_peak_bytes() >= os_memory_bytes());
	WANT(os_cpu_us() > 0);
	WANT(!os_is_terminal(-1));
}

/* What `work` says on stderr, which is a file meanwhile and so no terminal. */
static struct str said(struct ctx *c, void (*work)(struct ctx *c, struct clock *clock))
{
	const char *path = str_format(c->mem, "%s/stderr", c->data).at;
	int file = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600), kept = dup(2);
	struct str text;

	WANT(file >= 0 && kept >= 0 && dup2(file, 2) == 2);
	work(c, clock_pretend(c->mem, (usec){ 0 }));
	WANT(dup2(kept, 2) == 2);
	close(file);
	close(kept);
	WANT_OK(os_slurp(c, path, 10000, &text));
	return text;
}

static void work_for(struct ctx *c, struct clock *clock, int seconds, int64_t total, bool quiet)
{
	struct progress *p = progress_start(c->mem, clock, "Importing", "rows", total, quiet);

	for (int i = 1; i <= seconds * 100; i++) {
		clock_move(clock, USEC_SECOND / 100);
		progress_at(p, i);
	}
	progress_done(p);
}

static void short_work(struct ctx *c, struct clock *clock)
{
	work_for(c, clock, 0, 10, false);
}

static void quiet_work(struct ctx *c, struct clock *clock)
{
	work_for(c, clock, 30, 10, true);
}

static void long_work(struct ctx *c, struct clock *clock)
{
	work_for(c, clock, 25, 2500, false);
}

static void endless_work(struct ctx *c, struct clock *clock)
{
	work_for(c, clock, 2, -1, false);
}

PLAIN_TEST(process, short_and_quiet_work_says_nothing)
{
	WANT_STR(S(""), said(c, short_work));
	WANT_STR(S(""), said(c, quiet_work));
}

PLAIN_TEST(process, long_work_says_a_line_after_a_second_every_ten_and_at_the_end)
{
	WANT_STR(S("Importing: 100 of 2500 rows, 4 %, 100 a second, 1 s\n"
		   "Importing: 1100 of 2500 rows, 44 %, 100 a second, 11 s\n"
		   "Importing: 2100 of 2500 rows, 84 %, 100 a second, 21 s\n"
		   "Importing: 2500 of 2500 rows, 100 a second, 25 s\n"),
		 said(c, long_work));
}

PLAIN_TEST(process, work_without_a_total_says_how_much_is_done)
{
	WANT_STR(S("Importing: 100 rows, 100 a second, 1 s\n"
		   "Importing: 200 rows, 100 a second, 2 s\n"),
		 said(c, endless_work));
}

static void without_landlock(struct ctx *c, struct clock *clock)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { .len = 4, .filter = code };

	(void)c;
	(void)clock;
	int pid = fork(), status;

	if (pid == 0) {
		CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
		CHECK(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0);
		_exit(dprintf(2, "%d", os_landlock()) == 1 ? 0 : 1);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
}

PLAIN_TEST(process, a_kernel_without_landlock_is_told)
{
	WANT_STR(S("0"), said(c, without_landlock));
}
