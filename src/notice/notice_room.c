/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "notice/notice.sql.h"
#include "notice/notice_in.h"

static const struct web_field page_fields[] = {
	{ "after", WEB_QUERY, WEB_TEXT, offsetof(struct notices_form, after), .max = 20,
	  .about = "Cursor of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, offsetof(struct notices_form, limit), .min = 1, .max = 100,
	  .about = "At most so many; 30 unless said" },
	{ 0 },
};

static const struct web_field read_fields[] = {
	{ "upto", WEB_BODY, WEB_ID, offsetof(struct read_form, upto), true, 1, INT64_MAX,
	  .about = "The number of the newest notice that was seen" },
	{ 0 },
};

static const struct web_field forgot_fields[] = {
	{ "email", WEB_BODY, WEB_TEXT, offsetof(struct forgot_form, email), true, 1, USER_EMAIL_MAX,
	  .about = "The e-mail address of the account" },
	{ 0 },
};

static const struct web_route routes[] = {
	{ WEB_GET, "/api/v1/me/notices", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = notice_page_get, .fields = page_fields,
	  .form_size = sizeof(struct notices_form),
	  .view = "{items:[{id:id,kind:text,text:text,at:time,read:bool}],unread:int,next:text?}",
	  .about = "Lists what the house has told you, newest first." },
	{ WEB_POST, "/api/v1/me/notices/read", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = notice_read_post, .fields = read_fields, .form_size = sizeof(struct read_form),
	  .about = "Marks your notices as read." },
	{ WEB_POST, "/api/v1/password/forgot", .who = WEB_ANYONE, .runs = WEB_WRITE,
	  .handler = notice_forgot_post, .fields = forgot_fields,
	  .form_size = sizeof(struct forgot_form),
	  .about = "Mails a way to set a new password, if there is such an account." },
	{ .path = NULL },
};

static const struct job_kind jobs[] = {
	{ "notice.mail", notice_mail_before, notice_mail_job, 0, "Sends one mail" },
	{ "notice.password", NULL, notice_password_job, 0,
	  "Tells a person that the password was changed" },
	{ "notice.sweep", NULL, notice_sweep_job, USEC_DAY, "Drops notices older than a year" },
	{ "notice.sweep_mail", NULL, notice_mail_sweep_job, USEC_DAY,
	  "Drops the rows of mails that were sent a month ago" },
	{ 0 },
};

static const struct setting settings[] = {
	{ "notice.smtp_url", "", 0, 0,
	  "Where mail goes: smtp://USER:PASSWORD@HOST:587; empty: into files under DATA/mail" },
	{ "notice.smtp_tls", "1", 0, 1, "1: mail goes over TLS or not at all" },
	{ "notice.from", "noreply@localhost", 0, 0,
	  "The address that mails come from, under the site's name; or NAME <ADDRESS>" },
	{ "notice.site_url", "http://127.0.0.1:8080", 0, 0,
	  "The site's address as people reach it, for links in mails" },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "notice.stray", &notice_stray_stmt, "A notice of nobody, or read before it was there" },
	{ "notice.mail", &notice_mail_wrong_stmt, "A mail sent without a time, or kept after it" },
	{ 0 },
};

const struct room notice_room = {
	.name = "notice",
	.routes = routes,
	.jobs = jobs,
	.settings = settings,
	.invariants = invariants,
	.about = "What the house tells people, on their page and by mail.",
};
