# SPDX-License-Identifier: Apache-2.0
"""What `.ci/cgroup-vm` does in its machine, as process 1: delegates a control group to a server, has
it run programs that want more than their limits, and says how each ended."""

import json
import os
import signal
import subprocess
import sys
import time
import traceback

LOOPBOX = sys.argv[1]
GROUPS = "/sys/fs/cgroup"
NOBODY = 65532

# What a program has done, the limits of its job, and how it has to end.
PROGRAMS = {
    "memory of many children": ("{memory: 64MiB, time: 60s}", "memory_exceeded", """
for _ in range(10):
    if os.fork() == 0:
        kept = bytearray(b"x") * (20 << 20)
        time.sleep(1000)
time.sleep(1000)
"""),
    "shared memory without a file": ("{memory: 64MiB, time: 60s}", "memory_exceeded", """
area = mmap.mmap(-1, 200 << 20)
for place in range(0, 200 << 20, 4096):
    area[place] = 1
    if place % (8 << 20) == 0: area.madvise(mmap.MADV_DONTNEED)
time.sleep(1000)
"""),
    "data in sockets": ("{memory: 64MiB, time: 60s}", "memory_exceeded", """
kept = []
for _ in range(20):
    if os.fork() == 0:
        for _ in range(100):
            one, other = socket.socketpair()
            one.setblocking(False)
            kept.append((one, other))
            try:
                while True: one.send(bytes(65536))
            except BlockingIOError:
                pass
        time.sleep(1000)
time.sleep(1000)
"""),
    "page tables": ("{memory: 64MiB, time: 60s}", "memory_exceeded", """
area = mmap.mmap(-1, 100 << 30, prot=mmap.PROT_READ,
                 flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
sum(area[place] for place in range(0, 100 << 30, 2 << 20))
time.sleep(1000)
"""),
    "processor time of children that nobody waits for": ("{cpu: 1s, time: 60s}", "cpu_exceeded", """
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
while True:
    reading, writing = os.pipe()
    if os.fork() == 0:
        while time.process_time() < 0.02: pass
        os._exit(0)
    os.close(writing)
    os.read(reading, 1)
    os.close(reading)
"""),
    "processes": ("{processes: 30, time: 3s}", "timed_out", """
signal.signal(signal.SIGTERM, signal.SIG_DFL)
while True:
    try:
        if os.fork() == 0: os.setsid()
    except OSError:
        pass
"""),
    "within the limits": ("{memory: 128MiB, time: 60s}", "exited", """
kept = bytearray(b"x") * (40 << 20)
print(os.getpid())
"""),
}
STRICT = {
    "files in memory": ("{memory: 64MiB, disk: 300MiB, time: 60s}", "memory_exceeded", """
for index in range(200):
    with open("/tmp/%d" % index, "wb") as file: file.write(bytes(1 << 20))
time.sleep(1000)
"""),
}
IMPORTS = "import mmap, os, signal, socket, time\n"


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def spec(limits, program):
    lines = "".join("    %s\n" % line for line in (IMPORTS + program).split("\n"))
    return "program:\n  source: |\n%slimits: %s\n" % (lines, limits)


def delegate(user):
    """A group of its own for what is started next, with the right to make more below."""
    group = "%s/delegated-%d-%d" % (GROUPS, user, time.monotonic_ns())
    os.mkdir(group)
    for path in [group] + [os.path.join(group, name) for name in (
            "cgroup.procs", "cgroup.subtree_control", "cgroup.threads")]:
        os.chown(path, user, user)
    return group


def start(command, user, group):
    def prepare():
        write(group + "/cgroup.procs", "0")
        if user:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)

    home = "/tmp/home-%d" % user
    os.makedirs(home, exist_ok=True)
    os.chmod(home, 0o711)
    os.chown(home, user, user)
    return subprocess.run(
        command, preexec_fn=prepare, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home,
             "XDG_STATE_HOME": home}, timeout=300)


def attack(user, level):
    programs = dict(PROGRAMS, **(STRICT if level == "strict" else {}))
    failed = 0
    for name, (limits, wanted, program) in programs.items():
        path = "/tmp/job.yaml"
        write(path, spec(limits, program))
        ended = start(
            [LOOPBOX, "run", "--sandbox", level,
             "--format", "json", path], user, delegate(user))
        try:
            run = json.loads(ended.stdout)
        except ValueError:
            run = {}
        layers = run.get("sandbox", {}).get("layers", [])
        held = run.get("outcome") == wanted and "control_group" in layers
        failed += not held
        print("%-6s user %-5d %-8s %-50s %s, %s" % (
            "held" if held else "BROKEN", user, level, name, run.get("outcome"),
            run.get("ending")), flush=True)
        if not held:
            print(layers, ended.stdout[-500:], ended.stderr[-1000:], flush=True)
    return failed


def main():
    print(os.uname().release, flush=True)
    write(GROUPS + "/cgroup.subtree_control", "+memory +pids +cpu")
    write("/proc/sys/kernel/unprivileged_userns_clone", "1")
    failed = 0
    for user in (NOBODY, 0):
        # The first start on a machine as slow as this gives up on the interpreter.
        write("/tmp/job.yaml", spec("{time: 60s}", "print()"))
        start([LOOPBOX, "run", "/tmp/job.yaml"], user, delegate(user))
        for level in ("strict", "standard"):
            failed += attack(user, level)
    left = [name for name in os.listdir(GROUPS) if name.startswith("delegated")
            and open("%s/%s/cgroup.events" % (GROUPS, name)).read().startswith("populated 1")]
    print("left over: %s" % left, flush=True)
    if failed == 0 and not left:
        print("cgroup-vm: all held", flush=True)


try:
    main()
except BaseException:
    traceback.print_exc()
finally:
    sys.stdout.flush()
    os.sync()
    write("/proc/sys/kernel/sysrq", "1")
    write("/proc/sysrq-trigger", "o")
    time.sleep(60)
