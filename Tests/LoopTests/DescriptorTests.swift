// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct DescriptorTests {
    @Test func `a reader is called while there is something, and no more once it is taken away`()
        throws
    {
        let loop = try EventLoop()
        let ends = try pipeEnds()
        let counter = Counter()
        #expect(!loop.removeReader(ends.reading))
        try loop.addReader(ends.reading) {
            counter.increment()
            if counter.value == 3 { loop.stop() }
        }
        #expect(write(ends.writing, "x", 1) == 1)
        try loop.runForever()
        #expect(counter.value == 3)
        #expect(loop.removeReader(ends.reading))
        #expect(!loop.removeReader(ends.reading))
        #expect(!isWatched(ends.reading))
        try loop.callLater(.milliseconds(1)) { loop.stop() }
        try loop.runForever()
        #expect(counter.value == 3)
        close(ends.reading)
        close(ends.writing)
    }

    @Test func `a reader and a writer of one descriptor come and go independently`() throws {
        let loop = try EventLoop()
        let (near, far) = try Socket.pair().split { ($0.release(), $1.release()) }
        let journal = Journal()
        try loop.addWriter(near) {
            journal.note("writable")
            #expect(loop.removeWriter(near))
            #expect(write(far, "x", 1) == 1)
        }
        try loop.addReader(near) {
            journal.note("readable")
            #expect(loop.removeReader(near))
            loop.stop()
        }
        try loop.runForever()
        #expect(journal.entries == ["writable", "readable"])
        #expect(!isWatched(near))
        close(near)
        close(far)
    }

    @Test func `a reader replaces the one before it`() throws {
        let loop = try EventLoop()
        let ends = try pipeEnds()
        close(ends.writing)
        let journal = Journal()
        try loop.addReader(ends.reading) { journal.note("first") }
        try loop.addReader(ends.reading) {
            journal.note("second")
            loop.stop()
        }
        try loop.runForever()
        #expect(journal.entries == ["second"])
        loop.removeReader(ends.reading)
        close(ends.reading)
    }

    @Test func `a descriptor that a stream waits on can't have a reader, and the stream goes on`()
        throws
    {
        try EventLoop.run { loop in
            let ends = try pipeEnds()
            let reader = try loop.connectReadPipe(FileDescriptor(owning: ends.reading))
            let line = loop.createTask { try await reader.readLine() }
            try await loop.sleep(for: .zero)
            #expect(throws: LoopError.self) { try loop.addReader(ends.reading) {} }
            #expect(write(ends.writing, "x\n", 2) == 2)
            #expect(text(try await line.value) == "x\n")
            reader.close()
            close(ends.writing)
        }
    }

    @Test func `a file is no pipe`() throws {
        try EventLoop.run { loop in
            let error = #expect(throws: StreamError.self) {
                _ = try loop.connectReadPipe(try FileDescriptor.open("/proc/self/stat", O_RDONLY))
            }
            #expect(error?.description.contains("read files with runInExecutor") == true)
            #expect(throws: StreamError.self) {
                _ = try loop.connectWritePipe(try FileDescriptor.open("/tmp", O_RDONLY))
            }
        }
    }
}
