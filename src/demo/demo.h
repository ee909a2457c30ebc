/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * demo: simulated workers, for a first look and for trials before money is spent.
 *
 * `tessera simulate` lets a number of them work on a project through the same rules as
 * people: each is given the next task, takes its time, and answers with the truth of a file or,
 * now and then, something else; where no truth is given, with something that could be an answer.
 * They are users called "Simulated worker N", and texts that they make up say "simulated", so that
 * whoever looks at an answer sees what it is. At the end, also of Ctrl-C, they give back what they
 * hold. Everything behind an answer is done by the server.
 */
#ifndef DEMO_H
#define DEMO_H
#include "room/room.h"

extern const struct room demo_room;

#endif
