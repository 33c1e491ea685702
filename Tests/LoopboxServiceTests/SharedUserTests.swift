// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import LoopSystem
import LoopboxSandbox
import Testing

/// A server that is not root: its runs have its own user, so that only the sandbox stands between
/// them and what is the server's. That is how the image starts it.
@Suite(.enabled(if: geteuid() == 0, "only root can start a server as somebody else"))
struct SharedUserTests {
    private static func server(_ level: String) throws -> ServerProcess {
        try ServerProcess(
            [
                "--sandbox", level, "--slots", "2", "--runtime",
                "python=\(ServerProcess.reference)",
            ],
            as: .nobody
        )
    }

    /// Tries to change each of `sys.argv[1:]` in every way that its owner has.
    private static let changes = #"""
        import ctypes, os, sys
        LIBC = ctypes.CDLL(None, use_errno=True)
        def raw(number, *arguments):
            if LIBC.syscall(number, *arguments) == -1:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        def ways(path):
            name = path.encode()
            at = lambda: os.open(path, os.O_PATH)
            # First, as it asks for the right to write, too.
            yield "setxattr", lambda: os.setxattr(path, "user.x", b"x")
            yield "chmod", lambda: os.chmod(path, 0)
            yield "chmod by dots", lambda: os.chmod("../" * 30 + path[1:], 0)
            yield "chmod by /proc", lambda: os.chmod("/proc/self/root" + path, 0)
            yield "chmod by O_PATH", lambda: os.chmod("/proc/self/fd/%d" % at(), 0)
            yield "fchmod", lambda: os.fchmod(os.open(path, os.O_RDONLY), 0)
            yield "fchmodat2", lambda: raw(452, at(), b"", 0, 0x1000)
            yield "chown", lambda: os.chown(path, os.getuid(), os.getgid())
            yield "lchown", lambda: os.lchown(path, os.getuid(), os.getgid())
            yield "utimensat", lambda: os.utime(path, (1, 1))
            yield "futimens", lambda: os.utime(os.open(path, os.O_RDONLY), (1, 1))
            yield "setxattrat", lambda: raw(463, at(), b"", 0x1000, b"user.x", None, 0)
            yield "file_setattr", lambda: raw(469, -100, name, ctypes.create_string_buffer(32), 32, 0)
            yield "rename", lambda: os.rename(path, path + "-moved")
            yield "inotify", lambda: raw(254, LIBC.inotify_init1(0), name, 0xfff)
            if not os.path.isdir(path):
                yield "truncate", lambda: os.truncate(path, 0)
                yield "open", lambda: os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666))
                yield "unlink", lambda: os.unlink(path)
            else:
                yield "create", lambda: open(path + "/left", "w").close()
                if "harness" not in path:
                    yield "list", lambda: os.listdir(path)
        done = []
        for path in sys.argv[1:]:
            for way, change in ways(path):
                try:
                    change()
                    done.append((way, path))
                except OSError:
                    pass
        print(done)
        """#

    private func paths(_ server: ServerProcess) throws -> [String] {
        let data = server.home("data")
        let harness = "\(data)/harness/\(entries("\(data)/harness")[0])"
        return [
            server.home.path, data, "\(data)/work", "\(data)/work/gone", harness,
            "\(harness)/sitecustomize.py", "\(data)/loopbox.sqlite",
        ]
    }

    private func state(_ paths: [String]) -> [String] {
        paths.map { path in
            var status = stat()
            lstat(path, &status)
            // What the server itself writes to has a new time.
            let isWritten =
                path.hasSuffix("data") || path.hasSuffix("work")
                || path.hasSuffix("gone") || path.hasSuffix("sqlite")
            let time = isWritten ? 0 : status.st_mtim.tv_sec
            return "\(path) \(status.st_mode) \(status.st_uid) \(time)"
        }
    }

    @Test(arguments: ["standard", "strict"])
    func `a run changes, closes and watches nothing of the server's`(level: String) throws {
        let server = try Self.server(level)
        let first = try server.submit(spec("print(1)"), "wait=60s").json
        #expect(first.runs[0].exit.int == 0, "\(first)")
        let layers = first.runs[0].sandbox.layers.array.compactMap(\.string)
        #expect(!layers.contains("own_user") && layers.contains("seccomp"), "\(layers)")
        let paths = try paths(server)
        let before = state(paths)
        let arguments = paths.map { "\"\($0)\"" }.joined(separator: ", ")
        let more = "  args: [\(arguments)]\n"
        let job = try server.submit(spec(Self.changes, more), "wait=60s")
        let words = try server.curl("/v1/jobs/\(job.job)/output?stream=stdout").text
        // At level strict the folders above its own are its own as well.
        if level == "standard" { #expect(words == "[]\n", "\(words) \(job.json)") }
        #expect(state(paths) == before)
        let next = try server.submit(spec("print(1)"), "wait=60s").json
        #expect(next.runs[0].exit.int == 0 && next.runs[0].report.string != "incomplete", "\(next)")
        #expect(try server.curl("/readyz").status == 200)
        server.terminate()
    }

    /// The control: the same program, as the same user, outside of the sandbox.
    @Test func `without the sandbox the same user changes all of it`() throws {
        let home = try TemporaryDirectory()
        let folder = home("folder")
        let file = "\(folder)/file"
        mkdir(folder, 0o755)
        try home.write("x", to: "folder/file")
        for path in [home.path, folder, file] {
            chown(path, Identity.nobodysID, Identity.nobodysID)
        }
        for path in [file, folder] {
            let told = try Finished(
                Identity.nobody.command[0],
                Identity.nobody.command.dropFirst()
                    + [ServerProcess.reference, "-c", Self.changes, path]
            )
            #expect(told.stdout.contains("('chmod', '\(path)')"), "\(told)")
            #expect(told.stdout.contains("('chown', '\(path)')"), "\(told)")
            #expect(told.stdout.contains("('setxattr', '\(path)')"), "\(told)")
            #expect(told.stdout.contains("('utimensat', '\(path)')"), "\(told)")
            chmod(folder, 0o755)
        }
    }

    @Test func `every attack is held where runs and server have the same user`() throws {
        let home = try TemporaryDirectory()
        chown(home.path, Identity.nobodysID, Identity.nobodysID)
        let doctor = try Finished(
            Identity.nobody.command[0],
            Identity.nobody.command.dropFirst()
                + [ServerProcess.loopbox, "doctor", "--attack", "--data", home("data")],
            environment: ServerProcess.environment(home),
            within: .seconds(180)
        )
        #expect(doctor.status == .exited(0), "\(doctor.stdout) \(doctor.stderr)")
        #expect(doctor.stdout.contains("missing  own_user"), "\(doctor.stdout)")
        #expect(entries(home.path) == ["data"])
    }

    @Test(arguments: [
        ("await asyncio.open_connection('127.0.0.1', 80)", "Level standard has no network"),
        (
            "(await asyncio.start_server(print, '127.0.0.1', 0)).sockets[0]",
            "Level standard has no network"
        ),
        ("socket.create_connection(('127.0.0.1', 80))", "Level standard has no network"),
        ("shutil.copy2(__file__, 'copy')", "use `shutil.copyfile()` for contents"),
        ("os.utime(__file__)", "use `shutil.copyfile()` for contents"),
    ])
    func `what the sandbox refuses is not said to be the program's mistake`(
        code: String,
        fix: String
    ) throws {
        let server = try Self.server("standard")
        let source = """
            import asyncio, os, shutil, socket
            async def main():
                \(code)
            asyncio.run(main())
            """
        let answer = try server.submit(spec(source), "wait=60s&format=text")
        #expect(answer.text.contains(fix), "\(answer.text)")
        #expect(!answer.text.contains("fix: Catch it"), "\(answer.text)")
        server.terminate()
    }

    /// The kernel counts descriptors in flight by user.
    @Test(arguments: ["standard", "strict"])
    func `a run with all descriptors in flight does not keep artifacts from others`(
        level: String
    ) throws {
        let server = try Self.server(level)
        let greedy = try server.submit(
            spec(
                """
                import array, os, socket, time
                kept = []
                null = os.open("/dev/null", os.O_RDONLY)
                sent = 0
                try:
                    while True:
                        ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                        kept.append(ends)
                        ends[0].setblocking(False)
                        try:
                            while True:
                                fds = array.array("i", [null] * 200).tobytes()
                                ends[0].sendmsg([b"x"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
                                sent += 200
                        except BlockingIOError:
                            pass
                except OSError as error:
                    print(sent, error, flush=True)
                time.sleep(60)
                """,
                "limits: {open_files: 1024}\n"
            )
        )
        try eventually("the greedy run has what it can have") {
            Self.isAnyAsleep(server)
        }
        for _ in 0..<3 {
            let job = try server.submit(
                spec("open('kept', 'w').write('x')", "artifacts: [kept]\n"),
                "wait=60s"
            ).json
            #expect(job.outcome.string == "exited", "\(job)")
            #expect(job.runs[0].artifacts.kept[0].path.string == "kept", "\(job)")
        }
        _ = try server.curl("/v1/jobs/\(greedy.job)/cancel", "-X", "POST")
        let ended = try server.curl("/v1/jobs/\(greedy.job)?wait=60s").json
        #expect(ended.outcome.string == "cancelled", "\(ended)")
        // It came as far as the kernel lets it.
        let words = try server.curl("/v1/jobs/\(greedy.job)/output?stream=stdout").text
        #expect(words.contains("[Errno 109]"), "\(words)")
        server.terminate()
    }

    /// Its process has gone to sleep, which it does when nothing more goes.
    private static func isAnyAsleep(_ server: ServerProcess) -> Bool {
        server.jobProcesses.contains { process in
            (contents("/proc/\(process)/wchan") ?? "").contains("nanosleep")
        }
    }

    @Test func `a run does not find its neighbour, nor the socket in its directory`() throws {
        let server = try Self.server("standard")
        let neighbour = try server.submit(
            spec(
                """
                import os, socket, time
                listener = socket.socket(socket.AF_UNIX)
                listener.bind("socket")
                listener.listen()
                print(os.getcwd(), flush=True)
                time.sleep(60)
                """
            )
        )
        let place = try eventually("the neighbour's directory") {
            entries(server.home("data/work")).first { name in
                FileManager.default.fileExists(atPath: server.home("data/work/\(name)/work/socket"))
            }
        }
        // Nothing of the job is in it.
        #expect(place.count == 32 && !place.contains(neighbour.job.prefix(8)))
        let search = """
            import glob, os, sys
            work = sys.argv[1]
            print([name for name in glob.glob(work + "/*/work/socket")])
            for path in ("/proc", work, work + "/gone", "/proc/net/unix", "/proc/locks"):
                try:
                    print(path, os.listdir(path) if os.path.isdir(path) else open(path).read())
                except OSError:
                    pass
            """
        let more = "  args: [\"\(server.home("data/work"))\"]\n"
        let job = try server.submit(spec(search, more), "wait=60s")
        let words = try server.curl("/v1/jobs/\(job.job)/output?stream=stdout").text
        #expect(words == "[]\n", "\(words)")
        _ = try server.curl("/v1/jobs/\(neighbour.job)/cancel", "-X", "POST")
        let ended = try server.curl("/v1/jobs/\(neighbour.job)?wait=60s").json
        #expect(ended.outcome.string == "cancelled", "\(ended)")
        server.terminate()
    }
}
