// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxRuntimes

@Suite struct `Fix sentence` {
    private static let text = """
        import asyncio

        async def work(number):
            pass

        class Shop:
            async  def sell(self): pass
        async def main(shop, group):
            work(1)
            shop.sell()
            await prepare(2)
            group.create_task(work(3))
            asyncio.create_task(work(4))
            read("a", mode=5)
            self.log.write(await line())
        """
    private static let source = ProgramSource(
        files: ["main.py": text],
        workDirectory: "/w",
        library: "/usr/lib/python3/"
    )

    /// The sentence about `code`, which blocks the loop.
    private func sentence(about code: String) throws -> String {
        let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = try #require(lines.firstIndex { $0.contains(code) })
        let range = try #require(String(lines[line]).firstRange(of: code))
        let before = String(lines[line])[..<range.lowerBound].count
        let location = Location(
            path: "main.py",
            line: line + 1,
            column: before + 1,
            endColumn: before + 1 + code.count,
            function: "main",
            snippet: String(lines[line])
        )
        return FixSentence.slow([location], in: Self.source)
    }

    @Test(arguments: [
        "work(1)", "shop.sell()", "prepare(2)", "group.create_task(work(3))",
        "asyncio.create_task(work(4))",
    ])
    func `no thread is offered for what makes, takes or gives a coroutine`(
        _ code: String
    ) throws {
        let sentence = try sentence(about: code)
        #expect(!sentence.contains("Write `await asyncio.to_thread"), "\(sentence)")
        #expect(sentence.contains("blocks the loop"), "\(sentence)")
    }

    @Test func `a thread is offered for any other call`() throws {
        let sentence = try sentence(about: "read(\"a\", mode=5)")
        #expect(
            sentence
                == "Write `await asyncio.to_thread(read, \"a\", mode=5)` in place of `read(\"a\", mode=5)`."
        )
    }
}
