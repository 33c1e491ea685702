// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "steps.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct sock_filter) == sizeof(uint64_t), "a filter step is a word");

static int add(scmp_filter_ctx context, const struct csandbox_denial *denial, int call) {
    uint32_t action = SCMP_ACT_ERRNO(denial->error);
    struct scmp_arg_cmp compares[2] = {{.arg = denial->argument}};
    if (denial->compare == CSANDBOX_EQUAL) {
        compares[0].op = SCMP_CMP_MASKED_EQ;
        compares[0].datum_a = denial->mask;
        compares[0].datum_b = denial->value;
    } else {
        compares[0].op = SCMP_CMP_GT;
        compares[0].datum_a = denial->value;
    }
    unsigned count = denial->compare == CSANDBOX_ALWAYS ? 0 : 1;
    if (denial->second_argument >= 0) {
        compares[count].arg = (unsigned)denial->second_argument;
        compares[count].op = SCMP_CMP_MASKED_EQ;
        compares[count].datum_a = 0xffffffff;
        compares[count].datum_b = denial->second_value;
        count++;
    }
    return seccomp_rule_add_array(context, action, call, count, compares);
}

int csandbox_export_filter(void *context, uint64_t *program, int capacity) {
    int file = memfd_create("loopbox-filter", MFD_CLOEXEC);
    if (file < 0) return -errno;
    int result = seccomp_export_bpf(context, file);
    if (result == 0) {
        ssize_t bytes = pread(file, program, (size_t)capacity * sizeof *program, 0);
        off_t size = lseek(file, 0, SEEK_END);
        result = bytes < 0 ? -errno
                 : bytes != size ? -E2BIG
                                 : (int)(bytes / (ssize_t)sizeof *program);
    }
    close(file);
    return result;
}

// What comes before libseccomp's part: it can compare arguments but not a call's number.
static int begin(uint64_t *program, int capacity, uint32_t newest) {
    const struct sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, newest, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    };
    int count = sizeof steps / sizeof *steps;
    if (count > capacity) return -E2BIG;
    memcpy(program, steps, sizeof steps);
    return count;
}

int csandbox_filter(const struct csandbox_denial *denials, int count, uint32_t newest,
                    uint64_t *program, int capacity, int *refused) {
    *refused = -1;
    int begun = begin(program, capacity, newest);
    if (begun < 0) return begun;
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
    if (!context) return -ENOMEM;
    // Calls in another ABI of the machine have other numbers, and could pass by all that follows.
    int result = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    // A tree instead of a list: every call of a program goes through this.
    if (result == 0) result = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (int i = 0; i < count && result == 0; i++) {
        int call = seccomp_syscall_resolve_name(denials[i].call);
        if (call == __NR_SCMP_ERROR) call = denials[i].number;
        // Neither by name nor by number: a filter without it would be less than was promised.
        result = call == __NR_SCMP_ERROR ? -EINVAL : add(context, &denials[i], call);
        // The machine has no such call.
        if (result == -EDOM) result = 0;
        if (result != 0) *refused = i;
    }
    if (result == 0) result = csandbox_export_filter(context, program + begun, capacity - begun);
    seccomp_release(context);
    return result < 0 ? result : begun + result;
}
