/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * tessera-media FOLDER MEMORY_MIB: opens pictures, sound, video and PDF for the server, one at
 * a time, as asked over standard input (lib/media/media.h). It ends when nobody asks any more, also
 * in the middle of a file.
 * Nothing is logged: what came of a file is in the reply.
 */
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vips/vips.h>
#include "media/confine.h"
#include "media/media_in.h"

enum { LINE = STDIN_FILENO, FILES = 3, EXIT_USE = 2, EXIT_CONFINE = 3 };

/* Built with a sanitizer that maps more than there is, the program cannot be limited. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MAY_LIMIT = 0 };
#else
enum { MAY_LIMIT = 1 };
#endif

/* The server may end while a file is being opened: nobody hears what comes of it then, and the
 * kernel ends what was started (run.c) with this process. */
static void *watch(void *unused)
{
	struct pollfd line = { .fd = LINE };

	(void)unused;
	while (poll(&line, 1, -1) < 0 || (line.revents & (POLLHUP | POLLERR)) == 0)
		;
	_exit(0);
}

static bool hear(struct media_ask *ask, int fd[FILES])
{
	union {
		char room[CMSG_SPACE(FILES * sizeof(int))];
		struct cmsghdr head;
	} side;
	struct iovec part = { ask, sizeof(*ask) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = side.room,
				  .msg_controllen = sizeof(side.room) };

	if (recvmsg(LINE, &message, MSG_CMSG_CLOEXEC) != (ssize_t)sizeof(*ask))
		return false;
	const struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	if (head == NULL || head->cmsg_type != SCM_RIGHTS ||
	    head->cmsg_len != CMSG_LEN(FILES * sizeof(int)))
		return false;
	memcpy(fd, CMSG_DATA(head), FILES * sizeof(int));
	return true;
}

static enum media_fault work(const struct media_ask *ask, const struct media_files *files,
			     struct media_said *out)
{
	enum media_form form = (enum media_form)ask->form;

	if (media_form_is_picture(form))
		return picture_work(ask, files, out);
	if (media_form_is_sound(form))
		return sound_work(ask, files, out);
	if (media_form_is_video(form))
		return video_work(ask, files, out);
	return page_work(ask, files, out);
}

int main(int count, char **words)
{
	struct media_ask ask;
	pthread_t watcher;
	int64_t memory;
	int fd[FILES];

	if (count != 3 || chdir(words[1]) != 0 || !num_i64(str_of(words[2]), 64, 1 << 20, &memory))
		return EXIT_USE;
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	(void)close_range(STDERR_FILENO + 1, ~0U, 0);
	if (VIPS_INIT(words[0]) != 0)
		return EXIT_USE;
	vips_block_untrusted_set(TRUE);
	vips_concurrency_set(1);
	vips_cache_set_max(0);
	if (pthread_create(&watcher, NULL, watch, NULL) != 0)
		return EXIT_USE;
	if (!confine(".", MAY_LIMIT ? memory : 0, MEDIA_OUT_MAX))
		return EXIT_CONFINE;
	while (hear(&ask, fd)) {
		struct media_files files = { fd[0], fd[1], fd[2] };
		struct media_said said = { .form = ask.form };

		said.fault = (int32_t)work(&ask, &files, &said);
		vips_error_clear();
		for (int i = 0; i < FILES; i++)
			close(fd[i]);
		if (send(LINE, &said, sizeof(said), MSG_NOSIGNAL) != (ssize_t)sizeof(said))
			break;
	}
	return 0;
}
