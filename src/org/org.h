/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * org: organisations that bring work, and who may act for them.
 *
 * Projects and money belong to an org, never to a person. A member has one of three
 * roles: an owner does everything, manages members included; a member makes and
 * runs projects and sees the money; a reviewer looks at answers and judges them. Each
 * includes the next. An org always has an owner.
 *
 * Somebody who is not a member gets the same answer as for an org that is not
 * there. Operators have pages of their own and are no members by office.
 *
 * Making a user is a route (POST /sign-up, POST /users) and a command (`user add`) of this
 * room, since a requester gets an org of his own with his account. All tables are in
 * the reference group.
 */
#ifndef ORG_H
#define ORG_H
#include "user/user.h"

typedef struct {
	int64_t v;
} org_id;

enum org_role { ORG_REVIEWER = 1, ORG_MEMBER = 2, ORG_OWNER = 3 };

enum { ORG_MEMBERS_MAX = 500 };

struct str org_role_word(int64_t role); /* "reviewer" … */

/*
 * A new user, and for a requester an org of his own, called as he is. Refusals are those of
 * user_add.
 */
MUST_USE enum err org_user_add(struct ctx *, const struct user_new *, user_id *out);

/*
 * Set a user's roles, ending his sessions; who becomes a requester and is in no org gets one.
 * Refusals are those of user_set_roles.
 */
MUST_USE enum err org_user_set_roles(struct ctx *, user_id, uint32_t roles);

/*
 * A new org with `owner` as its owner.
 * ERR_INPUT  field `name`: empty, longer than 100 characters or with control characters
 */
MUST_USE enum err org_add(struct ctx *, struct str name, user_id owner, org_id *out);

/* ERR_MISSING if there is no such org. */
MUST_USE enum err org_name(struct ctx *, org_id, struct str *out);

/*
 * Is the actor a member with at least this role?
 * ERR_MISSING  no such org, or the actor is not a member of it
 * ERR_DENIED   a member whose role does not reach
 */
MUST_USE enum err org_must_be_member(struct ctx *, org_id, enum org_role at_least);

struct org_mine {
	org_id id;
	struct str name;
	int64_t role;
};

/* The orgs of a user, oldest first. */
MUST_USE enum err org_list_mine(struct ctx *, user_id, struct org_mine **out, size_t *count);
/* [{"id","name","role"}] as a value in `out`. */
MUST_USE enum err org_put_mine(struct ctx *, user_id, struct json *out);
/*
 * The org to act for when none is named: the oldest in which the user is at least member.
 * ERR_MISSING  there is none
 */
MUST_USE enum err org_first(struct ctx *, user_id, org_id *out);

/* Who belongs to it, so that they can be told something; at least with this role. */
MUST_USE enum err org_people(struct ctx *, org_id, enum org_role at_least, user_id **out,
			     size_t *count);

/*
 * Give the user a role in the org, or another one; he also gets the site role that
 * goes with it. The caller has checked that the actor is an owner.
 * ERR_MISSING   no such org
 * ERR_CONFLICT  it would leave the org without an owner
 * ERR_LIMIT     500 members
 */
MUST_USE enum err org_member_set(struct ctx *, org_id, user_id, enum org_role);

/*
 * ERR_MISSING   no such org, or not a member of it
 * ERR_CONFLICT  the last owner
 */
MUST_USE enum err org_member_remove(struct ctx *, org_id, user_id);

extern const struct room org_room;

#endif
