// SPDX-License-Identifier: Apache-2.0
//
// Which files a run reaches, and whom it signals: landlock(7).
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
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

int csandbox_landlock_abi(void) {
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* _CREATE_RULESET_VERSION */);
    return version < 0 ? 0 : (int)version;
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

static int add_rule(int rules, const char *path, uint64_t allowed) {
    struct path_rule rule = {.allowed = allowed};
    rule.parent = open(path, O_PATH | O_CLOEXEC);
    if (rule.parent < 0) return -1;
    long result = syscall(SYS_landlock_add_rule, rules, 1 /* PATH_BENEATH */, &rule, 0);
    int error = errno;
    close(rule.parent);
    errno = error;
    return result == 0 ? 0 : -1;
}

// Two domains: the keeper's, which says only whom it can signal, and the program's inside it.
int csandbox_make_rules(struct csandbox_plan *plan) {
    plan->subject = "ruleset";
    // Moving and linking between directories is the one right that every domain denies unless it
    // gives it back, so the outer one does: the inner one has the say.
    uint64_t moving = plan->handled_files & (1ULL << 13 /* REFER */);
    struct ruleset outer = {.handled_files = moving, .scoped = plan->scoped};
    // A domain has to handle something: making a device is denied to the program in any case.
    if (!plan->scoped) outer.handled_files |= 1ULL << 11 /* MAKE_BLOCK */;
    // A kernel takes what it doesn't know where that is zero, and refuses it where it is not.
    int around = (int)syscall(SYS_landlock_create_ruleset, &outer, sizeof outer, 0);
    if (around < 0) return -1;
    if (moving && add_rule(around, "/", moving) != 0) return -1;
    if (put_at(around, CSANDBOX_OUTER_RULES) != 0) return -1;
    struct ruleset inner = {plan->handled_files, plan->handled_network, plan->scoped};
    int rules = (int)syscall(SYS_landlock_create_ruleset, &inner, sizeof inner, 0);
    if (rules < 0) return -1;
    for (int i = 0; i < plan->rule_count; i++) {
        plan->subject = plan->rules[i].path;
        int result = add_rule(rules, plan->rules[i].path, plan->rules[i].access);
        // What is not there needs no permission.
        if (result != 0 && errno != ENOENT) return -1;
    }
    return put_at(rules, CSANDBOX_INNER_RULES);
}
