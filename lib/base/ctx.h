/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ctx: what a rule may know of the world.
 *
 * A context is made for one request, job or command. `now` is its only time and
 * `dice` its only chance. It carries the connection whose transaction is open,
 * the memory that ends with it, who acts, and the first refusal.
 */
#ifndef BASE_CTX_H
#define BASE_CTX_H
#include "base/num.h"

struct store;
struct dice;
struct setting_values;

/* Roles are bits; what each means is said by the rooms that ask for them. */
struct actor {
	int64_t id; /* 0: nobody */
	uint32_t roles;
	struct str name;    /* for logs: never an e-mail address */
	struct str via;	    /* "session", "key", "command", "job" */
	struct str address; /* of the peer, may be empty */
	struct str token;   /* hash of what was shown, so that it can be ended; empty without */
};

struct refusal {
	enum err err;
	struct str field;      /* the field or place it is about, may be empty */
	struct str message;    /* one line, no full stop */
	struct str said;       /* ERR_STORE: what the engine said; for the log, never for people */
	int64_t retry_after_s; /* 0: not said */
	bool lasting;	       /* ERR_STORE: the data refuses it; to try again does not help */
};

struct ctx {
	struct arena *mem;
	struct store *store;
	struct dice *dice;
	usec now;
	struct actor actor;
	struct str request; /* its id in the log */
	struct refusal refusal;
	const struct setting_values *settings;
	void *const *rooms; /* what the process keeps for each room, by number: room/room.h */
	const char *data;   /* the data folder, without a slash at its end */
};

/* Keep the first refusal and return `err`. The text is copied, at most 500 bytes of it. */
MUST_USE enum err refuse(struct ctx *, enum err err, const char *format, ...) PRINTF_LIKE(3, 4);
/* The same, naming the field (a JSON path such as `price` or `blocks[2].options`). */
MUST_USE enum err refuse_field(struct ctx *, enum err err, struct str field, const char *format,
			       ...) PRINTF_LIKE(4, 5);

/*
 * For a rule that does many things at once: what is refused to one of them is his alone, but a
 * store that fails (ERR_STORE, ERR_BUSY) fails for all. Then its refusal becomes that of `all`.
 */
MUST_USE enum err ctx_take_failure(struct ctx *all, const struct ctx *one);

/*
 * Chance comes from `dice`; these three stand in os/dice.c, because base does not
 * know the dice from inside.
 *
 * A fresh id: 63 bits, positive, ordered by time within this process: 42 bits
 * of milliseconds since 2020 and 21 of chance and order. As text an id is its
 * decimal digits.
 */
int64_t ctx_new_id(struct ctx *);
uint64_t ctx_random(struct ctx *);
void ctx_random_bytes(struct ctx *, void *out, size_t len); /* fit for secrets */

#endif
