/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A file of ours as a reply: whole or one range of it, in pieces read on a thread for
 * files. The first piece comes with the opening, so that a small file costs
 * no second hop. Several ranges in one request are answered with the whole file.
 */
#include "web/web_in.h"

/* "bytes=0-99", "bytes=100-" or "bytes=-50"; false when it is to be ignored. */
static bool read_range(struct str text, int64_t size, int64_t *from, int64_t *to)
{
	struct str low, high;
	int64_t a = 0, b = size - 1;

	if (!str_starts(text, S("bytes=")))
		return false;
	text = str_cut(text, 6, text.len);
	if (!str_split(text, '-', &low, &high) || memchr(text.at, ',', text.len) != NULL)
		return false;
	if (low.len == 0) {
		if (!num_i64(high, 0, INT64_MAX, &b))
			return false;
		a = b >= size ? 0 : size - b;
		b = size - 1;
	} else {
		if (!num_i64(low, 0, INT64_MAX, &a))
			return false;
		if (high.len > 0 && (!num_i64(high, a, INT64_MAX, &b)))
			return false;
		if (b >= size)
			b = size - 1;
	}
	*from = a;
	*to = b;
	return true;
}

static enum err read_piece(struct web_request *req)
{
	struct web_file_out *out = &req->file;
	size_t wanted = out->left < WEB_PIECE ? (size_t)out->left : WEB_PIECE, got = 0;

	TRY(os_read(&req->ctx, out->file, out->from, out->piece, wanted, &got));
	if (got != wanted)
		return refuse(&req->ctx, ERR_STORE, "the file is shorter than it was");
	out->piece_len = got;
	out->from += (int64_t)got;
	out->left -= (int64_t)got;
	return OK;
}

enum err web_file_open(struct web_request *req)
{
	struct web_file_out *out = &req->file;
	struct web_reply *reply = &req->reply;
	const struct web_head *head = &req->parse.head;
	struct str range = web_head_get(head, S("range")), if_range;
	int64_t from = 0, to;

	if (reply->etag.len > 0 && reply->etag.at[0] != '"')
		reply->etag = str_format(req->mem, "\"%.*s\"", STR_ARG(reply->etag));
	if (reply->etag.len > 0) {
		web_reply_add(reply, "ETag", reply->etag);
		if (str_eq(web_head_get(head, S("if-none-match")), reply->etag)) {
			reply->status = 304;
			return OK;
		}
	}
	web_reply_add(reply, "Accept-Ranges", S("bytes"));
	TRY(os_open_read(&req->ctx, reply->path, &out->file));
	out->is_open = true;
	TRY(os_size(&req->ctx, out->file, &out->size));
	to = out->size - 1;
	if_range = web_head_get(head, S("if-range"));
	if (range.len > 0 && (if_range.len == 0 || str_eq(if_range, reply->etag)) &&
	    read_range(range, out->size, &from, &to)) {
		if (from >= out->size || from > to) {
			req->http_status = 416;
			return refuse(&req->ctx, ERR_INPUT, "the file has %lld bytes",
				      (long long)out->size);
		}
		reply->status = 206;
		web_reply_add(reply, "Content-Range",
			      str_format(req->mem, "bytes %lld-%lld/%lld", (long long)from,
					 (long long)to, (long long)out->size));
	}
	out->from = from;
	out->left = to - from + 1;
	if (req->is_head || out->left == 0)
		return OK;
	out->piece = arena_take(req->mem, out->left < WEB_PIECE ? (size_t)out->left : WEB_PIECE);
	return read_piece(req);
}

void web_file_close(struct web_request *req)
{
	if (req->file.is_open)
		os_close(&req->file.file);
	req->file.is_open = false;
}

/* --- on the loop --- */

static void piece_sent(struct web_conn *conn);

static void run_piece(struct web_worker *worker, struct web_job *job)
{
	struct web_request *req = job->request;

	(void)worker;
	req->err = read_piece(req);
}

static void back_piece(struct web_job *job)
{
	struct web_request *req = job->request;

	if (web_request_lost(req))
		return;
	if (req->err != OK) {
		web_conn_close(req->conn); /* a cut reply must look cut */
		return;
	}
	uv_buf_t piece = uv_buf_init(req->file.piece, (unsigned int)req->file.piece_len);

	req->bytes += (int64_t)req->file.piece_len;
	web_conn_send(req->conn, &piece, 1, piece_sent);
}

static void piece_sent(struct web_conn *conn)
{
	struct web_request *req = conn->request;

	if (req->file.left == 0) {
		web_conn_next(conn);
		return;
	}
	CHECK(web_request_post(req, req->web->files, run_piece, back_piece));
}

void web_file_send(struct web_request *req)
{
	struct web_file_out *out = &req->file;
	int64_t length = out->left + (int64_t)out->piece_len;
	struct str head = web_reply_head(req, req->reply.status, req->reply.type, length);
	uv_buf_t bufs[] = { { (char *)head.at, head.len }, { out->piece, out->piece_len } };

	if (req->is_head || req->reply.status == 304)
		out->left = 0;
	req->bytes += (int64_t)(head.len + out->piece_len);
	web_conn_send(req->conn, bufs, out->piece_len == 0 ? 1 : 2, piece_sent);
}
