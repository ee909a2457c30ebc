/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Connections: reading, writing, waiting, ending.
 *
 * All bytes come in through one buffer of the loop and are looked at at once; what
 * belongs to a later request waits in a borrowed arena and stops the reading. There
 * is no timer for each connection: a tick of the loop looks at all deadlines.
 * A refused connection is ended slowly (shutdown, then reading until the peer has
 * seen it), because closing with unread bytes makes the kernel throw our answer away.
 */
#include <netinet/in.h>
#include <unistd.h>
#include "base/crash.h"
#include "web/web_in.h"

enum { LINGER_MS = 2000 };

static int64_t now_ms(const struct web_loop *loop)
{
	return (int64_t)uv_now(&loop->uv);
}

struct arena *web_arena_borrow(struct web_loop *loop)
{
	if (loop->arena_count > 0)
		return loop->arenas[--loop->arena_count];
	return arena_new((size_t)loop->web->limits.memory);
}

void web_arena_return(struct web_loop *loop, struct arena *mem)
{
	if (loop->arena_count == sizeof(loop->arenas) / sizeof(loop->arenas[0])) {
		arena_free(mem);
		return;
	}
	arena_clear(mem);
	loop->arenas[loop->arena_count++] = mem;
}

/* --- the end of a connection --- */

static void unlink_conn(struct web_conn *conn)
{
	if (conn->before != NULL)
		conn->before->next = conn->next;
	else
		conn->loop->first = conn->next;
	if (conn->next != NULL)
		conn->next->before = conn->before;
}

bool web_conn_reap(struct web_conn *conn)
{
	struct web_loop *loop = conn->loop;

	if (conn->stage != WEB_CLOSED)
		return false;
	if (!conn->handle_closed || (conn->request != NULL && conn->request->out > 0))
		return true;
	if (conn->request != NULL)
		web_request_end(conn->request, false);
	if (conn->request != NULL)
		return true; /* it has something to tidy up first, and comes back */
	if (conn->rest_mem != NULL)
		web_arena_return(loop, conn->rest_mem);
	unlink_conn(conn);
	web_peer_left(loop->web, conn->address);
	conn->next = loop->spare;
	loop->spare = conn;
	atomic_fetch_sub(&loop->connections, 1);
	atomic_fetch_sub(&loop->web->open, 1);
	return true;
}

static void on_closed(uv_handle_t *handle)
{
	struct web_conn *conn = handle->data;

	conn->handle_closed = true;
	web_conn_reap(conn);
}

void web_conn_close(struct web_conn *conn)
{
	if (conn->stage == WEB_CLOSED)
		return;
	conn->stage = WEB_CLOSED;
	if (conn->request != NULL)
		web_stream_gone(conn->request);
	uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	struct web_conn *conn = shutdown->data;

	if (status < 0)
		web_conn_close(conn);
}

static void linger(struct web_conn *conn)
{
	if (conn->ended) {
		web_conn_close(conn);
		return;
	}
	conn->stage = WEB_LINGER;
	conn->deadline_ms = now_ms(conn->loop) + LINGER_MS;
	conn->shutdown.data = conn;
	if (uv_shutdown(&conn->shutdown, (uv_stream_t *)&conn->tcp, on_shutdown) != 0) {
		web_conn_close(conn);
		return;
	}
	web_conn_read(conn, true);
}

/* --- reading --- */

static void keep_rest(struct web_conn *conn, struct str bytes)
{
	struct web_loop *loop = conn->loop;

	if (conn->rest_mem == NULL)
		conn->rest_mem = web_arena_borrow(loop);
	struct str parts[] = { conn->rest, bytes };

	conn->rest = str_join(conn->rest_mem, parts, 2, S(""));
	web_conn_read(conn, false);
}

static size_t head_is_whole(struct web_conn *conn, struct str head, size_t used)
{
	struct web_request *req = conn->request;
	struct web_fault bad =
		web_parse_head(&req->parse, req->mem, head, (int)conn->loop->web->limits.headers);

	conn->stage = WEB_WORK;
	conn->deadline_ms = 0;
	if (bad.status != 0)
		web_request_fault(req, bad);
	else
		web_request_head(req);
	return used;
}

