/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * app: the roof. It puts the rooms together into a command line and a server.
 *
 * Nobody includes it. `app_room` is the roof's own row in the contents page: its routes
 * (health, metrics, the API's document), its settings and its commands.
 */
#ifndef APP_APP_IN_H
#define APP_APP_IN_H
#include "brand/brand.h"
#include "app/house_in.h"

#define APP_VERSION "0.1.0"

enum {
	CONF_MAX = 1 << 20, /* bytes of tessera.conf */
	/* Said by doctor: not a refusal, the program ends with 1. */
	APP_UNSOUND = ERR_COUNT,
};

extern const struct room app_room;

/* What the server keeps for the roof's own routes. */
struct app_state {
	struct web *_Atomic web; /* NULL until it listens */
	struct store_writer *writer;
	usec started;
};

/* --- cli.c --- */
/* Read the words, run the command; the exit code of the process. */
int app_main(int count, char **word, char *const *environment);

/* --- conf.c: DATA/tessera.conf --- */
/* Its text. ERR_MISSING when there is no site in ctx->data. */
MUST_USE enum err conf_read(struct ctx *, struct str *out);
/* A new one that names the database (empty: the default). ERR_CONFLICT when it names another. */
MUST_USE enum err conf_write(struct ctx *, struct str database);
/* The store's URL from the settings in the context: sqlite:DATA/tessera.db unless said. */
const char *conf_url(struct ctx *);

/* --- the commands; see app_room.c for what they say of themselves --- */
enum err app_serve(struct ctx *, const struct room_call *);
enum err app_init(struct ctx *, const struct room_call *);
enum err app_doctor(struct ctx *, const struct room_call *);
enum err app_help(struct ctx *, const struct room_call *);
enum err app_version(struct ctx *, const struct room_call *);
enum err app_list_routes(struct ctx *, const struct room_call *);
enum err app_list_jobs(struct ctx *, const struct room_call *);
enum err app_job_list(struct ctx *, const struct room_call *);
enum err app_job_revive(struct ctx *, const struct room_call *);
enum err app_list_settings(struct ctx *, const struct room_call *);
enum err app_list_tables(struct ctx *, const struct room_call *);
enum err app_openapi(struct ctx *, const struct room_call *);

/* The help of one command, or of all when NULL. */
struct str app_help_text(struct arena *, const struct room_command *);

/* The API's document: every room is a tag. */
struct web_document app_document(struct arena *);

/* --- app_api.c: the handlers of the roof's own routes, and what the shell is told --- */
enum err app_health_page(struct ctx *, void *form, struct web_reply *);
enum err app_metrics_page(struct ctx *, void *form, struct web_reply *);
enum err app_openapi_page(struct ctx *, void *form, struct web_reply *);
enum err app_boot(struct ctx *, struct json *out);

#endif
