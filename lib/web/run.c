/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A request's way, as named steps: head, body, form, before, gate and handler, answer, end.
 * Each step is on the loop or on another thread, never on both; between them the
 * request travels as a job.
 */
#include "web/web_in.h"

enum { TOKEN_MAX = 512, CSP_REPORT_MAX = 65536 };

static bool take_piece(void *of, struct str piece);

static enum err no_handler(struct ctx *ctx, void *form, struct web_reply *reply)
{
	(void)form;
	(void)reply;
	return refuse(ctx, ERR_MISSING, "this is answered by the loop");
}

static const struct web_route csp_route = {
	.verb = WEB_POST,
	.path = "/csp",
	.handler = no_handler,
	.body_max = CSP_REPORT_MAX,
};

/* --- birth and end --- */

struct web_request *web_request_new(struct web_conn *conn)
{
	struct web_loop *loop = conn->loop;
	struct web *web = loop->web;
	struct arena *mem = web_arena_borrow(loop);
	struct web_request *req = NEW(mem, struct web_request);

	req->web = web;
	req->loop = loop;
	req->conn = conn;
	req->mem = mem;
	req->started_us = clock_steady_us(web->options.clock);
	req->job = (struct web_job){ .loop = loop, .request = req };
	req->stream.note = (struct web_job){ .loop = loop, .request = req };
	req->parse.body = take_piece;
	req->parse.of = req;
	req->log_path = "?";
	req->upload.fd.fd = OS_FILE_NONE;
	req->file.file.fd = OS_FILE_NONE;
	loop->request_id += UINT64_C(0x9e3779b97f4a7c15); /* every value once, in no order */
	for (int i = 0; i < 16; i++)
		req->id[i] = "0123456789abcdef"[loop->request_id >> (60 - 4 * i) & 15];
	req->ctx = (struct ctx){
		.mem = mem,
		.dice = web->options.dice,
		.now = clock_now(web->options.clock),
		.request = { req->id, 16 },
		.settings = web->options.settings,
		.rooms = web->options.rooms,
		.data = web->options.data,
		.actor.address = str_of(conn->address),
	};
	web_reply_date(loop, req->ctx.now);
	memcpy(req->date, loop->date, sizeof(req->date));
	web_reply_reset(req);
	return req;
}

static struct str verb_of(const struct web_request *req)
{
	if (!req->parse.heads_done)
		return S("?");
	return str_of(llhttp_method_name((llhttp_method_t)req->parse.http.method));
}

/* One line; the path is the route's own, so that no id, token or query gets into a log. */
static void log_request(struct web_request *req)
{
	struct json out = json_make(req->mem, 4096);

	json_object(&out);
	json_time_of(&out, "at", req->ctx.now);
	json_text_of(&out, "request", str_of(req->id));
	json_text_of(&out, "verb", verb_of(req));
	json_text_of(&out, "path", str_of(req->log_path));
	json_i64_of(&out, "status", req->status);
	json_i64_of(&out, "us", clock_steady_us(req->web->options.clock) - req->started_us);
	if (req->ctx.actor.id != 0)
		json_id_of(&out, "actor", req->ctx.actor.id);
	json_i64_of(&out, "bytes", req->bytes);
	if (req->ctx.refusal.said.len > 0)
		json_text_of(&out, "engine", req->ctx.refusal.said);
	json_object_end(&out);
	web_log(req->loop, json_end(&out));
}

void web_request_end(struct web_request *req, bool answered)
{
	struct web_loop *loop = req->loop;

	if (!answered && web_upload_clean(req, web_request_back))
		return;
	web_file_close(req);
	web_admit_leave(req);
	if (!answered)
		req->status = 499; /* the peer did not wait for its answer */
	if (req->events.on)
		loop->events--;
	atomic_fetch_add_explicit(&loop->requests, 1, memory_order_relaxed);
	if (req->status >= 500)
		atomic_fetch_add_explicit(&loop->failed, 1, memory_order_relaxed);
	else if (req->status >= 400)
		atomic_fetch_add_explicit(&loop->refused, 1, memory_order_relaxed);
	if (req->web->options.log != NULL && !req->is_shed)
		log_request(req);
	req->conn->request = NULL;
	web_arena_return(loop, req->mem);
}

/* --- travelling --- */

bool web_request_post(struct web_request *req, struct web_pool *pool,
		      void (*run)(struct web_worker *, struct web_job *),
		      void (*back)(struct web_job *))
{
	req->job.run = run;
	req->job.back = back;
	req->out++;
	if (web_pool_post(pool, &req->job))
		return true;
	req->out--;
	return false;
}

