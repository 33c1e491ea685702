// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopSystem
import Testing

/// Programs that try to have more than their limits, in ways that a look at /proc could miss.
///
/// Each is refused what it wants, or ended; and without isolation each reaches it.
@Suite struct LimitAttackTests {
    /// A program, what its job is asked with, and how it may end.
    struct Attack: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var limits = "{memory: 64MiB, time: 60s}"
        /// With `hold()`: says that it has reached what it wanted, if nobody ends it before.
        var program: String

        init(_ name: String, limits: String? = nil, _ program: String) {
            testDescription = name
            if let limits { self.limits = limits }
            self.program = Self.parts + program
        }

        static let parts = """
            import ctypes, mmap, os, signal, sys, threading, time
            libc = ctypes.CDLL(None, use_errno=True)
            def hold():
                time.sleep(float(os.environ.get("HOLD", "5")))
                print("reached", flush=True)
                if os.environ.get("HOLD"): os.killpg(0, signal.SIGKILL)
            def fill(area, size):
                for place in range(0, size, 4096): area[place] = 1
            def private(size):
                area = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
                fill(area, size)
                return area
            MIB = 1 << 20

            """
    }

    static let attacks = [
        Attack(
            "memory of many children",
            """
            for _ in range(10):
                if os.fork() == 0:
                    kept = private(20 * MIB)
                    time.sleep(1000)
            hold()
            """
        ),
        Attack(
            "memory of processes that nobody may look into",
            """
            libc.prctl(4, 0, 0, 0, 0)
            for _ in range(10):
                if os.fork() == 0:
                    libc.prctl(4, 0, 0, 0, 0)
                    kept = private(20 * MIB)
                    time.sleep(1000)
            hold()
            """
        ),
        Attack(
            "memory of a process whose first thread has ended",
            """
            def keep():
                kept = private(200 * MIB)
                hold()
            threading.Thread(target=keep).start()
            libc.pthread_exit(None)
            """
        ),
        Attack(
            "shared memory without a file",
            """
            area = mmap.mmap(-1, 200 * MIB)
            fill(area, 200 * MIB)
            area.madvise(mmap.MADV_DONTNEED)
            hold()
            """
        ),
        Attack(
            "shared memory of a device",
            """
            with open("/dev/zero", "r+b", buffering=0) as device:
                area = mmap.mmap(device.fileno(), 200 * MIB)
            fill(area, 200 * MIB)
            area.madvise(mmap.MADV_DONTNEED)
            hold()
            """
        ),
        Attack(
            "files in memory that have no name any more",
            """
            kept = []
            for name in (b"/dev/shm/x%d", b"/dev/shm/.x%d", b"/dev/shm/\\xffx%d"):
                path = name % os.getpid()
                kept.append(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
                os.unlink(path)
                for _ in range(50): os.write(kept[-1], bytes(MIB))
            hold()
            """
        ),
        Attack(
            "page tables",
            """
            size = 100 << 30
            area = mmap.mmap(-1, size, prot=mmap.PROT_READ,
                             flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
            sum(area[place] for place in range(0, size, 2 * MIB))
            hold()
            """
        ),
        Attack(
            "more of a disk than a file has",
            """
            file = os.open(os.environ.get("TMPDIR", "/tmp") + "/x%d" % os.getpid(),
                           os.O_CREAT | os.O_RDWR)
            if libc.fallocate(file, 1, ctypes.c_long(0), ctypes.c_long(100 * MIB)) != 0:
                raise OSError(ctypes.get_errno(), "refused")
            os.unlink(os.environ.get("TMPDIR", "/tmp") + "/x%d" % os.getpid())
            hold()
            """
        ),
        Attack(
            "processor time of children that nobody waits for",
            limits: "{cpu: 1s, time: 60s}",
            burning(seconds: 0.1, in: "signal.signal(signal.SIGCHLD, signal.SIG_IGN)")
        ),
        Attack(
            "processor time of short children that nobody waits for",
            limits: "{cpu: 1s, time: 60s}",
            burning(
                seconds: 0.01,
                // SIG_DFL with SA_NOCLDWAIT: no ignored signal shows.
                in: """
                    action = (ctypes.c_ulong * 20)()
                    action[17] = 2
                    if libc.sigaction(17, action, None) != 0: raise OSError("sigaction")
                    """
            )
        ),
    ]

    /// Burns six seconds in children of `seconds` each, one after the other.
    private static func burning(seconds: Double, in preparation: String) -> String {
        """
        \(preparation)
        def burn():
            while time.process_time() < \(seconds): pass
        begun = time.monotonic()
        while time.monotonic() - begun < float(os.environ.get("HOLD", "6")):
            reading, writing = os.pipe()
            if os.fork() == 0:
                # From here on it has used nothing.
                first = time.process_time()
                while time.process_time() - first < \(seconds): pass
                os._exit(0)
            os.close(writing)
            os.read(reading, 1)
            os.close(reading)
        print("reached", flush=True)
        """
    }

    @Test(arguments: Place.all)
    func `no way past a limit leads anywhere`(place: Place) throws {
        let server = try ServerProcess(place.flags + ["--slots", "1"], as: place.identity)
        for attack in Self.attacks {
            let answer = try server.submit(
                spec(attack.program, "limits: \(attack.limits)\n"),
                "wait=60s"
            )
            let outcome = answer.json.outcome.string
            let output = try server.curl("/v1/jobs/\(answer.job)/output?stream=stdout").text
            let what = "\(attack.testDescription): \(answer.json)"
            #expect(!output.contains("reached"), "\(what)")
            #expect(
                ["memory_exceeded", "cpu_exceeded", "exited"].contains(outcome ?? ""),
                "\(what)"
            )
            if attack.limits.contains("cpu") {
                #expect(outcome == "cpu_exceeded", "\(what)")
            } else if outcome == "exited" {
                let errors = try server.curl("/v1/jobs/\(answer.job)/output?stream=stderr").text
                #expect(errors.contains("Error"), "\(what)")
            }
        }
        server.terminate()
    }

    @Test(arguments: Place.all)
    func `who keeps within the limits is left alone`(place: Place) throws {
        let server = try ServerProcess(place.flags + ["--slots", "1"], as: place.identity)
        let honest = [
            // What children share is counted once, whoever the server is.
            """
            kept = private(60 * MIB)
            for _ in range(6):
                if os.fork() == 0:
                    time.sleep(1)
                    os._exit(0)
            for _ in range(6): os.wait()
            """,
            // Between vfork and exec a child has its parent's memory.
            """
            import subprocess
            kept = private(70 * MIB)
            for _ in range(300): subprocess.run(["/bin/true"])
            """,
            // Freed is freed.
            """
            for _ in range(20):
                kept = private(60 * MIB)
                time.sleep(0.05)
                kept.close()
            """,
            // Not to care for children is no offence.
            """
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            for _ in range(20):
                if os.fork() == 0: os._exit(0)
                time.sleep(0.05)
            """,
        ]
        for program in honest {
            let answer = try server.submit(
                spec(
                    Attack.parts + program,
                    "debug: {dev_mode: false}\nlimits: {memory: 128MiB, cpu: 20s, time: 60s}\n"
                ),
                "wait=60s"
            )
            #expect(answer.json.outcome.string == "exited", "\(program) \(answer)")
            #expect(answer.json.runs[0].exit.int == 0, "\(program) \(answer)")
        }
        server.terminate()
    }

    @Test(arguments: Place.all)
    func `time of children that nobody waits for is in the result`(place: Place) throws {
        let server = try ServerProcess(place.flags + ["--slots", "1"], as: place.identity)
        let program = Self.burning(
            seconds: 0.05,
            in: "signal.signal(signal.SIGCHLD, signal.SIG_IGN)"
        )
        .replacingOccurrences(of: "\"6\"", with: "\"3\"")
        let answer = try server.submit(
            spec(Attack.parts + program, "limits: {cpu: 60s, time: 60s}\n"),
            "wait=60s"
        )
        let run = answer.json.runs[0]
        let cpu = (run.cpu_user.double ?? 0) + (run.cpu_system.double ?? 0)
        // Three seconds less what others take of the machine; the kernel has told 0.1 of them.
        #expect(cpu > 0.5, "\(answer)")
        server.terminate()
    }

    @Test(arguments: Place.all)
    func `shared memory is the run's alone, and a million files of it hold up nobody`(
        place: Place
    ) throws {
        let server = try ServerProcess(place.flags + ["--slots", "2"], as: place.identity)
        let filling = """
            names = [b"/dev/shm/.hidden", b"/dev/shm/\\xff", b"/dev/shm/seen"]
            try:
                for name in names: open(name, "w").close()
                print(sorted(os.listdir(b"/dev/shm")) == sorted(n[9:] for n in names), flush=True)
                for index in range(1000000): os.close(os.open("/dev/shm/%d" % index, os.O_CREAT))
            except OSError as error:
                print(error.strerror, flush=True)
            time.sleep(1)
            """
        let limits = "limits: {memory: 512MiB, disk: 512MiB, time: 60s}\n"
        let first = try server.submit(spec(Attack.parts + filling, limits)).job
        var worst = Duration.zero
        _ = try eventually("the job's end", within: .seconds(60)) {
            let begun = MonotonicTime.now
            let state = try server.curl("/v1/jobs/\(first)").json.state.string
            worst = max(worst, begun.duration(to: .now))
            return state == "completed" ? state : nil
        }
        #expect(worst < .seconds(2))
        let output = try server.curl("/v1/jobs/\(first)/output?stream=stdout").text
        let second = try server.submit(spec(Attack.parts + filling, limits), "wait=60s").job
        let again = try server.curl("/v1/jobs/\(second)/output?stream=stdout").text
        #expect(output == again)
        if place.level == "strict" || place.identity == .own, geteuid() == 0 {
            #expect(output == "True\nNo space left on device\n")
        } else {
            #expect(output == "Permission denied\n")
        }
        server.terminate()
    }

    @Test(.enabled(if: geteuid() == 0))
    func `a run that can't be watched is ended, and that is our fault`() throws {
        let hidden = "mount -t proc -o hidepid=2,gid=65533 proc /proc && exec \"$@\""
        let server = try ServerProcess(
            ["--sandbox", "standard", "--runtime", "python=\(ServerProcess.reference)"],
            as: .rootOfAContainer,
            by: ["/usr/bin/unshare", "-m", "/bin/sh", "-c", hidden, "sh"]
        )
        let answer = try server.submit(
            spec("import time\ntime.sleep(50)\n", "limits: {time: 60s}\n"),
            "wait=60s"
        )
        #expect(answer.json.outcome.string == "sandbox_failed", "\(answer)")
        #expect(answer.text.contains("could not be compared with its limits"), "\(answer)")
        server.terminate()
    }

    @Test(arguments: attacks)
    func `without isolation each leads where it is meant to`(attack: Attack) throws {
        let control = try Finished(
            "/usr/bin/setsid",
            ["-w", ServerProcess.reference, "-c", attack.program],
            environment: ["PATH": "/usr/bin:/bin", "HOLD": "0.5"]
        )
        #expect(control.stdout == "reached\n", "\(control.stderr)")
    }
}
