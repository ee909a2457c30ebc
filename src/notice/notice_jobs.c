/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * Will do: the row. Do: `before`, outside of any transaction. Done: the body marks the row.
 * SMTP cannot be asked whether a message has arrived, so a crash between the last two sends
 * it again. A reset's token is made in `before` and its hash kept by the body: a token
 * that was sent before a crash is dead, the repeat brings a living one.
 */
#include "brand/brand.h"
#include "notice/notice.sql.h"
#include "notice/notice_in.h"

#define KEEP_NOTICES_US (365 * USEC_DAY)
#define KEEP_MAILS_US (30 * USEC_DAY)

enum { STATE_SENT = 1, STATE_DROPPED = 2, FORM_RESET = 1 };

struct sent {
	int64_t state;
	struct str reset_hash; /* empty: no reset */
};

static struct str reset_text(struct ctx *c, const struct user *user, struct str site,
			     struct str token)
{
	return str_format(c->mem,
			  "Hello %.*s,\n\nsomebody, most likely you, asked for a new password at "
			  "%.*s.\nChoose one here within 30 minutes:\n\n%.*s/reset#%.*s\n\n"
			  "If it was not you, do nothing: your password stays as it is.\n",
			  STR_ARG(user->name), STR_ARG(site),
			  STR_ARG(setting_text(c, "notice.site_url")), STR_ARG(token));
}

enum err notice_mail_before(struct ctx *c, struct job *job)
{
	struct sent *sent = NEW(c->mem, struct sent);
	user_id to = { job->key };
	struct notice_mail_get row;
	struct user user;
	bool found;

	job->prepared = NULL;
	TRY(notice_mail_get(c, to, job->part, &row, &found));
	if (!found || row.state != 0)
		return OK;
	TRY(user_get(c, to, &user));
	job->prepared = sent;
	sent->state = STATE_DROPPED;
	if (user.disabled)
		return OK;
	struct str text = row.text, name;
	TRY(brand_name(c, &name));
	if (row.form == FORM_RESET)
		text = reset_text(c, &user, name, user_reset_token(c, to, &sent->reset_hash));
	sent->state = STATE_SENT;
	return mail_send(c, &(struct mail){
				    .from = setting_text(c, "notice.from"),
				    .name = name,
				    .to = user.email,
				    .subject = row.subject,
				    .text = text,
				    .id = str_format(c->mem, "%lld.%lld", (long long)job->key,
						     (long long)job->part),
				    .at = row.created,
			    });
}

enum err notice_mail_job(struct ctx *c, struct job *job)
{
	const struct sent *sent = job->prepared;
	user_id to = { job->key };
	int64_t changed;

	if (sent == NULL)
		return OK;
	TRY(notice_mail_end(c, to, job->part, sent->state, c->now, &changed));
	if (changed == 0 || sent->reset_hash.len == 0)
		return OK;
	return user_reset_keep(c, to, sent->reset_hash);
}

/* Told on the page and by mail, since whoever changed it may not be who owns it. */
enum err notice_password_job(struct ctx *c, struct job *job)
{
	struct str key = str_format(c->mem, "password:%lld", (long long)c->now.us);
	struct str text = S("Your password was changed. If it was not you, ask for a new one at "
			    "once and tell the operator of this site.");

	TRY(notice_add(c, (user_id){ job->key }, key, S("account"), text));
	return notice_mail(c, (user_id){ job->key }, key, S("Your password was changed"), text);
}

enum err notice_sweep_job(struct ctx *c, struct job *job)
{
	int64_t changed;

	(void)job;
	return notice_sweep(c, usec_after(c->now, -KEEP_NOTICES_US), &changed);
}

enum err notice_mail_sweep_job(struct ctx *c, struct job *job)
{
	int64_t changed;

	(void)job;
	return notice_mail_sweep(c, usec_after(c->now, -KEEP_MAILS_US), &changed);
}
