# SPDX-License-Identifier: Apache-2.0
"""Attacks on the sandbox, each a function. `attacks.py NAME` tries one and prints what came of it:

    held WHY       it was refused
    broken WHAT    it reached what it wanted

`attacks.py --list` prints the names, each with the levels that must hold against it. The name of a
layer marks those that only this one holds: `landlock_scope` is there since Linux 6.12, and with
`sampled_limits`, but not with a control group, memory that nobody counts has to be refused. The same
program outside of the sandbox is the control: there, every attack has to say `broken`, or it would
show nothing. So an attack tries only what an ordinary process, or root, is allowed; and none does
harm when it succeeds. What it aims at comes in the environment, made by whoever runs it:

    VICTIM          the number of a process outside of the run
    VICTIM_FILE     a file outside of the run with a secret in it
    VICTIM_PORT     a TCP port of 127.0.0.1, and UDP, on which somebody outside listens
    VICTIM_SOCKET   an abstract AF_UNIX address on which somebody outside listens
    VICTIM_FOLDER   a folder outside of the run, for things to be left in

No limit is tried here, only ways to pass by one: what a run uses too much of is ended from outside.
"""

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import time

ATTACKS = {}
LIBC = ctypes.CDLL(None, use_errno=True)
VICTIM = int(os.environ.get("VICTIM", "0"))
FILE = os.environ.get("VICTIM_FILE", "")
PORT = int(os.environ.get("VICTIM_PORT", "0"))
ABSTRACT = "\0" + os.environ.get("VICTIM_SOCKET", "")
FOLDER = os.environ.get("VICTIM_FOLDER", "")


class Held(Exception):
    """The attack was refused."""


# What a kernel has only since a version, it has to be tried on.
KERNEL = tuple(int(part) for part in os.uname().release.split("-")[0].split(".")[:2])


def attack(*levels, since=(0, 0)):
    def note(function):
        if KERNEL < since:
            return function
        ATTACKS[function.__name__.replace("_", "-")] = (function, levels or ("standard", "strict"))
        return function

    return note


# Numbers of calls on x86-64 and on arm64; the newer ones are the same everywhere.
NUMBERS = {
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39),
    "chroot": (161, 51), "pivot_root": (155, 41), "keyctl": (250, 219), "add_key": (248, 217),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "personality": (135, 92), "init_module": (175, 105), "kexec_load": (246, 104),
    "shmget": (29, 194), "semget": (64, 190), "msgget": (68, 186), "mq_open": (240, 180),
    "memfd_create": (319, 279), "name_to_handle_at": (303, 264), "clone": (56, 220),
    "sethostname": (170, 161), "syslog": (103, 116), "swapoff": (168, 225),
    "settimeofday": (164, 170), "fanotify_init": (300, 262), "open_by_handle_at": (304, 265),
    "kcmp": (312, 272), "reboot": (169, 142), "acct": (163, 89), "quotactl": (179, 60),
    "move_pages": (279, 239), "vmsplice": (278, 75), "fallocate": (285, 47), "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438), "io_uring_setup": (425, 425), "open_tree": (428, 428),
    "fsopen": (430, 430), "clone3": (435, 435), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "fchmodat2": (452, 452), "statmount": (457, 457), "listmount": (458, 458),
    "open_tree_attr": (467, 467), "file_setattr": (469, 469), "ioprio_set": (251, 30),
    "vhangup": (153, 58), "landlock": (444, 444), "memfd_secret": (447, 447), "adjtimex": (159, 171),
}
COLUMN = 0 if os.uname().machine == "x86_64" else 1


def call(name, *arguments, fine=()):
    """Makes a system call; one that is refused is `Held`. An errno in `fine` is as good as success:
    the kernel looked at the arguments, so the call itself was allowed."""
    LIBC.syscall.restype = ctypes.c_long
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = LIBC.syscall(ctypes.c_long(NUMBERS[name][COLUMN]), *words)
    number = ctypes.get_errno()
    if result == -1 and number not in fine:
        raise Held("%s: %s" % (name, errno.errorcode.get(number, number)))
    return result


