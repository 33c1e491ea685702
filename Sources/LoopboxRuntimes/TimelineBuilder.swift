// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

/// Puts a timeline together from what the harness sent of it.
///
/// All of it are claims of the program. Whatever they are, this ends with a timeline of at most
/// ``Timeline/eventsMax`` events, whose times lie within the run.
struct TimelineBuilder: Sendable {
    let source: ProgramSource
    let run: Int
    /// Seconds of CLOCK_MONOTONIC at the first line of the harness.
    let born: Double
    /// Seconds from there to the end of the run.
    let length: Double

    /// Of loops, and of the longest callbacks: as many as the harness tells.
    private static let loopsMax = 8
    private static let longestMax = 10
    /// Classes of lags; the first ones are those from a second on, the last those below.
    private static let lagClasses = 32
    private static let lagLeast = 0x1p-13
    /// Characters of a text, which many events can name: more than the harness sends.
    private static let textMax = 200

    /// The timeline; nil: nothing was told of any loop.
    func timeline(from facts: [Fact], mode: JobSpec.TimelineMode) -> Timeline? {
        let parts = facts.compactMap(\.timeline)
        guard let loops = parts.last(where: { $0.loops != nil }) else { return nil }
        let texts = [""] + parts.flatMap { $0.texts ?? [] }.map { String($0.prefix(Self.textMax)) }
        var tasks: [Int: Timeline.Task] = [:]
        let tasksMax = Timeline.eventsMax / 2
        for part in parts {
            for row in WireTimeline.rows(part.tasks, of: 15, max: tasksMax) {
                let task = task(row, texts)
                if tasks.count < tasksMax || tasks[task.id] != nil { tasks[task.id] = task }
            }
        }
        var steps: [Timeline.Step] = []
        let stepsMax = Timeline.eventsMax - 2 * tasks.count
        for part in parts where steps.count < stepsMax {
            let rows = WireTimeline.rows(part.steps, of: 6, max: stepsMax - steps.count)
            steps += rows.map { step($0, texts) }
        }
        steps.sort { $0.at < $1.at }
        let samples = parts.compactMap(\.lag).filter { $0.count == 2 }
        return Timeline(
            run: run,
            mode: mode,
            isTruncated: parts.contains { $0.isCut == true },
            ended: span(length),
            loops: self.loops(loops, texts),
            tasksTotal: max(tasks.count, min(parts.compactMap(\.total).last ?? 0, 1 << 40)),
            tasks: tasks.values.sorted { $0.id < $1.id },
            steps: steps,
            lag: samples.map { Timeline.LagSample(at: moment($0[0]), seconds: span($0[1])) }
        )
    }

    // MARK: rows

    /// `number, loop, maker, made, first step, end, steps, busy, state, name, coroutine, path, line,
    /// function, what it waits for`
    private func task(_ row: [Double], _ texts: [String]) -> Timeline.Task {
        let states: [Timeline.State] = [.pending, .finished, .failed, .cancelled, .destroyed]
        let waitsFor = text(row[14], texts)
        let state = Self.whole(row[8])
        return Timeline.Task(
            id: Self.whole(row[0]),
            name: text(row[9], texts),
            coroutine: text(row[10], texts),
            loop: Self.whole(row[1]),
            parent: row[2] == 0 ? nil : Self.whole(row[2]),
            creation: place(row[11...13], texts),
            created: moment(row[3]),
            firstStep: row[4] == 0 ? nil : moment(row[4]),
            ended: row[5] == 0 ? nil : moment(row[5]),
            steps: Self.whole(row[6]),
            busy: span(row[7]),
            state: states.indices.contains(state) ? states[state] : .pending,
            waitsFor: waitsFor.isEmpty ? nil : waitsFor
        )
    }

    /// `loop, task, begin, length, lag, name`
    private func step(_ row: [Double], _ texts: [String]) -> Timeline.Step {
        Timeline.Step(
            loop: Self.whole(row[0]),
            task: row[1] == 0 ? nil : Self.whole(row[1]),
            name: row[1] == 0 ? text(row[5], texts) : nil,
            at: moment(row[2]),
            seconds: span(row[3]),
            lag: span(row[4])
        )
    }

    /// `number, thread, start, stop, running, iterations, callbacks, busy, longest lag`, then how many
    /// lags each class has.
    private func loops(_ part: WireTimeline, _ texts: [String]) -> [LoopTimings] {
        let longest = WireTimeline.rows(part.longest, of: 8, max: Self.longestMax)
            .sorted { $0[0] > $1[0] }
        return WireTimeline.rows(part.loops, of: 9 + Self.lagClasses, max: Self.loopsMax).map {
            row in
            LoopTimings(
                loop: Self.whole(row[0]),
                thread: text(row[1], texts),
                started: moment(row[2]),
                stopped: row[3] == 0 ? nil : moment(row[3]),
                running: span(row[4]),
                iterations: Self.whole(row[5]),
                callbacks: Self.whole(row[6]),
                busy: span(row[7]),
                lag: lag(row[9...], longest: row[8], of: row[6]),
                longest: longest.filter { $0[2] == row[0] }.map { callback($0, texts) }
            )
        }
    }

    /// `length, begin, loop, task, name, path, line, function`
    private func callback(_ row: [Double], _ texts: [String]) -> LoopTimings.Callback {
        LoopTimings.Callback(
            seconds: span(row[0]),
            at: moment(row[1]),
            name: text(row[4], texts),
            task: row[3] == 0 ? nil : Self.whole(row[3]),
            definition: place(row[5...7], texts)
        )
    }

    /// `counts` has the class that ends at 2^n seconds at place n, and those with n below 0 at the end.
    private func lag(
        _ counts: ArraySlice<Double>,
        longest: Double,
        of callbacks: Double
    ) -> LoopTimings.Lag {
        let counts = Array(counts)
        let exponents = Array(-12..<20)
        let late = counts.reduce(0, +)
        let most = max(longest, Self.lagLeast)
        func notLonger(_ share: Double) -> Seconds {
            var seen = max(callbacks - late, 0)
            let wanted = share * (seen + late)
            if seen >= wanted { return span(min(Self.lagLeast, most)) }
            for exponent in exponents {
                seen += counts[(exponent + Self.lagClasses) % Self.lagClasses]
                if seen >= wanted {
                    return span(min(Double(sign: .plus, exponent: exponent, significand: 1), most))
                }
            }
            return span(most)
        }
        return LoopTimings.Lag(
            p50: notLonger(0.5),
            p95: notLonger(0.95),
            p99: notLonger(0.99),
            max: span(most)
        )
    }

    // MARK: numbers

    private func place(_ row: ArraySlice<Double>, _ texts: [String]) -> Timeline.Place? {
        let row = Array(row)
        let file = text(row[0], texts)
        guard !file.isEmpty else { return nil }
        return Timeline.Place(
            path: source.path(of: file) ?? file,
            line: max(Self.whole(row[1]), 1),
            function: text(row[2], texts)
        )
    }

    private func text(_ number: Double, _ texts: [String]) -> String {
        let number = Self.whole(number)
        return number < texts.count ? texts[number] : ""
    }

    /// A moment of the run.
    private func moment(_ seconds: Double) -> Seconds { span(seconds - born) }

    /// A span within the run.
    private func span(_ seconds: Double) -> Seconds {
        Seconds(.microseconds(Int64((min(max(seconds, 0), length) * 1_000_000).rounded())))
    }

    /// A number from 0 on; what a program claims beyond 2^40 can't be.
    private static func whole(_ number: Double) -> Int { Int(min(max(number, 0), 0x1p40)) }
}
