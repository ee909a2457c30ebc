/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* notice_in: what the files of this room share. */
#ifndef NOTICE_IN_H
#define NOTICE_IN_H
#include "notice/notice.h"

/* --- mail.c: one message, as bytes and on its way --- */
struct mail {
	struct str from; /* "Tessera <noreply@example.org>" or a bare address */
	struct str to;	 /* a bare address */
	struct str subject;
	struct str text;
	struct str id; /* made from the row, so that a repeat is known as one */
	usec at;
	struct str name; /* of the sender, put before a bare address */
};

/*
 * By SMTP, or into a file under DATA/mail. Outside of any transaction.
 * ERR_INPUT     an address is none, or it, the subject or the id holds a control character
 * ERR_CONFLICT  the server does not take it now
 */
MUST_USE enum err mail_send(struct ctx *, const struct mail *);

/* --- smtp.c: the one door to libcurl; ERR_CONFLICT the server does not take it now, and why --- */
MUST_USE enum err smtp_send(struct ctx *, struct str url, bool tls, struct str from, struct str to,
			    struct str message);

struct notices_form {
	struct str after;
	int64_t limit;
};
struct read_form {
	int64_t upto;
};
struct forgot_form {
	struct str email;
};

MUST_USE enum err notice_page_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err notice_read_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err notice_forgot_post(struct ctx *, void *form, struct web_reply *);

/* A mail with a fresh token for who forgot his password; at most one in ten minutes. */
MUST_USE enum err notice_reset_mail(struct ctx *, user_id);

MUST_USE enum err notice_mail_before(struct ctx *, struct job *);
MUST_USE enum err notice_mail_job(struct ctx *, struct job *);
MUST_USE enum err notice_password_job(struct ctx *, struct job *);
MUST_USE enum err notice_sweep_job(struct ctx *, struct job *);
MUST_USE enum err notice_mail_sweep_job(struct ctx *, struct job *);

#endif