def in_child(function):
    """Runs `function` in a child, so that what it gains ends with it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            function()
            os.write(writing, b"done")
        except (Held, OSError) as refusal:
            os.write(writing, b"-" + str(refusal).encode())
        finally:
            os._exit(0)
    os.close(writing)
    told = os.read(reading, 4096)
    os.close(reading)
    os.waitpid(child, 0)
    if told != b"done":
        raise Held(told[1:].decode() or "the child was killed")


# ---- other processes ----------------------------------------------------------------------------


@attack()
def signal_a_process_outside():
    os.kill(VICTIM, 0)


@attack()
def signal_by_pidfd():
    pidfd = call("pidfd_open", VICTIM, 0)
    call("pidfd_send_signal", pidfd, 0, 0, 0)


@attack()
def signal_by_tgkill():
    call("tgkill", VICTIM, VICTIM, 0)


@attack()
def signal_the_group_outside():
    os.killpg(VICTIM, 0)


@attack("standard", "strict", "landlock_scope")
def signal_the_parent():
    # The control's parent is whoever started it; the program's is its keeper.
    os.kill(os.getppid(), 0)


@attack("standard", "strict", "landlock_scope")
def stop_the_parent():
    os.kill(os.getppid(), signal.SIGCONT)


@attack()
def ptrace_attach():
    def trace():
        call("ptrace", 0x4206, VICTIM, 0, 0)  # PTRACE_SEIZE: does not stop it
        call("ptrace", 17, VICTIM, 0, 0, fine=(errno.ESRCH,))

    in_child(trace)


@attack()
def ptrace_a_child():
    def trace():
        call("ptrace", 0, 0, 0, 0)  # PTRACE_TRACEME

    in_child(trace)


@attack()
def read_memory_by_process_vm():
    call("process_vm_readv", VICTIM, 0, 0, 0, 0, 0)


@attack()
def write_memory_by_process_vm():
    call("process_vm_writev", VICTIM, 0, 0, 0, 0, 0)


@attack()
def write_proc_mem():
    os.close(os.open("/proc/%d/mem" % VICTIM, os.O_RDWR))


@attack()
def read_proc_maps():
    open("/proc/%d/maps" % VICTIM).read(1)


@attack()
def read_proc_environ():
    open("/proc/%d/environ" % VICTIM).read(1)


@attack()
def read_proc_cmdline():
    open("/proc/%d/cmdline" % VICTIM).read(1)


@attack()
def open_a_descriptor_of_another():
    for name in os.listdir("/proc/%d/fd" % VICTIM):
        os.close(os.open("/proc/%d/fd/%s" % (VICTIM, name), os.O_RDONLY | os.O_NONBLOCK))
        return


@attack()
def take_a_descriptor_by_pidfd():
    pidfd = call("pidfd_open", VICTIM, 0)
    call("pidfd_getfd", pidfd, 0, 0)


@attack()
def go_through_the_root_of_another():
    os.listdir("/proc/%d/root/" % VICTIM)


@attack()
def list_the_processes():
    if not any(name == str(VICTIM) for name in os.listdir("/proc")):
        raise Held("not among them")


@attack()
def set_the_priority_of_another():
    os.setpriority(os.PRIO_PROCESS, VICTIM, os.getpriority(os.PRIO_PROCESS, VICTIM))


@attack("standard")
def set_the_priority_of_a_user():
    def slow():
        # The control has other things to do than to slow root's processes down.
        try:
            os.setuid(64099)
        except OSError:
            pass
        os.setpriority(os.PRIO_USER, 0, os.getpriority(os.PRIO_PROCESS, 0))

    in_child(slow)


@attack("standard")
def set_the_disk_priority_of_a_user():
    # A class that there is not: refused after it was looked at whether there is such a call.
    call("ioprio_set", 3, 0, 7 << 13, fine=(errno.EINVAL,))


@attack()
def set_the_limits_of_another():
    resource.prlimit(VICTIM, resource.RLIMIT_CORE)


@attack()
def bind_another_to_a_processor():
    os.sched_setaffinity(VICTIM, os.sched_getaffinity(0))


@attack()
def schedule_another():
    os.sched_setscheduler(VICTIM, os.SCHED_OTHER, os.sched_param(0))


@attack()
def compare_with_another():
    call("kcmp", os.getpid(), VICTIM, 1, 0, 0)


@attack()
def move_the_pages_of_another():
    call("move_pages", VICTIM, 0, 0, 0, 0, 0)


# ---- files --------------------------------------------------------------------------------------


@attack()
def read_a_file_outside():
    open(FILE).read(1)


@attack()
def read_a_file_outside_by_a_link():
    link = os.path.join(tempfile.mkdtemp(), "link")
    os.symlink(FILE, link)
    open(link).read(1)


@attack()
def read_a_file_outside_by_a_hard_link():
    link = os.path.join(FOLDER, "hard-%d" % os.getpid())
    os.link(FILE, link)
    os.unlink(link)


@attack()
def read_a_file_outside_by_dots():
    open("../" * 30 + FILE.lstrip("/")).read(1)


@attack()
def read_a_file_outside_by_proc():
    open("/proc/self/root" + FILE).read(1)


@attack()
def write_a_file_outside():
    open(FILE, "r+").close()


@attack()
def make_a_file_outside():
    path = os.path.join(FOLDER, "made-%d" % os.getpid())
    open(path, "w").close()
    os.unlink(path)


@attack()
def list_a_folder_outside():
    os.listdir(FOLDER)


@attack()
def list_the_root():
    os.listdir("/")


@attack()
def make_a_folder_in_the_root():
    os.mkdir("/loopbox-attack-%d" % os.getpid())
    os.rmdir("/loopbox-attack-%d" % os.getpid())


@attack()
def write_to_the_system():
    path = "/usr/lib/loopbox-attack-%d" % os.getpid()
    open(path, "w").close()
    os.unlink(path)


@attack()
def read_the_passwords():
    open("/etc/shadow").read(1)


@attack()
def write_the_users():
    open("/etc/passwd", "a").close()


@attack()
def read_the_home_of_root():
    os.listdir("/root")


@attack()
def write_a_kernel_setting():
    os.close(os.open("/proc/sys/kernel/core_pattern", os.O_WRONLY))


@attack()
def read_kernel_symbols():
    open("/proc/kallsyms").read(1)


@attack()
def write_sys():
    os.listdir("/sys/kernel")


@attack()
def write_a_cgroup():
    os.listdir("/sys/fs/cgroup")


@attack()
def make_a_device():
    path = os.path.join(tempfile.mkdtemp(), "device")
    os.mknod(path, 0o600 | 0o020000, os.makedev(1, 3))
    os.unlink(path)


@attack()
def open_a_disk():
    os.listdir("/dev")


@attack()
def open_the_terminal():
    os.close(os.open("/dev/ptmx", os.O_RDWR | os.O_NOCTTY))


@attack()
def list_the_shared_memory():
    if ABSTRACT[1:] not in os.listdir("/dev/shm"):
        raise Held("its own")


@attack()
def read_the_shared_memory_of_another():
    open("/dev/shm" + ABSTRACT.replace("\0", "/")).close()


@attack()
def remove_the_shared_memory_of_another():
    path = "/dev/shm" + ABSTRACT.replace("\0", "/")
    os.unlink(path)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))


@attack()
def open_by_handle():
    call("open_by_handle_at", -1, 0, 0, fine=(errno.EFAULT, errno.EBADF, errno.EINVAL))


@attack()
def watch_the_file_system():
    os.close(call("fanotify_init", 0, 0))


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def at(path):
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


@attack()
def close_a_file_outside():
    os.chmod(FILE, mode(FILE))


@attack()
def close_a_folder_outside():
    os.chmod(FOLDER, mode(FOLDER))


@attack()
def close_a_file_outside_by_a_descriptor():
    os.chmod("/proc/self/fd/%d" % at(FILE), mode(FILE))


@attack()
def close_a_folder_outside_by_dots():
    os.chmod("../" * 30 + FOLDER.lstrip("/"), mode(FOLDER))


@attack(since=(6, 6))
def close_a_file_outside_by_fchmodat2():
    call("fchmodat2", at(FILE), ctypes.c_char_p(b""), mode(FILE), 0x1000)


@attack()
def own_a_file_outside():
    status = os.stat(FILE)
    os.chown(FILE, status.st_uid, status.st_gid)


@attack()
def date_a_file_outside():
    status = os.stat(FILE)
    os.utime(FILE, ns=(status.st_atime_ns, status.st_mtime_ns))


@attack()
def date_a_file_outside_by_a_descriptor():
    status = os.stat(FILE)
    os.utime("/proc/self/fd/%d" % at(FILE), ns=(status.st_atime_ns, status.st_mtime_ns))


@attack()
def name_an_attribute_of_a_file_outside():
    os.setxattr(FILE, "user.loopbox-attack", b"x")
    os.removexattr(FILE, "user.loopbox-attack")


@attack()
def truncate_a_file_outside():
    os.truncate(FILE, os.stat(FILE).st_size)


@attack("standard")
def watch_a_folder_outside():
    # At level strict no folder outside is in sight.
    LIBC.inotify_init1.restype = ctypes.c_int
    watches = LIBC.inotify_init1(os.O_CLOEXEC)
    if watches < 0:
        raise Held(errno.errorcode[ctypes.get_errno()])
    if LIBC.inotify_add_watch(watches, FOLDER.encode(), 0x100) < 0:
        raise Held(errno.errorcode[ctypes.get_errno()])
    os.close(watches)


@attack()
def keep_others_from_a_file():
    # A lease needs no more than an open descriptor of a file that one's user owns.
    with tempfile.TemporaryFile() as file:
        fcntl.fcntl(file, 1024, fcntl.F_WRLCK)
        fcntl.fcntl(file, 1024, fcntl.F_UNLCK)


@attack()
def be_told_of_a_folder():
    folder = os.open(tempfile.gettempdir(), os.O_RDONLY)
    fcntl.fcntl(folder, 1026, 0)
    os.close(folder)


@attack()
def change_the_flags_of_a_file():
    with tempfile.TemporaryFile() as file:
        flags = fcntl.ioctl(file, 0x80086601, bytes(8))
        fcntl.ioctl(file, 0x40086602, flags)


@attack(since=(6, 17))
def change_the_project_of_a_file():
    call("file_setattr", -100, 0, 0, 0, 0, fine=(errno.EFAULT, errno.EINVAL))


@attack(since=(6, 8))
def list_the_mounts():
    call("listmount", 0, 0, 0, 0, fine=(errno.EFAULT, errno.EINVAL))


@attack(since=(6, 8))
def look_at_a_mount():
    call("statmount", 0, 0, 0, 0, fine=(errno.EFAULT, errno.EINVAL))


@attack(since=(6, 15))
def take_a_mount_tree_with_attributes():
    call("open_tree_attr", -100, ctypes.c_char_p(b"/usr"), 1, 0, 0, fine=(errno.EINVAL,))


# ---- users and privileges -----------------------------------------------------------------------


@attack()
def be_root():
    os.setuid(0)


@attack()
def be_a_group():
    os.setgroups([0])


@attack()
def run_a_setuid_program():
    # Whatever it does: whether the kernel would let it become root is what counts.
    if LIBC.prctl(39, 0, 0, 0, 0) != 0:
        raise Held("no_new_privs")


@attack()
def have_a_capability():
    for line in open("/proc/self/status") if os.path.exists("/proc/self/status") else ():
        if line.startswith("CapEff") and int(line.split()[1], 16):
            return
    raise Held("none")


@attack()
def change_the_root():
    in_child(lambda: call("chroot", ctypes.c_char_p(b"/")))


@attack()
def make_a_user_namespace():
    in_child(lambda: call("unshare", 0x10000000))


@attack()
def make_a_mount_namespace():
    in_child(lambda: call("unshare", 0x20000))


@attack()
def make_a_network_namespace():
    in_child(lambda: call("unshare", 0x40000000))


@attack()
def clone_into_a_namespace():
    def clone():
        child = call("clone", 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0)
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    in_child(clone)


@attack()
def clone3_with_flags():
    call("clone3", 0, 0, fine=(errno.EINVAL, errno.EFAULT))


@attack()
def enter_a_namespace():
    call("setns", -1, 0, fine=(errno.EBADF,))


@attack()
def mount_something():
    def mount():
        call("unshare", 0x20000)
        call("mount", ctypes.c_char_p(b"none"), ctypes.c_char_p(b"/"), 0, 0x4000 | 0x40000, 0)

    in_child(mount)


@attack()
def unmount_something():
    call("umount2", ctypes.c_char_p(b"/nonexistent"), 0, fine=(errno.ENOENT, errno.EINVAL))


@attack()
def take_a_mount_tree():
    os.close(call("open_tree", -100, ctypes.c_char_p(b"/usr"), 1))


@attack()
def open_a_file_system():
    os.close(call("fsopen", ctypes.c_char_p(b"tmpfs"), 0))


@attack()
def pivot_the_root():
    in_child(lambda: call("pivot_root", ctypes.c_char_p(b"/none"), ctypes.c_char_p(b"/none"),
                          fine=(errno.ENOENT, errno.EINVAL)))


@attack()
def rename_the_machine():
    name = os.uname().nodename.encode()
    call("sethostname", ctypes.c_char_p(name), len(name))


@attack()
def set_the_clock():
    call("settimeofday", 0, 0)


@attack()
def tune_the_clock():
    call("adjtimex", 0, fine=(errno.EFAULT,))


@attack()
def load_a_module():
    call("init_module", 0, 0, 0, fine=(errno.EFAULT, errno.ENOEXEC, errno.ENOSYS))


@attack()
def turn_off_swap():
    call("swapoff", ctypes.c_char_p(b"/nonexistent"), fine=(errno.ENOENT, errno.ENOSYS))


@attack()
def restart_the_machine():
    # A magic number that is none: the kernel refuses it after it looked at the rights.
    call("reboot", 0, 0, 0, 0, fine=(errno.EINVAL,))


@attack()
def read_the_kernel_log():
    call("syslog", 10, 0, 0)


# ---- parts of the kernel that a program does without ---------------------------------------------


@attack()
def io_uring():
    call("io_uring_setup", 0, 0, fine=(errno.EFAULT, errno.EINVAL))


@attack()
def bpf():
    call("bpf", 0, 0, 0, fine=(errno.EINVAL, errno.EFAULT))


@attack()
def perf_events():
    call("perf_event_open", 0, 0, -1, -1, 0, fine=(errno.EFAULT, errno.EINVAL))


@attack()
def userfaultfd():
    os.close(call("userfaultfd", 0))


@attack()
def use_the_keyring():
    call("keyctl", 0, -3, 0, 0, 0, fine=(errno.ENOKEY,))


@attack()
def change_the_personality():
    old = call("personality", 0xFFFFFFFF)
    call("personality", old)


@attack()
def hidden_memory():
    os.close(call("memfd_create", ctypes.c_char_p(b"x"), 0))


@attack()
def shared_memory_of_system_v():
    call("shmget", 0x6C6F6F70, 1, 0, fine=(errno.ENOENT,))


@attack()
def semaphores_of_system_v():
    call("semget", 0x6C6F6F70, 1, 0, fine=(errno.ENOENT,))


@attack()
def messages_of_system_v():
    call("msgget", 0x6C6F6F70, 0, fine=(errno.ENOENT,))


@attack()
def message_queue_of_posix():
    call("mq_open", ctypes.c_char_p(b"loopbox-attack"), os.O_RDONLY, 0, 0, fine=(errno.ENOENT,))


@attack()
def calls_of_32_bits():
    # int 0x80 with getpid's number of the 32-bit table, 20.
    if COLUMN:
        raise Held("this machine has none")
    code = bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3])
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS,
                     prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(code)
    function = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))

    def ask():
        number = function()
        if number != os.getpid():
            raise Held(str(number))

    # A container's own filter can kill for this.
    in_child(ask)


@attack()
def type_into_the_terminal():
    leader, terminal = os.openpty()
    fcntl.ioctl(terminal, 0x5412, b"x")


@attack()
def dump_core():
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        raise Held("the limit is 0")


@attack()
def raise_a_limit():
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


# ---- past the limits ----------------------------------------------------------------------------


@attack("standard", "strict", "sampled_limits")
def share_memory_without_a_file():
    # Pages of it that no process has mapped just now are in no process's size.
    mmap.mmap(-1, 4096).close()


@attack()
def share_the_memory_of_a_device():
    # The same, by another way.
    with open("/dev/zero", "r+b", buffering=0) as device:
        mmap.mmap(device.fileno(), 4096).close()


@attack("standard", "strict", "sampled_limits")
def give_pages_to_a_pipe():
    # They stay there when the process has them no more.
    reading, writing = os.pipe()
    page = mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    page.write(b"x" * 4096)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    vector = (ctypes.c_size_t * 2)(address, 4096)
    call("vmsplice", writing, vector, 1, 0)


@attack("standard", "strict", "sampled_limits")
def make_room_in_a_socket():
    one, other = socket.socketpair()
    size = one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
    # The kernel doubles what it is asked for.
    if one.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == size:
        raise Held("as large as before")


@attack()
def allocate_more_than_a_file_has():
    with tempfile.TemporaryFile() as file:
        call("fallocate", file.fileno(), 1, 0, 1 << 20)  # FALLOC_FL_KEEP_SIZE


# ---- network -------------------------------------------------------------------------------------


def reach(family, address, kind=socket.SOCK_STREAM):
    with socket.socket(family, kind) as one:
        one.settimeout(3)
        one.connect(address)
        if kind == socket.SOCK_DGRAM:
            one.send(b"x")
            if one.recv(1) != b"x":
                raise Held("no answer")


@attack()
def connect_to_a_port_of_the_machine():
    reach(socket.AF_INET, ("127.0.0.1", PORT))


@attack()
def ask_a_port_of_the_machine_by_udp():
    reach(socket.AF_INET, ("127.0.0.1", PORT), socket.SOCK_DGRAM)


@attack()
def reach_the_address_of_the_machine():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        # Sends nothing: asks the kernel for a way there. In a container without a network there is
        # one to the machine itself.
        one.connect(("127.0.0.1", PORT))
        one.send(b"x")
        one.settimeout(3)
        one.recv(1)


@attack()
def connect_by_ipv6():
    reach(socket.AF_INET6, ("::ffff:127.0.0.1", PORT))


@attack("standard")
def listen_on_a_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()


@attack("standard", "strict", "landlock_scope")
def connect_to_an_abstract_socket():
    reach(socket.AF_UNIX, ABSTRACT)


@attack("standard", "strict", "landlock_scope")
def send_to_an_abstract_socket():
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", ABSTRACT + "-datagram")


@attack()
def netlink():
    socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).close()


@attack()
def packets():
    socket.socket(17, socket.SOCK_RAW, 0).close()


@attack()
def raw_packets():
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).close()


@attack()
def socket_to_the_virtual_machine():
    try:
        socket.socket(40, socket.SOCK_STREAM, 0).close()
    except OSError as error:
        if error.errno != errno.EAFNOSUPPORT:
            raise


@attack()
def crypto_of_the_kernel():
    try:
        socket.socket(38, socket.SOCK_SEQPACKET, 0).close()
    except OSError as error:
        if error.errno != errno.EAFNOSUPPORT:
            raise


@attack()
def see_the_interfaces():
    if len(socket.if_nameindex()) < 1:
        raise Held("none")


# ---- what is inherited ---------------------------------------------------------------------------


@attack()
def use_an_inherited_descriptor():
    # The control is started with one more. The interpreter itself has this file open, as 4.
    for descriptor in range(5, 256):
        try:
            os.fstat(descriptor)
            return
        except OSError:
            continue
    raise Held("none is open")


@attack()
def read_the_environment_of_the_server():
    if "SERVER_SECRET" not in os.environ:
        raise Held("it is not there")


def main():
    if sys.argv[1] == "--list":
        for name, (_, levels) in ATTACKS.items():
            print(name, *levels)
        return
    function, _ = ATTACKS[sys.argv[1]]
    try:
        function()
        print("broken")
    except (Held, OSError, ValueError) as refusal:
        print("held", refusal)


main()