bool web_request_lost(struct web_request *req)
{
	req->out--;
	return web_conn_reap(req->conn);
}

void web_request_post_or_refuse(struct web_request *req, struct web_pool *pool,
				void (*run)(struct web_worker *, struct web_job *),
				void (*back)(struct web_job *))
{
	if (!web_request_post(req, pool, run, back))
		web_request_refuse(req, 503, "too many requests are waiting");
}

/* --- answers --- */

void web_request_answer(struct web_request *req)
{
	if (!web_upload_clean(req, web_request_back))
		web_reply_send(req);
}

void web_request_back(struct web_job *job)
{
	struct web_request *req = job->request;

	if (!web_request_lost(req))
		web_request_answer(req);
}

void web_request_refuse(struct web_request *req, int status, const char *why)
{
	req->http_status = status;
	req->err = ERR_INPUT;
	req->ctx.refusal = (struct refusal){ .err = ERR_INPUT, .message = str_of(why) };
	web_request_answer(req);
}

void web_request_fault(struct web_request *req, struct web_fault fault)
{
	req->keep_alive = false;
	web_request_refuse(req, fault.status, fault.why);
}

/* --- gate and handler --- */

/* Ask the gate who it is, and of a hot route remember what it said. */
static enum err ask_gate(struct web_request *req)
{
	struct web *web = req->web;
	struct str token = req->shown.token;
	uint64_t generation = web_known_generation(web->known);

	if (web->options.gate == NULL || token.len == 0 || req->is_known)
		return OK;
	TRY(web->options.gate(&req->ctx, token));
	if (req->route->runs == WEB_BATCH)
		web_known_keep(web->known, &req->ctx, token, clock_steady_us(web->options.clock),
			       generation);
	return OK;
}

enum err web_request_gate(struct web_request *req)
{
	struct ctx *ctx = &req->ctx;

	TRY(ask_gate(req));
	switch (web_gate_roles(req->route, &ctx->actor)) {
	case WEB_GATE_OPEN:
		return OK;
	case WEB_GATE_NOBODY:
		req->http_status = 401;
		return refuse(ctx, ERR_DENIED, "this needs a sign-in that still holds");
	case WEB_GATE_DENIED:
		break;
	}
	return refuse(ctx, ERR_DENIED, "this is not for your role");
}

/* As if nothing had happened yet: a handler may run again. */
void web_request_start_over(struct web_request *req)
{
	arena_reset(req->mem, req->mark);
	req->ctx.refusal = (struct refusal){ 0 };
	req->ctx.actor =
		req->is_known ? req->actor : (struct actor){ .address = req->ctx.actor.address };
	web_reply_reset(req);
	check_story("request %s %s", req->id, req->route->path);
}

enum err web_request_ready(struct web_request *req)
{
	TRY(web_request_gate(req));
	if (req->form_err != OK) {
		req->ctx.refusal = req->form_refusal;
		return req->form_err;
	}
	if (req->route->form_size > 0)
		memcpy(req->form, req->form_kept, req->route->form_size);
	return OK;
}

enum err web_request_handle(struct web_request *req)
{
	TRY(web_request_ready(req));
	TRY(req->route->handler(&req->ctx, req->form, &req->reply));
	return web_reply_finish(req);
}

void web_request_read(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	web_request_start_over(req);
	req->err = web_worker_store(worker, &req->ctx);
	if (req->err == OK)
		req->err = web_request_handle(req);
	if (req->err == OK && req->reply.body == WEB_BODY_FILE)
		req->err = web_file_open(req);
	req->ctx.store = NULL;
}

static void run_handler(struct web_request *req)
{
	struct web *web = req->web;

	switch (req->route->runs) {
	case WEB_READ:
		web_request_post_or_refuse(req, web->readers, web_request_read, web_request_back);
		break;
	case WEB_WRITE:
	case WEB_BATCH:
		web_write_post(req);
		break;
	case WEB_STREAM:
		web_request_post_or_refuse(req, web->streams, web_stream_run, web_stream_back);
		break;
	case WEB_EVENTS:
		web_request_post_or_refuse(req, web->readers, web_request_read, web_events_back);
		break;
	}
}

/* --- before --- */

