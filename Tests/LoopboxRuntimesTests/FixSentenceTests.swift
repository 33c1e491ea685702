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
            load("b"), load("c")
            return load("d")  # slowly
            self.rows = load("e")
            time.sleep(0.5)
            first = second = load("f")
            rows = [load("g") for _ in range(2)]
            later = lambda: load("h")

        def plain():
            load("i")
        """
    private static let source = ProgramSource(
        files: ["main.py": text],
        workDirectory: "/w",
        library: "/usr/lib/python3/"
    )

    /// The sentence about `code`, which blocks the loop.
    private func sentence(about code: String) throws -> String { try cure(of: code).text }

    private func cure(of code: String) throws -> Cure {
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

    @Test(arguments: [
        ("    load(order)  # slowly", "load(order)"),
        (##"  print("#1", '\'#')  # "quoted""##, ##"print("#1", '\'#')"##), ("\tpass", "pass"),
    ])
    func `a line is quoted without its comment`(_ line: String, _ quoted: String) {
        #expect(FixSentence.statement(line) == quoted)
    }

    @Test func `a thread is offered for any other call`() throws {
        let sentence = try sentence(about: "read(\"a\", mode=5)")
        #expect(
            sentence
                == "Write `await asyncio.to_thread(read, \"a\", mode=5)` in place of `read(\"a\", mode=5)`."
        )
    }

    @Test(arguments: [
        (#"load("d")"#, #"await asyncio.to_thread(load, "d")"#),
        (#"load("e")"#, #"await asyncio.to_thread(load, "e")"#),
        ("time.sleep(0.5)", "await asyncio.sleep(0.5)"),
    ])
    func `a call that is all of a statement or of its value is replaced`(
        _ code: String,
        _ new: String
    ) throws {
        let edit = try #require(try cure(of: code).edit)
        let lines = Self.text.split(separator: "\n", omittingEmptySubsequences: false)
        let line = lines[edit.line - 1]
        let changed =
            line.prefix(edit.column - 1) + edit.text + line.dropFirst(edit.endColumn - 1)
        #expect(changed == line.replacing(code, with: new))
    }

    @Test(arguments: [#"load("b")"#, #"load("f")"#, #"load("g")"#, #"load("h")"#, #"load("i")"#])
    func `nothing is replaced where the line could come to mean something else`(
        _ code: String
    ) throws {
        #expect(try cure(of: code).edit == nil)
    }
}
