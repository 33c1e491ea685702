// SPDX-License-Identifier: Apache-2.0

import Loop

/// Measures the loop: `LoopBench [--debug] TOPIC ...` prints a line `TOPIC PER-SECOND` for each.
///
/// `peers.py` beside this package does the same work, in the same portions, on other loops.
@main struct LoopBench {
    static func main() throws {
        var names = Array(CommandLine.arguments.dropFirst())
        let debug = names.first == "--debug"
        if debug { names.removeFirst() }
        for name in names {
            guard let topic = Topic(rawValue: name) else {
                print("no topic is called \(name); there are:", Topic.allCases.map(\.rawValue))
                return
            }
            let count = debug ? topic.count / Topic.debugShare : topic.count
            let time = try EventLoop.run(debug: debug) { loop in
                let start = loop.time()
                try await topic.run(on: loop, count)
                return start.duration(to: loop.time())
            }
            print(name, Int(Double(count) / (time / .seconds(1))))
        }
    }
}

/// What is measured.
enum Topic: String, CaseIterable {
    case callSoonChain, callSoonBurst, timers, threadsafe, taskAwait, sleepZero, generator, echo
    case spawn

    /// asyncio's debug mode is up to 35 times slower: it gets this part of the work.
    static let debugShare = 20

    /// How often the thing is done: a few tenths of a second of work for asyncio.
    var count: Int {
        switch self {
        case .callSoonChain: 200_000
        case .callSoonBurst: 400_000
        case .timers, .taskAwait, .threadsafe: 100_000
        case .sleepZero: 200_000
        case .generator: 500_000
        case .echo: 10_000
        case .spawn: 200
        }
    }

    func run(on loop: EventLoop, _ count: Int) async throws {
        switch self {
        case .callSoonChain: try await Chain(loop, count).run()
        case .callSoonBurst: try await Burst(loop, count).run()
        case .timers: try await scheduleAndCancel(loop, count)
        case .threadsafe: try await flood(loop, count)
        case .taskAwait:
            for _ in 0..<count { try await loop.createTask {}.value }
        case .sleepZero:
            for _ in 0..<count { try await loop.sleep(for: .zero) }
        case .generator:
            let numbers = AsyncGenerator<Int, Never> { out in
                for number in 0..<count { try await out.yield(number) }
            }
            for try await _ in numbers {}
        case .echo: try await echoBack(loop, count)
        case .spawn: try await spawnAndWait(loop, count)
        }
    }
}
