// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop
import LoopSystem
import Testing

@Suite struct StreamReaderTests {
    /// A reader of a pipe and the number of its writing end.
    private func pipe(
        on loop: EventLoop,
        limit: Int = StreamReader.limitDefault
    ) throws -> (reader: StreamReader, descriptor: CInt, writing: CInt) {
        let ends = try pipeEnds()
        let reader = try loop.connectReadPipe(FileDescriptor(owning: ends.reading), limit: limit)
        return (reader, ends.reading, ends.writing)
    }

    private func put(_ text: String, _ descriptor: CInt) {
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
    }

    @Test func `lines come one by one, the last without its end, then nothing`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            put("one\ntwo\n\nlast", writing)
            close(writing)
            var lines: [String] = []
            while !reader.atEOF { lines.append(text(try await reader.readLine())) }
            #expect(lines == ["one\n", "two\n", "\n", "last"])
            #expect(try await reader.readLine() == [])
        }
    }

    @Test func `lines are a sequence`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            put("a\nb\n", writing)
            close(writing)
            var lines: [String] = []
            for try await line in reader { lines.append(text(line)) }
            #expect(lines == ["a\n", "b\n"])
        }
    }

    @Test func `a line that comes in pieces is put together`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            let line = loop.createTask { try await reader.readLine() }
            for piece in ["on", "e", "\ntw"] {
                put(piece, writing)
                for _ in 0..<5 { try await loop.sleep(for: .zero) }
            }
            #expect(text(try await line.value) == "one\n")
            #expect(text(try await reader.read(upTo: 100)) == "tw")
            close(writing)
        }
    }

    @Test func `a read gives what there is and not more than was asked for`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            put("hello", writing)
            #expect(text(try await reader.read(upTo: 2)) == "he")
            #expect(try await reader.read(upTo: 0) == [])
            #expect(text(try await reader.read(upTo: 100)) == "llo")
            close(writing)
            #expect(try await reader.read(upTo: 1) == [])
            #expect(reader.atEOF)
        }
    }

    @Test func `exactly so many bytes, or an error with those that came`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            put("abcdefg", writing)
            close(writing)
            #expect(text(try await reader.readExactly(4)) == "abcd")
            #expect(try await reader.readExactly(0) == [])
            let error = await #expect(throws: IncompleteReadError.self) {
                _ = try await reader.readExactly(8)
            }
            #expect(error?.partial == bytes("efg"))
            #expect(error?.description == "3 bytes read on a total of 8 expected bytes")
        }
    }

    @Test func `a separator of several bytes is found where it is split`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            let head = loop.createTask { try await reader.readUntil(bytes("\r\n\r\n")) }
            for piece in ["a\r", "\n\r", "\r\n\r", "\nbody"] {
                put(piece, writing)
                for _ in 0..<5 { try await loop.sleep(for: .zero) }
            }
            #expect(text(try await head.value) == "a\r\n\r\r\n\r\n")
            close(writing)
            let error = await #expect(throws: IncompleteReadError.self) {
                _ = try await reader.readUntil(bytes("\r\n"))
            }
            #expect(error?.partial == bytes("body"))
            #expect(error?.expected == nil)
        }
    }

    @Test func `a separator that does not come within the limit leaves the bytes there`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop, limit: 4)
            put("abcdefgh", writing)
            let error = await #expect(throws: LimitOverrunError.self) {
                _ = try await reader.readUntil(bytes("\n"))
            }
            #expect(error?.isSeparatorFound == false)
            #expect(error?.partial == bytes("abcdefgh"))
            put("\n", writing)
            let found = await #expect(throws: LimitOverrunError.self) {
                _ = try await reader.readUntil(bytes("\n"))
            }
            #expect(found?.isSeparatorFound == false)  // what comes later is not looked at
            #expect(text(try await reader.readExactly(8)) == "abcdefgh")
            close(writing)
        }
    }

    @Test func `the part before the separator may be as long as the limit and no longer`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop, limit: 4)
            put("1234\n12345\nrest\n", writing)
            #expect(text(try await reader.readLine()) == "1234\n")
            let error = await #expect(throws: LimitOverrunError.self) {
                _ = try await reader.readLine()
            }
            #expect(error?.isSeparatorFound == true)
            #expect(error?.partial == bytes("12345"))
            #expect(error?.description == "Separator is found, but chunk is longer than limit")
            // The line that was too long is gone, the next is whole.
            #expect(text(try await reader.readLine()) == "rest\n")
            close(writing)
        }
    }

    @Test func `every wait ends when its task is cancelled, and what comes then is not lost`()
        throws
    {
        try EventLoop.run { loop in
            let (reader, descriptor, writing) = try pipe(on: loop)
            try await expectCancellable(on: loop, watching: descriptor) {
                try await reader.read(upTo: 1)
            }
            try await expectCancellable(on: loop, watching: descriptor) {
                try await reader.readLine()
            }
            put("ab", writing)
            try await expectCancellable(on: loop, watching: descriptor) {
                try await reader.readExactly(3)
            }
            try await expectCancellable(on: loop, watching: descriptor) {
                try await reader.readUntil(bytes("\n"))
            }
            try await expectCancellable(on: loop, watching: descriptor) {
                try await reader.readToEnd()
            }
            close(writing)
            #expect(text(try await reader.readToEnd()) == "ab")
        }
    }

    @Test func `two tasks can't read at once`() throws {
        try EventLoop.run { loop in
            let (reader, _, writing) = try pipe(on: loop)
            let first = loop.createTask { try await reader.readLine() }
            try await loop.sleep(for: .zero)
            let error = await #expect(throws: StreamError.self) {
                _ = try await reader.readExactly(1)
            }
            #expect(
                error?.description.hasPrefix(
                    "StreamReader.readExactly called while another task is already waiting"
                ) == true
            )
            put("x\n", writing)
            #expect(text(try await first.value) == "x\n")
            close(writing)
        }
    }

    @Test func `a sender that always has more does not keep the loop for itself`() throws {
        try EventLoop.run { loop in
            let zero = try FileDescriptor.open("/dev/zero", O_RDONLY)
            let reader = try loop.connectReadPipe(zero)
            let counter = Counter()
            let task = loop.createTask {
                while true {
                    _ = try await reader.read(upTo: 100)
                    counter.increment()
                }
            }
            try await loop.sleep(for: .zero)
            try await loop.sleep(for: .zero)
            #expect(counter.value > 0)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            reader.close()
        }
    }
}
