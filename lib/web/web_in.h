/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * web_in: the server's inside: loops, connections, requests, and the jobs that travel
 * between a loop and the other threads.
 *
 * A connection belongs to one loop for its life. A request belongs to its loop until it is
 * given to another thread as a job (`out` counts those); it comes back through the
 * loop's inbox. Only who holds the request touches its arena. An idle
 * connection has no request and no arena. A connection whose socket is gone
 * stays until its request has come back.
 */
#ifndef WEB_WEB_IN_H
#define WEB_WEB_IN_H
#include <stdatomic.h>
#include <uv.h>
#include "web/admit_in.h"
#include "web/form_in.h"
#include "web/reply_in.h"

enum { WEB_READ_SIZE = 65536, WEB_LOG_SIZE = 32768, WEB_ADDRESS_SIZE = 46, WEB_TICK_MS = 250 };

struct web_conn;
struct web_pool;

struct web_limits {
	int64_t header_bytes, headers, header_ms, body_rate, idle_ms, write_ms;
	int64_t connections, connections_each, waiting, memory, events, queue_us, caller_requests;
	struct str proxy;
};

/* --- pool.c: threads that run jobs and send them back --- */
struct web_worker {
	struct web *web;
	struct arena *mem;
	struct store *store;  /* opened when first asked for */
	struct os_lock *lock; /* of the stream that this thread writes */
	int64_t posted_us;    /* when the job in hand came to its queue */
};

struct web_pool *web_pool_start(struct web *, const char *name, int threads, int64_t waiting_max);
MUST_USE bool web_pool_post(struct web_pool *, struct web_job *); /* false: too many wait */
void web_pool_stop(struct web_pool *);				  /* runs what waits, then ends */
struct web_gauge *web_pool_gauge(struct web_pool *);
/* Sets ctx->store. ERR_BUSY when the job has waited for longer than anybody should. */
MUST_USE enum err web_worker_store(struct web_worker *, struct ctx *);
void web_loop_give(struct web_job *); /* to its loop's inbox; from any thread */

/* --- the server --- */
struct web_loop {
	uv_loop_t uv;
	uv_async_t wake;
	uv_timer_t tick;
	uv_prepare_t rest; /* nothing is left to do for this turn */
	struct web *web;
	struct os_thread *thread;
	struct arena *mem;
	_Atomic(struct web_job *) inbox; /* the newest first */
	_Atomic int giving;		 /* threads that are about to wake this loop */
	struct os_lock *lock;		 /* of `fds` */
	int fds[256], fd_count;
	struct web_conn *first, *spare;
	struct arena *arenas[64];
	int arena_count, events;
	bool is_stopping, is_forced;
	uint64_t request_id;
	int64_t date_s;
	char date[32];
	_Atomic int64_t requests, refused, failed, connections, bytes_in, bytes_out, csp_reports;
	size_t log_len;
	char log[WEB_LOG_SIZE]; /* lines of this turn */
	char read[WEB_READ_SIZE];
};

struct web_peer {
	char address[WEB_ADDRESS_SIZE];
	int count;
	struct web_peer *next;
};

struct web {
	struct web_options options;
	struct web_limits limits;
	struct arena *mem, *peer_mem; /* of the caller, for web_start alone; of the peers */
	struct web_routes *routes;
	struct web_known *known;
	struct web_pool *readers, *slow, *streams, *files;
	struct web_admit admit;
	struct web_loop *loops;
	int loop_count, port, listen_fd;
	uv_poll_t listener; /* on the first loop */
	_Atomic bool listens;
	int64_t accept_again_ms;
	int next_loop;
	_Atomic int stopping; /* 1: drain, 2: close, 3: end */
	_Atomic int64_t open; /* connections in all */
	struct os_lock *lock; /* of the peers */
	struct web_peer *peers[256], *spare_peer;
	struct str shell_head, shell_tail; /* around the boot data; shell_head.at NULL: no shell */
	const struct web_asset *shell;
	bool has_health; /* the route tables answer /healthz themselves */
};

struct web_request {
	struct web_job job;
	struct store_task task;
	struct web *web;
	struct web_loop *loop;
	struct web_conn *conn;
	struct arena *mem;
	struct arena_mark mark;
	struct ctx ctx;
	struct web_parse parse;
	char *head;
	size_t head_len, head_seen;
	const struct web_route *route;
	const struct web_asset *asset;
	const char *log_path;
	struct web_match match;
	struct web_shown shown;
	struct buf body;
	void *form, *form_kept;
	enum err form_err, err;
	struct refusal form_refusal;
	int http_status; /* of a refusal that has no row in the error table; 0: none */
	bool is_head, keep_alive, ends_with_close, is_admitted, is_shed;
	bool is_known; /* `actor` is who sent this: the gate is not asked again */
	struct actor actor;
	_Atomic int *caller; /* requests of whoever sent this, or NULL: not counted */
	int out;	     /* jobs that are with other threads */
	int status;	     /* as sent */
	int64_t bytes, started_us, body_started_ms;
	struct web_reply reply;
	struct web_file_out file;
	struct web_stream stream;
	struct web_events events;
	struct web_upload_in upload;
	char id[17], date[32];
};

