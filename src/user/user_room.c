/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "user/user.sql.h"
#include "user/user_in.h"

#define SIGN_IN(member) offsetof(struct sign_in_form, member)
#define USERS(member) offsetof(struct users_form, member)

static const struct web_field sign_in_fields[] = {
	{ "email", WEB_BODY, WEB_TEXT, SIGN_IN(email), true, 1, USER_EMAIL_MAX,
	  .about = "The e-mail address of the account" },
	{ "password", WEB_BODY, WEB_TEXT, SIGN_IN(password), true, 1, USER_PASSWORD_MAX,
	  .about = "The password" },
	{ "agent", WEB_BODY, WEB_TEXT, SIGN_IN(agent), .max = 200,
	  .about = "What the browser calls itself, for the list of sessions" },
	{ 0 },
};

static const struct web_field password_fields[] = {
	{ "old", WEB_BODY, WEB_TEXT, offsetof(struct password_form, old), true, 1,
	  USER_PASSWORD_MAX, .about = "The password until now" },
	{ "new", WEB_BODY, WEB_TEXT, offsetof(struct password_form, fresh), true, 1, 1000,
	  .about = "The new one, 8 to 200 characters" },
	{ 0 },
};

static const struct web_field reset_fields[] = {
	{ "token", WEB_BODY, WEB_TEXT, offsetof(struct reset_form, token), true, 1, 100,
	  .about = "What stands in the mail's link" },
	{ "password", WEB_BODY, WEB_TEXT, offsetof(struct reset_form, password), true, 1, 1000,
	  .about = "The new password, 8 to 200 characters" },
	{ 0 },
};

static const struct web_field locale_fields[] = {
	{ "locale", WEB_BODY, WEB_TEXT, offsetof(struct locale_form, locale), true, 0, 35,
	  .about = "A language tag such as de; empty: as the browser says" },
	{ 0 },
};

static const struct web_field session_fields[] = {
	{ "session", WEB_PATH, WEB_ID, offsetof(struct session_form, session), true, 1, INT64_MAX,
	  .about = "The session's number in the list" },
	{ 0 },
};

static const struct web_field key_new_fields[] = {
	{ "label", WEB_BODY, WEB_TEXT, offsetof(struct key_new_form, label), .max = USER_NAME_MAX,
	  .about = "What the key is for, in your words" },
	{ 0 },
};

static const struct web_field key_fields[] = {
	{ "key", WEB_PATH, WEB_TEXT, offsetof(struct key_form, key), true, 1, 40,
	  .about = "The access key: TK and 18 letters and digits" },
	{ 0 },
};

static const struct web_field users_fields[] = {
	{ "q", WEB_QUERY, WEB_TEXT, USERS(q), .max = 100,
	  .about = "A part of the name or address" },
	{ "role", WEB_QUERY, WEB_TEXT, USERS(role), .max = 20,
	  .one_of = "worker|requester|reviewer|manager|operator",
	  .about = "Only those with this role" },
	{ "after", WEB_QUERY, WEB_TEXT, USERS(after), .max = 20,
	  .about = "Cursor of the page before" },
	{ "limit", WEB_QUERY, WEB_INT, USERS(limit), .min = 1, .max = 200,
	  .about = "At most so many; 50 unless said" },
	{ 0 },
};

static const struct web_field state_fields[] = {
	{ "user", WEB_PATH, WEB_ID, offsetof(struct state_form, user), true, 1, INT64_MAX,
	  .about = "The user's number" },
	{ "disabled", WEB_BODY, WEB_BOOL, offsetof(struct state_form, disabled), true, 0, 1,
	  .about = "Close the account, or open it again" },
	{ 0 },
};

