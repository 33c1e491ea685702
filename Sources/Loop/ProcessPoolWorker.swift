// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

/// The messages between a pool and its workers: a count of four bytes, then so many bytes.
enum PoolMessage {
    /// The most bytes of one message: both sides hold it whole, and a count that is read from a
    /// broken stream must not claim all memory.
    static let bytesMax = 16 * 1024 * 1024
    /// The worker's first message: both sides are one program, but it may have been replaced on the
    /// disk while it runs.
    static let greeting: [UInt8] = Array("loop-pool-1".utf8)

    /// What a worker's answer is, its first byte.
    enum Answer: UInt8 { case result, failure, unknownTask, unreadable, tooLarge }

    static func framed(_ payload: [UInt8]) throws(ProcessPoolError) -> [UInt8] {
        guard payload.count <= bytesMax else {
            throw .messageTooLarge(bytes: payload.count, bytesMax: bytesMax)
        }
        var frame: [UInt8] = []
        frame.reserveCapacity(payload.count + 4)
        BinaryValue.putCount(payload.count, &frame)
        frame += payload
        return frame
    }

    static func count(_ head: [UInt8]) -> Int {
        head.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    }
}

/// The life of a worker: one call after the other over one socket, blocking, until the pool closes
/// it.
struct ProcessPoolWorker {
    let descriptor: CInt
    let tasks: [String: any ProcessPoolTask.Type]

    func serve() -> Never {
        // What the tasks start is not to hold the socket open.
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        send(PoolMessage.greeting)
        while true {
            let count = PoolMessage.count(receive(4))
            guard count <= PoolMessage.bytesMax else { exit(protocolStatus) }
            send(answer(receive(count)))
        }
    }

    private func answer(_ request: [UInt8]) -> [UInt8] {
        var reader = BinaryReader(rest: request[...])
        guard let name = try? reader.text() else { exit(protocolStatus) }
        guard let task = tasks[name] else { return [PoolMessage.Answer.unknownTask.rawValue] }
        return perform(task, reader.rest)
    }

    private func perform<T: ProcessPoolTask>(_ task: T.Type, _ bytes: ArraySlice<UInt8>) -> [UInt8]
    {
        let argument: T.Argument
        do {
            argument = try BinaryCoder.decode(T.Argument.self, from: bytes)
        } catch {
            return unreadable("the argument can't be read: \(error)")
        }
        let output: T.Output
        do {
            output = try T.run(argument)
        } catch {
            var answer = [PoolMessage.Answer.failure.rawValue]
            BinaryValue.putText("\(type(of: error))", &answer)
            BinaryValue.putText("\(error)", &answer)
            return answer
        }
        do {
            return [PoolMessage.Answer.result.rawValue] + (try BinaryCoder.encode(output))
        } catch {
            return unreadable("the result can't be sent: \(error)")
        }
    }

    private func unreadable(_ reason: String) -> [UInt8] {
        var answer = [PoolMessage.Answer.unreadable.rawValue]
        BinaryValue.putText(reason, &answer)
        return answer
    }

    private func send(_ payload: [UInt8]) {
        let frame: [UInt8]
        do {
            frame = try PoolMessage.framed(payload)
        } catch {
            var answer = [PoolMessage.Answer.tooLarge.rawValue]
            BinaryValue.putCount(payload.count, &answer)
            send(answer)
            return
        }
        var sent = 0
        while sent < frame.count {
            let count = unsafe frame.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress! + sent, $0.count - sent)
            }
            guard count > 0 || errno == EINTR else { exit(0) }
            sent += max(count, 0)
        }
    }

    private func receive(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let read = unsafe read(descriptor, buffer.baseAddress! + filled, count - filled)
                // 0: the pool is closed, or its process is gone.
                guard read > 0 || (read < 0 && errno == EINTR) else { exit(0) }
                filled += max(read, 0)
            }
        }
    }

    /// EX_PROTOCOL, sysexits.h.
    private var protocolStatus: CInt { 76 }
}
