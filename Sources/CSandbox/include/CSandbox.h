// SPDX-License-Identifier: Apache-2.0
//
// The parts of the sandbox that Swift can't be: what runs between clone and exec, the small program
// that keeps a run, and libseccomp's variadic calls. Plain types only, as in CLoop.h.
#pragma once

#include <stdint.h>

// ---- The seccomp filter: filter.c ----

// How an argument of a call is compared.
enum csandbox_compare {
    CSANDBOX_ALWAYS = 0,       // the arguments do not matter
    CSANDBOX_EQUAL = 1,        // argument & mask == value
    CSANDBOX_GREATER = 2,      // argument > value
};

// One call that is answered with an errno; with 0 it is not made and seems to succeed.
struct csandbox_denial {
    const char *_Nonnull call;
    // For a call that this libseccomp may be too old to know; -1: there is only the name.
    int number;
    int error;
    enum csandbox_compare compare;
    unsigned argument;
    uint64_t mask;
    uint64_t value;
    // Another argument that has to equal a value besides; a negative one: none.
    int second_argument;
    uint64_t second_value;
};

// Makes the filter that denies these calls, 32-bit and x32 calls, and those above the number `newest`
// (ENOSYS, as a kernel that is too old for them would), and allows the rest. Writes it in the kernel's
// form, struct sock_filter, 8 bytes each, and returns how many; -errno on failure. `*refused` is the
// place of the denial that could not be added, or -1.
int csandbox_filter(const struct csandbox_denial *_Nonnull denials, int count, uint32_t newest,
                    uint64_t *_Nonnull program, int capacity, int *_Nonnull refused);

// ---- Between clone and exec: prepare.c ----

// The clone flags of the namespaces; user is apart: a server that is root needs none.
extern const uint64_t csandbox_namespaces;
extern const uint64_t csandbox_user_namespace;
extern const uint64_t csandbox_mount_namespace;

enum csandbox_mount_kind {
    CSANDBOX_DIRECTORY = 1,  // an empty directory that anybody may write to
    CSANDBOX_SYMLINK,        // a link to `source`
    CSANDBOX_FILE,           // a file that holds the text `source`
    CSANDBOX_READ_ONLY,      // the tree or file `source` of the machine, read-only
    CSANDBOX_DEVICE,         // the device `source` of the machine
    CSANDBOX_TMPFS,          // a tmpfs with the options `source`
    CSANDBOX_PROC,           // a procfs with the options `source`
    CSANDBOX_INNER,          // the directory `source` of the new root once more
};

// One thing in the new root; `target` is relative to it.
struct csandbox_mount {
    enum csandbox_mount_kind kind;
    int is_optional;
    const char *_Nonnull target;
    const char *_Nullable source;
    int tree;  // written by the child
};

// A file of the program, written as the program's user; `path` is absolute, in the new root.
struct csandbox_file {
    const char *_Nonnull path;
    const uint8_t *_Nullable bytes;
    uint64_t count;
    int is_directory;
};

// What is allowed beneath a path, or to a file; bits of landlock(7).
struct csandbox_rule {
    const char *_Nonnull path;
    uint64_t access;
};

// The six that are compared: mnt, pid, net, ipc, uts, user.
enum { CSANDBOX_NAMESPACE_COUNT = 6 };

struct csandbox_plan {
    // Whether CSANDBOX_GROUP is the cgroup.procs of the run's control group.
    int has_group;

    int has_namespaces;
    int has_user_namespace;
    // inode numbers of the server's own; 0: not compared
    uint64_t namespaces[CSANDBOX_NAMESPACE_COUNT];
    const char *_Nullable uid_map;
    const char *_Nullable gid_map;

    const char *_Nullable staging;  // an empty directory over which the new root is mounted
    const char *_Nullable root_options;
    struct csandbox_mount *_Nullable mounts;
    int mount_count;
    // In the new root, the file system whose use the keeper tells; relative to the root.
    const char *_Nullable stored;
    // Without a new root: the options of the tmpfs that takes the place of /dev/shm, in a mount
    // namespace of the run; NULL: none does.
    const char *_Nullable shared_memory_options;
    int has_loopback;
    const char *_Nullable host_name;

    uint64_t handled_files;
    uint64_t handled_network;
    uint64_t scoped;
    const struct csandbox_rule *_Nullable rules;
    int rule_count;

    int changes_user;
    uint32_t user;
    uint32_t group;

    const struct csandbox_file *_Nullable files;
    int file_count;
    const char *_Nullable directory;
    // Whether the open directory is sent over CSANDBOX_FOLDER.
    int sends_directory;

    const uint64_t *_Nullable filter;
    uint16_t filter_count;

    // Written by the child: what a failed step was about.
    const char *_Nullable subject;
};

// The steps of csandbox_prepare in their order.
enum csandbox_step {
    CSANDBOX_STEP_GROUP = 1,
    CSANDBOX_STEP_NAMESPACES,
    CSANDBOX_STEP_USER_MAP,
    CSANDBOX_STEP_PROPAGATION,
    CSANDBOX_STEP_SOURCE,
    CSANDBOX_STEP_ROOT,
    CSANDBOX_STEP_MOUNT,
    CSANDBOX_STEP_PIVOT,
    CSANDBOX_STEP_LOOPBACK,
    CSANDBOX_STEP_HOST_NAME,
    CSANDBOX_STEP_SHARED_MEMORY,
    CSANDBOX_STEP_LANDLOCK,
    CSANDBOX_STEP_USER,
    CSANDBOX_STEP_FILES,
    CSANDBOX_STEP_DIRECTORY,
    CSANDBOX_STEP_FOLDER,
    CSANDBOX_STEP_CAPABILITIES,
    CSANDBOX_STEP_DEATH_SIGNAL,
    CSANDBOX_STEP_NO_NEW_PRIVILEGES,
    CSANDBOX_STEP_FILTER,
};

