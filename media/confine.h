/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * confine: give up what the opening of a file does not need, for good and for all that is started.
 *
 *   - no socket of any kind, no tracing, no signal to others, no limits of others, no new rights,
 *     no mounts, no new namespaces, no io_uring (seccomp, a list of refused calls; EPERM, and
 *     ENOSYS for clone3, so that the C library takes clone);
 *   - no file's rights, owner, times or attributes are changed, and none is shortened by its name,
 *     the own ones included (seccomp);
 *   - no file is opened but the libraries and programs of the system to read, and the own folder
 *     to write (Landlock). Where the kernel has none, what the user may open can be opened: the
 *     data folder too. That a file is there, and its size, is never hidden;
 *   - limits: memory, size of a file, open files, no core dump.
 */
#ifndef MEDIA_CONFINE_H
#define MEDIA_CONFINE_H
#include <stdbool.h>
#include <stdint.h>

/* False: it cannot be done, and nothing from a stranger may be opened. `memory_mib` 0: no limit,
 * for builds whose sanitizer maps more than there is. */
bool confine(const char *folder, int64_t memory_mib, int64_t file_max);

#endif