static size_t head_is_long(struct web_conn *conn, size_t used)
{
	conn->stage = WEB_WORK;
	conn->deadline_ms = 0;
	web_request_fault(conn->request, (struct web_fault){ 431, "the head is too large" });
	return used;
}

/* Usually the whole head is in one read: then it is copied once, and not looked at twice. */
static size_t take_head(struct web_conn *conn, struct str bytes)
{
	struct web_request *req = conn->request;
	size_t max = (size_t)conn->loop->web->limits.header_bytes;

	if (req->head_len == 0) {
		size_t end = web_head_end(bytes, &req->head_seen);

		if (end > max || (end == 0 && bytes.len >= max))
			return head_is_long(conn, bytes.len);
		if (end > 0)
			return head_is_whole(conn, str_copy(req->mem, str_cut(bytes, 0, end)), end);
		req->head = arena_take(req->mem, max);
		memcpy(req->head, bytes.at, bytes.len);
		req->head_len = bytes.len;
		return bytes.len;
	}
	size_t room = max - req->head_len, more = bytes.len < room ? bytes.len : room;

	memcpy(req->head + req->head_len, bytes.at, more);
	struct str head = { req->head, req->head_len + more };
	size_t end = web_head_end(head, &req->head_seen);

	if (end > 0)
		return head_is_whole(conn, str_cut(head, 0, end), end - req->head_len);
	req->head_len += more;
	if (req->head_len == max)
		return head_is_long(conn, bytes.len);
	return more;
}

static size_t start_head(struct web_conn *conn, struct str bytes)
{
	size_t blank = 0;

	/* Some clients send an empty line after a body. */
	while (blank < bytes.len && blank < 4 &&
	       (bytes.at[blank] == '\r' || bytes.at[blank] == '\n'))
		blank++;
	if (blank > 0)
		return blank;
	conn->request = web_request_new(conn);
	conn->stage = WEB_HEAD;
	conn->deadline_ms = now_ms(conn->loop) + conn->loop->web->limits.header_ms;
	if (bytes.at[0] < 'A' || bytes.at[0] > 'Z') {
		conn->stage = WEB_WORK;
		conn->deadline_ms = 0;
		web_request_fault(conn->request, (struct web_fault){ 400, "this is not HTTP" });
		return bytes.len;
	}
	return take_head(conn, bytes);
}

static size_t take_body(struct web_conn *conn, struct str bytes)
{
	struct web_request *req = conn->request;
	size_t used;
	struct web_fault bad = web_parse_body(&req->parse, bytes, &used);

	if (bad.status != 0) {
		conn->stage = WEB_WORK;
		web_request_fault(req, bad);
	} else if (req->parse.done) {
		conn->stage = WEB_WORK;
		conn->deadline_ms = 0;
		web_request_whole(req);
	} else if (req->upload.on) {
		web_upload_pause(req);
	}
	return used;
}

static void take(struct web_conn *conn, struct str bytes)
{
	conn->taking = true;
	while (bytes.len > 0 && conn->stage != WEB_CLOSED) {
		size_t used = bytes.len;

		switch (conn->stage) {
		case WEB_IDLE:
			used = start_head(conn, bytes);
			break;
		case WEB_HEAD:
			used = take_head(conn, bytes);
			break;
		case WEB_BODY_IN:
			used = take_body(conn, bytes);
			break;
		case WEB_WORK:
			keep_rest(conn, bytes);
			break;
		case WEB_LINGER:
		case WEB_CLOSED:
			break;
		}
		bytes = str_cut(bytes, used, bytes.len);
	}
	conn->taking = false;
}

/* What waited behind the last request; reading goes on when nothing is left of it. */
void web_conn_resume(struct web_conn *conn)
{
	struct web_loop *loop = conn->loop;
	struct arena *mem = conn->rest_mem;
	struct str rest = conn->rest;

	if (conn->taking)
		return; /* whoever takes goes on by himself */
	conn->rest_mem = NULL;
	conn->rest = S("");
	if (mem != NULL) {
		take(conn, rest);
		web_arena_return(loop, mem);
	}
	if (conn->stage == WEB_CLOSED || conn->rest_mem != NULL ||
	    (conn->request != NULL && conn->request->upload.busy))
		return;
	if (conn->ended && conn->stage != WEB_WORK)
		web_conn_close(conn);
	else
		web_conn_read(conn, true);
}