// Isolates the calling process as struct csandbox_plan says. Plain system calls on prepared data
// only, because the memory is the server's. Returns 0, or the step that failed, with errno.
int csandbox_prepare(void *_Nonnull plan);

// Whether a process that makes a mount namespace could have a /dev/shm of its own, for
// struct cloop_spawn_plan's `prepare`: always fails, with 1 if it could and 2 if not.
int csandbox_try_shared_memory(void *_Nullable unused);

// Has the calling thread, and no other, look at files and processes as `user` would, setfsuid(2);
// nobody but root can.
void csandbox_look_as(uint32_t user);

// The descriptor that was sent over `channel`, close-on-exec; -1 and errno on failure.
int csandbox_receive(int channel);

// Opens what is at `name` in `directory`, never anything outside of it or behind a link, openat2(2);
// -1 and errno on failure.
int csandbox_open_beneath(int directory, const char *_Nonnull name, int flags);

// Nobody may look into this process or trace it who has no rights over all processes,
// PR_SET_DUMPABLE in prctl(2).
void csandbox_hide(void);

// From now on the calling thread has the lowest priority for processor and disk, setpriority(2),
// ioprio_set(2).
void csandbox_give_way(void);

// The version of Landlock's ABI; 0: the kernel has none, or it is off.
int csandbox_landlock_abi(void);

// ---- Processes that digest what programs wrote: digest.c ----

// Descriptors of a digest process at the most.
enum { CSANDBOX_DIGEST_FILES = 8 };

// Takes from the calling process, which has one thread, all that it does not need to fork digest
// processes; as `user` where it is root. Returns 0, or an enum csandbox_step with errno.
int csandbox_become_digest_host(uint32_t user);

// Waits for a request, or for the end of a digest process; whether there is a request.
int csandbox_wait_for_request(int channel);

// Forks a digest process, whose descriptors from 0 on are `files`: at most `memory` bytes of data,
// `seconds` of processor time, and `file_size` bytes in a file. Returns 0 in the child, its number in
// the host, -1 and errno on failure.
int csandbox_fork_digest(const int *_Nonnull files, int count, uint64_t memory, uint64_t seconds,
                         uint64_t file_size);

// Kills a digest process that has not been reaped.
int csandbox_end_digest(int child);

// The number of a digest process that has ended, with its wait status; 0: none has; -1: there is none.
int csandbox_reap_digest(int *_Nonnull status);

// Sends one packet with descriptors over `channel`; 0, or -1 and errno.
int csandbox_send_files(int channel, const void *_Nonnull bytes, uint64_t size,
                        const int *_Nullable files, int count);

// Receives one packet with its descriptors, close-on-exec, of which there is room for
// CSANDBOX_DIGEST_FILES; its size, 0 at the end, or -1 and errno.
int64_t csandbox_receive_files(int channel, void *_Nonnull bytes, uint64_t size,
                               int *_Nonnull files, int *_Nonnull count);

// ---- The keeper: keeper.c ----

// The keeper's descriptors, beside those of the program.
enum {
    CSANDBOX_STATUS = 4,
    CSANDBOX_OUTER_RULES = 5,
    CSANDBOX_INNER_RULES = 6,
    CSANDBOX_KEEPER = 7,
    // These two until csandbox_prepare returns:
    CSANDBOX_GROUP = 8,
    CSANDBOX_FOLDER = 9,
    // The file system in memory that is the run's, if it has one.
    CSANDBOX_FILES = 10,
};

// A new memory file with the keeper as an executable; -1 and errno on failure.
int csandbox_keeper(void);

// What the keeper writes to its status descriptor; each frame is 20 bytes.
enum csandbox_frame_kind {
    CSANDBOX_ATTESTED = 1,
    CSANDBOX_FAILED = 2,
    CSANDBOX_ENDED = 3,
    CSANDBOX_STORED = 4,
};
struct csandbox_frame {
    uint32_t kind;
    uint32_t layers;  // attested: bits of enum csandbox_layer
    int32_t status;   // failed: errno; ended: the program's wait status
    uint32_t ended;   // ended: how many processes were killed after the program
    uint32_t resident_kib;  // ended: the largest resident set of one process; stored: what files
                            // in memory take
};

// What the program's process finds in force, by trying it, before it becomes the program.
enum csandbox_layer {
    CSANDBOX_NO_NEW_PRIVILEGES = 1,
    CSANDBOX_SECCOMP = 2,
    CSANDBOX_LANDLOCK = 4,
    CSANDBOX_SCOPE = 8,
    CSANDBOX_NO_CAPABILITIES = 16,
    CSANDBOX_UNPRIVILEGED_USER = 32,
    CSANDBOX_PID_NAMESPACE = 64,
    CSANDBOX_LIMITS = 128,
    CSANDBOX_NO_NETWORK = 256,
};
