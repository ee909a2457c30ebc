/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * notice: what the house tells a person, on his page and by mail.
 *
 * A notice is a row in the account group of the person told: short plain text
 * that stands on his page until read and is dropped after a year. A mail is a row first,
 * too, in whatever group the cause is in (like a job), so that it is sent if and only if its cause
 * was committed; the job `notice.mail` then sends it outside of any transaction and
 * marks it as sent. A crash between the two sends it again, with the same Message-ID.
 * Both take a key named after their cause, and a repeat is harmless.
 *
 * Mail goes through the SMTP server of the setting `notice.smtp_url`; without one
 * it becomes a file under DATA/mail, mode 0600, for the operator to look at. Texts are
 * plain; subject and addresses are refused when they hold control characters, so nothing
 * that a person wrote can become a header.
 *
 * The mail about a forgotten password gets its token at the moment it is sent: the
 * token itself is in no row. POST /password/forgot is a route of this room.
 */
#ifndef NOTICE_H
#define NOTICE_H
#include "user/user.h"

enum {
	NOTICE_TEXT_MAX = 1000,
	NOTICE_MAIL_MAX = 20000,
	NOTICE_SUBJECT_MAX = 200,
	NOTICE_KEY_MAX = 200,
};

/*
 * Tell `to` something on his page, in a transaction of the account group. `kind` is one
 * word for the page's glyph: account, money, project, work.
 * ERR_INPUT  text or key is empty, too long or with control characters (a text may have line ends)
 */
MUST_USE enum err notice_add(struct ctx *, user_id to, struct str key, struct str kind,
			     struct str text);

/*
 * Mail a text to `to`, from a transaction of any group. Whoever calls asks nothing of the
 * outside: the row is written and the job does the rest.
 * ERR_INPUT  subject, key or text is empty or too long, or subject or key hold control characters
 */
MUST_USE enum err notice_mail(struct ctx *, user_id to, struct str key, struct str subject,
			      struct str text);

/* How many notices stand unread, for the page's mark. */
MUST_USE enum err notice_unread(struct ctx *, user_id, int64_t *out);

extern const struct room notice_room;

#endif
