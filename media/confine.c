/* SPDX-License-Identifier: AGPL-3.0-or-later */
/*
 * A list of refused calls and not of allowed ones: what libvips, ffmpeg and poppler call changes
 * with their releases, what must not happen does not. Written out as a filter, since a
 * library for it would be one more to trust.
 */
#include "media/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#else
#error "this machine's calls are not known to confine.c"
#endif

enum { FILES_MAX = 64, X32_BIT = 0x40000000 };

static const int refused[] = {
	SYS_socket,
	SYS_socketpair,
	SYS_connect,
	SYS_bind,
	SYS_listen,
	SYS_accept,
	SYS_accept4,
	SYS_io_uring_setup,
	SYS_io_uring_enter,
	SYS_io_uring_register,
	SYS_kill,
	SYS_tkill,
	SYS_tgkill,
	SYS_pidfd_open,
	SYS_pidfd_send_signal,
	SYS_pidfd_getfd,
	SYS_rt_sigqueueinfo,
	SYS_rt_tgsigqueueinfo,
	SYS_ptrace,
	SYS_process_vm_readv,
	SYS_process_vm_writev,
	SYS_process_madvise,
	SYS_bpf,
	SYS_perf_event_open,
	SYS_userfaultfd,
	SYS_keyctl,
	SYS_add_key,
	SYS_request_key,
	SYS_mount,
	SYS_umount2,
	SYS_pivot_root,
	SYS_chroot,
	SYS_setns,
	SYS_unshare,
	SYS_fsopen,
	SYS_fsmount,
	SYS_move_mount,
	SYS_open_tree,
	SYS_open_by_handle_at,
	SYS_init_module,
	SYS_finit_module,
	SYS_delete_module,
	SYS_kexec_load,
	SYS_reboot,
	SYS_swapon,
	SYS_swapoff,
	SYS_settimeofday,
	SYS_clock_settime,
	SYS_personality,
	SYS_shmget,
	SYS_msgget,
	SYS_semget,
	SYS_mq_open,
};

enum { REFUSED = sizeof(refused) / sizeof(*refused) };

/* Another machine's calls and x32 are numbered otherwise: they are refused as a whole. */
static bool filter_calls(void)
{
	struct sock_filter code[REFUSED + 8];
	unsigned short n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, arch));
	code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						 offsetof(struct seccomp_data, nr));
	code[n++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, REFUSED + 1, 0);
	for (int i = 0; i < REFUSED; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
							 (unsigned)refused[i],
							 (unsigned char)(REFUSED - i), 0);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
	struct sock_fprog program = { .len = n, .filter = code };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* --- files --- */

#define READS (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITES                                                            \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_DIR |    \
	 LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR |     \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |    \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define FILE_OWN                                                                  \
	(READS | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
	 LANDLOCK_ACCESS_FS_MAKE_REG)

static bool allow(int rules, const char *path, uint64_t access)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access = access,
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};

	if (rule.parent_fd < 0)
		return errno == ENOENT;
	long err = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);

	close(rule.parent_fd);
	return err == 0;
}

static bool hide_files(const char *folder)
{
	static const char *const system[] = { "/usr", "/lib", "/lib64", "/bin" };
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = READS | WRITES | LANDLOCK_ACCESS_FS_EXECUTE,
	};
	long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	bool done = true;

	if (rules < 0) /* the kernel has none, or it is turned off */
		return errno == ENOSYS || errno == EOPNOTSUPP;
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		done = done && allow((int)rules, system[i], READS | LANDLOCK_ACCESS_FS_EXECUTE);
	done = done && allow((int)rules, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE) &&
	       allow((int)rules, "/etc/fonts", READS) &&
	       allow((int)rules, "/dev/null",
		     LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE) &&
	       allow((int)rules, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE) &&
	       allow((int)rules, folder, FILE_OWN) &&
	       syscall(SYS_landlock_restrict_self, (int)rules, 0) == 0;
	close((int)rules);
	return done;
}

/* --- limits --- */

static bool limit(int what, int64_t most)
{
	struct rlimit now;

	if (getrlimit((__rlimit_resource_t)what, &now) != 0)
		return false;
	if (now.rlim_max != RLIM_INFINITY && now.rlim_max < (rlim_t)most)
		return true;
	now.rlim_cur = now.rlim_max = (rlim_t)most;
	return setrlimit((__rlimit_resource_t)what, &now) == 0;
}

bool confine(const char *folder, int64_t memory_mib, int64_t file_max)
{
	return (memory_mib == 0 || limit(RLIMIT_AS, memory_mib << 20)) &&
	       limit(RLIMIT_FSIZE, file_max) && limit(RLIMIT_NOFILE, FILES_MAX) &&
	       limit(RLIMIT_CORE, 0) && prctl(PR_SET_DUMPABLE, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && hide_files(folder) && filter_calls();
}
