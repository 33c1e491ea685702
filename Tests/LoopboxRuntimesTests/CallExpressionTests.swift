// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LoopboxRuntimes

@Suite struct `Call expression` {
    @Test func `a call is found with what it is called on and its arguments`() {
        let call = CallExpression(of: "fetch", in: "    x = self.client.fetch(a(1), ')') + 1")
        #expect(call?.text == "self.client.fetch(a(1), ')')")
        #expect(call?.callee == "self.client.fetch")
        #expect(call?.arguments == "a(1), ')'")
        #expect(call?.offset == 8)
    }

    @Test(arguments: [
        "fetch(1); fetch(2)", "prefetch(1)", "fetch", "fetch(1,", "fetch (1)", "", "fetching()",
    ])
    func `a call that is not the only whole one is none`(_ line: String) {
        #expect(CallExpression(of: "fetch", in: line) == nil)
    }

    @Test func `what is called may be part of the result of a call`() {
        let line = "    get(a, [1]).shops[0].sell(tea)  # (later)"
        let sell = "get(a, [1]).shops[0].sell(tea)"
        #expect(CallExpression(of: "sell", in: line)?.text == sell)
        #expect(CallExpression(in: line, columns: 5..<35)?.callee == "get(a, [1]).shops[0].sell")
        #expect(CallExpression(in: line, columns: 5..<16)?.text == "get(a, [1])")
        #expect(CallExpression(statement: line)?.text == sell)
        #expect(CallExpression(of: "sell", in: "a(1), sell(2)")?.text == "sell(2)")
    }

    @Test func `columns must hold one call`() {
        #expect(CallExpression(in: "a = é.f(1)", columns: 5..<11)?.text == "é.f(1)")
        #expect(CallExpression(in: "a = f(1)", columns: 5..<8) == nil)
        #expect(CallExpression(in: "a = f(1)", columns: 5..<90) == nil)
        #expect(CallExpression(in: "a = f + 1", columns: 5..<10) == nil)
    }

    @Test func `a statement must be one call and nothing else`() {
        #expect(CallExpression(statement: "    order.cancel()  # late")?.text == "order.cancel()")
        for line in ["x = f()", "f() + 1", "f", "if f():", "", "f(", "f(); g()", "await f()"] {
            #expect(CallExpression(statement: line) == nil, "\(line)")
        }
    }

    @Test func `arguments are cut at their own commas`() {
        let call = CallExpression(statement: #"f(a, g(1, 2), [3, 4], "x, \", y", msg='(')"#)
        #expect(
            call?.argumentList == ["a", "g(1, 2)", "[3, 4]", #""x, \", y""#, "msg='('"]
        )
        #expect(CallExpression(statement: "f()")?.argumentList == [])
    }

    @Test(arguments: [
        ("f(a)", false), ("f(a == b)", false), ("f(g(a=1))", false), ("f('a=1')", false),
        ("f(a=1)", true), ("f(1, a = 1)", true), ("f(**a)", true), ("f()", false),
    ])
    func `arguments that go by their names are noticed`(_ line: String, _ isNamed: Bool) {
        #expect(CallExpression(statement: line)?.hasNamedArguments == isNamed)
    }

    @Test func `all that is called in it is named`() {
        #expect(
            CallExpression(statement: "group.create_task(a.work(x), name=y)")?.namesCalled == [
                "create_task", "work",
            ]
        )
    }
}

@Suite struct `Program source` {
    private let source = ProgramSource(
        files: [
            "main.py": "class A:\n    async def f(self):\n        # é\n        é = g()\nx = 1\n"
        ],
        workDirectory: "/w",
        library: "/usr/lib/python3/"
    )

    @Test func `only files below the work directory are the program's`() {
        #expect(source.path(of: "/w/main.py") == "main.py")
        #expect(source.path(of: "main.py") == "main.py")
        #expect(source.path(of: "./main.py") == "main.py")
        #expect(source.path(of: "other.py") == nil)
        #expect(source.path(of: "/usr/lib/python3/asyncio/tasks.py") == nil)
        #expect(source.path(of: "/w/venv/site-packages/x.py") == nil)
        #expect(source.path(of: "<string>") == nil)
        #expect(source.path(of: "/work/main.py") == nil)
    }

    @Test func `the function around a line is found by indentation`() {
        #expect(source.definition(around: 4, of: "main.py") == .init(name: "f", isAsync: true))
        #expect(source.definition(around: 5, of: "main.py") == nil)
        #expect(source.definition(around: 99, of: "main.py") == nil)
    }
}