static void run_before(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	web_request_start_over(req);
	req->err = web_worker_store(worker, &req->ctx);
	if (req->err == OK)
		req->err = web_request_gate(req);
	if (req->err == OK)
		req->err = req->route->before(&req->ctx, req->form_kept, &req->reply);
	if (req->err == OK && arena_is_spent(req->mem))
		req->err = refuse(&req->ctx, ERR_LIMIT, "the request needs too much memory");
	req->ctx.store = NULL;
	req->mark = arena_mark(req->mem); /* what it made stays */
}

static void back_before(struct web_job *job)
{
	struct web_request *req = job->request;

	if (web_request_lost(req))
		return;
	if (req->err != OK)
		web_request_answer(req);
	else
		run_handler(req);
}

/* --- form --- */

void web_request_dispatch(struct web_request *req)
{
	const struct web_route *route = req->route;

	if (req->asset == NULL && !web_admit(req))
		return;
	if (route->form_size > 0) {
		req->form_kept = arena_take(req->mem, route->form_size);
		req->form = arena_take(req->mem, route->form_size);
	}
	if (req->asset == NULL) {
		struct web_form_source source = {
			.param = req->match.param,
			.query = req->parse.head.query,
			.body = buf_str(&req->body),
			.upload = req->upload.on ? &req->upload.file : NULL,
		};

		req->form_err = web_form_read(&req->ctx, route, source, req->form_kept);
		req->form_refusal = req->ctx.refusal;
	}
	req->mark = arena_mark(req->mem);
	if (req->form_err != OK && route->who == WEB_ANYONE) {
		req->err = req->form_err;
		web_request_answer(req);
	} else if (req->form_err != OK) {
		/* Who may not come in is not told what is wrong with the form. */
		web_request_post_or_refuse(req, req->web->readers, web_request_read,
					   web_request_back);
	} else if (route->before != NULL) {
		web_request_post_or_refuse(req, req->web->slow, run_before, back_before);
	} else {
		run_handler(req);
	}
}

/* --- body --- */

static int64_t body_max(const struct web_request *req)
{
	return req->route->body_max > 0 ? req->route->body_max : WEB_BODY_MAX;
}

static bool take_piece(void *of, struct str piece)
{
	struct web_request *req = of;

	if (req->upload.on)
		return web_upload_take(req, piece);
	buf_add(&req->body, piece);
	return !buf_is_full(&req->body);
}

void web_request_whole(struct web_request *req)
{
	if (req->upload.on) {
		web_upload_finish(req);
		return;
	}
	if (req->route == &csp_route) {
		atomic_fetch_add_explicit(&req->loop->csp_reports, 1, memory_order_relaxed);
		web_request_answer(req);
		return;
	}
	web_request_dispatch(req);
}

static void start_body(struct web_request *req)
{
	struct web_conn *conn = req->conn;
	const struct web_field *file = web_route_file(req->route);

	if (file != NULL)
		web_upload_begin(req, file->max);
	else
		req->body = buf_make(req->mem, (size_t)body_max(req));
	if (req->parse.head.expects) {
		uv_buf_t go = uv_buf_init((char *)"HTTP/1.1 100 Continue\r\n\r\n", 25);

		if (uv_try_write((uv_stream_t *)&conn->tcp, &go, 1) != 25) {
			web_conn_close(conn);
			return;
		}
	}
	conn->stage = WEB_BODY_IN;
	req->body_started_ms = (int64_t)uv_now(&req->loop->uv);
	web_conn_resume(conn);
}

/* Before a large file is taken in, somebody must stand behind it. */
static void run_gate(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	req->mark = arena_mark(req->mem);
	web_request_start_over(req);
	req->err = web_worker_store(worker, &req->ctx);
	if (req->err == OK)
		req->err = web_request_gate(req);
	req->ctx.store = NULL;
}

static void back_gate(struct web_job *job)
{
	struct web_request *req = job->request;

	if (web_request_lost(req))
		return;
	if (req->err != OK)
		web_request_answer(req);
	else if (req->parse.done)
		web_request_refuse(req, 400, "the file is empty");
	else
		start_body(req);
}

static bool is_json(struct str type)
{
	struct str name, rest;

	if (!str_split(type, ';', &name, &rest))
		name = type;
	return str_eq_nocase(str_trim(name), S("application/json"));
}

/* --- head --- */

