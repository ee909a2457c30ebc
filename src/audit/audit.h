/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * audit: the book of what was done by whom.
 *
 * An entry is written in the transaction of the act itself, so an act that did
 * not happen has none, and one that did cannot be without. Entries are never
 * changed. They stand in chains, one for each scope: a project, an account, or 0 for
 * the site. Every entry carries the SHA-256 of its own content together with the hash
 * before it, so a changed, removed or inserted entry breaks its chain, and the head
 * of each chain is kept beside it, so a cut end shows too.
 *
 * What is written is for people who look into something later: which act, what it
 * was about, and a small JSON object of particulars. Never a password, token or
 * the content of an answer; a person is a number, not a name or an e-mail address.
 *
 * A chain belongs to the shard group of whoever writes it: a rule of a project writes
 * the project's scope, one of an account or the site's own lists theirs.
 */
#ifndef AUDIT_H
#define AUDIT_H
#include "room/room.h"

enum {
	AUDIT_SITE = 0,		 /* the scope of the site itself */
	AUDIT_DETAIL_MAX = 4096, /* bytes */
	/* The role that may read the book; the room user asserts that it is its operator's bit. */
	AUDIT_READER = 16,
};

/*
 * In the caller's transaction: put `act` ("user.sign_in", at most 64 bytes) about
 * the thing numbered `about` (0: nothing) at the end of the scope's chain. Who did it
 * and from where comes from ctx->actor. `detail` is a JSON object made by the json
 * writer, or empty.
 *
 * ERR_BUSY  others wrote this chain again and again meanwhile; try the request again
 */
MUST_USE enum err audit_add(struct ctx *, int64_t scope, struct str act, int64_t about,
			    struct str detail);

/*
 * Walk every chain and compute its hashes again, with constant memory. `*broken` names
 * the first entry that is not what was written ("scope 7, entry 3: …"), and is empty
 * when all are sound.
 */
MUST_USE enum err audit_verify(struct ctx *, struct str *broken);

extern const struct room audit_room;

#endif
