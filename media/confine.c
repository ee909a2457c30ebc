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
#include <linux/sched.h>
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

/* Younger than the headers we build with; numbered alike on both machines. */
enum {
	CALL_FCHMODAT2 = 452,
	CALL_SETXATTRAT = 463,
	CALL_REMOVEXATTRAT = 466,
	CALL_OPEN_TREE_ATTR = 467,
	CALL_FILE_SETATTR = 469,
};

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
	SYS_mount_setattr,
	SYS_fspick,
	SYS_truncate,
	SYS_fchmod,
	SYS_fchmodat,
	CALL_FCHMODAT2,
	SYS_fchown,
	SYS_fchownat,
	SYS_utimensat,
	SYS_setxattr,
	SYS_lsetxattr,
	SYS_fsetxattr,
	SYS_removexattr,
	SYS_lremovexattr,
	SYS_fremovexattr,
	CALL_SETXATTRAT,
	CALL_REMOVEXATTRAT,
	CALL_OPEN_TREE_ATTR,
	CALL_FILE_SETATTR,
#if defined(__x86_64__) /* their older names */
	SYS_chmod,
	SYS_chown,
	SYS_lchown,
	SYS_utime,
	SYS_utimes,
	SYS_futimesat,
#endif
};

/* --- the filter --- */

enum {
	CALLS = sizeof(refused) / sizeof(*refused),
	ROOM = 2 * CALLS + 24,
	NEW_SPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
		     CLONE_NEWPID | CLONE_NEWNET,
};

struct filter {
	struct sock_filter code[ROOM];
	unsigned short len;
};

static void put(struct filter *f, struct sock_filter step)
{
	f->code[f->len++] = step;
}

static void load(struct filter *f, size_t at)
{
	put(f, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)at));
}

static void answer(struct filter *f, unsigned what)
{
	put(f, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

/* When what was loaded compares so, the next `steps` are taken, else they are passed over. */
static void when(struct filter *f, unsigned how, unsigned with, unsigned char steps)
{
	put(f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | how, with, 0, steps));
}

/* A call that is refused by what its first word holds; both machines are little-endian. */
static void refuse_some(struct filter *f, unsigned call, unsigned how, unsigned with)
{
	when(f, BPF_JEQ, call, 4);
	load(f, offsetof(struct seccomp_data, args[0]));
	when(f, how, with, 1);
	answer(f, SECCOMP_RET_ERRNO | EPERM);
	answer(f, SECCOMP_RET_ALLOW);
}

/*
 * Another machine's calls and x32 are numbered otherwise: they are refused as a whole. What
 * clone3 asks for lies in memory, where a filter does not see it; as it is missing, the C library
 * takes clone. Limits are set for oneself, process 0, alone.
 */
static bool filter_calls(void)
{
	struct filter f = { .len = 0 };

	load(&f, offsetof(struct seccomp_data, arch));
	put(&f, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
	answer(&f, SECCOMP_RET_KILL_PROCESS);
	load(&f, offsetof(struct seccomp_data, nr));
	when(&f, BPF_JGE, X32_BIT, 1);
	answer(&f, SECCOMP_RET_ERRNO | EPERM);
	for (int i = 0; i < CALLS; i++) {
		when(&f, BPF_JEQ, (unsigned)refused[i], 1);
		answer(&f, SECCOMP_RET_ERRNO | EPERM);
	}
	when(&f, BPF_JEQ, SYS_clone3, 1);
	answer(&f, SECCOMP_RET_ERRNO | ENOSYS);
	refuse_some(&f, SYS_clone, BPF_JSET, NEW_SPACES);
	refuse_some(&f, SYS_prlimit64, BPF_JGT, 0);
	answer(&f, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = f.len, .filter = f.code };

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
/* Missing in headers of the first version; a kernel knows it from the third. */
#define TRUNCATE (1ULL << 14)
enum { KNOWS_TRUNCATE = 3 };

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

/* The version of the kernel's Landlock, 0 when it has none or it is turned off. */
static int landlock_version(void)
{
	long version =
		syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

static bool hide_files(const char *folder)
{
	static const char *const system[] = { "/usr", "/lib", "/lib64", "/bin" };
	int version = landlock_version();
	const uint64_t cut = version >= KNOWS_TRUNCATE ? TRUNCATE : 0;
	const struct landlock_ruleset_attr all = {
		.handled_access_fs = READS | WRITES | LANDLOCK_ACCESS_FS_EXECUTE | cut,
	};
	bool done = true;

	if (version == 0)
		return true;
	long rules = syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return false;
	for (size_t i = 0; i < sizeof(system) / sizeof(*system); i++)
		done = done && allow((int)rules, system[i], READS | LANDLOCK_ACCESS_FS_EXECUTE);
	done = done && allow((int)rules, "/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE) &&
	       allow((int)rules, "/etc/fonts", READS) &&
	       allow((int)rules, "/dev/null",
		     LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE) &&
	       allow((int)rules, "/dev/urandom", LANDLOCK_ACCESS_FS_READ_FILE) &&
	       allow((int)rules, folder, FILE_OWN | cut) &&
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
