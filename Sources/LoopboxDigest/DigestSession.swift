// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import LoopboxSandbox

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One piece of work that a digest process does. On the loop.
///
/// The server writes the request and reads the answer's head by pipes; all that is large comes in a
/// file without a name, which the loop never touches.
final class DigestSession {
    private let host: DigestHost
    private let loop: EventLoop
    private let kind: DigestKind
    private let work: DigestHost.Work
    private let answer: AnswerFile
    private let head: HeadReader
    private var request: FileDescriptor?
    /// Of a report: in case that the process dies before the program does.
    private var report: FileDescriptor?
    private var drain: PipeReader?

    /// How long a host may take to end a process.
    private static let hostLimit: Duration = .milliseconds(500)

    /// Starts a process for work of `kind`.
    ///
    /// - Parameters:
    ///   - directory: for its answer.
    ///   - report: the end of a pipe from which the report of a program is read.
    ///   - onEvent: is told what the process says before its answer.
    init(
        _ kind: DigestKind,
        argument: Int = 0,
        by host: DigestHost,
        on loop: EventLoop,
        directory: String,
        report: consuming FileDescriptor? = nil,
        onEvent: @escaping (UInt8) -> Void = { _ in }
    ) throws(DigestError) {
        self.host = host
        self.loop = loop
        self.kind = kind
        self.report = report
        do {
            let input = try FileDescriptor.pipe()
            let output = try FileDescriptor.pipe()
            answer = AnswerFile(try FileDescriptor.unnamed(in: directory))
            var files = [input.reading.number, output.writing.number, answer.number]
            if let report = self.report?.number { files.append(report) }
            let head = HeadReader(onEvent)
            unsafe head.pipe = try PipeReader(on: loop, try output.reading.duplicate()) { bytes in
                unsafe head.read(bytes)
            }
            self.head = head
            request = try input.writing.duplicate()
            do throws(SandboxError) {
                work = try host.begin(
                    kind: kind.rawValue,
                    argument: UInt64(argument),
                    files: files,
                    kind.bounds
                )
            } catch {
                head.close()
                throw DigestError.host(error)
            }
        } catch let error as DigestError {
            throw error
        } catch let error as SystemError {
            throw .file(error)
        } catch {
            throw .host(.channel("\(error)"))
        }
        work.ended.addDoneCallback { [weak self] _ in self?.drainReport() }
    }

    /// A program must never stand still because its report is not read.
    private func drainReport() {
        guard let copy = try? report?.duplicate() else { return }
        report = nil
        drain = unsafe try? PipeReader(on: loop, copy) { _ in }
    }

    /// Gives the work up.
    func abandon() {
        host.end(work)
        release()
    }

    private func release() {
        head.close()
        request = nil
        report = nil
        drain?.finish()
        drain = nil
    }

    /// Sends `request` and waits for the answer.
    ///
    /// - Throws: ``DigestError``; `CancellationError` if the caller is cancelled.
    func finish<Answer: Codable & Sendable & SendableMetatype>(
        _ request: [UInt8],
        _ type: Answer.Type
    ) async throws -> (answer: Answer, file: AnswerFile, lengths: [Int]) {
        defer { release() }
        var isLate = false
        let ended = Future<CInt>(on: loop)
        work.ended.addDoneCallback { status in
            guard !ended.isDone, let status = try? status.result() else { return }
            try? ended.setResult(status)
        }
        let timer = try loop.callLater(.seconds(kind.seconds)) { [host, work] in
            isLate = true
            host.end(work)
        }
        // A host that does not answer is of no use to others either.
        let lastTimer = try loop.callLater(.seconds(kind.seconds) + Self.hostLimit) { [host] in
            if !ended.isDone { host.stop() }
        }
        defer {
            timer.cancel()
            lastTimer.cancel()
        }
        report = nil
        let writer = try PipeWriter(on: loop, try takeRequestEnd(), request)
        defer { writer.close() }
        let status: CInt
        do {
            status = try await ended.value
        } catch {
            host.end(work)
            throw error
        }
        head.close()
        if isLate { throw DigestError.late(seconds: kind.seconds) }
        let signal = status & 0x7f
        if signal == SIGXCPU || signal == SIGKILL { throw DigestError.late(seconds: kind.seconds) }
        if signal == SIGXFSZ { throw DigestError.tooLarge(bytesMax: DigestKind.answerMax) }
        if status > 0, signal != 0 { throw DigestError.died(signal: signal) }
        guard status == 0, let bytes = head.answer else { throw DigestError.silent }
        let decoded = try? await loop.runInExecutor {
            try JSONDecoder().decode(DigestHead<Answer>.self, from: Data(bytes))
        }
        guard let decoded else { throw DigestError.silent }
        return (decoded.answer, answer, decoded.lengths)
    }

    /// The end of the pipe for the request, once.
    private func takeRequestEnd() throws -> FileDescriptor {
        guard let end = request.take() else { throw DigestError.silent }
        return end
    }
}

/// What a digest process writes to its pipe: events, then the head of its answer.
private final class HeadReader {
    var pipe: PipeReader?
    private let onEvent: (UInt8) -> Void
    private var bytes: [UInt8]?

    init(_ onEvent: @escaping (UInt8) -> Void) { self.onEvent = onEvent }

    /// Reads what is there, and no more after that.
    func close() {
        pipe?.finish()
        // It keeps us, for what it reads.
        pipe = nil
    }

    /// nil: there is none, or it is too long to be one.
    var answer: [UInt8]? {
        guard let bytes, bytes.count <= DigestKind.headMax else { return nil }
        return bytes
    }

    func read(_ piece: UnsafeRawBufferPointer) {
        var piece = unsafe Array(piece)[...]
        while bytes == nil, let event = piece.popFirst() {
            if event == DigestEvent.answer { bytes = [] } else { onEvent(event) }
        }
        if let count = bytes?.count, count <= DigestKind.headMax { bytes? += piece }
    }
}

/// The file with what belongs to an answer; gone when nobody has it any more.
public final class AnswerFile: Sendable {
    private let file: FileDescriptor

    init(_ file: consuming FileDescriptor) { self.file = file }

    var number: CInt { file.number }

    /// `count` bytes from `offset` on; fewer at the end. Blocks: call it on a worker thread.
    public func bytes(from offset: Int, count: Int) throws(SystemError) -> [UInt8] {
        try readBytes(file.number, from: offset, count: count)
    }
}
