/* SPDX-License-Identifier: AGPL-3.0-or-later */
#ifndef DEMO_SIMULATE_IN_H
#define DEMO_SIMULATE_IN_H
#include "demo/demo.h"

extern const struct room_option simulate_options[];
MUST_USE enum err simulate_command(struct ctx *, const struct room_call *);

#endif
