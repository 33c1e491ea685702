// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import Testing

@Suite struct ProcessPlanTests {
    /// Runs `script` under /bin/sh with its standard output in a pipe; gives what it wrote.
    private func output(
        of script: String,
        _ change: (inout ProcessPlan) -> Void = { _ in }
    ) throws -> String {
        let pipe = try FileDescriptor.pipe()
        let null = try FileDescriptor.null()
        var plan = ProcessPlan(
            path: "/bin/sh",
            arguments: ["sh", "-c", script],
            environment: ["PATH=/usr/bin:/bin"]
        )
        plan.descriptors = [0: null.number, 1: pipe.writing.number, 2: 2]
        change(&plan)
        let child = try plan.spawn()
        return pipe.split { reading, writing in
            _ = consume writing
            var bytes: [UInt8] = []
            while true {
                let piece = unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
                    unsafe count = max(0, read(reading.number, buffer.baseAddress, buffer.count))
                }
                if piece.isEmpty { break }
                bytes += piece
            }
            while child.reap() == nil { usleep(1000) }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    @Test func `a child has the descriptors it was given and no others`() throws {
        let stray = try FileDescriptor.open("/dev/null", O_RDONLY)
        let kept = dup(stray.number)  // without close-on-exec
        defer { close(kept) }
        #expect(try output(of: "ls /proc/self/fd | tr '\\n' ' '") == "0 1 2 3 ")  // 3: ls's own
    }

    @Test func `two descriptors can change places`() throws {
        let pipe = try FileDescriptor.pipe()
        let script = "echo one >/proc/self/fd/\(pipe.writing.number); echo two >/proc/self/fd/3"
        let text = try output(of: script) { plan in
            let out = plan.descriptors[1]!
            plan.descriptors[3] = out
            plan.descriptors[pipe.writing.number] = out
        }
        #expect(text == "one\ntwo\n")
    }

    @Test func `a child has the environment it was given and no other`() throws {
        unsafe setenv("LOOPBOX_STRAY", "1", 1)
        #expect(try output(of: "/usr/bin/env | grep -c STRAY") == "0\n")
    }

    @Test func `a child leads a session where that was asked for`() throws {
        let text = try output(of: "echo $$; cut -d' ' -f6 /proc/self/stat") {
            $0.hasNewSession = true
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count == 2 && lines[0] == lines[1])
    }

    @Test func `limits and no-new-privileges are in force in the child`() throws {
        let text = try output(of: "ulimit -n; grep NoNewPrivs /proc/self/status") {
            $0.limits = [(CInt(RLIMIT_NOFILE.rawValue), 77)]
            $0.hasNoNewPrivileges = true
        }
        #expect(text == "77\nNoNewPrivs:\t1\n")
    }

    @Test func `signals that this process ignores have their default action in the child`() throws {
        signal(SIGUSR1, SIG_IGN)
        defer { signal(SIGUSR1, SIG_DFL) }
        let text = try output(of: "grep SigIgn /proc/self/status")
        #expect(text == "SigIgn:\t0000000000000000\n")
    }

    @Test func `a program that is not there fails at exec with the reason`() {
        let plan = ProcessPlan(path: "/no/such", arguments: ["such"], environment: [])
        let failure = #expect(throws: ProcessPlan.Failure.self) { _ = try plan.spawn() }
        #expect(failure?.step == .exec)
        #expect(failure?.code == ENOENT)
        #expect(failure?.description == "exec /no/such: No such file or directory (errno 2)")
    }

    @Test func `a directory that is not there fails at that step`() {
        var plan = ProcessPlan(path: "/bin/true", arguments: ["true"], environment: [])
        plan.directory = "/no/such"
        let failure = #expect(throws: ProcessPlan.Failure.self) { _ = try plan.spawn() }
        #expect(failure?.step == .directory)
    }

    @Test func `more descriptors than the shim has places for are refused`() {
        var plan = ProcessPlan(path: "/bin/true", arguments: ["true"], environment: [])
        for number in CInt(3)...19 { plan.descriptors[number] = 2 }
        let failure = #expect(throws: ProcessPlan.Failure.self) { _ = try plan.spawn() }
        #expect(failure?.code == E2BIG)
    }
}