/* The peer sends no more. A request that is being worked on is still answered. */
static void on_end(struct web_conn *conn, ssize_t why)
{
	struct web_request *req = conn->request;

	conn->ended = true;
	web_conn_read(conn, false);
	if (why != UV_EOF || conn->stage != WEB_WORK || req == NULL) {
		web_conn_close(conn);
		return;
	}
	if (req->events.on || web_stream_is_on(req))
		web_conn_close(conn);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct web_conn *conn = stream->data;

	if (n == 0 || conn->stage == WEB_CLOSED)
		return;
	if (n < 0) {
		on_end(conn, n);
		return;
	}
	atomic_fetch_add_explicit(&conn->loop->bytes_in, n, memory_order_relaxed);
	take(conn, (struct str){ buf->base, (size_t)n });
}

static void on_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *buf)
{
	struct web_conn *conn = handle->data;

	(void)wanted;
	/* Heads are small; a body may fill the whole of it. */
	*buf = uv_buf_init(conn->loop->read,
			   conn->stage == WEB_BODY_IN ? WEB_READ_SIZE : WEB_READ_SIZE / 4);
}

void web_conn_read(struct web_conn *conn, bool on)
{
	if (conn->reading == on || conn->stage == WEB_CLOSED || (on && conn->ended))
		return;
	conn->reading = on;
	if (!on) {
		uv_read_stop((uv_stream_t *)&conn->tcp);
		return;
	}
	if (uv_read_start((uv_stream_t *)&conn->tcp, on_alloc, on_read) != 0)
		web_conn_close(conn);
}

/* --- writing --- */

static void on_written(uv_write_t *write, int status)
{
	struct web_conn *conn = write->data;

	conn->writing = false;
	if (conn->stage == WEB_CLOSED)
		return;
	if (status < 0)
		web_conn_close(conn);
	else
		conn->sent(conn);
}

void web_conn_send(struct web_conn *conn, const uv_buf_t *bufs, unsigned int count,
		   void (*sent)(struct web_conn *))
{
	uv_buf_t left[4];
	uv_stream_t *stream = (uv_stream_t *)&conn->tcp;

	CHECK(!conn->writing && count <= 4);
	if (conn->stage == WEB_CLOSED)
		return;
	CRASH_HERE("before-send");
	int n = uv_try_write(stream, bufs, count);

	CRASH_HERE("after-send");

	if (n < 0 && n != UV_EAGAIN) {
		web_conn_close(conn);
		return;
	}
	size_t done = n < 0 ? 0 : (size_t)n, all = 0;
	unsigned int rest = 0;

	for (unsigned int i = 0; i < count; i++) {
		size_t skip = done < bufs[i].len ? done : bufs[i].len;

		all += bufs[i].len;
		done -= skip;
		if (skip < bufs[i].len)
			left[rest++] = uv_buf_init(bufs[i].base + skip,
						   (unsigned int)(bufs[i].len - skip));
	}
	atomic_fetch_add_explicit(&conn->loop->bytes_out, (int64_t)all, memory_order_relaxed);
	if (rest == 0) {
		sent(conn);
		return;
	}
	conn->writing = true;
	conn->sent = sent;
	conn->write.data = conn;
	conn->write_left = SIZE_MAX;
	conn->write_moved_ms = now_ms(conn->loop);
	if (uv_write(&conn->write, stream, left, rest, on_written) != 0) {
		conn->writing = false;
		web_conn_close(conn);
	}
}

/* --- between requests --- */

void web_conn_next(struct web_conn *conn)
{
	struct web_request *req = conn->request;
	bool again = req->keep_alive && !conn->loop->is_stopping;

	web_request_end(req, true);
	if (!again) {
		linger(conn);
		return;
	}
	conn->stage = WEB_IDLE;
	conn->deadline_ms = now_ms(conn->loop) + conn->loop->web->limits.idle_ms;
	web_conn_resume(conn);
}

