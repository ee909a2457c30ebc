/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A body that is a file: gathered in pieces of a quarter megabyte, written and hashed on a
 * thread for files while the socket waits. Memory is one piece, whatever the size.
 * The handler renames the file; what it leaves is removed before the answer goes out.
 */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include "web/web_in.h"

enum { SWEEP_AGE_S = 86400 };

void web_upload_begin(struct web_request *req, int64_t max)
{
	struct web_upload_in *in = &req->upload;

	in->on = true;
	in->max = max;
	in->file.path = str_format(req->mem, "%s/tmp/upload-%s.part", req->ctx.data, req->id);
	in->path = str_c(req->mem, in->file.path);
	in->chunk = arena_take(req->mem, WEB_PIECE + WEB_READ_SIZE);
	in->hash = hash_start(req->mem);
}

bool web_upload_take(struct web_request *req, struct str piece)
{
	struct web_upload_in *in = &req->upload;

	CHECK(!in->busy);
	if (in->file.size + (int64_t)piece.len > in->max)
		return false;
	CHECK(in->chunk_len + piece.len <= WEB_PIECE + WEB_READ_SIZE);
	memcpy(in->chunk + in->chunk_len, piece.at, piece.len);
	in->chunk_len += piece.len;
	in->file.size += (int64_t)piece.len;
	return true;
}

/* --- on a thread for files --- */

static enum err write_chunk(struct web_request *req)
{
	struct web_upload_in *in = &req->upload;
	struct str chunk = { in->chunk, in->chunk_len };

	if (in->fd.fd == OS_FILE_NONE)
		TRY(os_create(&req->ctx, in->path, &in->fd));
	TRY(os_write(&req->ctx, in->fd, chunk));
	hash_add(in->hash, chunk.at, chunk.len);
	in->chunk_len = 0;
	return OK;
}

static void run_chunk(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	(void)worker;
	req->err = write_chunk(req);
}

static enum err finish(struct web_request *req)
{
	struct web_upload_in *in = &req->upload;

	TRY(write_chunk(req));
	TRY(os_sync(&req->ctx, in->fd));
	struct str sum = hash_end(in->hash);

	in->hash = NULL;
	in->file.sha256 = text_hex(req->mem, sum.at, sum.len);
	os_close(&in->fd);
	return OK;
}

static void run_finish(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	(void)worker;
	req->err = finish(req);
}

/* What a handler has renamed is not there any more; then this removes nothing. */
static void run_clean(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_upload_in *in = &req->upload;
	struct ctx ctx = { .mem = worker->mem };
	struct arena_mark mark = arena_mark(worker->mem);

	os_close(&in->fd);
	if (in->hash != NULL)
		(void)hash_end(in->hash);
	in->hash = NULL;
	if (os_remove(&ctx, in->path) != OK)
		in->err = ERR_STORE; /* the sweep at the next start finds it */
	arena_reset(worker->mem, mark);
}

/* --- on the loop --- */

static void back_chunk(struct web_job *job)
{
	struct web_request *req = job->request;
	struct web_conn *conn = req->conn;

	req->upload.busy = false;
	if (web_request_lost(req))
		return;
	if (req->err != OK) {
		conn->stage = WEB_WORK;
		req->keep_alive = false;
		web_request_answer(req);
		return;
	}
	web_conn_read(conn, true);
}

void web_upload_pause(struct web_request *req)
{
	struct web_upload_in *in = &req->upload;

	if (in->chunk_len < WEB_PIECE)
		return;
	in->busy = true;
	web_conn_read(req->conn, false);
	CHECK(web_request_post(req, req->web->files, run_chunk, back_chunk));
}

static void back_finish(struct web_job *job)
{
	struct web_request *req = job->request;

	if (web_request_lost(req))
		return;
	if (req->err != OK)
		web_request_answer(req);
	else
		web_request_dispatch(req);
}

void web_upload_finish(struct web_request *req)
{
	CHECK(web_request_post(req, req->web->files, run_finish, back_finish));
}

bool web_upload_clean(struct web_request *req, void (*then)(struct web_job *))
{
	if (!req->upload.on)
		return false;
	req->upload.on = false;
	CHECK(web_request_post(req, req->web->files, run_clean, then));
	return true;
}

void web_upload_sweep(struct ctx *ctx, const char *data)
{
	const char *folder = str_c(ctx->mem, str_format(ctx->mem, "%s/tmp", data));
	struct str *names;
	size_t count;
	struct ctx own = { .mem = ctx->mem };
	usec now = ctx->now;

	if (os_make_folder(&own, folder) != OK || os_list(&own, folder, &names, &count) != OK)
		return; /* the first upload says what is wrong */
	for (size_t i = 0; i < count; i++) {
		const char *path =
			str_c(ctx->mem, str_format(ctx->mem, "%s/%.*s", folder, STR_ARG(names[i])));
		struct stat seen;

		if (stat(path, &seen) != 0 || seen.st_mtime + SWEEP_AGE_S > now.us / USEC_SECOND)
			continue;
		/* One that cannot be removed does not keep the others. */
		if ((os_is_folder(path) ? os_remove_folder : os_remove)(&own, path) != OK)
			own.refusal = (struct refusal){ 0 };
	}
}
