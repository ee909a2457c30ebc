/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A program beside this process. The line to it is a pair of sockets that keep messages apart and
 * carry handles, so nothing that it is given needs a name. It leads a process group of its
 * own: who ends it, ends what it has started.
 *
 * posix_spawn and not fork: the caller has threads.
 */
#include "os/os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATH_ROOM = 4096 };

static enum err spawn(struct ctx *c, const char *const *words, const char *folder, int line,
		      int *pid)
{
	struct str home = str_format(c->mem, "TMPDIR=%s", folder);
	char *const environment[] = { (char *)"PATH=/usr/bin:/bin", (char *)"LANG=C.UTF-8",
				      (char *)str_c(c->mem, home), NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, usual;

	sigemptyset(&none);
	sigemptyset(&usual);
	sigaddset(&usual, SIGPIPE);
	CHECK(posix_spawn_file_actions_init(&files) == 0);
	CHECK(posix_spawnattr_init(&how) == 0);
	int err = posix_spawn_file_actions_adddup2(&files, line, STDIN_FILENO);
	err |= posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_RDWR, 0);
	err |= posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_RDWR, 0);
	err |= posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK |
						      POSIX_SPAWN_SETSIGDEF);
	err |= posix_spawnattr_setsigmask(&how, &none);
	err |= posix_spawnattr_setsigdefault(&how, &usual);
	if (err == 0)
		err = posix_spawn(pid, words[0], &files, &how, (char *const *)words, environment);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	return err == 0 ? OK : refuse(c, ERR_STORE, "%s cannot be started", words[0]);
}

enum err os_child_start(struct ctx *c, const char *const *words, const char *folder,
			struct os_child *out)
{
	int line[2], pid = 0;

	*out = (struct os_child){ .fd = OS_FILE_NONE };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, line) != 0)
		return refuse(c, ERR_STORE, "there is no line to another program");
	enum err err = spawn(c, words, folder, line[1], &pid);

	close(line[1]);
	if (err != OK) {
		close(line[0]);
		return err;
	}
	*out = (struct os_child){ .pid = pid, .fd = line[0] };
	return OK;
}

bool os_child_say(struct os_child child, const void *bytes, size_t len, const struct os_file *files,
		  int count)
{
	union {
		char room[CMSG_SPACE(OS_CHILD_FILES_MAX * sizeof(int))];
		struct cmsghdr head;
	} side = { 0 };
	struct iovec part = { (void *)bytes, len };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fds[OS_CHILD_FILES_MAX];

	CHECK(count >= 0 && count <= OS_CHILD_FILES_MAX);
	if (child.pid == 0)
		return false;
	for (int i = 0; i < count; i++)
		fds[i] = files[i].fd;
	if (count > 0) {
		message.msg_control = side.room;
		message.msg_controllen = CMSG_SPACE((size_t)count * sizeof(int));
		struct cmsghdr *head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN((size_t)count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, (size_t)count * sizeof(int));
	}
	return sendmsg(child.fd, &message, MSG_NOSIGNAL) == (ssize_t)len;
}

static int64_t steady_ms(void)
{
	struct timespec at;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &at) == 0);
	return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

enum os_child_end os_child_hear(struct os_child child, void *out, size_t len, int64_t us)
{
	int64_t end = steady_ms() + us / 1000;

	for (;;) {
		struct pollfd line = { .fd = child.fd, .events = POLLIN };
		int64_t left = end - steady_ms();

		if (left <= 0)
			return OS_CHILD_SILENT;
		int ready = poll(&line, 1, (int)left);
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return ready == 0 ? OS_CHILD_SILENT : OS_CHILD_GONE;
		return recv(child.fd, out, len, MSG_TRUNC) == (ssize_t)len ? OS_CHILD_SAID :
									     OS_CHILD_GONE;
	}
}

void os_child_stop(struct os_child *child)
{
	if (child->pid > 0) {
		kill(-child->pid, SIGKILL);
		while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
			;
		close(child->fd);
	}
	*child = (struct os_child){ .fd = OS_FILE_NONE };
}

enum err os_beside(struct ctx *c, const char *name, const char **out)
{
	char path[PATH_ROOM];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path));

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len <= 0)
		return refuse(c, ERR_STORE, "this program does not know where it lies");
	*out = str_c(c->mem, str_format(c->mem, "%.*s%s", (int)len, path, name));
	return OK;
}
