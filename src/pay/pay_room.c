/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Everything pay offers. */
#include "pay/pay.sql.h"
#include "pay/pay_in.h"

static const struct job_kind jobs[] = {
	{ "pay.fund", pay_fund_before, pay_fund_body, 0,
	  "Takes a project's budget into its escrow, or sends it back." },
	{ "pay.funded", pay_funded_before, pay_funded_body, 0,
	  "Marks an org's budgets as arrived." },
	{ "pay.release", NULL, pay_release_body, 0,
	  "Pays for approved answers out of the escrow." },
	{ "pay.relay", pay_relay_before, pay_relay_body, 0,
	  "Carries what an escrow sent to the accounts." },
	{ "pay.settle", pay_settle_before, pay_settle_body, 0,
	  "Marks what an escrow sent as arrived." },
	{ "pay.shut", NULL, pay_shut_body, 0,
	  "Shuts places of a closed project that have become free." },
	{ "pay.deadline", pay_deadline_before, pay_deadline_body, USEC_MINUTE,
	  "Looks for projects whose deadline has passed." },
	{ "pay.overdue", NULL, pay_overdue_body, 0, "Closes a project whose deadline has passed." },
	{ "pay.history", pay_history_before, pay_history_body, 0,
	  "Writes a batch of paid answers into the workers' histories." },
	{ "pay.news", pay_news_before, pay_news_body, 10 * USEC_SECOND,
	  "Looks for answers that wait or were rejected and are not in the histories." },
	{ "pay.tell", pay_tell_before, pay_tell_body, 0,
	  "Writes such answers of a project into the workers' histories." },
	{ "pay.told", NULL, pay_told_body, 0, "Notes how far a project's answers have been told." },
	{ 0 },
};

static const struct setting settings[] = {
	{ "pay.floor_per_hour_minor", "0", 0, 100000000,
	  "A quote that pays less per hour, in minor units, carries a warning; 0: no floor." },
	{ 0 },
};

static const struct room_invariant invariants[] = {
	{ "pay.escrow", &pay_inv_escrow_stmt,
	  "what is reserved is not the price of the places that are not yet paid" },
	{ "pay.places", &pay_inv_places_stmt,
	  "the places of the tasks are not those that were paid for and not refunded" },
	{ "pay.paid_once", &pay_inv_paid_once_stmt,
	  "an answer counts as paid and has no line, or has a line and does not count" },
	{ "pay.price", &pay_inv_price_stmt,
	  "an answer was paid at another price than the project's" },
	{ "pay.lines", &pay_inv_lines_stmt, "a batch's entries are not the sum of its lines" },
	{ "pay.parcels", &pay_inv_parcels_stmt, "a worker's parcel is not the sum of his lines" },
	{ "pay.counted", &pay_inv_counted_stmt,
	  "the count of paid answers is not that of the lines" },
	{ "pay.history", &pay_inv_history_stmt, "a history says paid and there is no such line" },
	{ 0 },
};

static const struct room_command commands[] = {
	{ .name = "project publish",
	  .options = pay_publish_options,
	  .run = pay_publish_command,
	  .needs_site = true,
	  .about = "Pay for a draft as quoted and open it" },
	{ 0 },
};

const struct room pay_room = {
	.name = "pay",
	.routes = pay_routes,
	.commands = commands,
	.jobs = jobs,
	.settings = settings,
	.invariants = invariants,
	.about = "A project's money: quote, publish, pay for approved work, refund, earnings.",
};
