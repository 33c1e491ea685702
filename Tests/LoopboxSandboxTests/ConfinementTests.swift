// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxModel
import LoopboxSandbox
import Testing

/// What holds at each level that this machine has.
@Suite struct ConfinementTests {
    @Test(arguments: JobSpec.Level.allCases)
    func `every layer of a level is found in force by the process itself`(
        level: JobSpec.Level
    ) throws {
        let found = try Confined.probe(level)
        #expect(found.level.rawValue == level.rawValue)
        let layers = [
            "no_new_privs", "rlimits", "landlock_files", "seccomp", "no_capabilities",
            "unprivileged_user",
        ]
        #expect(Set(layers).isSubset(of: found.layers))
        #expect(found.layers.contains("pid_namespace") == (level == .strict))
        #expect(found.layers.contains("no_network") == (level == .standard))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `streams, report, files, status and use come back`(level: JobSpec.Level) throws {
        let observed = try Confined.run(
            "cat a/b.txt; echo err >&2; echo report >&3; cat; exit 3",
            level: level,
            files: [("a/b.txt", Array("file\n".utf8))],
            stdin: Array("input\n".utf8)
        )
        #expect(observed.stdout == "file\ninput\n")
        #expect(observed.result.stderr.bytes == Array("err\n".utf8))
        #expect(observed.report == Array("report\n".utf8))
        #expect(observed.result.exit.ending == .exited(3))
        #expect(observed.result.exit.maxResidentBytes > 0)
        #expect(observed.result.exit.maxResidentBytes < 64 << 20)
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program moves and links its files between its directories`(
        level: JobSpec.Level
    ) throws {
        let observed = try Confined.run(
            """
            set -e
            mkdir -p a/b c; echo x >a/x
            mv -T a/x c/x; mv -T a/b c/b; ln c/x a/y
            mv -T a/y "$TMPDIR/y"; ln "$TMPDIR/y" a/z; cat a/z
            """,
            level: level
        )
        #expect(observed.stdout == "x\n")
        #expect(observed.result.exit.ending == .exited(0), "\(observed.result.stderr)")
    }

    /// `mv` falls back on copying; rename(2) does not.
    @Test(arguments: JobSpec.Level.allCases)
    func `no move between its directories is one between file systems`(
        level: JobSpec.Level
    ) throws {
        let observed = try Confined.run(
            "",
            level: level,
            path: "/usr/bin/python3",
            arguments: [
                "python3", "-I", "-S", "-c",
                """
                import os
                os.makedirs("a/b"); os.mkdir("c")
                open("a/x", "w").close()
                os.rename("a/x", "c/x"); os.rename("a/b", "c/b"); os.link("c/x", "a/y")
                os.rename("a/y", os.environ["TMPDIR"] + "/y")
                print("moved")
                """,
            ]
        )
        #expect(observed.stdout == "moved\n", "\(observed.result.stderr)")
    }

    /// As root each run has a user of its own; as anybody else the filter refuses it.
    @Test(.enabled(if: geteuid() == 0), arguments: JobSpec.Level.allCases)
    func `a program with a user of its own changes modes, times and attributes of its files`(
        level: JobSpec.Level
    ) throws {
        let observed = try Confined.run(
            "set -e; echo x >x; chmod 640 x; touch -d @1 x; chown $(id -u) x; stat -c '%a %Y' x",
            level: level
        )
        #expect(observed.stdout == "640 1\n", "\(observed.result.stderr)")
        #expect(observed.result.attestation.layers.contains("own_user"))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program dies of its signal as by hand`(level: JobSpec.Level) throws {
        for signal in [SIGTERM, SIGABRT, SIGSEGV, SIGKILL] {
            let observed = try Confined.run("kill -\(signal) $$", level: level)
            #expect(observed.result.exit.ending == .signaled(signal))
        }
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `daemons are ended with the program and hold up nothing`(level: JobSpec.Level) throws {
        let observed = try Confined.run(
            "for i in 1 2 3; do (setsid sh -c 'trap \"\" TERM HUP; sleep 1000' &) ; done; sleep 0.2",
            level: level
        )
        #expect(observed.result.exit.ending == .exited(0))
        #expect(observed.result.endedProcesses >= 3)
        #expect(observed.result.startedAt.duration(to: observed.result.endedAt) < .seconds(30))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program over its time is asked to end, then killed with all its own`(
        level: JobSpec.Level
    ) throws {
        var limits = JobSpec.Limits()
        limits.time = Seconds(.milliseconds(300))
        limits.grace = Seconds(.milliseconds(200))
        let deaf = try Confined.run(
            "trap '' TERM; (setsid sleep 1000 &); while :; do sleep 0.05; done",
            level: level,
            limits: limits
        )
        #expect(deaf.result.intervention == .timedOut(killed: true))
        #expect(deaf.result.exit.ending == .signaled(SIGKILL))
        #expect(deaf.result.endedProcesses >= 1)
        limits.grace = Seconds(.seconds(60))
        let polite = try Confined.run("exec sleep 1000", level: level, limits: limits)
        #expect(polite.result.intervention == .timedOut(killed: false))
        #expect(polite.result.exit.ending == .signaled(SIGTERM))
    }

    @Test(arguments: JobSpec.Level.allCases)
    func `a program that is not there is our failure`(level: JobSpec.Level) throws {
        let error = #expect(throws: SandboxError.self) {
            _ = try Confined.run("", level: level, path: "/no/such")
        }
        #expect(error == .isolation(step: "exec", subject: "/no/such", code: ENOENT))
    }

    @Test func `a run directory that is not there is our failure, and nothing runs`() throws {
        for level in JobSpec.Level.allCases {
            let error = #expect(throws: SandboxError.self) {
                _ = try Confined.run("echo ran", level: level, runDirectory: "/no/such/run")
            }
            #expect("\(error!)".contains("/no/such"), "\(error!)")
        }
    }
}

