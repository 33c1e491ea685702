// SPDX-License-Identifier: Apache-2.0

import CSandbox
import Glibc
public import Loop
import LoopSystem

/// Starts digest processes: each does one piece of work on what hostile programs wrote, and may die of
/// it. On the loop.
///
/// The host behind it is started when it is first needed, and again if it died.
/// ``DigestHostProcess`` is its inside.
public final class DigestHost {
    /// What a digest process may use.
    public struct Bounds: Sendable {
        /// Of data: what it has beyond the program's own files.
        public var memory: Int
        /// Of processor time, in seconds.
        public var seconds: Int
        /// Of a file that it writes.
        public var fileSize: Int

        /// `memory` and `fileSize` in bytes, `seconds` of processor time.
        public init(memory: Int, seconds: Int, fileSize: Int) {
            self.memory = memory
            self.seconds = seconds
            self.fileSize = fileSize
        }
    }

    /// A digest process that was asked for.
    public struct Work {
        /// Done with its wait status when it has ended; -1 if it could not be made, or its host died.
        public let ended: Future<CInt>
        let token: UInt64
    }

    enum Order: UInt64 {
        case begin, end
    }

    /// Order, token, kind, argument, memory, seconds, file size.
    static let requestWords = 7
    /// The user of the host, if the server is root: `nobody`, who owns no file.
    static let user: uid_t = 65_534
    /// How long the kernel's buffer may keep the loop from sending a request: it holds a hundred.
    private static let sendBuffer: CInt = 1 << 18

    private let loop: EventLoop
    private var process: Subprocess?
    private var channel: Channel?
    private var reader: Reader?
    private var works: [UInt64: Future<CInt>] = [:]
    private var nextToken: UInt64 = 1

    /// A host that is not started yet.
    public init(on loop: EventLoop) { self.loop = loop }

    deinit { stop() }

    /// Starts a digest process with `files` as its descriptors from 0 on.
    ///
    /// - Throws: ``SandboxError`` if there is no host and none can be started.
    public func begin(
        kind: UInt64,
        argument: UInt64,
        files: [CInt],
        _ bounds: Bounds
    ) throws(SandboxError) -> Work {
        if channel == nil { try start() }
        let token = nextToken
        nextToken += 1
        let words = [
            Order.begin.rawValue, token, kind, argument, UInt64(bounds.memory),
            UInt64(bounds.seconds), UInt64(bounds.fileSize),
        ]
        let ended = Future<CInt>(on: loop)
        works[token] = ended
        guard send(words, files) else {
            let code = errno
            works[token] = nil
            throw .facility("a digest process can't be asked for", code: code)
        }
        return Work(ended: ended, token: token)
    }

    /// Kills the process of `work`; no effect once it has ended.
    public func end(_ work: Work) {
        guard channel != nil, !work.ended.isDone else { return }
        var words = [UInt64](repeating: 0, count: Self.requestWords)
        words[0] = Order.end.rawValue
        words[1] = work.token
        _ = send(words, [])
    }

    private func send(_ words: [UInt64], _ files: [CInt]) -> Bool {
        guard let number = channel?.file.number else { return false }
        return unsafe csandbox_send_files(
            number,
            words,
            UInt64(words.count * 8),
            files,
            CInt(files.count)
        ) == 0
    }

    /// Starts the host: this program once more, under another name.
    public func start() throws(SandboxError) {
        do {
            var ends: [CInt] = [-1, -1]
            let kind = CInt(SOCK_SEQPACKET.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
            guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
                throw SandboxError.channel("\(SystemError.last("socketpair"))")
            }
            let own = FileDescriptor(owning: ends[0])
            let childs = FileDescriptor(owning: ends[1])
            try own.makeNonBlocking()
            var size = Self.sendBuffer
            let length = socklen_t(MemoryLayout<CInt>.size)
            unsafe _ = setsockopt(own.number, SOL_SOCKET, SO_SNDBUF, &size, length)
            let null = try FileDescriptor.null()
            var plan = ProcessPlan(
                path: "/proc/self/exe",
                arguments: [DigestHostProcess.name],
                environment: []
            )
            plan.hasNewSession = true
            plan.deathSignal = SIGKILL
            plan.descriptors = [
                0: null.number, 1: null.number, 2: null.number,
                DigestHostProcess.channel: childs.number,
            ]
            let process = try Subprocess(plan, on: loop)
            let reader = Reader(self)
            try loop.watch(own.number, for: .readable, reader)
            self.process = process
            self.reader = reader
            channel = Channel(consume own)
        } catch let error as SandboxError {
            throw error
        } catch {
            throw .channel("the digest host can't be started: \(error)")
        }
    }

    /// Kills the host and all its processes; the next one that is asked for gets another host.
    public func stop() {
        if let channel { loop.unwatch(channel.file.number) }
        channel = nil
        reader = nil
        if let process {
            process.kill()
            // Kept until its end has been noticed.
            process.exited.addDoneCallback { _ in withExtendedLifetime(process) {} }
        }
        process = nil
        let abandoned = works.values
        works = [:]
        for ended in abandoned where !ended.isDone { try? ended.setResult(-1) }
    }

    fileprivate func read() {
        while let number = channel?.file.number {
            var words: [UInt64] = [0, 0]
            var files = [CInt](repeating: -1, count: Int(CSANDBOX_DIGEST_FILES))
            var count: CInt = 0
            let received = unsafe csandbox_receive_files(number, &words, 16, &files, &count)
            if received < 0, errno == EAGAIN || errno == EINTR { return }
            guard received == 16 else { return stop() }
            let ended = works.removeValue(forKey: words[0])
            try? ended?.setResult(CInt(truncatingIfNeeded: words[1]))
        }
    }
}

/// A class can hold another object without one, and no descriptor.
private final class Channel {
    let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }
}

/// The loop keeps it, and not the host.
private final class Reader: ReadinessHandler {
    private weak var host: DigestHost?

    init(_ host: DigestHost) { self.host = host }

    func ready(_ readiness: Readiness) { host?.read() }
}
