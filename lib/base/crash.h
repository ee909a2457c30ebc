/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * crash: places at which a test may end the process, as kill -9 does.
 *
 * CRASH_HERE("name") stands before and after each thing that cannot be undone: a commit, a
 * reply, an fsync, a rename. In a build with -DCRASH_POINTS (the debug build) the process ends
 * at the n-th passage of the place that the environment names, TESSERA_CRASH=NAME:N; in all
 * others the words are nothing at all. tests/story/crash.sh goes through the places.
 */
#ifndef BASE_CRASH_H
#define BASE_CRASH_H

#ifdef CRASH_POINTS
void crash_here(const char *name);
#define CRASH_HERE(name) crash_here(name)
#else
#define CRASH_HERE(name) ((void)0)
#endif

#endif
