// SPDX-License-Identifier: Apache-2.0
//
// The new root of a run: mount(2), open_tree(2), move_mount(2), pivot_root(2).
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int csandbox_take_sources(struct csandbox_plan *plan) {
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

static int place(struct csandbox_mount *entry) {
    if (make_parents(entry->target) != 0) return -1;
    switch (entry->kind) {
    case CSANDBOX_SYMLINK: return symlink(entry->source, entry->target);
    case CSANDBOX_FILE:
        return csandbox_make_file(entry->target, (const uint8_t *)entry->source, csandbox_length(entry->source),
                         0444);
    case CSANDBOX_READ_ONLY:
    case CSANDBOX_DEVICE: {
        if (entry->tree < 0) return 0;
        struct stat status;
        if (fstat(entry->tree, &status) != 0) return -1;
        if (S_ISDIR(status.st_mode)) {
            if (mkdir(entry->target, 0755) != 0 && errno != EEXIST) return -1;
        } else if (csandbox_make_file(entry->target, NULL, 0, 0444) != 0 && errno != EEXIST) {
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

int csandbox_build_root(struct csandbox_plan *plan) {
    for (int i = 0; i < plan->mount_count; i++) {
        struct csandbox_mount *entry = &plan->mounts[i];
        plan->subject = entry->target;
        if (place(entry) != 0 && !entry->is_optional) return -1;
    }
    return 0;
}

int csandbox_change_root(void) {
    // Both in one place: the old root lies on top of the new one, and is taken away from there.
    if (syscall(SYS_pivot_root, ".", ".") != 0) return -1;
    if (umount2(".", MNT_DETACH) != 0) return -1;
    if (chdir("/") != 0) return -1;
    struct mount_attr attributes = {0};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    return (int)syscall(SYS_mount_setattr, AT_FDCWD, "/", 0, &attributes, sizeof attributes);
}
