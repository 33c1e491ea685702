// SPDX-License-Identifier: Apache-2.0

import Glibc
import Loop

/// A program for tests of what belongs to a process's main thread, or ends the process.
@main struct LoopProbe {
    static func main() {
        let scenario = CommandLine.arguments.dropFirst().first ?? ""
        do {
            switch scenario {
            case "deadlock": try deadlock()
            case "sleep": try sleep()
            case "stubborn": try stubborn()
            case "signals": try signals()
            case "pitfalls": try Pitfalls.run()
            case "tasks": try Load.tasks()
            case "connections": try Load.connections()
            case "clients":
                try Load.clients(CommandLine.arguments[2], Int(CommandLine.arguments[3])!)
            case "timers": try Load.timers()
            case "descriptors": try Load.descriptors()
            case "flood": try Load.flood()
            default:
                print("no scenario '\(scenario)'")
                exit(64)
            }
        } catch {
            print("\(error)")
            exit(1)
        }
    }

    /// Two tasks that wait for each other.
    static func deadlock() throws {
        try EventLoop.run(debug: true) { loop in
            let gate = Future<Void>(on: loop)
            try await loop.createTask(name: "stuck") { try await gate.value }.value
        }
    }

    /// Says that it is ready, and waits to be ended.
    static func sleep() throws {
        try EventLoop.run { loop in
            defer { print("cleaned up") }
            writeLine("ready")
            try await loop.sleep(for: .seconds(600))
        }
    }

    /// Takes no notice of the first Ctrl-C.
    static func stubborn() throws {
        try EventLoop.run { loop in
            writeLine("ready")
            do {
                try await loop.sleep(for: .seconds(600))
            } catch {
                writeLine("not now")
            }
            try await loop.sleep(for: .seconds(600))
        }
    }

    /// Handlers are called by the loop, when the step that is under way has ended.
    static func signals() throws {
        try EventLoop.run { loop in
            let seen = Future<Void>(on: loop)
            try loop.addSignalHandler(SIGUSR1) {
                writeLine("first handler")
            }
            try loop.addSignalHandler(SIGUSR2) {
                writeLine("second handler")
                try? seen.setResult(())
            }
            kill(getpid(), SIGUSR1)
            kill(getpid(), SIGUSR2)
            writeLine("sent")
            try await seen.value
            writeLine("\(loop.removeSignalHandler(SIGUSR1)) \(loop.removeSignalHandler(SIGUSR1))")
        }
    }

    /// At once: the test reads it through a pipe.
    static func writeLine(_ text: String) {
        print(text)
        fflush(nil)
    }
}
