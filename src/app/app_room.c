/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the roof itself offers: the program's own commands, its settings, three routes. */
#include "app/app_in.h"
#include "user/user.h"

static const struct web_route routes[] = {
	{ WEB_GET, "/healthz", WEB_ANYONE, WEB_READ, app_health_page, .urgent = true,
	  .view = "{status:(ok),version:text}",
	  .about = "Says that this server answers and reaches its database" },
	{ WEB_GET, "/metrics", USER_OPERATOR, WEB_READ, app_metrics_page, .urgent = true,
	  .about = "Figures of this server in the text form that Prometheus reads" },
	{ WEB_GET, "/api/v1/openapi.json", WEB_ANYONE, WEB_READ, app_openapi_page, .view = "any",
	  .about = "This document: every route of the API with its fields" },
	{ .path = NULL },
};

static const struct setting settings[] = {
	{ "database", "", 0, 0,
	  "Where the data is: sqlite:PATH or postgresql://…; empty: sqlite:DATA/tessera.db" },
	{ "listen", "127.0.0.1:8080", 0, 0, "The address that the server listens on, HOST:PORT" },
	{ "site.name", "Tessera", 0, 0, "The name of the site as people see it" },
	{ "site.secure", "0", 0, 1,
	  "1 when the site is reached by https only: then cookies are marked so" },
	{ "serve.loops", "0", 0, 64, "Threads for sockets; 0: chosen from the cores" },
	{ "serve.readers", "0", 0, 64, "Threads for reading routes; 0: chosen from the cores" },
	{ "serve.slow", "0", 0, 64, "Threads for slow work such as passwords; 0: chosen" },
	{ .name = NULL },
};

static const struct room_option serve_options[] = {
	{ "listen", .about = "HOST:PORT instead of the setting; port 0 takes a free one" },
	{ .name = NULL },
};

static const struct room_option init_options[] = {
	{ "database", .about = "sqlite:PATH or postgresql://…; kept in DIR/tessera.conf" },
	{ .name = NULL },
};

static const struct room_option revive_options[] = {
	{ "kind", .required = true, .about = "as `job list` shows it" },
	{ "key", .value = "0", .about = "likewise" },
	{ "part", .value = "0", .about = "likewise" },
	{ .name = NULL },
};

static const struct room_command commands[] = {
	{ "serve", serve_options, app_serve, .about = "Run the site until SIGTERM" },
	{ "init", init_options, app_init,
	  .about = "Make an empty site and print its operator's first key" },
	{ "doctor", NULL, app_doctor, .needs_site = true,
	  .about = "Check everything that must always be true; prints 'sound' or what is broken" },
	{ "routes", NULL, app_list_routes, .about = "List every route of the API" },
	{ "openapi", NULL, app_openapi, .about = "Print the API's OpenAPI document" },
	{ "jobs", NULL, app_list_jobs, .about = "List every kind of background work" },
	{ "job list", NULL, app_job_list, .needs_site = true,
	  .about = "List work that waits, runs or is broken: state, kind, key, part, due, tries" },
	{ "job revive", revive_options, app_job_revive, .needs_site = true,
	  .about = "Try a broken job again" },
	{ "settings", NULL, app_list_settings,
	  .about = "List every setting, with its value in --data if given" },
	{ "tables", NULL, app_list_tables,
	  .about = "List every table and the room that writes it" },
	{ "help", NULL, app_help, .words = "COMMAND", .about = "Say how a command is used" },
	{ "version", NULL, app_version, .about = "Print the version" },
	{ .name = NULL },
};

const struct room app_room = {
	.name = "app",
	.routes = routes,
	.settings = settings,
	.commands = commands,
	.state_size = sizeof(struct app_state),
	.about = "The roof: the command line, the server, health and the API's document",
};
