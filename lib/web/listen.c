/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Start, accept, stop. The first loop accepts and hands connections round to all loops;
 * a listener for each loop (SO_REUSEPORT) would share the work by chance only.
 */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include "web/web_in.h"

enum { BACKLOG = 1024, ACCEPT_AT_ONCE = 64, ACCEPT_PAUSE_MS = 100, STOP_LOOK_US = 5000 };

const struct setting web_settings[] = {
	{ "web.header_bytes_max", "16384", 1024, 65536, "The largest request head in bytes" },
	{ "web.headers_max", "100", 10, 1000, "How many headers a request may have" },
	{ "web.header_time_s", "10", 1, 600, "How long a request head may take to arrive" },
	{ "web.body_rate_min", "1024", 1, 1000000000, "Slowest body, in bytes a second" },
	{ "web.idle_time_s", "75", 1, 3600, "How long a connection may wait for its next request" },
	{ "web.write_time_s", "30", 1, 3600, "How long a peer may take nothing of a reply" },
	{ "web.connections_max", "10000", 1, 1000000, "Open connections in all" },
	{ "web.connections_each_max", "1000", 1, 1000000, "Open connections of one address" },
	{ "web.waiting_max", "4096", 1, 1000000, "Requests that may wait for a reader" },
	{ "web.queue_ms", "50", 1, 60000,
	  "A change that would wait for longer than this is refused with 503; reading at half" },
	{ "web.caller_requests_max", "64", 1, 1000000, "Requests of one caller under way at once" },
	{ "web.request_memory_mb", "8", 1, 1024, "Memory of one request" },
	{ "web.events_max", "1000", 0, 1000000, "Open event streams of one loop" },
	{ "web.proxy", "", 0, 0,
	  "Address of the reverse proxy whose X-Forwarded-For is believed; empty: none" },
	{ 0 },
};

/* --- limits --- */

static int64_t limit(const struct ctx *ctx, const char *name)
{
	int64_t value = 0;

	if (ctx->settings != NULL)
		return setting_number(ctx, name);
	for (const struct setting *s = web_settings; s->name != NULL; s++)
		if (strcmp(s->name, name) == 0)
			CHECK(num_i64(str_of(s->value), s->min, s->max, &value));
	return value;
}

static struct web_limits read_limits(const struct ctx *ctx)
{
	return (struct web_limits){
		.header_bytes = limit(ctx, "web.header_bytes_max"),
		.headers = limit(ctx, "web.headers_max"),
		.header_ms = 1000 * limit(ctx, "web.header_time_s"),
		.body_rate = limit(ctx, "web.body_rate_min"),
		.idle_ms = 1000 * limit(ctx, "web.idle_time_s"),
		.write_ms = 1000 * limit(ctx, "web.write_time_s"),
		.connections = limit(ctx, "web.connections_max"),
		.connections_each = limit(ctx, "web.connections_each_max"),
		.waiting = limit(ctx, "web.waiting_max"),
		.memory = limit(ctx, "web.request_memory_mb") << 20,
		.events = limit(ctx, "web.events_max"),
		.queue_us = 1000 * limit(ctx, "web.queue_ms"),
		.caller_requests = limit(ctx, "web.caller_requests_max"),
		.proxy = ctx->settings == NULL ? S("") : setting_text(ctx, "web.proxy"),
	};
}

/* The default of connections is beyond the usual soft limit of files. */
static void raise_file_limit(int64_t connections)
{
	struct rlimit files;
	rlim_t wanted = (rlim_t)connections + 1000;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur >= wanted)
		return;
	files.rlim_cur = files.rlim_max < wanted ? files.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		return; /* then accept says when files run out */
}

/* --- peers: how many connections each address has --- */

static struct web_peer **find_peer(struct web *web, const char *address)
{
	struct web_peer **at = &web->peers[str_hash(str_of(address)) & 255];

	while (*at != NULL && strcmp((*at)->address, address) != 0)
		at = &(*at)->next;
	return at;
}

bool web_peer_came(struct web *web, const char *address)
{
	bool few = true;

	os_lock_take(web->lock);
	struct web_peer **at = find_peer(web, address), *peer = *at;

	if (peer == NULL) {
		peer = web->spare_peer;
		if (peer != NULL)
			web->spare_peer = peer->next;
		else
			peer = NEW(web->peer_mem, struct web_peer);
		*peer = (struct web_peer){ 0 };
		memcpy(peer->address, address, strlen(address) + 1);
		*at = peer;
	}
	if (peer->count >= web->limits.connections_each &&
	    !str_eq(web->limits.proxy, str_of(address)))
		few = false;
	else
		peer->count++;
	os_lock_give(web->lock);
	return few;
}

