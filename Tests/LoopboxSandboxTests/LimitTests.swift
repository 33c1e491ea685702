// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import Testing

/// Programs that take all that they can get. Each run ends, by its own or by its limit, and leaves
/// nothing.
@Suite(.serialized) struct LimitTests {
    private func python(
        _ program: String,
        _ level: JobSpec.Level,
        _ change: (inout JobSpec.Limits) -> Void = { _ in }
    ) throws -> Confined.Observed {
        var limits = JobSpec.Limits()
        limits.time = Seconds(.seconds(60))
        limits.grace = Seconds(.milliseconds(200))
        change(&limits)
        return try Confined.run(
            "",
            level: level,
            path: AttackTests.python,
            arguments: [AttackTests.python, "-I", "main.py"],
            files: [("main.py", Array(program.utf8))],
            limits: limits
        )
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `processes stop at their limit, each in a session of its own or not`(
        level: JobSpec.Level
    ) throws {
        for isolated in ["", "os.setsid();"] {
            let observed = try python(
                """
                import os, time
                made = 0
                try:
                    while made < 200:
                        if os.fork() == 0:
                            \(isolated) time.sleep(1000)
                        made += 1
                except OSError:
                    pass
                print(made, flush=True)
                """,
                level
            ) { $0.processes = 20 }
            // Root gives each run a user, and a user namespace counts by itself; else it is looked
            // at from time to time.
            if case .processesExceeded = observed.result.intervention {
                #expect(observed.result.exit.ending == .signaled(SIGKILL))
            } else {
                #expect(observed.stdout == "19\n")
            }
            #expect(observed.result.endedProcesses >= 19)
        }
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `threads count as processes`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import threading, time
            made = 0
            try:
                while made < 200:
                    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
                    made += 1
            except RuntimeError:
                pass
            print(made, flush=True)
            """,
            level
        ) { $0.processes = 20 }
        if observed.result.intervention == nil { #expect(observed.stdout == "19\n") }
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a fork bomb ends with its run`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os
            while True:
                try:
                    if os.fork() == 0:
                        os.setsid()
                except OSError:
                    pass
            """,
            level
        ) {
            $0.processes = 30
            $0.time = Seconds(.seconds(1))
        }
        #expect(observed.result.intervention != nil)
        #expect(observed.result.endedProcesses > 0)
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `one request for too much memory fails in the program`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            try:
                bytearray(8 << 30)
            except MemoryError:
                print("refused")
            """,
            level
        ) { $0.memory = .mebibytes(64) }
        #expect(observed.stdout == "refused\n")
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `memory that is used is bounded, in one process`(level: JobSpec.Level) throws {
        let observed = try python(
            "kept = []\nwhile True: kept.append(bytearray(b'x') * (4 << 20))",
            level
        ) {
            $0.memory = .mebibytes(64); $0.processes = 64
        }
        guard case .memoryExceeded(let used) = observed.result.intervention else {
            #expect(observed.result.exit.ending == .exited(1))
            return
        }
        #expect(used >= .mebibytes(64))
        #expect(observed.result.exit.ending == .signaled(SIGKILL))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `memory that is used is bounded, over children`(level: JobSpec.Level) throws {
        let children = try python(
            """
            import os, time
            for _ in range(8):
                if os.fork() == 0:
                    kept = bytearray(b'x') * (20 << 20)
                    time.sleep(1000)
            time.sleep(1000)
            """,
            level
        ) { $0.memory = .mebibytes(64) }
        guard case .memoryExceeded = children.result.intervention else {
            Issue.record("\(children.result.intervention as Any)")
            return
        }
        // Where the kernel ends all at once, their number is that of the last look.
        let isCounted = !children.result.attestation.layers.contains("control_group")
        #expect(children.result.endedProcesses >= (isCounted ? 8 : 1))
    }

    @Test func `files in memory count as memory, and once if they are mapped`() throws {
        func mapping(_ size: ByteCount) throws -> Confined.Observed {
            try python(
                """
                import mmap, os, time
                file = os.open("/dev/shm/x", os.O_CREAT | os.O_RDWR)
                os.unlink("/dev/shm/x")
                os.ftruncate(file, \(size.bytes))
                area = mmap.mmap(file, \(size.bytes))
                for place in range(0, \(size.bytes), 4096): area[place] = 1
                for _ in range(3):
                    if os.fork() == 0:
                        sum(area[place] for place in range(0, \(size.bytes), 4096))
                        time.sleep(1)
                        os._exit(0)
                for _ in range(3): os.wait()
                print("ended")
                """,
                .strict
            ) {
                $0.memory = .mebibytes(128)
                $0.disk = .mebibytes(512)
            }
        }
        #expect(try mapping(.mebibytes(80)).stdout == "ended\n")
        guard case .memoryExceeded = try mapping(.mebibytes(200)).result.intervention else {
            Issue.record("not ended")
            return
        }
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `what children share is counted once`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os, time
            kept = bytearray(b'x') * (60 << 20)
            for _ in range(6):
                if os.fork() == 0:
                    time.sleep(0.5)
                    os._exit(0)
            for _ in range(6): os.wait()
            print("ended")
            """,
            level
        ) { $0.memory = .mebibytes(128) }
        #expect(observed.result.intervention == nil)
        #expect(observed.stdout == "ended\n")
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `processor time is summed over the processes`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os
            for _ in range(3): os.fork()
            while True: pass
            """,
            level
        ) { $0.cpu = Seconds(.milliseconds(500)) }
        #expect(observed.result.intervention == .cpuExceeded(killed: false))
        #expect(observed.result.exit.userTime + observed.result.exit.systemTime < .seconds(20))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `no file grows over the limit, however it is made`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os, signal
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            def attempt(name, action):
                try:
                    action()
                    print(name, "made")
                except OSError as error:
                    print(name, error.strerror)
            def write():
                with open("written", "wb") as file:
                    while True: file.write(bytes(1 << 20))
            attempt("write", write)
            attempt("sparse", lambda: os.truncate("written", 1 << 50))
            attempt("fallocate", lambda: os.posix_fallocate(
                os.open("allocated", os.O_CREAT | os.O_RDWR), 0, 64 << 20))
            print(max(os.stat(name).st_size for name in os.listdir(".")) <= 8 << 20)
            """,
            level
        ) { $0.disk = .mebibytes(8) }
        #expect(!observed.stdout.contains("made"))
        #expect(observed.stdout.hasSuffix("True\n"), "\(observed)")
    }

    @Test func `at level strict all files together are bounded, in bytes and in number`() throws {
        let observed = try python(
            """
            import os
            total = 0
            try:
                for index in range(1000):
                    with open("/tmp/f%d" % index, "wb") as file:
                        file.write(bytes(1 << 20))
                        total += 1
            except OSError as error:
                print(error.strerror, total < 9)
            for index in range(total): os.unlink("/tmp/f%d" % index)
            made = 0
            try:
                while made < 1000000:
                    open("e%d" % made, "w").close()
                    made += 1
            except OSError as error:
                print(error.strerror, made < 5000)
            """,
            .strict
        ) { $0.disk = .mebibytes(8) }
        #expect(
            observed.stdout == "No space left on device True\nNo space left on device True\n",
            "\(observed)"
        )
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `deep folders and odd names are gone afterwards`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os
            for index in range(1000):
                os.mkdir("d")
                os.chdir("d")
            os.mkfifo("fifo"); os.symlink("/etc", "link")
            open(b"\\xff\\n\\x1b[2J", "w").close()
            os.chmod(".", 0)
            print("made")
            """,
            level
        )
        // `Confined` removes the folder; what is left would be found by the next line.
        #expect(observed.stdout == "made\n")
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `descriptors end at their limit`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os
            kept = []
            try:
                while True: kept.append(os.open("/dev/null", os.O_RDONLY))
            except OSError as error:
                print(error.strerror, kept[-1])
            """,
            level
        ) { $0.openFiles = 32 }
        #expect(observed.stdout == "Too many open files 31\n")
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program that stops itself, or its group, ends by its time`(
        level: JobSpec.Level
    ) throws {
        let observed = try python(
            """
            import os, signal
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            while True: os.killpg(0, signal.SIGSTOP)
            """,
            level
        ) { $0.time = Seconds(.milliseconds(500)) }
        #expect(observed.result.intervention == .timedOut(killed: true))
        #expect(observed.result.exit.ending == .signaled(SIGKILL))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program that kills all it can kills only itself`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os, signal, time
            if os.fork() == 0:
                os.kill(-1, signal.SIGKILL)
                time.sleep(1000)
            time.sleep(1000)
            """,
            level
        )
        #expect(observed.result.exit.ending == .signaled(SIGKILL))
        #expect(observed.result.intervention == nil)
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a flood of output neither stops the program nor us`(level: JobSpec.Level) throws {
        let observed = try python(
            """
            import os
            for _ in range(100): os.write(1, bytes(1 << 20)); os.write(3, b"\\xff" * (1 << 16))
            """,
            level
        )
        #expect(observed.result.exit.ending == .exited(0))
        #expect(observed.result.stdout.summary.isTruncated)
    }
}

/// Nothing is left of runs: counted in a process of its own, as other tests make things, too.
@Suite struct LeftoverTests {
    @Test func `after many runs there are no more processes, descriptors and mounts`() async {
        await #expect(processExitsWith: .success) {
            func count() throws -> [Int] {
                func lines(_ path: String) throws -> Int {
                    let file = try FileDescriptor.open(path, O_RDONLY)
                    var text: [UInt8] = []
                    var piece = [UInt8](repeating: 0, count: 65_536)
                    while true {
                        let got = read(file.number, &piece, piece.count)
                        if got <= 0 { break }
                        text += piece[..<got]
                    }
                    return text.split(separator: 10).count
                }
                let children = try FolderContents.names("/proc/self/task").map {
                    // A thread can end meanwhile.
                    (try? lines("/proc/self/task/\($0)/children")) ?? 0
                }
                return [
                    try FolderContents.names("/proc/self/fd").count,
                    children.reduce(0, +), try lines("/proc/self/mountinfo"),
                ]
            }
            for level in JobSpec.Level.allCases { _ = try Confined.run("true", level: level) }
            let before = try count()
            for level in JobSpec.Level.allCases {
                for _ in 0..<20 {
                    _ = try Confined.run(
                        "(setsid sleep 1000 &); echo > $TMPDIR/x; echo > /tmp/x; exit 1",
                        level: level
                    )
                }
            }
            // A look at the last run can be under way on its thread, with a file of /proc open.
            let deadline = MonotonicTime.now.advanced(by: .seconds(10))
            var larger: Int?
            repeat {
                let after = try count()
                larger = before.indices.first { after[$0] > before[$0] }
            } while larger != nil && MonotonicTime.now < deadline
            // The status says which of them it is.
            if let larger { exit(CInt(10 + larger)) }
        }
    }
}
