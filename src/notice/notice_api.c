/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "notice/notice.sql.h"
#include "notice/notice_in.h"

enum { PAGE_DEFAULT = 30 };

enum err notice_page_get(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct notices_form *f = form;
	int64_t limit = f->limit > 0 ? f->limit : PAGE_DEFAULT, before = INT64_MAX;
	struct json *out = web_json(reply);
	struct notice_page *row;
	int64_t unread;
	size_t count;

	if (f->after.len > 0 && !num_i64(f->after, 1, INT64_MAX, &before))
		return refuse_field(c, ERR_INPUT, S("after"), "this is no cursor of ours");
	TRY(notice_page(c, user_actor(c), before, limit, &row, &count));
	TRY(notice_unread(c, user_actor(c), &unread));
	json_object(out);
	json_key(out, "items");
	json_list(out);
	for (size_t i = 0; i < count; i++) {
		json_object(out);
		json_id_of(out, "id", row[i].id);
		json_text_of(out, "kind", row[i].kind);
		json_text_of(out, "text", row[i].text);
		json_time_of(out, "at", row[i].at);
		json_bool_of(out, "read", row[i].read.us > 0);
		json_object_end(out);
	}
	json_list_end(out);
	json_i64_of(out, "unread", unread);
	if (count == (size_t)limit)
		json_id_of(out, "next", row[count - 1].id);
	json_object_end(out);
	return OK;
}

enum err notice_read_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct read_form *f = form;
	int64_t changed;

	TRY(notice_read(c, user_actor(c), f->upto, c->now, &changed));
	web_status(reply, 204);
	return OK;
}

/* The same answer for everybody: whether there is such an account is told by the mail alone. */
enum err notice_forgot_post(struct ctx *c, void *form, struct web_reply *reply)
{
	const struct forgot_form *f = form;
	struct user user;
	bool found;

	TRY(user_by_email(c, f->email, &user, &found));
	if (found && !user.disabled)
		TRY(notice_reset_mail(c, user.id));
	web_status(reply, 202);
	return OK;
}