/* A body has as long as a head, and longer the more of it has come. */
static bool is_too_slow(const struct web_conn *conn, int64_t now)
{
	const struct web_request *req = conn->request;
	const struct web_limits *limits = &conn->loop->web->limits;

	if (conn->stage != WEB_BODY_IN || req->upload.busy)
		return false;
	return now - req->body_started_ms >
	       limits->header_ms + req->parse.body_bytes * 1000 / limits->body_rate;
}

static bool write_stands_still(struct web_conn *conn, int64_t now)
{
	size_t left;

	if (!conn->writing)
		return false;
	left = uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp);
	if (left != conn->write_left) {
		conn->write_left = left;
		conn->write_moved_ms = now;
		return false;
	}
	return now - conn->write_moved_ms > conn->loop->web->limits.write_ms;
}

void web_conn_tick(struct web_conn *conn)
{
	struct web_loop *loop = conn->loop;
	int64_t now = now_ms(loop);
	bool is_late = conn->deadline_ms != 0 && now >= conn->deadline_ms;

	if (conn->stage == WEB_CLOSED)
		return;
	if (loop->is_forced ||
	    (loop->is_stopping && (conn->stage == WEB_IDLE || conn->stage == WEB_LINGER)) ||
	    write_stands_still(conn, now)) {
		web_conn_close(conn);
	} else if ((conn->stage == WEB_HEAD && is_late) || is_too_slow(conn, now)) {
		conn->stage = WEB_WORK;
		conn->deadline_ms = 0;
		web_request_fault(conn->request,
				  (struct web_fault){ 408, "the request comes too slowly" });
	} else if ((conn->stage == WEB_IDLE || conn->stage == WEB_LINGER) && is_late) {
		web_conn_close(conn);
	} else if (conn->stage == WEB_WORK && conn->request->events.on) {
		web_events_tick(conn->request);
	}
}

/* --- the start of a connection --- */

static bool peer_address(int fd, char *out)
{
	struct sockaddr_storage at = { 0 };
	socklen_t len = sizeof(at);

	if (getpeername(fd, (struct sockaddr *)&at, &len) != 0)
		return false;
	if (at.ss_family == AF_INET)
		return uv_ip4_name((struct sockaddr_in *)&at, out, WEB_ADDRESS_SIZE) == 0;
	if (at.ss_family != AF_INET6)
		return false;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)&at;

	if (!IN6_IS_ADDR_V4MAPPED(&six->sin6_addr))
		return uv_ip6_name(six, out, WEB_ADDRESS_SIZE) == 0;
	struct sockaddr_in four = { .sin_family = AF_INET };

	memcpy(&four.sin_addr, six->sin6_addr.s6_addr + 12, 4);
	return uv_ip4_name(&four, out, WEB_ADDRESS_SIZE) == 0;
}

void web_conn_open(struct web_loop *loop, int fd)
{
	struct web *web = loop->web;
	char address[WEB_ADDRESS_SIZE] = { 0 };

	if (!peer_address(fd, address) || !web_peer_came(web, address)) {
		atomic_fetch_sub(&web->open, 1);
		close(fd);
		return;
	}
	struct web_conn *conn = loop->spare;

	if (conn != NULL)
		loop->spare = conn->next;
	else
		conn = NEW(loop->mem, struct web_conn);
	*conn = (struct web_conn){ .loop = loop, .next = loop->first, .rest = S("") };
	if (loop->first != NULL)
		loop->first->before = conn;
	loop->first = conn;
	memcpy(conn->address, address, sizeof(address));
	atomic_fetch_add(&loop->connections, 1);
	CHECK(uv_tcp_init(&loop->uv, &conn->tcp) == 0);
	conn->tcp.data = conn;
	conn->deadline_ms = now_ms(loop) + web->limits.header_ms;
	if (uv_tcp_open(&conn->tcp, fd) != 0) {
		close(fd);
		web_conn_close(conn);
		return;
	}
	uv_tcp_nodelay(&conn->tcp, 1);
	web_conn_read(conn, true);
}
