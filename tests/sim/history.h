/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * history: what clients were told, compared with what the database says.
 *
 * Every client keeps a log of its own: each request that changes something when it is sent, and
 * what came of it: ok, refused, or unknown (no reply, or a 503). Only such a log says what the
 * house has promised. Afterwards the checker goes through it with the database at hand:
 *
 *   history.double      a worker was given the same task under two leases: the first is gone
 *   history.lost        something that was acknowledged is not there, or is another thing
 *   history.epoch       an answer was taken under an epoch that is not the lease's
 *   history.overfilled  a task has more answers and leases than places that were paid for, or a
 *                       project more second copies
 *   history.paid_twice  an answer has more than one payment, or money came for none
 *   history.paid_never  an approved answer was not paid, or the money never arrived
 *   history.money       the books do not add up to the deposits
 *
 * paid_never and what is still under way can only be asked of a site that has come to rest.
 *
 * The log of a client outside this program is a file of JSON lines, two for each request:
 *
 *   {"id":7,"op":"submit","project":"12","task":3,"worker":"45","epoch":99,"text":"{…}"}
 *   {"id":7,"end":"ok"}
 *
 * `op`: accept submit return approve reject deposit publish balance. `end`: ok, refused,
 * unknown; a request without an end is unknown. What only the reply knows (the task and epoch of
 * an accept, a balance) stands in the second line, and wins. `text` is an answer in the house's
 * spelling, a deposit's reference or a transfer's name; `amount` is in minor units; ids are
 * numbers or decimal texts. What a line does not say is not compared.
 */
#ifndef TESTS_SIM_HISTORY_H
#define TESTS_SIM_HISTORY_H
#include "base/json.h"
#include "store/store.h"

/*        name    word */
#define HISTORY_OPS(X)        \
	X(ACCEPT, "accept")   \
	X(SUBMIT, "submit")   \
	X(RETURN, "return")   \
	X(APPROVE, "approve") \
	X(REJECT, "reject")   \
	X(DEPOSIT, "deposit") \
	X(PUBLISH, "publish") \
	X(BALANCE, "balance")

enum history_op {
#define HISTORY_ENUM(name, word) HISTORY_##name,
	HISTORY_OPS(HISTORY_ENUM)
#undef HISTORY_ENUM
		HISTORY_OP_COUNT
};

enum history_end { HISTORY_UNKNOWN, HISTORY_OK, HISTORY_REFUSED };

struct history_event {
	int64_t id;
	enum history_op op;
	enum history_end end;
	int64_t project, task, worker, epoch; /* 0: not said */
	int64_t account, amount;
	struct str text;
};

struct history {
	struct arena *mem;
	struct history_event *event;
	size_t count, size;
};

struct history history_make(struct arena *);
/* A request goes out; gives its place in `event`. Texts are copied. */
size_t history_call(struct history *, struct history_event);

/* Add the lines of a log. ERR_INPUT names the line that is none. */
MUST_USE enum err history_read(struct ctx *, struct history *, struct str lines);
/* The same log as text, at most `max` bytes. */
struct str history_text(const struct history *, struct arena *, size_t max);

struct history_fault {
	const char *name; /* NULL: none */
	struct str about;
	int64_t compared; /* events */
};
/*
 * Compare with ctx->store, open for reading. `rest`: the site has come to rest. `all`: the log has
 * every deposit that there was.
 */
MUST_USE enum err history_check(struct ctx *, const struct history *, bool rest, bool all,
				struct history_fault *out);

#endif
