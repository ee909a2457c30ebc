/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * ledger: the book of account.
 *
 * Money moves only by posting a *transfer*: a named list of signed lines that
 * cancel out. A line is one *entry* in one book; entries are written once and
 * never changed. There are two kinds of book: that of an *account* (the wallet of a
 * user or an org, by the same number) and that of an *escrow* (the money of one
 * project, by the project's number). No transaction writes both kinds; what one
 * book sends to the other it says in its *outbox* in the same transaction, and
 * a relay of the room `pay` carries it over, any number of times.
 *
 * The name of a transfer is made from its cause (`deposit:manual:7`, `fund:9:1`,
 * `pay:9:4:33`), never from chance: the entries are the record of what was done
 * already, so a repeat is harmless for ever.
 *
 * The book does not know what a project, a task or a reward is. Every function
 * here runs inside the caller's transaction. All money is in one currency, the
 * setting `ledger.currency`.
 */
#ifndef LEDGER_H
#define LEDGER_H
#include "base/base.h"
#include "base/json.h"

typedef struct {
	int64_t v;
} account_id; /* a user's or an org's number */
typedef struct {
	int64_t v;
} escrow_id; /* a project's number */

/*       name       word         floored: its balance is never below zero */
#define ACCOUNT_SUB_TABLE(X)                                                              \
	X(AVAILABLE, "available", true)                                                   \
	X(HELD, "held", true)                                                             \
	X(PAYOUT, "payout_pending", true)                                                 \
	X(EXTERNAL, "external", false) /* the world outside: negative for what came in */ \
	X(SENT, "sent", false)	       /* gone to escrows */                              \
	X(RECV, "recv", false)	       /* come from escrows: negative */

enum account_sub {
#define ACCOUNT_SUB_ENUM(name, word, floored) ACCOUNT_##name,
	ACCOUNT_SUB_TABLE(ACCOUNT_SUB_ENUM)
#undef ACCOUNT_SUB_ENUM
		ACCOUNT_SUB_COUNT
};

#define ESCROW_SUB_TABLE(X)                       \
	X(RESERVED, "reserved")                   \
	X(FEE, "fee")	/* earned by the house */ \
	X(SENT, "sent") /* gone to accounts */    \
	X(RECV, "recv") /* come from accounts: negative */

enum escrow_sub {
#define ESCROW_SUB_ENUM(name, word) ESCROW_##name,
	ESCROW_SUB_TABLE(ESCROW_SUB_ENUM)
#undef ESCROW_SUB_ENUM
		ESCROW_SUB_COUNT
};

struct account_line {
	enum account_sub sub;
	money amount;
};

struct escrow_line {
	enum escrow_sub sub;
	money amount;
};

enum { LEDGER_LINES_MAX = 4, LEDGER_NAME_MAX = 200, LEDGER_REFERENCE_MAX = 100 };

/*
 * Post a transfer into an account's book. `*fresh` is false when this account
 * has a transfer of that name already: then nothing moves and all is well. Give each
 * sub-account once; a line of nothing is left out.
 *
 * ERR_FUNDS  a floored sub-account has too little
 * ERR_INPUT  the lines do not cancel out, or the name is empty or too long
 */
MUST_USE enum err ledger_account_post(struct ctx *, account_id, struct str transfer,
				      const struct account_line *lines, int count, bool *fresh);

/* The same for an escrow, which has no floors: what it may spend is guarded by the places sold. */
MUST_USE enum err ledger_escrow_post(struct ctx *, escrow_id, struct str transfer,
				     const struct escrow_line *lines, int count, bool *fresh);

/* What an account holds; nothing posted yet is nothing held. */
MUST_USE enum err ledger_account_balance(struct ctx *, account_id, enum account_sub, money *out);
/* The sum of an escrow's entries. */
MUST_USE enum err ledger_escrow_balance(struct ctx *, escrow_id, enum escrow_sub, money *out);

/* Has the escrow's book a transfer of that name? */
MUST_USE enum err ledger_escrow_has(struct ctx *, escrow_id, struct str transfer, bool *out);

/* What came into the account from escrows at `from` or later. */
MUST_USE enum err ledger_account_earned(struct ctx *, account_id, usec from, money *out);

/*
 * --- the outboxes: what another book must hear of ---
 * A parcel is a part of a transfer's `sent` line that is for one book of the other side. It
 * arrives there as a transfer of the same name. An escrow's transfer may have parcels
 * for many accounts; together they are its `sent` line.
 */
struct ledger_parcel {
	struct str transfer;
	account_id account;
	escrow_id escrow;
	money amount;
	struct str note; /* a word from the sender which the ledger does not read */
};

/* In the transaction of a fresh post of the same name. */
MUST_USE enum err ledger_account_send(struct ctx *, const struct ledger_parcel *);
MUST_USE enum err ledger_escrow_send(struct ctx *, const struct ledger_parcel *);
/* Several of one escrow, each to an account of its own. */
MUST_USE enum err ledger_escrow_send_all(struct ctx *, escrow_id, const struct ledger_parcel *,
					 size_t count);
/*
 * Put what lies in escrows' outboxes into the accounts' books, each parcel under its own name:
 * `available` grows, `recv` tells from where it came. `fresh[i]` is false when it was there before.
 * Money that comes in is never refused.
 */
MUST_USE enum err ledger_account_receive(struct ctx *, const struct ledger_parcel *, size_t count,
					 bool *fresh);
/* Which of them are in their accounts' books? */
MUST_USE enum err ledger_account_received(struct ctx *, const struct ledger_parcel *, size_t count,
					  bool *there);
/* What is not marked as arrived, by name, at most `max`; of an account, what is for that escrow. */
MUST_USE enum err ledger_account_open(struct ctx *, account_id, escrow_id, int max,
				      struct ledger_parcel **out, size_t *count);
MUST_USE enum err ledger_escrow_open(struct ctx *, escrow_id, int max, struct ledger_parcel **out,
				     size_t *count);
/* Only after the other side has committed; a repeat is harmless. */
MUST_USE enum err ledger_account_arrived(struct ctx *, account_id, struct str transfer);
MUST_USE enum err ledger_escrow_arrived(struct ctx *, escrow_id, const struct ledger_parcel *,
					size_t count);

/*
 * Record money that came in from outside: into `available`, out of the account's
 * `external`. The reference is the rail's or the operator's own number of it; the
 * same reference with the same amount is the same deposit.
 *
 * ERR_INPUT     the amount is not above zero, or the reference is empty or too long
 * ERR_CONFLICT  the reference stands for another amount
 */
MUST_USE enum err ledger_deposit(struct ctx *, account_id, money amount, struct str reference,
				 bool *fresh);

/* The site's currency: three capital letters; two decimals. */
struct str ledger_currency(const struct ctx *);

/* Who acts, his orgs and his balance, as GET /me tells it: a value in `out`. */
MUST_USE enum err ledger_put_me(struct ctx *, struct json *out);

extern const struct room ledger_room;

#endif