static const struct web_route routes[] = {
	{ WEB_POST, "/api/v1/sign-in", .who = WEB_ANYONE, .runs = WEB_WRITE,
	  .handler = user_sign_in_post, .before = user_sign_in_before, .fields = sign_in_fields,
	  .form_size = sizeof(struct sign_in_form),
	  .view = "{user:{id:id,name:text,email:text," USER_ROLES_VIEW ",locale:text}}",
	  .about = "Begins a session, whose token comes as a cookie." },
	{ WEB_POST, "/api/v1/sign-out", .who = WEB_ANYONE, .runs = WEB_WRITE, .renews = true,
	  .handler = user_sign_out_post, .about = "Ends the session that the cookie names." },
	{ WEB_POST, "/api/v1/me/password", .who = USER_ANY_ROLE, .runs = WEB_WRITE, .renews = true,
	  .handler = user_password_post, .before = user_password_before, .fields = password_fields,
	  .form_size = sizeof(struct password_form),
	  .about = "Changes your password and ends all other sessions." },
	{ WEB_POST, "/api/v1/password/reset", .who = WEB_ANYONE, .runs = WEB_WRITE, .renews = true,
	  .handler = user_reset_post, .before = user_reset_before, .fields = reset_fields,
	  .form_size = sizeof(struct reset_form),
	  .about = "Sets a new password with the token of a mail, once, and ends all sessions." },
	{ WEB_POST, "/api/v1/me/locale", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = user_locale_post, .fields = locale_fields,
	  .form_size = sizeof(struct locale_form),
	  .about = "Chooses the language in which you read the pages." },
	{ WEB_GET, "/api/v1/me/sessions", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = user_sessions_get,
	  .view = "{items:[{id:id,created:time,seen:time,address:text,agent:text,current:bool}]}",
	  .about = "Lists where you are signed in." },
	{ WEB_POST, "/api/v1/me/sessions/{session}/end", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .renews = true, .handler = user_session_end_post, .fields = session_fields,
	  .form_size = sizeof(struct session_form), .about = "Ends one of your sessions." },
	{ WEB_GET, "/api/v1/me/keys", .who = USER_ANY_ROLE, .runs = WEB_READ,
	  .handler = user_keys_get,
	  .view = "{items:[{access_key:text,label:text,created:time,used:time?}]}",
	  .about = "Lists your API keys." },
	{ WEB_POST, "/api/v1/me/keys", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .handler = user_key_post, .fields = key_new_fields,
	  .form_size = sizeof(struct key_new_form), .view = "{access_key:text,secret_key:text}",
	  .about = "Makes an API key, whose secret is shown once; asks for a recent sign-in." },
	{ WEB_DELETE, "/api/v1/me/keys/{key}", .who = USER_ANY_ROLE, .runs = WEB_WRITE,
	  .renews = true, .handler = user_key_delete, .fields = key_fields,
	  .form_size = sizeof(struct key_form), .about = "Ends one of your API keys." },
	{ WEB_GET, "/api/v1/users", .who = USER_OPERATOR, .runs = WEB_READ,
	  .handler = user_page_get, .fields = users_fields, .form_size = sizeof(struct users_form),
	  .view = "{items:[{id:id,name:text,email:text," USER_ROLES_VIEW
		  ",state:(open|disabled),created:time}],"
		  "next:text?}",
	  .about = "Lists everybody who has an account." },
	{ WEB_POST, "/api/v1/users/{user}/state", .who = USER_OPERATOR, .runs = WEB_WRITE,
	  .renews = true, .handler = user_state_post, .fields = state_fields,
	  .form_size = sizeof(struct state_form),
	  .about = "Closes an account, its sessions and its keys, or opens it again." },
	{ .path = NULL },
};

static const struct job_kind jobs[] = {
	{ "user.rehash", user_rehash_before, user_rehash_job, 0,
	  "Keeps a password's hash that was made anew at another cost" },
	{ "user.sweep", NULL, user_sweep_job, USEC_DAY,
	  "Drops sessions ended 90 days ago and old counts of wrong passwords" },
	{ "user.sweep_resets", NULL, user_reset_sweep_job, USEC_DAY,
	  "Drops reset tokens that are too old" },
	{ 0 },
};

static const struct room_option key_options[] = {
	{ "user", .required = true, .about = "The e-mail address of the key's user" },
	{ "label", .value = "made on the command line", .about = "What the key is for" },
	{ 0 },
};

static const struct room_option password_options[] = {
	{ "user", .required = true, .about = "The e-mail address of the account" },
	{ 0 },
};

static const struct room_command commands[] = {
	{ "key add", key_options, user_key_add_cmd, true, NULL,
	  "Makes an API key and prints both halves as JSON; the secret is shown this once" },
	{ "user password", password_options, user_password_cmd, true, NULL,
	  "Sets a user's password to what comes on standard input and ends his sessions" },
	{ 0 },
};

static const struct setting settings[] = {
	{ "user.password_kib", "19456", 8, 1048576,
	  "Memory that hashing a password takes, in KiB" },
	{ "user.password_ops", "2", 1, 20, "Rounds that hashing a password takes" },
	{ "user.session_idle_s", "259200", 60, 31536000,
	  "A session that nothing was done in for so many seconds is over" },
	{ "user.session_max_s", "2592000", 60, 31536000,
	  "No session lasts longer than so many seconds" },
	{ "user.fresh_s", "3600", 10, 86400,
	  "Keys and payment details change only within so many seconds after signing in" },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "user.email", &user_email_loud_stmt,
	  "This e-mail address is none, or not in small letters" },
	{ "user.reset_stray", &user_reset_stray_stmt, "A reset token of nobody" },
	{ "user.session_stray", &user_session_stray_stmt,
	  "A session of nobody, or one that ends before it begins" },
	{ "user.key_stray", &user_key_stray_stmt, "An API key of nobody" },
	{ 0 },
};

const struct room user_room = {
	.name = "user",
	.routes = routes,
	.jobs = jobs,
	.commands = commands,
	.settings = settings,
	.invariants = invariants,
	.about = "People, how they prove who they are, and what they may do.",
};
