// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import Synchronization
import Testing

@Suite struct SandboxTests {
    struct Observed: Sendable {
        var result: SandboxResult
        var report: [UInt8]
        var stdout: String { String(decoding: result.stdout.bytes, as: UTF8.self) }
    }

    /// Runs a shell script in a sandbox of its own.
    ///
    /// - Parameter adoptsOrphans: only where this process is the test's alone: orphans of other
    ///   tests would come to it, too, and nobody would reap them.
    static func run(
        _ script: String,
        stdin: [UInt8]? = nil,
        limits: JobSpec.Limits = .init(),
        cancelledBefore: Bool = false,
        cancelsOnReport: Bool = false,
        adoptsOrphans: Bool = false
    ) throws -> Observed {
        let command = SandboxCommand(
            path: "/bin/sh",
            arguments: ["sh", "-c", script],
            environment: ["PATH": "/usr/bin:/bin"],
            directory: "/",
            stdin: stdin,
            limits: limits
        )
        return try EventLoop.run { loop in
            let sandbox = try Sandbox(
                on: loop,
                instance: "test-\(getpid())-\(UUIDv7().text)",
                adoptsOrphans: adoptsOrphans
            )
            let report = Mutex<[UInt8]>([])
            let run = sandbox.newRun()
            if cancelledBefore { run.cancel() }
            let result = unsafe try await sandbox.run(command, name: "1", as: run) { bytes in
                let piece = unsafe Array(bytes)
                report.withLock { $0 += piece }
                if cancelsOnReport { run.cancel() }
            }
            return Observed(result: result, report: report.withLock { $0 })
        }
    }

    private func limits(
        time: Duration = .seconds(10),
        output: ByteCount = .mebibytes(1),
        grace: Duration = .seconds(1)
    ) -> JobSpec.Limits {
        var limits = JobSpec.Limits()
        limits.time = Seconds(time)
        limits.output = output
        limits.grace = Seconds(grace)
        return limits
    }

    @Test func `both streams, the report and the exit status come back apart`() throws {
        let observed = try Self.run("echo out; echo err >&2; echo report >&3; exit 3")
        #expect(observed.result.exit.ending == .exited(3))
        #expect(observed.stdout == "out\n")
        #expect(observed.result.stderr.bytes == Array("err\n".utf8))
        #expect(observed.report == Array("report\n".utf8))
        #expect(observed.result.intervention == nil)
    }

    @Test func `what is given as standard input is read, then its end`() throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        #expect(try Self.run("wc -c", stdin: input).stdout == "1048576\n")
        #expect(try Self.run("wc -c").stdout == "0\n")
    }

    @Test func `a program that does not read its input ends all the same`() throws {
        let input = [UInt8](repeating: 0, count: 1 << 20)
        #expect(try Self.run("exit 0", stdin: input).result.exit.ending == .exited(0))
    }

    @Test func `a program over its wall limit is asked to end`() throws {
        let observed = try Self.run(
            "trap 'exit 9' TERM; while :; do sleep 0.01; done",
            limits: limits(time: .milliseconds(100), grace: .seconds(60))
        )
        #expect(observed.result.intervention == .timedOut(killed: false))
        // On a machine that is busy enough SIGTERM comes before the trap is there.
        #expect([.exited(9), .signaled(SIGTERM)].contains(observed.result.exit.ending))
    }

    @Test func `a program that ignores SIGTERM is killed when its grace is over`() throws {
        let observed = try Self.run(
            "trap '' TERM; echo begun; echo ready >&3; while :; do sleep 0.01; done",
            limits: limits(grace: .milliseconds(100)),
            cancelsOnReport: true
        )
        #expect(observed.stdout == "begun\n")
        #expect(observed.result.intervention == .cancelled(killed: true))
        #expect(observed.result.exit.ending == .signaled(SIGKILL))
    }

    @Test func `a program that may clean up has its grace for it`() throws {
        let observed = try Self.run(
            "trap 'echo asked; exit 9' TERM; echo ready >&3; while :; do sleep 0.01; done",
            limits: limits(grace: .seconds(60)),
            cancelsOnReport: true
        )
        #expect(observed.stdout == "asked\n")
        #expect(observed.result.intervention == .cancelled(killed: false))
        #expect(observed.result.exit.ending == .exited(9))
    }

    @Test func `a program that stopped itself is killed too`() throws {
        let observed = try Self.run(
            "trap '' TERM; echo ready >&3; while :; do kill -STOP $$; done",
            limits: limits(grace: .milliseconds(100)),
            cancelsOnReport: true
        )
        #expect(observed.result.exit.ending == .signaled(SIGKILL))
    }

    @Test func `a run that is cancelled before it began ends at once`() throws {
        let observed = try Self.run("exec sleep 100", cancelledBefore: true)
        #expect(observed.result.intervention == .cancelled(killed: false))
        #expect(observed.result.exit.ending == .signaled(SIGTERM))
    }

    @Test func `output over the limit is counted and does not stop the program`() throws {
        let observed = try Self.run(
            "head -c 20000000 /dev/zero; echo done >&2",
            limits: limits(output: .kibibytes(64))
        )
        #expect(observed.result.stdout.summary.written.bytes == 20_000_000)
        #expect(observed.result.stdout.summary.kept == .kibibytes(64))
        #expect(observed.result.stderr.bytes == Array("done\n".utf8))
    }

    @Test func `a daemon that holds standard output is ended, and the result does not wait`()
        async
    {
        await #expect(processExitsWith: .success) {
            let observed = try SandboxTests.run(
                "setsid sh -c 'echo $$; exec sleep 100' & sleep 0.2; echo parent ends",
                adoptsOrphans: true
            )
            let lines = observed.stdout.split(separator: "\n")
            guard let daemon = lines.first.flatMap({ pid_t($0) }), lines.last == "parent ends",
                kill(daemon, 0) != 0
            else { exit(1) }
        }
    }

    @Test func `a child of the same group is ended with the program`() throws {
        let observed = try Self.run("sleep 100 & echo $!")
        let child = try #require(pid_t(observed.stdout.dropLast()))
        // It was killed; it is gone, or a zombie of whoever took it over, as soon as it gets a core.
        let deadline = MonotonicTime.now.advanced(by: .seconds(30))
        var state: String?
        repeat {
            state = try? String(decoding: contents("/proc/\(child)/stat"), as: UTF8.self)
        } while state.map { !$0.contains(") Z ") } ?? false && MonotonicTime.now < deadline
        #expect(state == nil || state!.contains(") Z "), "\(state ?? "")")
    }

    @Test func `a program that is not there is our failure and not a result`() throws {
        try EventLoop.run { loop in
            let sandbox = try Sandbox(on: loop, instance: "none", adoptsOrphans: false)
            let command = SandboxCommand(
                path: "/no/such",
                arguments: ["such"],
                environment: [:],
                directory: "/",
                stdin: nil,
                limits: .init()
            )
            let error = await #expect(throws: SandboxError.self) {
                _ = try await sandbox.run(command, name: "1", as: sandbox.newRun()) { _ in }
            }
            #expect(
                error?.description
                    == "the program could not be started: exec /no/such: No such file or directory (errno 2)"
            )
        }
    }

    private func contents(_ path: String) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, O_RDONLY)
        return unsafe [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            unsafe count = max(0, read(file.number, buffer.baseAddress, buffer.count))
        }
    }
}
