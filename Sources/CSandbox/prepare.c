// SPDX-License-Identifier: Apache-2.0
//
// What isolates a process between clone and exec. The order matters:
//
//  0. The control group first: all that follows is counted, and there is no way out of it later.
//  1. The namespaces are there already, by flags of the clone; that they are not the server's is
//     looked at. A user namespace gets its map first: before that nothing has an owner.
//  2. What the new root shows of the machine is taken by path, as detached copies, while the paths
//     can still be walked with the server's rights. Then the root is built and becomes the root.
//     Without a new root, a run may have a mount namespace all the same, just for a /dev/shm of its
//     own.
//  3. Landlock's rules are made, before the user changes, for the same reason. They come into force
//     in the keeper.
//  4. The user changes; the program's files are written as that user; capabilities go.
//  5. The filter comes last, as it denies much of the above.
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

const uint64_t csandbox_namespaces =
    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
const uint64_t csandbox_user_namespace = CLONE_NEWUSER;
const uint64_t csandbox_mount_namespace = CLONE_NEWNS;

void csandbox_look_as(uint32_t user) {
    // Back to root first, the group next: another user could not change it any more.
    setfsuid(0);
    setfsgid(user);
    setfsuid(user);
}

void csandbox_hide(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Here, 0 stands for the process that writes it.
static int join_group(void) {
    ssize_t written = write(CSANDBOX_GROUP, "0", 1);
    int error = errno;
    close(CSANDBOX_GROUP);
    errno = error;
    return written == 1 ? 0 : -1;
}

static int check_namespaces(struct csandbox_plan *plan) {
    static const char *const names[CSANDBOX_NAMESPACE_COUNT] = {
        "/proc/self/ns/mnt", "/proc/self/ns/pid", "/proc/self/ns/net",
        "/proc/self/ns/ipc", "/proc/self/ns/uts", "/proc/self/ns/user",
    };
    for (int i = 0; i < CSANDBOX_NAMESPACE_COUNT; i++) {
        if (plan->namespaces[i] == 0) continue;
        struct stat status;
        plan->subject = names[i];
        if (stat(names[i], &status) != 0) return -1;
        if (status.st_ino == plan->namespaces[i]) {
            errno = EEXIST;
            return -1;
        }
    }
    return 0;
}

static int write_text(const char *path, const char *text) {
    size_t length = 0;
    while (text[length]) length++;
    int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t written = write(file, text, length);
    int error = errno;
    close(file);
    errno = error;
    return written == (ssize_t)length ? 0 : -1;
}

// The files in /proc of a process that is not dumpable belong to root, and the server's memory,
// which this process borrows, is not. For these three writes it is: until the thread that waits
// for us goes on, nothing but this is done with it. No program of a run could use the moment, as
// none can see the server or trace anything.
static int map_user(struct csandbox_plan *plan) {
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    if (dumpable != 1) prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    plan->subject = "/proc/self/uid_map";
    int result = write_text("/proc/self/setgroups", "deny");
    if (result == 0) result = write_text("/proc/self/uid_map", plan->uid_map);
    if (result == 0) result = write_text("/proc/self/gid_map", plan->gid_map);
    int error = errno;
    if (dumpable != 1) prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    errno = error;
    return result;
}

int csandbox_make_file(const char *path, const uint8_t *bytes, uint64_t count, mode_t mode) {
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (file < 0) return -1;
    while (count > 0) {
        ssize_t written = write(file, bytes, count);
        if (written <= 0) {
            int error = errno;
            close(file);
            errno = error;
            return -1;
        }
        bytes += written;
        count -= (uint64_t)written;
    }
    return close(file);
}

uint64_t csandbox_length(const char *text) {
    uint64_t length = 0;
    while (text[length]) length++;
    return length;
}

static int bring_up_loopback(void) {
    int file = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (file < 0) return -1;
    struct ifreq request = {0};
    request.ifr_name[0] = 'l';
    request.ifr_name[1] = 'o';
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    int result = ioctl(file, SIOCSIFFLAGS, &request);
    int error = errno;
    close(file);
    errno = error;
    return result;
}

// Straight to the kernel: the C library's would change all threads of the server, too.
static int change_user(struct csandbox_plan *plan) {
    if (syscall(SYS_setgroups, 0, NULL) != 0) return -1;
    if (syscall(SYS_setresgid, plan->group, plan->group, plan->group) != 0) return -1;
    return (int)syscall(SYS_setresuid, plan->user, plan->user, plan->user);
}

static int write_files(struct csandbox_plan *plan) {
    for (int i = 0; i < plan->file_count; i++) {
        const struct csandbox_file *file = &plan->files[i];
        plan->subject = file->path;
        if (file->is_directory) {
            if (mkdir(file->path, 0700) != 0 && errno != EEXIST) return -1;
        } else if (csandbox_make_file(file->path, file->bytes, file->count, 0600) != 0) {
            return -1;
        }
    }
    return 0;
}

static int drop_capabilities(void) {
    // The bounding set needs a capability itself; who has none has nothing to gain from it.
    for (int capability = 0; capability < 64; capability++)
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) break;
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    return (int)syscall(SYS_capset, &header, none);
}

