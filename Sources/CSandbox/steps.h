// SPDX-License-Identifier: Apache-2.0
//
// The parts of csandbox_prepare, each the use of one facility of the kernel. Between clone and exec:
// plain system calls on prepared data only. Each returns 0, or -1 with errno and with what it was
// about in `plan->subject`.
#pragma once

#include "CSandbox.h"

#include <stddef.h>
#include <sys/types.h>

// ---- prepare.c ----

// Makes the file `path`, which must not be there.
int csandbox_make_file(const char *_Nonnull path, const uint8_t *_Nullable bytes, uint64_t count,
                       mode_t mode);
uint64_t csandbox_length(const char *_Nonnull text);

// ---- root.c: mount namespaces ----

// Takes what the new root shows of the machine, by path, as detached copies.
int csandbox_take_sources(struct csandbox_plan *_Nonnull plan);
// Builds the new root in the working directory.
int csandbox_build_root(struct csandbox_plan *_Nonnull plan);
// Makes the working directory the root, read-only.
int csandbox_change_root(void);

// ---- rules.c: Landlock ----

// Makes the two rulesets at their descriptors.
int csandbox_make_rules(struct csandbox_plan *_Nonnull plan);

// ---- filter.c: seccomp ----

// Writes the filter in `context`, libseccomp's, in the kernel's form; its number of steps, or -errno.
int csandbox_export_filter(void *_Nonnull context, uint64_t *_Nonnull program, int capacity);

// ---- folder.c: descriptors that are passed on ----

// Sends the working directory over CSANDBOX_FOLDER.
int csandbox_send_directory(void);
