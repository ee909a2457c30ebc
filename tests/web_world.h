/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * web_world: a real server on a free port of the loopback with a few routes of its own, and
 * a client that sends bytes. For the tests of lib/web.
 */
#ifndef TESTS_WEB_WORLD_H
#define TESTS_WEB_WORLD_H
#include <stdatomic.h>
#include "tests/test.h"
#include "web/web.h"

enum { WORLD_ROLE = 1, WORLD_OTHER_ROLE = 2, WORLD_BODY_MAX = 2000, WORLD_FILE_MAX = 3000000 };

struct world {
	struct arena *mem;
	struct ctx *ctx;
	struct ctx own;
	struct web *web;
	struct store_writer *writer;
	int port;
	_Atomic int hits; /* how often any handler ran */
	_Atomic int befores;
	_Atomic int value; /* what the event stream tells */
	_Atomic bool shut; /* the gate lets nobody in any more */
	_Atomic int64_t streamed;
	_Atomic bool stream_gone;
	_Atomic int log_lines;
	_Atomic bool log_ready;
	char log_first[1024]; /* of the first request, when it is ready */
};

/* `conf`: lines of settings. One world at a time. */
struct world *world_start(struct ctx *, const char *conf);
void world_stop(struct world *);

/* A connection. Reads end after five seconds with what there is. */
int world_connect(struct world *);
void world_send(int fd, struct str bytes);
/* Everything until the peer closes. */
struct str world_read_all(struct ctx *, int fd);
/* One whole reply: head and body by its Content-Length. `bare`: no body follows (HEAD). */
struct str world_read_reply(struct ctx *, int fd, bool bare);
/* Until `needle` is in what was read. */
struct str world_read_until(struct ctx *, int fd, struct str needle);
void world_close(int *fd);
/* Connect, send, read until closed. */
struct str world_ask(struct world *, struct str bytes);
/* A request with Connection: close; `headers` are lines with their ends. */
struct str world_get(struct world *, const char *path, const char *headers);
struct str world_post(struct world *, const char *path, const char *headers, struct str body);

int world_status(struct str reply);
bool world_has(struct str reply, const char *text);
struct str world_body(struct str reply);
int world_count(struct str text, const char *needle);

#endif