/// Runs shell scripts isolated, each in a directory of its own that is gone afterwards.
enum Confined {
    struct Observed: Sendable {
        var result: SandboxResult
        var report: [UInt8]
        var stdout: String { String(decoding: result.stdout.bytes, as: UTF8.self) }
    }

    static func probe(_ level: JobSpec.Level) throws -> Attestation {
        try inDirectory { directory in
            try EventLoop.run { loop in
                try await sandbox(loop).probe(level, runDirectory: directory)
            }
        }
    }

    static func run(
        _ script: String,
        level: JobSpec.Level,
        path: String = "/bin/sh",
        arguments: [String]? = nil,
        files: [(path: String, bytes: [UInt8])] = [],
        stdin: [UInt8]? = nil,
        limits: JobSpec.Limits = .init(),
        artifacts: [String] = [],
        network: JobSpec.Network? = nil,
        environment: [String: String] = [:],
        runtimes: [String] = [],
        readable: [String] = [],
        runDirectory: String? = nil
    ) throws -> Observed {
        try inDirectory { made in
            let directory = runDirectory ?? made
            let command = SandboxCommand(
                path: path,
                arguments: arguments ?? ["sh", "-c", script],
                environment: environment.merging(
                    ["PATH": "/usr/bin:/bin", "TMPDIR": "\(directory)/tmp"]
                ) { own, _ in own },
                directory: "\(directory)/work",
                stdin: stdin,
                limits: limits,
                artifacts: artifacts,
                confinement: SandboxCommand.Confinement(
                    level: level,
                    network: network ?? (level == .strict ? .loopback : .none),
                    runDirectory: directory,
                    files: files,
                    runtimes: runtimes,
                    readable: readable
                )
            )
            return try EventLoop.run { loop in
                let sandbox = try sandbox(loop)
                var report: [UInt8] = []
                let result = unsafe try await sandbox.run(command, name: "1", as: sandbox.newRun())
                {
                    unsafe report += Array($0)
                }
                return Observed(result: result, report: report)
            }
        }
    }

    private static func sandbox(_ loop: EventLoop) throws -> Sandbox {
        try Sandbox(on: loop, instance: "test-\(getpid())-\(UUIDv7().text)", adoptsOrphans: false)
    }

    /// A directory below one that every user can walk through.
    static func inDirectory<R>(_ body: (String) throws -> R) throws -> R {
        var template = Array("/tmp/loopbox-confined-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemError.last("mkdtemp") }
        let base = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        unsafe chmod(base, 0o711)
        let directory = WorkDirectory(base: base, name: "run")
        try directory.makeEmpty()
        defer {
            directory.remove()
            #expect(unsafe rmdir(base) == 0, "something is left in \(base)")
        }
        return try body(directory.path)
    }
}
