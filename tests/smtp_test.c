/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Mail over a real connection: a small SMTP server on the loopback writes down what it hears. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include "notice/notice_in.h"
#include "tests/test.h"

enum { HEARD_MAX = 20000, LINE_BYTES = 2000 };

struct server {
	int fd;
	const char *greeting; /* "220 hello": or a refusal */
	char heard[HEARD_MAX];
	size_t len;
};

static void say(int peer, const char *text)
{
	CHECK(write(peer, text, strlen(text)) == (ssize_t)strlen(text));
}

/* One line with its end; false when the peer is gone. */
static bool hear(struct server *s, int peer, char *line)
{
	size_t len = 0;

	while (len < LINE_BYTES - 1 && read(peer, line + len, 1) == 1) {
		CHECK(s->len < HEARD_MAX);
		s->heard[s->len++] = line[len++];
		if (line[len - 1] == '\n')
			break;
	}
	line[len] = 0;
	return len > 0;
}

static void serve(void *arg)
{
	struct server *s = arg;
	int peer = accept(s->fd, NULL, NULL);
	char line[LINE_BYTES];
	bool in_data = false;

	CHECK(peer >= 0);
	say(peer, s->greeting);
	while (hear(s, peer, line)) {
		if (in_data) {
			in_data = strcmp(line, ".\r\n") != 0;
			if (!in_data)
				say(peer, "250 taken\r\n");
		} else if (strncmp(line, "DATA", 4) == 0) {
			in_data = true;
			say(peer, "354 go on\r\n");
		} else if (strncmp(line, "QUIT", 4) == 0) {
			say(peer, "221 bye\r\n");
			break;
		} else {
			say(peer, "250 fine\r\n");
		}
	}
	close(peer);
}

static struct str start(struct ctx *c, struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t len = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	WANT(s->fd >= 0 && bind(s->fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
	     listen(s->fd, 1) == 0 && getsockname(s->fd, (struct sockaddr *)&at, &len) == 0);
	return str_format(c->mem, "smtp://127.0.0.1:%d", (int)ntohs(at.sin_port));
}

static struct str message(void)
{
	return S("From: a@example.org\r\nSubject: Hello\r\n\r\nOne line.\r\n.\r\n.dot\r\n");
}

PLAIN_TEST(smtp, a_message_arrives_as_it_was_sent)
{
	struct server *s = NEW(c->mem, struct server);
	struct str url = start(c, s), heard;
	size_t at;

	s->greeting = "220 hello\r\n";
	struct os_thread *thread = os_thread_start(c->mem, "smtp", serve, s);
	enum err err = smtp_send(c, url, false, S("a@example.org"), S("b@example.org"), message());
	os_thread_join(thread);
	close(s->fd);
	WANT_OK(err);
	heard = (struct str){ s->heard, s->len };
	WANT(str_find(heard, S("MAIL FROM:<a@example.org>"), &at));
	WANT(str_find(heard, S("RCPT TO:<b@example.org>\r\n"), &at));
	/* A dot at the start of a line is doubled on the way. */
	WANT(str_find(heard, S("\r\n\r\nOne line.\r\n..\r\n..dot\r\n.\r\n"), &at));
}

PLAIN_TEST(smtp, a_server_that_takes_nothing_is_a_conflict)
{
	struct server *s = NEW(c->mem, struct server);
	struct str url = start(c, s);

	s->greeting = "554 not today\r\n";
	struct os_thread *thread = os_thread_start(c->mem, "smtp", serve, s);
	enum err err = smtp_send(c, url, false, S("a@example.org"), S("b@example.org"), message());
	os_thread_join(thread);
	close(s->fd);
	WANT_ERR(ERR_CONFLICT, err);
}

PLAIN_TEST(smtp, without_tls_nothing_is_sent_when_tls_is_asked_for)
{
	struct server *s = NEW(c->mem, struct server);
	struct str url = start(c, s);
	size_t at;

	s->greeting = "220 hello\r\n";
	struct os_thread *thread = os_thread_start(c->mem, "smtp", serve, s);
	enum err err = smtp_send(c, url, true, S("a@example.org"), S("b@example.org"), message());
	os_thread_join(thread);
	close(s->fd);
	WANT_ERR(ERR_CONFLICT, err);
	WANT(!str_find((struct str){ s->heard, s->len }, S("MAIL"), &at));
}

PLAIN_TEST(smtp, other_protocols_are_refused)
{
	WANT_ERR(ERR_CONFLICT, smtp_send(c, S("http://127.0.0.1:1/"), false, S("a@example.org"),
					 S("b@example.org"), message()));
	WANT_ERR(ERR_CONFLICT, smtp_send(c, S("file:///tmp/x"), false, S("a@example.org"),
					 S("b@example.org"), message()));
}
