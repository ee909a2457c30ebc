/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * The server: store, writer, jobs and web put together, and taken apart in the other
 * order. SIGTERM and SIGINT are waited for by this thread and blocked in all others, so
 * no work is done in a signal handler.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <unistd.h>
#include "app/app_in.h"
#include "app/assets_in.h"
#include "user/user.h"

#define DRAIN_US (8 * USEC_SECOND)
enum { DRAIN_HARD_S = 10, LINE_MAX_BYTES = 16384 };

struct server {
	struct arena *mem;
	struct store_writer *writer;
	struct web *web;
	struct job_runner *_Atomic runner;
	const char *url;
	void *const *rooms;
	int lock;
};

/* One write for each call, so that lines of several threads do not mix. */
static void log_lines(struct str lines)
{
	struct iovec out[] = { { (char *)lines.at, lines.len }, { (char *)"\n", 1 } };

	if (writev(STDERR_FILENO, out, 2) < 0)
		return; /* nobody reads the log: nothing to tell it to */
}

static void log_event(struct ctx *c, const char *event, struct str detail)
{
	struct json out = json_make(c->mem, LINE_MAX_BYTES);

	json_object(&out);
	json_time_of(&out, "at", c->now);
	json_text_of(&out, "event", str_of(event));
	json_text_of(&out, "detail", detail);
	json_object_end(&out);
	log_lines(json_end(&out));
}

static enum err before_commit(struct ctx *c, void *arg)
{
	(void)arg;
	return job_flush_signals(c);
}

static void after_commit(void *arg)
{
	struct server *s = arg;
	struct job_runner *runner = atomic_load(&s->runner);

	if (runner != NULL)
		job_runner_nudge(runner);
}

/* Two servers on one SQLite file would each trust memory that the other makes stale. */
static enum err lock_data(struct ctx *c, struct server *s)
{
	const char *path = str_c(c->mem, str_format(c->mem, "%s/serve.lock", c->data));

	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (s->lock < 0)
		return refuse(c, ERR_STORE, "%s cannot be opened", path);
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0)
		return refuse(c, ERR_CONFLICT, "another server runs on %s", c->data);
	return OK;
}

static enum err open_store(struct ctx *c, struct server *s)
{
	int applied;

	TRY(store_open(c, s->mem, s->url, STORE_WRITE, &c->store));
	if (store_is_lite(c->store))
		TRY(lock_data(c, s));
	TRY(store_migrate(c, &applied));
	return house_states(c, s->mem, &s->rooms);
}

static enum err start_web(struct ctx *c, struct server *s, const struct room_call *call)
{
	struct str listen = room_option(call, "listen");

	if (listen.len == 0)
		listen = setting_text(c, "listen");
	struct web_options options = {
		.listen = str_c(s->mem, listen),
		.url = s->url,
		.data = c->data,
		.loops = (int)setting_number(c, "serve.loops"),
		.readers = (int)setting_number(c, "serve.readers"),
		.slow = (int)setting_number(c, "serve.slow"),
		.secure = setting_number(c, "site.secure") == 1,
		.clock = call->clock,
		.dice = c->dice,
		.writer = s->writer,
		.settings = c->settings,
		.rooms = s->rooms,
		.routes = house_routes(s->mem),
		.assets = app_assets,
		.gate = user_gate,
		.boot = app_boot,
		.log = log_lines,
	};
	return web_start(c, s->mem, options, &s->web);
}

static enum err start_writer(struct ctx *c, struct server *s, const struct room_call *call)
{
	struct store_writer_options options = {
		.url = s->url,
		.threads = store_is_lite(c->store) ? 1 : 2,
		.clock = call->clock,
		.dice = c->dice,
		.before_commit = before_commit,
		.after_commit = after_commit,
		.arg = s,
	};
	return store_writer_start(c, s->mem, options, &s->writer);
}

static enum err start_jobs(struct ctx *c, struct server *s, const struct room_call *call)
{
	struct job_runner_options options = {
		.url = s->url,
		.writer = s->writer,
		.clock = call->clock,
		.dice = c->dice,
		.kinds = call->kinds,
		.settings = c->settings,
		.rooms = s->rooms,
		.data = c->data,
		.log = log_lines,
	};
	struct job_runner *runner;

	TRY(job_runner_start(c, s->mem, options, &runner));
	atomic_store(&s->runner, runner);
	return OK;
}

static enum err start(struct ctx *c, struct server *s, const struct room_call *call)
{
	struct app_state *state;

	TRY(open_store(c, s));
	TRY(start_writer(c, s, call));
	store_close(&c->store);

	c->rooms = s->rooms;
	state = room_state(c, &app_room);
	*state = (struct app_state){ .writer = s->writer, .started = c->now };
	TRY(start_jobs(c, s, call));
	TRY(start_web(c, s, call));
	state->web = s->web;
	return OK;
}

/* What runs is finished; the alarm ends the process when something does not. */
static void stop(struct server *s)
{
	struct job_runner *runner = atomic_load(&s->runner);

	alarm(DRAIN_HARD_S);
	if (s->web != NULL)
		web_stop(s->web, DRAIN_US);
	if (runner != NULL)
		job_runner_stop(runner);
	atomic_store(&s->runner, NULL);
	if (s->writer != NULL)
		store_writer_stop(s->writer);
	if (s->lock >= 0)
		close(s->lock);
	alarm(0);
}

/* Signals are blocked before the first thread starts, so that each inherits it. */
static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	CHECK(pthread_sigmask(SIG_BLOCK, set, NULL) == 0);
	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
}

enum err app_serve(struct ctx *c, const struct room_call *call)
{
	struct server s = { .mem = arena_new(0), .lock = -1 };
	sigset_t set;
	int number;
	enum err err;

	block_signals(&set);
	s.url = conf_url(c);
	err = start(c, &s, call);
	if (err == OK) {
		struct str host = room_option(call, "listen");
		struct str port, address;

		if (host.len == 0)
			host = setting_text(c, "listen");
		if (!str_split(host, ':', &address, &port))
			address = host;
		printf("http://%.*s:%d\n", STR_ARG(address), web_port(s.web));
		fflush(stdout);
		log_event(c, "serve.start",
			  str_format(c->mem, "%.*s:%d", STR_ARG(address), web_port(s.web)));
		if (os_landlock() == 0)
			log_event(c, "serve.warning",
				  S("this kernel has no Landlock: what opens pictures and sound of "
				    "strangers could read the data folder"));
		while (sigwait(&set, &number) != 0)
			;
		c->now = clock_now(call->clock);
		log_event(c, "serve.stop", S("draining"));
	}
	store_close(&c->store);
	stop(&s);
	arena_free(s.mem);
	return err;
}