void web_peer_left(struct web *web, const char *address)
{
	os_lock_take(web->lock);
	struct web_peer **at = find_peer(web, address), *peer = *at;

	CHECK(peer != NULL && peer->count > 0);
	if (--peer->count == 0) {
		*at = peer->next;
		peer->next = web->spare_peer;
		web->spare_peer = peer;
	}
	os_lock_give(web->lock);
}

/* --- accepting --- */

static void hand_over(struct web *web, int fd)
{
	struct web_loop *loop = &web->loops[web->next_loop];
	bool taken = false;

	web->next_loop = (web->next_loop + 1) % web->loop_count;
	if (loop == web->loops) {
		web_conn_open(loop, fd);
		return;
	}
	atomic_fetch_add(&loop->giving, 1);
	os_lock_take(loop->lock);
	if (loop->fd_count < (int)(sizeof(loop->fds) / sizeof(loop->fds[0]))) {
		loop->fds[loop->fd_count++] = fd;
		taken = true;
	}
	os_lock_give(loop->lock);
	if (taken)
		uv_async_send(&loop->wake);
	atomic_fetch_sub(&loop->giving, 1);
	if (taken)
		return;
	atomic_fetch_sub(&web->open, 1);
	close(fd);
}

static void on_listener(uv_poll_t *poll, int status, int events)
{
	struct web *web = poll->data;

	(void)events;
	if (status < 0)
		return;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		int fd = accept4(web->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
			/* Nothing to give: leave them in the backlog and look again soon. */
			uv_poll_stop(poll);
			web->accept_again_ms = (int64_t)uv_now(&web->loops[0].uv) + ACCEPT_PAUSE_MS;
			return;
		}
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			return;
		if (atomic_fetch_add(&web->open, 1) >= web->limits.connections) {
			atomic_fetch_sub(&web->open, 1);
			close(fd);
			continue;
		}
		hand_over(web, fd);
	}
}

static void accept_again(struct web *web)
{
	struct web_loop *loop = &web->loops[0];

	if (web->accept_again_ms == 0 || (int64_t)uv_now(&loop->uv) < web->accept_again_ms ||
	    !web->listens)
		return;
	web->accept_again_ms = 0;
	uv_poll_start(&web->listener, UV_READABLE, on_listener);
}

static void stop_listening(struct web *web)
{
	if (!web->listens)
		return;
	web->listens = false;
	uv_poll_stop(&web->listener);
	uv_close((uv_handle_t *)&web->listener, NULL);
	close(web->listen_fd);
}

/* --- loops --- */

