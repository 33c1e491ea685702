// SPDX-License-Identifier: Apache-2.0
//
// What isolates a process between clone and exec. The order matters:
//
//  0. The control group first: all that follows is counted, and there is no way out of it later.
//  1. The namespaces are there already, by flags of the clone; that they are not the server's is
//     looked at. A user namespace gets its map first: before that nothing has an owner.
//  2. What the new root shows of the machine is taken by path, as detached copies, while the paths
//     can still be walked with the server's rights. Then the root is built and becomes the root.
//  3. Landlock's rules are made, before the user changes, for the same reason. They come into force
//     in the keeper.
//  4. The user changes; the program's files are written as that user; capabilities go.
//  5. The filter comes last, as it denies much of the above.
#define _GNU_SOURCE
#include "CSandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
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

// landlock(7); older headers lack what newer kernels know.
struct ruleset {
    uint64_t handled_files;
    uint64_t handled_network;
    uint64_t scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

void csandbox_hide(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

int csandbox_landlock_abi(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* _CREATE_RULESET_VERSION */);
    return version < 0 ? 0 : (int)version;
}

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

static int take_sources(struct csandbox_plan *plan) {
    for (int i = 0; i < plan->mount_count; i++) {
        struct csandbox_mount *mount = &plan->mounts[i];
        if (mount->kind != CSANDBOX_READ_ONLY && mount->kind != CSANDBOX_DEVICE) continue;
        plan->subject = mount->source;
        mount->tree = (int)syscall(SYS_open_tree, AT_FDCWD, mount->source,
                                   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        if (mount->tree < 0) {
            if (mount->is_optional) continue;
            return -1;
        }
        struct mount_attr attributes = {0};
        attributes.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_RDONLY;
        if (mount->kind == CSANDBOX_READ_ONLY) attributes.attr_set |= MOUNT_ATTR_NODEV;
        if (syscall(SYS_mount_setattr, mount->tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                    sizeof attributes) != 0)
            return -1;
    }
    return 0;
}

// Makes the directories above `path`, which is relative.
static int make_parents(const char *path) {
    char piece[4096];
    for (size_t i = 0; path[i]; i++) {
        if (i + 1 >= sizeof piece) {
            errno = ENAMETOOLONG;
            return -1;
        }
        if (path[i] == '/') {
            piece[i] = 0;
            if (mkdir(piece, 0755) != 0 && errno != EEXIST) return -1;
        }
        piece[i] = path[i];
    }
    return 0;
}

static int make_file(const char *path, const uint8_t *bytes, uint64_t count, mode_t mode) {
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

static uint64_t length_of(const char *text) {
    uint64_t length = 0;
    while (text[length]) length++;
    return length;
}

static int place(struct csandbox_mount *entry) {
    if (make_parents(entry->target) != 0) return -1;
    switch (entry->kind) {
    case CSANDBOX_SYMLINK: return symlink(entry->source, entry->target);
    case CSANDBOX_FILE:
        return make_file(entry->target, (const uint8_t *)entry->source, length_of(entry->source),
                         0444);
    case CSANDBOX_READ_ONLY:
    case CSANDBOX_DEVICE: {
        if (entry->tree < 0) return 0;
        struct stat status;
        if (fstat(entry->tree, &status) != 0) return -1;
        if (S_ISDIR(status.st_mode)) {
            if (mkdir(entry->target, 0755) != 0 && errno != EEXIST) return -1;
        } else if (make_file(entry->target, NULL, 0, 0444) != 0 && errno != EEXIST) {
            return -1;
        }
        int result = (int)syscall(SYS_move_mount, entry->tree, "", AT_FDCWD, entry->target,
                                  MOVE_MOUNT_F_EMPTY_PATH);
        int error = errno;
        close(entry->tree);
        errno = error;
        return result;
    }
    default: break;
    }
    if (mkdir(entry->target, 0755) != 0 && errno != EEXIST) return -1;
    unsigned long flags = MS_NOSUID | MS_NODEV;
    switch (entry->kind) {
    case CSANDBOX_TMPFS: return mount("tmpfs", entry->target, "tmpfs", flags, entry->source);
    case CSANDBOX_PROC:
        return mount("proc", entry->target, "proc", flags | MS_NOEXEC, entry->source);
    // Whoever made it, the program writes there; who else could is kept out one level above.
    case CSANDBOX_DIRECTORY: return chmod(entry->target, 01777);
    case CSANDBOX_INNER: return mount(entry->source, entry->target, NULL, MS_BIND, NULL);
    default: return 0;
    }
}

static int build_root(struct csandbox_plan *plan) {
    for (int i = 0; i < plan->mount_count; i++) {
        struct csandbox_mount *entry = &plan->mounts[i];
        plan->subject = entry->target;
        if (place(entry) != 0 && !entry->is_optional) return -1;
    }
    return 0;
}

static int change_root(void) {
    // Both in one place: the old root lies on top of the new one, and is taken away from there.
    if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
    if (umount2(".", MNT_DETACH) != 0) return -1;
    if (chdir("/") != 0) return -1;
    struct mount_attr attributes = {0};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes);
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

static int put_at(int file, int number) {
    if (file < 0) return -1;
    // The same number would keep its mark, and be closed when the keeper is run.
    if (file == number) return fcntl(file, F_SETFD, 0);
    int result = dup2(file, number);
    int error = errno;
    close(file);
    errno = error;
    return result < 0 ? -1 : 0;
}

// Two domains: the keeper's, which says only whom it can signal, and the program's inside it.
static int make_rules(struct csandbox_plan *plan) {
    plan->subject = "ruleset";
    if (plan->scoped) {
        struct ruleset outer = {.scoped = plan->scoped};
        int file = (int)syscall(SYS_landlock_create_ruleset, &outer, sizeof outer, 0);
        if (put_at(file, CSANDBOX_OUTER_RULES) != 0) return -1;
    } else {
        // A domain has to handle something: making a device is denied to the program in any case.
        struct ruleset outer = {.handled_files = 1ULL << 11 /* MAKE_BLOCK */};
        int file = (int)syscall(SYS_landlock_create_ruleset, &outer, sizeof outer.handled_files, 0);
        if (put_at(file, CSANDBOX_OUTER_RULES) != 0) return -1;
    }
    struct ruleset inner = {plan->handled_files, plan->handled_network, plan->scoped};
    // A kernel takes what it doesn't know where that is zero, and refuses it where it is not.
    int rules = (int)syscall(SYS_landlock_create_ruleset, &inner, sizeof inner, 0);
    if (rules < 0) return -1;
    for (int i = 0; i < plan->rule_count; i++) {
        plan->subject = plan->rules[i].path;
        struct path_rule rule = {.allowed = plan->rules[i].access};
        rule.parent = open(plan->rules[i].path, O_PATH | O_CLOEXEC);
        // What is not there needs no permission.
        if (rule.parent < 0 && errno == ENOENT) continue;
        if (rule.parent < 0) return -1;
        long result = syscall(SYS_landlock_add_rule, rules, 1 /* PATH_BENEATH */, &rule, 0);
        int error = errno;
        close(rule.parent);
        errno = error;
        if (result != 0) return -1;
    }
    return put_at(rules, CSANDBOX_INNER_RULES);
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
        } else if (make_file(file->path, file->bytes, file->count, 0600) != 0) {
            return -1;
        }
    }
    return 0;
}

// The server gets the working directory as an open descriptor before the program runs: no path has
// to be walked for it afterwards, and what is in a namespace stays reachable when that has ended.
static int send_directory(void) {
    int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return -1;
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    char word = 0;
    struct iovec content = {.iov_base = &word, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    *(int *)CMSG_DATA(header) = directory;
    ssize_t sent = sendmsg(CSANDBOX_FOLDER, &message, 0);
    int error = errno;
    close(directory);
    close(CSANDBOX_FOLDER);
    errno = error;
    return sent == 1 ? 0 : -1;
}

int csandbox_receive(int channel) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr aligned;
    } control = {{0}};
    char word;
    struct iovec content = {.iov_base = &word, .iov_len = 1};
    struct msghdr message = {.msg_iov = &content,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    if (recvmsg(channel, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0) return -1;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_type != SCM_RIGHTS) {
        errno = ENOMSG;
        return -1;
    }
    return *(int *)CMSG_DATA(header);
}

int csandbox_open_beneath(int directory, const char *name, int flags) {
    struct open_how how = {0};
    how.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV;
    return (int)syscall(SYS_openat2, directory, name, &how, sizeof how);
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
        if (take_sources(plan) != 0) return CSANDBOX_STEP_SOURCE;
        plan->subject = plan->staging;
        if (mount("tmpfs", plan->staging, "tmpfs", MS_NOSUID | MS_NODEV, plan->root_options) != 0 ||
            chdir(plan->staging) != 0)
            return CSANDBOX_STEP_ROOT;
        if (build_root(plan) != 0) return CSANDBOX_STEP_MOUNT;
        plan->subject = NULL;
        if (change_root() != 0) return CSANDBOX_STEP_PIVOT;
        if (plan->has_loopback && bring_up_loopback() != 0) return CSANDBOX_STEP_LOOPBACK;
        if (sethostname(plan->host_name, length_of(plan->host_name)) != 0)
            return CSANDBOX_STEP_HOST_NAME;
    }
    if (plan->handled_files && make_rules(plan) != 0) return CSANDBOX_STEP_LANDLOCK;
    plan->subject = NULL;
    if (plan->changes_user && change_user(plan) != 0) return CSANDBOX_STEP_USER;
    if (write_files(plan) != 0) return CSANDBOX_STEP_FILES;
    plan->subject = plan->directory;
    if (chdir(plan->directory) != 0) return CSANDBOX_STEP_DIRECTORY;
    if (plan->sends_directory && send_directory() != 0) return CSANDBOX_STEP_FOLDER;
    plan->subject = NULL;
    if (drop_capabilities() != 0) return CSANDBOX_STEP_CAPABILITIES;
    // Another user or other capabilities: the kernel has forgotten it.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return CSANDBOX_STEP_DEATH_SIGNAL;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return CSANDBOX_STEP_NO_NEW_PRIVILEGES;
    if (load_filter(plan) != 0) return CSANDBOX_STEP_FILTER;
    return 0;
}
