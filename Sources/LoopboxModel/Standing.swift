// SPDX-License-Identifier: Apache-2.0

/// Where everything in a program stood when it was ended because it did not end by itself.
///
/// The program said so of itself, shortly before.
public struct Standing: Hashable, Sendable, Codable {
    /// The tasks that were not done; those that stand at one place and wait for the same together,
    /// the main one first.
    public var tasks: [Tasks]
    /// How many tasks there were; `tasks` has a part of very many.
    public var tasksTotal: Int
    /// The threads, without those that wait for work of an executor.
    public var threads: [Thread]

    /// Tasks of which the same is to be said.
    public struct Tasks: Hashable, Sendable, Codable {
        /// Their names, some of them where there are many.
        public var names: [String]
        /// How many they are.
        public var count: Int
        /// The qualified name of their coroutine.
        public var coroutine: String
        /// What they wait for, as the program wrote it (`Queue.get()`) or in words; empty: they
        /// wait for nothing but their turn.
        public var waitsFor: String
        /// Where they stand: the chain of awaits in the program's own code, outermost first.
        public var stack: [Frame]
        /// Where the first of them was made.
        public var creation: Location?

        /// Tasks.
        public init(
            names: [String],
            count: Int,
            coroutine: String,
            waitsFor: String,
            stack: [Frame],
            creation: Location?
        ) {
            self.names = names
            self.count = count
            self.coroutine = coroutine
            self.waitsFor = waitsFor
            self.stack = stack
            self.creation = creation
        }

        enum CodingKeys: String, CodingKey {
            case names, count, coroutine
            case waitsFor = "waits_for"
            case stack, creation
        }
    }

    /// A thread.
    public struct Thread: Hashable, Sendable, Codable {
        /// What `Thread.name` gives; empty where it is no `Thread`.
        public var name: String
        /// The innermost function, with the library's among them: `sleep`, `select`.
        public var function: String
        /// The program's own frames, outermost first.
        public var stack: [Frame]

        /// A thread.
        public init(name: String, function: String, stack: [Frame]) {
            self.name = name
            self.function = function
            self.stack = stack
        }
    }

    /// What stood where.
    public init(tasks: [Tasks], tasksTotal: Int, threads: [Thread]) {
        self.tasks = tasks
        self.tasksTotal = tasksTotal
        self.threads = threads
    }

    enum CodingKeys: String, CodingKey {
        case tasks
        case tasksTotal = "tasks_total"
        case threads
    }
}
