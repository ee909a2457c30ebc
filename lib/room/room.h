/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * room: everything that one room offers, in one row, so that the house can be
 * listed, documented and checked without knowing any room by name.
 */
#ifndef ROOM_ROOM_H
#define ROOM_ROOM_H
#include "base/setting.h"
#include "job/job.h"
#include "web/web.h"

/* What must always be true, as a statement that returns no rows. */
struct room_invariant {
	const char *name;		/* "ledger.balanced"; NULL ends a list */
	const struct store_stmt *query; /* without parameters, shape many */
	const char *about;		/* what it means when a row comes */
};

/* What a command was called with. Options are declared; unknown ones are refused. */
struct room_option {
	const char *name; /* "amount": --amount VALUE; NULL ends a list */
	bool required;
	bool is_flag;	   /* takes no value */
	const char *value; /* the default, or NULL */
	const char *about;
};

struct room_call {
	const struct room_option *options;
	struct str *value; /* in the order of `options`; at NULL: not given */
	struct str *words; /* what stands beside the options */
	size_t word_count;
	bool as_json; /* --json: result as JSON on stdout, progress as JSON on stderr */
	struct clock *clock;
	const char *url; /* of the store, "" for commands that need no site */
	/* All of the house, so that a command can run what it signals. */
	const struct job_kind *const *kinds;
};

struct room_command {
	const char *name; /* "user add"; NULL ends a list */
	const struct room_option *options;
	/* Writes its result to stdout and everything else to stderr. With `needs_site`,
	 * ctx->store is open for writing, outside a transaction, and --data is given. */
	enum err (*run)(struct ctx *, const struct room_call *);
	bool needs_site;
	const char *words; /* "FILE": how the words are called in the help, or NULL */
	const char *about; /* one sentence */
};

struct room {
	const char *name;		/* "ledger" */
	const struct web_route *routes; /* each list may be NULL */
	const struct job_kind *jobs;
	const struct room_command *commands;
	const struct setting *settings;
	const struct room_invariant *invariants;
	size_t state_size; /* of what a process keeps in memory for it; 0: nothing */
	/* At start; NULL: zeroes. */
	enum err (*state_open)(struct ctx *, struct arena *, void *state);
	const char *about; /* one sentence for docs/design.md */
};

/* The contents page, src/app/rooms.c: in the order in which data passes the rooms; NULL ends it. */
extern const struct room *const house_rooms[];

/* The process's state of a room, or NULL in a command that has none. */
void *room_state(const struct ctx *, const struct room *);

/* The option's value, CHECKing that it is declared; empty text when not given. */
struct str room_option(const struct room_call *, const char *name);
bool room_flag(const struct room_call *, const char *name);

#endif
