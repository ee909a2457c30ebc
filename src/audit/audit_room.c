/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "audit/audit.sql.h"
#include "audit/audit_in.h"

#define PAGE_FIELD(member) offsetof(struct audit_page_form, member)

static const struct web_field page_fields[] = {
	{ "after", WEB_QUERY, WEB_TEXT, PAGE_FIELD(after), .max = 80,
	  .about = "Cursor of the page before" },
	{ "scope", WEB_QUERY, WEB_INT, PAGE_FIELD(scope), .max = INT64_MAX,
	  .about = "Only this project, account, or 0 for the site", .has = PAGE_FIELD(has_scope) },
	{ "act", WEB_QUERY, WEB_TEXT, PAGE_FIELD(act), .max = 64,
	  .about = "Only acts of this name" },
	{ "limit", WEB_QUERY, WEB_INT, PAGE_FIELD(limit), .min = 1, .max = 500,
	  .about = "At most so many; 50 unless said" },
	{ 0 },
};

static const struct web_field export_fields[] = {
	{ "scope", WEB_QUERY, WEB_INT, PAGE_FIELD(scope), .max = INT64_MAX,
	  .about = "Only this project, account, or 0 for the site", .has = PAGE_FIELD(has_scope) },
	{ 0 },
};

static const struct web_route routes[] = {
	{ .verb = WEB_GET,
	  .path = "/api/v1/audit",
	  .who = AUDIT_READER,
	  .runs = WEB_READ,
	  .handler = audit_page_get,
	  .fields = page_fields,
	  .form_size = sizeof(struct audit_page_form),
	  .view = "{items:[{id:text,scope:text,at:time,actor:id?,via:text,address:text,"
		  "request:text,what:text,about:id?,detail:any?,hash:text}],next:text?}",
	  .about = "What was done on this site, newest first." },
	{ .verb = WEB_GET,
	  .path = "/api/v1/audit/export",
	  .who = AUDIT_READER,
	  .runs = WEB_STREAM,
	  .handler = audit_export_get,
	  .fields = export_fields,
	  .form_size = sizeof(struct audit_page_form),
	  .about = "The audit book as JSON Lines, with its hashes." },
	{ .path = NULL },
};

static const struct job_kind jobs[] = {
	{ .name = "audit.forget",
	  .body = audit_forget_job,
	  .every_us = USEC_DAY,
	  .about = "Blanks addresses that are older than 90 days" },
	{ 0 },
};

static const struct room_option no_options[] = { { 0 } };

static const struct room_command commands[] = {
	{ .name = "audit check",
	  .options = no_options,
	  .run = audit_check_cmd,
	  .needs_site = true,
	  .about = "Walks the audit book's chains and says whether they are sound" },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "audit.gap", &audit_gap_stmt, "Entries of this scope are missing or were put in" },
	{ "audit.cut", &audit_cut_stmt,
	  "The chain of this scope ends elsewhere than its head says" },
	{ 0 },
};

const struct room audit_room = {
	.name = "audit",
	.routes = routes,
	.jobs = jobs,
	.commands = commands,
	.invariants = invariants,
	.about = "The book of what was done by whom, in hash chains.",
};