static void take_inbox(struct web_loop *loop)
{
	struct web_job *newest = atomic_exchange_explicit(&loop->inbox, NULL, memory_order_acquire);
	struct web_job *oldest = NULL;

	while (newest != NULL) {
		struct web_job *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	while (oldest != NULL) {
		struct web_job *next = oldest->next;

		oldest->back(oldest);
		oldest = next;
	}
}

static void take_fds(struct web_loop *loop)
{
	int fds[sizeof(loop->fds) / sizeof(loop->fds[0])], count;

	os_lock_take(loop->lock);
	count = loop->fd_count;
	memcpy(fds, loop->fds, sizeof(fds[0]) * (size_t)count);
	loop->fd_count = 0;
	os_lock_give(loop->lock);
	for (int i = 0; i < count; i++)
		web_conn_open(loop, fds[i]);
}

static void look_at_stopping(struct web_loop *loop)
{
	int stopping = atomic_load(&loop->web->stopping);

	if (stopping >= 1) {
		loop->is_stopping = true;
		if (loop == loop->web->loops)
			stop_listening(loop->web);
	}
	if (stopping >= 2)
		loop->is_forced = true;
	if (stopping < 3)
		return;
	/* Whoever wakes loops has this lock: after it nobody touches the handle any more. */
	os_lock_take(loop->web->lock);
	os_lock_give(loop->web->lock);
	if (!uv_is_closing((uv_handle_t *)&loop->wake)) {
		CHECK(loop->first == NULL);
		uv_close((uv_handle_t *)&loop->wake, NULL);
		uv_close((uv_handle_t *)&loop->tick, NULL);
		uv_close((uv_handle_t *)&loop->rest, NULL);
	}
}

static void look_at_conns(struct web_loop *loop)
{
	struct web_conn *next;

	for (struct web_conn *conn = loop->first; conn != NULL; conn = next) {
		next = conn->next;
		web_conn_tick(conn);
	}
}

/* --- the log: one write for all that a turn of the loop answered --- */

static void write_log(struct web_loop *loop)
{
	if (loop->log_len == 0)
		return;
	loop->web->options.log((struct str){ loop->log, loop->log_len - 1 });
	loop->log_len = 0;
}

static void on_rest(uv_prepare_t *rest)
{
	write_log(rest->data);
}

void web_log(struct web_loop *loop, struct str line)
{
	if (line.len + 1 > sizeof(loop->log) - loop->log_len)
		write_log(loop);
	CHECK(line.len + 1 <= sizeof(loop->log));
	memcpy(loop->log + loop->log_len, line.at, line.len);
	loop->log[loop->log_len + line.len] = '\n';
	loop->log_len += line.len + 1;
}

static void on_wake(uv_async_t *wake)
{
	struct web_loop *loop = wake->data;

	take_inbox(loop);
	take_fds(loop);
	look_at_stopping(loop);
	if (loop->is_stopping)
		look_at_conns(loop);
}

static void on_tick(uv_timer_t *tick)
{
	struct web_loop *loop = tick->data;

	look_at_conns(loop);
	if (loop == loop->web->loops)
		accept_again(loop->web);
}

static void run_loop(void *arg)
{
	struct web_loop *loop = arg;

	uv_run(&loop->uv, UV_RUN_DEFAULT);
	write_log(loop);
	CHECK(uv_loop_close(&loop->uv) == 0);
	for (int i = 0; i < loop->arena_count; i++)
		arena_free(loop->arenas[i]);
}

static void open_loop(struct web *web, struct web_loop *loop)
{
	loop->web = web;
	loop->mem = arena_new(0);
	loop->lock = os_lock_new(loop->mem);
	loop->request_id = dice_u64(web->options.dice);
	CHECK(uv_loop_init(&loop->uv) == 0);
	CHECK(uv_async_init(&loop->uv, &loop->wake, on_wake) == 0);
	CHECK(uv_timer_init(&loop->uv, &loop->tick) == 0);
	CHECK(uv_prepare_init(&loop->uv, &loop->rest) == 0);
	loop->wake.data = loop;
	loop->tick.data = loop;
	loop->rest.data = loop;
	CHECK(uv_prepare_start(&loop->rest, on_rest) == 0);
	CHECK(uv_timer_start(&loop->tick, on_tick, WEB_TICK_MS, WEB_TICK_MS) == 0);
}

/* --- start --- */

static enum err bind_listener(struct ctx *ctx, struct web *web, struct addrinfo *at)
{
	int yes = 1;
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_storage bound = { 0 };
	socklen_t len = sizeof(bound);

	if (fd < 0)
		return refuse(ctx, ERR_BUSY, "no socket for %s", web->options.listen);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, at->ai_addr, at->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0 ||
	    getsockname(fd, (struct sockaddr *)&bound, &len) != 0) {
		enum err err = errno == EADDRINUSE ? ERR_CONFLICT : ERR_INPUT;
		const char *why = errno == EADDRINUSE ? "is in use" : "cannot be listened on";

		close(fd);
		return refuse(ctx, err, "the address %s %s", web->options.listen, why);
	}
	web->listen_fd = fd;
	web->port = ntohs(bound.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&bound)->sin6_port :
							((struct sockaddr_in *)&bound)->sin_port);
	return OK;
}

static enum err open_listener(struct ctx *ctx, struct web *web)
{
	const char *listen_at = web->options.listen, *colon = strrchr(listen_at, ':');
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE },
			*found = NULL;
	int64_t port;

	if (colon == NULL || !num_i64(str_of(colon + 1), 0, 65535, &port))
		return refuse(ctx, ERR_INPUT, "%s is not HOST:PORT", listen_at);
	struct str host = { listen_at, (size_t)(colon - listen_at) };

	if (str_starts(host, S("[")) && str_ends(host, S("]")))
		host = str_cut(host, 1, host.len - 1);
	if (getaddrinfo(host.len == 0 ? NULL : str_c(ctx->mem, host), colon + 1, &hints, &found) !=
	    0)
		return refuse(ctx, ERR_INPUT, "the host of %s is not known", listen_at);
	enum err err = bind_listener(ctx, web, found);

	freeaddrinfo(found);
	return err;
}

static bool has_path(const struct web_route *const *lists, const char *path)
{
	for (; *lists != NULL; lists++)
		for (const struct web_route *r = *lists; r->path != NULL; r++)
			if (strcmp(r->path, path) == 0)
				return true;
	return false;
}

