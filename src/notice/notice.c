/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The rows. How a mail leaves the house is in notice_jobs.c and mail.c. */
#include "notice/notice.sql.h"
#include "notice/notice_in.h"

enum { FORM_TEXT = 0, FORM_RESET = 1 };

#define RESET_EVERY_US (10 * USEC_MINUTE)

/* Plain text of several lines. */
static enum err check_text(struct ctx *c, struct str text, size_t max)
{
	if (text.len == 0 || !str_is_utf8(text) || str_points(text) > max)
		return refuse_field(c, ERR_INPUT, S("text"),
				    "this is no text of 1 to %zu characters", max);
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < 32 && text.at[i] != '\n')
			return refuse_field(c, ERR_INPUT, S("text"), "this is no plain text");
	return OK;
}

enum err notice_add(struct ctx *c, user_id to, struct str key, struct str kind, struct str text)
{
	int64_t changed;

	TRY(user_check_line(c, S("key"), key, NOTICE_KEY_MAX, false));
	TRY(check_text(c, text, NOTICE_TEXT_MAX));
	return notice_insert(c, to, ctx_new_id(c), key, kind, text, c->now, &changed);
}

static enum err queue_mail(struct ctx *c, user_id to, struct str key, int64_t form,
			   struct str subject, struct str text)
{
	int64_t id = ctx_new_id(c), changed;

	TRY(user_check_line(c, S("key"), key, NOTICE_KEY_MAX, false));
	TRY(user_check_line(c, S("subject"), subject, NOTICE_SUBJECT_MAX, false));
	TRY(notice_mail_insert(c, to, id, key, form, subject, text, c->now, &changed));
	return changed == 0 ? OK : job_signal_part(c, "notice.mail", to.v, id);
}

enum err notice_mail(struct ctx *c, user_id to, struct str key, struct str subject, struct str text)
{
	TRY(check_text(c, text, NOTICE_MAIL_MAX));
	return queue_mail(c, to, key, FORM_TEXT, subject, text);
}

enum err notice_reset_mail(struct ctx *c, user_id to)
{
	struct str key = str_format(c->mem, "reset:%lld", (long long)(c->now.us / RESET_EVERY_US));

	return queue_mail(c, to, key, FORM_RESET, S("Your new password"), S(""));
}

enum err notice_unread(struct ctx *c, user_id who, int64_t *out)
{
	struct notice_unread_count row;

	TRY(notice_unread_count(c, who, &row));
	*out = row.n;
	return OK;
}
