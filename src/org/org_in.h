/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* org_in: what the files of this room share. */
#ifndef ORG_IN_H
#define ORG_IN_H
#include "org/org.h"

/* For sign-up and for the operator's way to make a user. */
struct new_user_form {
	struct str name, email, password, role;
	struct str hash; /* filled by `before` */
};

struct roles_form {
	int64_t user;
	const struct json_value *roles;
};
struct org_new_form {
	struct str name;
};
struct org_all_form {
	struct str q;
	int64_t after, limit;
};
struct org_form {
	int64_t org;
};
struct member_form {
	int64_t org;
	struct str email, role;
};
struct member_end_form {
	int64_t org, user;
};

MUST_USE enum err org_user_before(struct ctx *, void *form, struct web_reply *);
/* ERR_DENIED when accounts are made by operators alone; else as above. */
MUST_USE enum err org_sign_up_before(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_user_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_roles_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_mine_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_all_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_get(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_member_post(struct ctx *, void *form, struct web_reply *);
MUST_USE enum err org_member_delete(struct ctx *, void *form, struct web_reply *);

MUST_USE enum err org_user_add_cmd(struct ctx *, const struct room_call *);

/* 0 for anything but owner, member, reviewer. */
int64_t org_role_of(struct str word);

#endif