static void start_threads(struct web *web)
{
	int cores = os_cores();
	int readers = web->options.readers > 0 ? web->options.readers : (cores < 2 ? 2 : cores);
	int slow = web->options.slow > 0 ? web->options.slow : (cores < 2 ? 2 : cores);

	web->readers = web_pool_start(web, "web reader", readers, web->limits.waiting);
	web->slow = web_pool_start(web, "web slow", slow, 256);
	web->streams = web_pool_start(web, "web stream", slow < 4 ? 4 : slow, 256);
	web->files = web_pool_start(web, "web file", 2, INT64_MAX);
	for (int i = 0; i < web->loop_count; i++)
		web->loops[i].thread =
			os_thread_start(web->mem, "web loop", run_loop, &web->loops[i]);
}

enum err web_start(struct ctx *ctx, struct arena *mem, struct web_options options, struct web **out)
{
	struct web *web = NEW(mem, struct web);
	struct ctx settings = { .settings = options.settings };
	int cores = os_cores();

	web->options = options;
	web->mem = mem;
	web->peer_mem = arena_new(0);
	web->lock = os_lock_new(mem);
	web->known = web_known_new(mem);
	web->admit.salt = dice_u64(options.dice);
	web->limits = read_limits(&settings);
	web->routes = web_routes_new(mem, options.routes);
	web->has_health = has_path(options.routes, "/healthz");
	web_asset_setup(web);
	TRY(open_listener(ctx, web));
	raise_file_limit(web->limits.connections);
	/* A peer that goes away is told by the write that finds out, not by a signal. */
	signal(SIGPIPE, SIG_IGN);
	if (options.data != NULL)
		web_upload_sweep(ctx, options.data);
	web->loop_count = options.loops > 0 ? options.loops : (cores > 2 ? cores - 1 : 1);
	web->loops = NEW_MANY(mem, struct web_loop, (size_t)web->loop_count);
	for (int i = 0; i < web->loop_count; i++)
		open_loop(web, &web->loops[i]);
	web->listens = true;
	web->listener.data = web;
	CHECK(uv_poll_init(&web->loops[0].uv, &web->listener, web->listen_fd) == 0);
	CHECK(uv_poll_start(&web->listener, UV_READABLE, on_listener) == 0);
	start_threads(web);
	*out = web;
	return OK;
}

int web_port(const struct web *web)
{
	return web->port;
}

/* --- stop --- */

static void wake_all(struct web *web, int stopping)
{
	os_lock_take(web->lock);
	atomic_store(&web->stopping, stopping);
	for (int i = 0; i < web->loop_count; i++)
		uv_async_send(&web->loops[i].wake);
	os_lock_give(web->lock);
}

/* Nobody is connected, nothing is accepted, and no thread is about to wake a loop. */
static bool is_quiet(struct web *web)
{
	bool quiet = atomic_load(&web->open) == 0 && !atomic_load(&web->listens);

	for (int i = 0; i < web->loop_count; i++)
		quiet = quiet && atomic_load(&web->loops[i].giving) == 0;
	return quiet;
}

static void wait_for_quiet(struct web *web, int64_t us)
{
	os_lock_take(web->lock);
	for (; !is_quiet(web) && us > 0; us -= STOP_LOOK_US)
		os_lock_wait(web->lock, STOP_LOOK_US);
	os_lock_give(web->lock);
}

void web_stop(struct web *web, int64_t us)
{
	wake_all(web, 1);
	wait_for_quiet(web, us);
	wake_all(web, 2);
	/* Sockets are closed now; requests that are with a handler come back first. */
	wait_for_quiet(web, INT64_MAX);
	wake_all(web, 3);
	for (int i = 0; i < web->loop_count; i++)
		os_thread_join(web->loops[i].thread);
	web_pool_stop(web->readers);
	web_pool_stop(web->slow);
	web_pool_stop(web->streams);
	web_pool_stop(web->files);
	for (int i = 0; i < web->loop_count; i++)
		arena_free(web->loops[i].mem);
	arena_free(web->peer_mem);
}

struct web_counts web_counts(const struct web *web)
{
	struct web_counts sum = { 0 };

	for (int i = 0; i < web->loop_count; i++) {
		const struct web_loop *loop = &web->loops[i];

		sum.requests += atomic_load(&loop->requests);
		sum.refused += atomic_load(&loop->refused);
		sum.failed += atomic_load(&loop->failed);
		sum.connections += atomic_load(&loop->connections);
		sum.bytes_in += atomic_load(&loop->bytes_in);
		sum.bytes_out += atomic_load(&loop->bytes_out);
		sum.csp_reports += atomic_load(&loop->csp_reports);
	}
	sum.shed = atomic_load(&web->admit.shed);
	return sum;
}
