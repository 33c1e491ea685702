// SPDX-License-Identifier: Apache-2.0

import Foundation
import LoopboxModel
import Testing

@testable import LoopboxReport

/// What the Trace Event Format asks of each kind of event.
///
/// Source: "Trace Event Format", the sections on duration, async, flow, counter and metadata events.
@Suite struct TraceReportTests {
    private typealias Event = [String: Any]

    private func events(_ report: Report) throws -> [Event] {
        let trace = try JSONSerialization.jsonObject(with: Data(report.bytes(as: .trace)))
        let members = try #require(trace as? [String: Any])
        return try #require(members["traceEvents"] as? [Event])
    }

    private func number(_ event: Event, _ key: String) -> Int? { event[key] as? Int }

    @Test func `every event has the members that its phase asks for`() throws {
        let needed: [String: [String]] = [
            "M": ["args"], "X": ["ts", "dur", "cat"], "b": ["ts", "id", "cat"],
            "e": ["ts", "id", "cat"], "s": ["ts", "id", "cat"], "f": ["ts", "id", "cat", "bp"],
            "C": ["ts", "args"],
        ]
        let events = try events(FormatCase.rich)
        for event in events {
            let phase = try #require(event["ph"] as? String)
            for key in ["name", "pid", "tid"] + (try #require(needed[phase], "\(phase)")) {
                #expect(event[key] != nil, "\(phase) \(key)")
            }
        }
        #expect(Set(events.compactMap { $0["ph"] as? String }) == Set(needed.keys))
    }

    @Test func `each task begins once and ends once, and one that was not done says so`() throws {
        let events = try events(FormatCase.rich)
        func ids(_ phase: String) -> [String] {
            events.filter { $0["ph"] as? String == phase }.compactMap { $0["id"] as? String }
        }
        #expect(ids("b") == ["1.1", "1.2"] && ids("e") == ids("b"))
        let ends = events.filter { $0["ph"] as? String == "e" }
        let synthetic = ends.map { ($0["args"] as? Event)?["synthetic"] as? Bool }
        #expect(synthetic == [nil, true])
        #expect(ends.map { number($0, "ts") } == [50_000, 61_000])
    }

    @Test func `a flow begins within a slice and ends where one begins`() throws {
        let events = try events(FormatCase.rich)
        let slices = events.filter { $0["ph"] as? String == "X" }
        let start = try #require(events.first { $0["ph"] as? String == "s" })
        let end = try #require(events.first { $0["ph"] as? String == "f" })
        let time = try #require(number(start, "ts"))
        #expect(
            slices.contains { slice in
                let begin = number(slice, "ts") ?? 0
                return begin <= time && time <= begin + (number(slice, "dur") ?? 0)
            }
        )
        #expect(slices.contains { number($0, "ts") == number(end, "ts") })
    }

    @Test func `where there is no timeline it says why`() throws {
        #expect(try events(FormatCase.queued).isEmpty)
        let text = String(decoding: FormatCase.queued.bytes(as: .trace), as: UTF8.self)
        #expect(text.contains("is still queued"))
    }

    @Test func `a timeline that was stored comes back with every value`() throws {
        let bytes = try JSONText().encode(FormatCase.timeline)
        let found = try JSONDecoder().decode(Timeline.self, from: Data(bytes))
        #expect(found == FormatCase.timeline)
    }
}