static int load_filter(struct csandbox_plan *plan) {
    struct sock_fprog program = {.len = plan->filter_count,
                                 .filter = (struct sock_filter *)(uintptr_t)plan->filter};
    return (int)syscall(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &program);
}

// Over the machine's /dev/shm, in a mount namespace that is the run's: what is in it ends with the
// run, and its size is the kernel's to keep.
static int mount_shared_memory(const char *options) {
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    return mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options);
}

int csandbox_try_shared_memory(void *unused) {
    (void)unused;
    int step = mount_shared_memory("size=4k") == 0 ? 1 : 2;
    errno = ECANCELED;
    return step;
}

// The keeper asks it how full it is.
static int keep_stored(const char *path) {
    int file = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return -1;
    if (file == CSANDBOX_FILES) return fcntl(file, F_SETFD, 0);
    int result = dup2(file, CSANDBOX_FILES);
    int error = errno;
    close(file);
    errno = error;
    return result < 0 ? -1 : 0;
}

int csandbox_prepare(void *argument) {
    struct csandbox_plan *plan = argument;
    plan->subject = NULL;
    umask(022);
    if (plan->has_group && join_group() != 0) return CSANDBOX_STEP_GROUP;
    if (plan->has_namespaces) {
        if (check_namespaces(plan) != 0) return CSANDBOX_STEP_NAMESPACES;
        if (plan->has_user_namespace && map_user(plan) != 0) return CSANDBOX_STEP_USER_MAP;
        plan->subject = "/";
        if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
            return CSANDBOX_STEP_PROPAGATION;
        if (csandbox_take_sources(plan) != 0) return CSANDBOX_STEP_SOURCE;
        plan->subject = plan->staging;
        if (mount("tmpfs", plan->staging, "tmpfs", MS_NOSUID | MS_NODEV, plan->root_options) != 0 ||
            chdir(plan->staging) != 0)
            return CSANDBOX_STEP_ROOT;
        if (csandbox_build_root(plan) != 0) return CSANDBOX_STEP_MOUNT;
        plan->subject = plan->stored;
        if (plan->stored && keep_stored(plan->stored) != 0) return CSANDBOX_STEP_MOUNT;
        plan->subject = NULL;
        if (csandbox_change_root() != 0) return CSANDBOX_STEP_PIVOT;
        if (plan->has_loopback && bring_up_loopback() != 0) return CSANDBOX_STEP_LOOPBACK;
        if (sethostname(plan->host_name, csandbox_length(plan->host_name)) != 0)
            return CSANDBOX_STEP_HOST_NAME;
    }
    if (plan->shared_memory_options) {
        plan->subject = "/dev/shm";
        if (mount_shared_memory(plan->shared_memory_options) != 0 || keep_stored("/dev/shm") != 0)
            return CSANDBOX_STEP_SHARED_MEMORY;
    }
    if (plan->handled_files && csandbox_make_rules(plan) != 0) return CSANDBOX_STEP_LANDLOCK;
    plan->subject = NULL;
    if (plan->changes_user && change_user(plan) != 0) return CSANDBOX_STEP_USER;
    if (write_files(plan) != 0) return CSANDBOX_STEP_FILES;
    plan->subject = plan->directory;
    if (chdir(plan->directory) != 0) return CSANDBOX_STEP_DIRECTORY;
    if (plan->sends_directory && csandbox_send_directory() != 0) return CSANDBOX_STEP_FOLDER;
    plan->subject = NULL;
    if (drop_capabilities() != 0) return CSANDBOX_STEP_CAPABILITIES;
    // Another user or other capabilities: the kernel has forgotten it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return CSANDBOX_STEP_DEATH_SIGNAL;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return CSANDBOX_STEP_NO_NEW_PRIVILEGES;
    if (load_filter(plan) != 0) return CSANDBOX_STEP_FILTER;
    return 0;
}
