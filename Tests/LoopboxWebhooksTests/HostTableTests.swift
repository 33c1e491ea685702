// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxWebhooks
import Testing

@Suite struct HostTableTests {
    let start = Timestamp(milliseconds: 0)

    func table() -> HostTable {
        HostTable(concurrencyMax: 2, failuresMax: 3, shutTime: .seconds(30))
    }

    func at(_ seconds: Int) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    /// Lets `count` messages to `a` fail at `moment`.
    func fail(_ table: inout HostTable, _ count: Int, at moment: Timestamp) -> [Duration?] {
        (0..<count).map { _ in
            table.begin("a")
            return table.end("a", .troubled, at: moment)
        }
    }

    @Test func `a host takes so many at once and others take theirs`() {
        var table = table()
        table.begin("a")
        #expect(table.admission("a", at: start) == .open)
        table.begin("a")
        #expect(table.admission("a", at: start) == .busy)
        #expect(table.admission("b", at: start) == .open)
        #expect(table.occupied(at: start) == ["a"])
        #expect(table.end("a", .alive, at: start) == nil)
        #expect(table.admission("a", at: start) == .open)
    }

    @Test func `failures in a row shut a host, and an answer between them starts anew`() {
        var table = table()
        #expect(fail(&table, 2, at: start) == [nil, nil])
        table.begin("a")
        #expect(table.end("a", .alive, at: start) == nil)
        #expect(fail(&table, 3, at: start) == [nil, nil, .seconds(30)])
        #expect(table.admission("a", at: at(29)) == .shut)
        #expect(table.admission("b", at: start) == .open)
    }

    @Test func `when the time is up one message is let through, and its answer opens the host`() {
        var table = table()
        _ = fail(&table, 3, at: start)
        #expect(table.admission("a", at: at(30)) == .open)
        table.begin("a")
        #expect(table.admission("a", at: at(30)) == .busy)
        #expect(table.end("a", .alive, at: at(31)) == nil)
        #expect(table.admission("a", at: at(31)) == .open)
        #expect(table.count == 0)
    }

    @Test func `a host that fails again is shut twice as long, up to five minutes`() {
        var table = table()
        _ = fail(&table, 3, at: start)
        var now = at(30)
        for expected in [60, 120, 240, 300, 300] {
            #expect(fail(&table, 1, at: now) == [.seconds(expected)])
            #expect(table.admission("a", at: now.advanced(by: .seconds(expected - 1))) == .shut)
            now = now.advanced(by: .seconds(expected))
            #expect(table.admission("a", at: now) == .open)
        }
    }

    @Test func `what was under way when a host was shut does not shut it longer`() {
        var table = HostTable(concurrencyMax: 8, failuresMax: 3, shutTime: .seconds(30))
        for _ in 0..<6 { table.begin("a") }
        let ends = (0..<6).map { _ in table.end("a", .troubled, at: start) }
        #expect(ends == [nil, nil, .seconds(30), nil, nil, nil])
    }

    @Test func `an attempt that did not ask the host says nothing of it`() {
        var table = table()
        _ = fail(&table, 3, at: start)
        table.begin("a")
        #expect(table.end("a", .none, at: at(30)) == nil)
        #expect(table.admission("a", at: at(30)) == .open)
        table.begin("b")
        _ = table.end("b", .none, at: start)
        #expect(table.count == 1)
    }

    @Test func `hosts that nobody needs are forgotten when there are too many`() {
        var table = table()
        _ = fail(&table, 3, at: start)
        table.begin("busy")
        for number in 0..<HostTable.hostsMax * 2 {
            table.begin("host \(number)")
            _ = table.end("host \(number)", .troubled, at: start)
            #expect(table.count <= HostTable.hostsMax)
        }
        #expect(table.admission("a", at: start) == .shut)
        table.begin("busy")
        #expect(table.admission("busy", at: start) == .busy)
        // All of them shut: then these are forgotten too.
        for number in 0..<HostTable.hostsMax {
            for _ in 0..<3 {
                table.begin("host \(number)")
                _ = table.end("host \(number)", .troubled, at: start)
            }
        }
        #expect(table.count <= HostTable.hostsMax)
        #expect(table.admission("busy", at: start) == .busy)
    }
}