/* --- conn.c --- */
enum web_stage { WEB_IDLE, WEB_HEAD, WEB_BODY_IN, WEB_WORK, WEB_LINGER, WEB_CLOSED };

struct web_conn {
	uv_tcp_t tcp;
	uv_write_t write;
	uv_shutdown_t shutdown;
	struct web_loop *loop;
	struct web_conn *next, *before;
	struct web_request *request;
	struct arena *rest_mem; /* of bytes that wait for the request in front of them */
	struct str rest;
	enum web_stage stage;
	bool reading, ended, writing, taking, handle_closed;
	int64_t deadline_ms; /* 0: none */
	size_t write_left;
	int64_t write_moved_ms;
	void (*sent)(struct web_conn *);
	char address[WEB_ADDRESS_SIZE];
};

void web_conn_open(struct web_loop *, int fd);
void web_conn_close(struct web_conn *);
void web_conn_tick(struct web_conn *);
/* Send all; then `sent` is called, perhaps at once. The bytes stay until then. */
void web_conn_send(struct web_conn *, const uv_buf_t *bufs, unsigned int count,
		   void (*sent)(struct web_conn *));
void web_conn_read(struct web_conn *, bool on);
/* The request is answered: the next one, or the end. */
void web_conn_next(struct web_conn *);
/* A socket is gone and its request came back: both are put away. True when it was so. */
bool web_conn_reap(struct web_conn *);

struct arena *web_arena_borrow(struct web_loop *);
void web_arena_return(struct web_loop *, struct arena *);

/* --- listen.c --- */
void web_log(struct web_loop *, struct str line); /* written when the loop rests */
void web_peer_left(struct web *, const char *address);
MUST_USE bool web_peer_came(struct web *, const char *address); /* false: too many */

/* What waited behind the last request is looked at; then reading goes on. */
void web_conn_resume(struct web_conn *);

/* --- run.c: a request's way --- */
struct web_request *web_request_new(struct web_conn *);
void web_request_head(struct web_request *);	 /* the head is read: what now? */
void web_request_whole(struct web_request *);	 /* the body is read */
void web_request_dispatch(struct web_request *); /* the form is read; to where its handler runs */
/* Refused, and the connection ends. */
void web_request_fault(struct web_request *, struct web_fault);
void web_request_refuse(struct web_request *, int status, const char *why);
/* The same, or a refusal because too many wait there. */
void web_request_post_or_refuse(struct web_request *, struct web_pool *,
				void (*run)(struct web_worker *, struct web_job *),
				void (*back)(struct web_job *));
void web_request_back(struct web_job *); /* to its loop, with what its answer is made of */
/* As if nothing had happened yet: a handler may run again. */
void web_request_start_over(struct web_request *);
MUST_USE enum err web_request_gate(struct web_request *);   /* who is it, and may he? */
MUST_USE enum err web_request_ready(struct web_request *);  /* the gate, then the form's faults */
MUST_USE enum err web_request_handle(struct web_request *); /* both, then the handler */
void web_request_answer(struct web_request *);		    /* what it holds, after tidying up */
void web_request_end(struct web_request *, bool answered);  /* logs and gives memory back */
/* To a pool; `out` says that it travels. False: too many wait there. */
MUST_USE bool web_request_post(struct web_request *, struct web_pool *,
			       void (*run)(struct web_worker *, struct web_job *),
			       void (*back)(struct web_job *));
/* A job is back on its loop: true when the connection went away meanwhile, and all is put away. */
MUST_USE bool web_request_lost(struct web_request *);
void web_request_read(struct web_worker *, struct web_job *); /* gate and handler, on a reader */

/* --- known.c --- */
struct web_known;
struct web_known *web_known_new(struct arena *);
uint64_t web_known_generation(const struct web_known *);
/* Sets the actor; false when nobody is known by the token. */
MUST_USE bool web_known_find(struct web_known *, struct ctx *, struct str token, int64_t steady_us);
/* What the gate has said; `generation` is from before it was asked. */
void web_known_keep(struct web_known *, const struct ctx *, struct str token, int64_t steady_us,
		    uint64_t generation);
void web_known_forget(struct web_known *);

/* --- write.c --- */
void web_write_post(struct web_request *); /* to the writer, and back when it is committed */

/* --- stream.c, file.c, upload.c, events.c, asset.c --- */
void web_stream_run(struct web_worker *, struct web_job *);
void web_stream_back(struct web_job *);
void web_stream_gone(struct web_request *);
bool web_stream_is_on(const struct web_request *);
MUST_USE enum err web_file_open(struct web_request *); /* on a worker */
void web_file_send(struct web_request *);
void web_file_close(struct web_request *);
void web_upload_begin(struct web_request *, int64_t max);
bool web_upload_take(struct web_request *, struct str piece);
void web_upload_pause(struct web_request *);
void web_upload_finish(struct web_request *);
/* False: there is nothing to tidy up. */
MUST_USE bool web_upload_clean(struct web_request *, void (*then)(struct web_job *));
void web_upload_sweep(struct ctx *, const char *data); /* at start: what a crash has left */
void web_events_back(struct web_job *);
void web_events_tick(struct web_request *);
void web_asset_setup(struct web *);
void web_asset_answer(struct web_request *); /* an asset, the shell, or a refusal */

#endif