static bool body_is_welcome(struct web_request *req)
{
	const struct web_head *head = &req->parse.head;
	const struct web_field *file = web_route_file(req->route);
	int64_t max = file != NULL ? file->max : body_max(req);

	if (req->parse.done)
		return true;
	if (req->route->verb == WEB_GET)
		web_request_refuse(req, 400, "a GET has no body");
	else if (head->length > max)
		web_request_refuse(req, 413, "the body is too large");
	else if (web_head_has(head, S("content-encoding")))
		web_request_refuse(req, 415, "a compressed body is not taken");
	else if (file == NULL && req->route != &csp_route &&
		 !is_json(web_head_get(head, S("content-type"))))
		web_request_refuse(req, 415, "the body must be application/json");
	else
		return true;
	return false;
}

static void take_route(struct web_request *req)
{
	const struct web_route *route = req->match.route;
	const char *why = NULL;

	req->route = route;
	if (route->verb != WEB_GET)
		why = web_gate_origin(&req->parse.head, req->shown);
	if (why != NULL) {
		web_request_refuse(req, 403, why);
	} else if (route->who != WEB_ANYONE && req->shown.token.len == 0) {
		web_request_refuse(req, 401, "this needs a sign-in");
	} else if (route->runs == WEB_EVENTS && req->loop->events >= req->web->limits.events) {
		web_request_refuse(req, 503, "too many event streams are open");
	} else if (!body_is_welcome(req)) {
		return;
	} else if (web_route_file(route) != NULL) {
		if (!web_admit(req))
			return;
		req->upload.file.type = web_head_get(&req->parse.head, S("content-type"));
		web_request_post_or_refuse(req, req->web->readers, run_gate, back_gate);
	} else if (req->parse.done) {
		web_request_dispatch(req);
	} else {
		start_body(req);
	}
}

static int verb_number(uint8_t method)
{
	switch (method) {
	case HTTP_GET:
	case HTTP_HEAD:
		return WEB_GET;
	case HTTP_POST:
		return WEB_POST;
	case HTTP_DELETE:
		return WEB_DELETE;
	default:
		return -1;
	}
}

/* The house's own addresses, answered on the loop. */
static bool take_own(struct web_request *req, int verb)
{
	const struct web_head *head = &req->parse.head;
	bool is_csp = str_eq(head->segment[0], S("csp"));
	bool is_health = str_eq(head->segment[0], S("healthz")) && !req->web->has_health;

	if (head->segment_count != 1 || head->ends_in_slash)
		return false;
	if (is_health && verb == WEB_GET && req->parse.done) {
		req->log_path = "/healthz";
		web_bytes(&req->reply, "text/plain; charset=utf-8", S("ok\n"));
		web_reply_send(req);
		return true;
	}
	if (!is_csp || verb != WEB_POST)
		return false;
	req->route = &csp_route;
	req->log_path = csp_route.path;
	if (!body_is_welcome(req))
		return true;
	if (req->parse.done)
		web_request_whole(req);
	else
		start_body(req);
	return true;
}

static bool is_address(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (memchr("0123456789abcdefABCDEF.:", text.at[i], 24) == NULL)
			return false;
	return text.len > 0 && text.len < WEB_ADDRESS_SIZE;
}

/* Behind a proxy that the operator has named, the peer is who it says: the last in the list. */
static void take_address(struct web_request *req)
{
	const struct web_head *head = &req->parse.head;
	struct str proxy = req->web->limits.proxy, all = S(""), first, rest;

	if (proxy.len == 0 || !str_eq(proxy, req->ctx.actor.address))
		return;
	for (int i = 0; i < head->header_count; i++)
		if (str_eq_nocase(head->header[i].name, S("x-forwarded-for")))
			all = head->header[i].value;
	while (str_split(all, ',', &first, &rest))
		all = rest;
	if (is_address(str_trim(all)))
		req->ctx.actor.address = str_trim(all);
}

void web_request_head(struct web_request *req)
{
	const struct web_head *head = &req->parse.head;
	int verb = verb_number(head->method);

	req->keep_alive = head->keep_alive;
	req->is_head = head->method == HTTP_HEAD;
	req->shown = web_gate_shown(head, req->web->options.secure);
	if (req->shown.token.len > TOKEN_MAX)
		req->shown.token = S("");
	take_address(req);
	if (take_own(req, verb))
		return;
	if (!head->ends_in_slash)
		req->match =
			web_routes_find(req->web->routes, head->segment, head->segment_count, verb);
	if (req->match.route != NULL) {
		req->log_path = req->match.route->path;
		take_route(req);
	} else if (req->match.found) {
		web_request_refuse(req, 405, "this address does not take that verb");
	} else {
		web_asset_answer(req);
	}
}
