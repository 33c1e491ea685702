// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem
import LoopboxModel
import Testing

/// Processes that do all they can to outlive their run, and a server that dies.
@Suite struct SurvivalTests {
    /// What the processes are called, by which they are found: they bear no mark any more.
    private let name = "loopbox-survivor-\(UUIDv7().text)"

    /// A program that becomes `sleep`, and leaves three more: in sessions of their own, deaf to
    /// signals, without an environment, and without the signal that tells of a parent's death.
    private var program: String {
        """
        import ctypes, os, signal
        def hide():
            for number in range(1, 65):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
            os.execve("/bin/sleep", ["\(name)", "600"], {})
        for _ in range(3):
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.setsid()
                    hide()
                os._exit(0)
            os.wait()
        hide()
        """
    }

    private var survivors: [pid_t] {
        entries("/proc").compactMap { pid_t($0) }.filter {
            contents("/proc/\($0)/cmdline")?.hasPrefix(name) == true
        }
    }

    /// Starts a server that runs the program.
    private func start(_ flags: [String], _ identity: Identity) throws -> ServerProcess {
        // Swift's own report of a crash takes seconds, in which the server is there yet.
        let server = try ServerProcess(
            flags,
            environment: ["SWIFT_BACKTRACE": "enable=no"],
            as: identity
        )
        _ = try server.submit(spec(program, "limits: {time: 60s}\n")).job
        try eventually("the processes are there") { survivors.count == 4 }
        return server
    }

    /// Ends a server that runs the program.
    ///
    /// - Returns: the server. It kills what bears its mark when it goes, the keeper for one.
    private func crash(
        _ flags: [String],
        _ identity: Identity,
        _ signal: CInt
    ) throws -> ServerProcess {
        let server = try start(flags, identity)
        server.process.kill(signal)
        #expect(server.process.wait(within: .seconds(10)) == .signaled(signal))
        return server
    }

    @Test(arguments: Place.all)
    func `nothing of a run outlives its server, however that dies`(place: Place) throws {
        for signal in [SIGKILL, SIGABRT] {
            defer { for process in survivors { kill(process, SIGKILL) } }
            let server = try crash(place.flags, place.identity, signal)
            // On a machine that is busy, longer than the milliseconds it takes.
            try withExtendedLifetime(server) {
                try eventually("they are gone", within: .seconds(10)) { survivors.isEmpty }
            }
        }
    }

    @Test(arguments: Place.all)
    func `nothing of a run outlives its keeper, however that dies`(place: Place) throws {
        defer { for process in survivors { kill(process, SIGKILL) } }
        let server = try start(place.flags, place.identity)
        let stat = contents("/proc/\(try #require(survivors.first))/stat") ?? ""
        let keeper = try #require(
            stat.split(separator: " ").dropFirst(3).first.flatMap { pid_t($0) }
        )
        kill(keeper, SIGKILL)
        try eventually("they are gone", within: .seconds(10)) { survivors.isEmpty }
        server.terminate()
    }

    @Test func `without isolation the same processes stay`() throws {
        defer { for process in survivors { kill(process, SIGKILL) } }
        let server = try crash(
            ["--runtime", "python=\(ServerProcess.reference)"],
            .own,
            SIGKILL
        )
        // The keeper is told by the kernel at once; whoever is there after so long stays.
        usleep(500_000)
        withExtendedLifetime(server) { #expect(survivors.count == 4) }
    }
}
