// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxRuntimes
import Testing

@Suite struct `Frame decoder` {
    private func frame(_ json: String) -> [UInt8] {
        let length = json.utf8.count
        return [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + Array(json.utf8)
    }

    private var hello: [UInt8] {
        frame(
            #"{"k":"hello","seq":1,"at":7,"version":"3.13.0","born":5,"cwd":"/w","library":"/l/"}"#
        )
    }
    private var bye: [UInt8] { frame(#"{"k":"bye","seq":2,"at":9}"#) }

    @Test func `a report with a farewell is complete`() throws {
        var decoder = FrameDecoder()
        #expect(decoder.state == .incomplete)
        let facts = decoder.read(hello + bye)
        #expect(facts.map(\.kind) == [.hello, .bye])
        #expect(facts.first?.version == "3.13.0")
        #expect(facts.first?.born == 5)
        #expect(decoder.state == .complete)
    }

    @Test func `frames may arrive byte by byte`() {
        var decoder = FrameDecoder()
        let facts = (hello + bye).flatMap { decoder.read([$0]) }
        #expect(facts.map(\.kind) == [.hello, .bye])
        #expect(decoder.state == .complete)
    }

    private static let dump = """
        Timeout (0:00:02.850000)!
        Thread 0x00007f3b8d7fb640 (most recent call first):
          File "/w/main.py", line 16 in two
          File "/usr/lib/python3.13/threading.py", line 1012 in run

        Thread 0x00007f3b8e3ff640 (most recent call first):
          File "/usr/lib/python3.13/concurrent/futures/thread.py", line 89 in _worker

        Thread 0x00007f3b8f1d2740 [main] (most recent call first):
          File "/w/main.py", line 4 in <module>

        """

    @Test func `stacks that the interpreter writes between frames are kept, and no frame is lost`()
    {
        var decoder = FrameDecoder()
        let stream = hello + Array(Self.dump.utf8) + bye
        for cut in stream.indices {
            decoder = FrameDecoder()
            let facts = decoder.read(Array(stream[..<cut])) + decoder.read(Array(stream[cut...]))
            #expect(facts.map(\.kind) == [.hello, .bye], "\(cut)")
            #expect(decoder.stacks == Array(Self.dump.utf8), "\(cut)")
        }
        #expect(decoder.state == .complete)
        _ = decoder.read(
            Array(repeating: UInt8(ascii: "T"), count: 2 * FrameDecoder.stacksBytesMax)
        )
        #expect(decoder.stacks.count == FrameDecoder.stacksBytesMax)
    }

    @Test func `a dump tells threads but those without work, and what they are called`() throws {
        let builder = FindingsBuilder(files: ["main.py": "a\nb\nc\nsleep()\n"], run: 1)
        var decoder = FrameDecoder()
        let facts = decoder.read(hello + Array(Self.dump.utf8))
        let standing = try #require(builder.standing(from: facts, stacks: decoder.stacks))
        #expect(standing.threads.map(\.name) == ["", "main"])
        #expect(standing.threads.map(\.function) == ["two", "<module>"])
        #expect(standing.threads.map { $0.stack.map(\.line) } == [[16], [4]])
        #expect(standing.threads.last?.stack.last?.snippet == "sleep()")
    }

    @Test func `a frame that breaks off leaves the report incomplete`() {
        var decoder = FrameDecoder()
        _ = decoder.read(bye + hello.dropLast())
        #expect(decoder.state == .incomplete)
    }

    @Test(arguments: [
        "{", "null", "[]", #"{"k":"unknown","seq":1,"at":1}"#, #"{"k":"bye","seq":1}"#,
        #"{"k":"bye","seq":1,"at":1e400}"#, #"{"k":"bye","seq":1,"at":99999999999999999999}"#,
        #"{"k":"slow","seq":1,"at":1,"stack":[["a"]]}"#, "\u{0}",
        String(repeating: "[", count: 100_000),
    ])
    func `a frame that is none is counted and the next one read`(_ json: String) {
        var decoder = FrameDecoder()
        let facts = decoder.read(frame(json) + bye)
        #expect(facts.map(\.kind) == [.bye])
        #expect(decoder.badFrames == 1)
        #expect(decoder.state == .incomplete)
    }

    @Test func `bytes that are no UTF-8 are a bad frame`() {
        var decoder = FrameDecoder()
        _ = decoder.read([0, 0, 0, 2, 0xff, 0xfe])
        #expect(decoder.badFrames == 1)
    }

    @Test func `exceptions nested deeper than the harness writes are refused`() {
        func nested(_ depth: Int) -> String {
            let open = #"{"type":"E","id":1,"message":"","frames":[],"cause":"#
            return #"{"k":"uncaught","seq":1,"at":1,"exception":"#
                + String(repeating: open, count: depth) + "null"
                + String(repeating: "}", count: depth + 1)
        }
        var decoder = FrameDecoder()
        #expect(decoder.read(frame(nested(FrameDecoder.depthMax - 2))).count == 1)
        #expect(decoder.read(frame(nested(FrameDecoder.depthMax))).isEmpty)
        #expect(decoder.badFrames == 1)
    }

    @Test func `after a length above the limit nothing is read`() {
        var decoder = FrameDecoder()
        let length = FrameDecoder.frameBytesMax + 1
        let facts = decoder.read(
            [24, 16, 8, 0].map { UInt8(length >> $0 & 255) } + hello + bye
        )
        #expect(facts.isEmpty)
        #expect(decoder.read(bye).isEmpty)
        #expect(decoder.badFrames == 1)
        #expect(decoder.state == .incomplete)
    }

    @Test func `a frame as long as the limit is read`() {
        var decoder = FrameDecoder()
        let head = #"{"k":"raw","seq":1,"at":1,"of":1,"raw":""#
        let text = String(repeating: "x", count: FrameDecoder.frameBytesMax - head.utf8.count - 2)
        #expect(decoder.read(frame(head + text + "\"}")).count == 1)
    }

    @Test func `all bytes together are bounded`() {
        var decoder = FrameDecoder()
        let chunk = [UInt8](repeating: 32, count: FrameDecoder.frameBytesMax - 4)
        let block = [0, 3, 255, 252] + chunk
        for _ in 1..<FrameDecoder.totalBytesMax / block.count { _ = decoder.read(block) }
        let bad = decoder.badFrames
        #expect(decoder.read(bye).count == 1)
        #expect(decoder.read(block).isEmpty)
        #expect(decoder.badFrames == bad + 1)
        #expect(decoder.read(bye).isEmpty)
    }

    @Test func `of many runs each may report less`() {
        var decoder = FrameDecoder(totalBytesMax: 2 * bye.count)
        #expect(decoder.read(bye).count == 1)
        #expect(decoder.read(bye).count == 1)
        #expect(decoder.read(bye).isEmpty)
        #expect(decoder.state == .incomplete)
    }

    @Test func `the number of facts is bounded`() {
        var decoder = FrameDecoder()
        let many = Array(repeatElement(bye, count: 1000).joined())
        for _ in 0..<FrameDecoder.factsMax / 1000 { _ = decoder.read(many) }
        #expect(decoder.state == .complete)
        #expect(decoder.read(bye).isEmpty)
        #expect(decoder.state == .incomplete)
    }

    @Test func `claims out of every range give well-formed findings`() {
        var decoder = FrameDecoder()
        let facts = decoder.read(
            frame(#"{"k":"slow","seq":1,"at":-9223372036854775808,"seconds":1e300}"#)
                + frame(
                    #"{"k":"slow","seq":2,"at":9223372036854775807,"seconds":0.5,"stack":[["m.py",-3,"f",-1,99]]}"#
                )
                + frame(
                    #"{"k":"warning","seq":3,"at":1,"key":1,"file":"m.py","line":9223372036854775807,"bases":[]}"#
                )
                + frame(#"{"k":"count","seq":4,"at":1,"key":1,"n":9223372036854775807}"#)
        )
        #expect(facts.count == 4)
        let findings = FindingsBuilder(files: ["m.py": "f()\n"], run: 1).findings(from: facts)
        #expect(findings.map(\.rule) == ["slow-callback", "other-warning"])
        #expect(findings.map(\.id) == ["f1", "f2"])
        #expect(findings.allSatisfy { ($0.location?.line ?? 1) >= 1 && $0.count >= 1 })
        #expect(findings.allSatisfy { $0.location?.column == nil })
    }
}
