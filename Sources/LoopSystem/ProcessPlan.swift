// SPDX-License-Identifier: Apache-2.0

import CLoop
import Glibc

/// What a child process is made of.
public struct ProcessPlan: Sendable {
    /// The program's file; PATH is not searched.
    public var path: String
    /// With the program's own name first.
    public var arguments: [String]
    /// `NAME=value`, complete: nothing of this process's environment goes over.
    public var environment: [String]
    /// nil: this process's.
    public var directory: String?
    /// The child's descriptors by number; it has no others. At most 16.
    public var descriptors: [CInt: CInt] = [:]
    /// Each both the soft and the hard limit, setrlimit(2).
    public var limits: [(resource: CInt, value: UInt64)] = []
    /// Whether it leads a session, and with it a process group, of its own.
    public var hasNewSession = false
    /// Whether no program it runs can gain privileges, PR_SET_NO_NEW_PRIVS.
    public var hasNoNewPrivileges = false
    /// What it is sent when the thread that made it ends; nil: nothing.
    public var deathSignal: CInt?

    /// Flags of clone(2) that go with the child, such as CLONE_NEWNET.
    public var cloneFlags: UInt64 = 0
    /// What else the child does before it runs the program; nil: nothing.
    public var preparation: Preparation?
    /// The child's number of an open file that is run in place of `path`; nil: `path` is.
    public var executable: CInt?

    // Safety (@unchecked Sendable, @safe): who makes one promises that `argument` stays valid until
    // `spawn()` has returned, and that nobody else uses it meanwhile.

    /// A C function that a child calls between clone and exec, after descriptors and working
    /// directory are set and before its limits are.
    ///
    /// The memory is this process's: only system calls on data that was prepared before.
    @safe public struct Preparation: @unchecked Sendable {
        let function: @convention(c) (UnsafeMutableRawPointer?) -> CInt
        let argument: UnsafeMutableRawPointer?

        /// Calls `function` with `argument`. It returns 0, or with errno set the number of what
        /// failed, counted from 1.
        @unsafe public init(
            _ function: @escaping @convention(c) (UnsafeMutableRawPointer?) -> CInt,
            _ argument: UnsafeMutableRawPointer?
        ) {
            unsafe self.function = unsafe function
            unsafe self.argument = unsafe argument
        }
    }

    /// A child that runs `path` with `arguments` and `environment`.
    public init(path: String, arguments: [String], environment: [String]) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
    }

    /// Why a child could not be made.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// The step between clone and exec that failed.
        public let step: Step
        /// Its reason, errno.
        public let code: CInt
        /// The program's file.
        public let path: String
        /// What of the plan's ``ProcessPlan/preparation`` failed; 0: another step did.
        public let preparationStep: CInt

        /// `exec /usr/bin/python3: No such file or directory (errno 2)`
        public var description: String {
            SystemError(call: step.rawValue, subject: path, code: code).description
        }
    }

    /// The steps between clone and exec.
    public enum Step: String, Hashable, Sendable {
        case clone, session, descriptors, directory, limits, exec
        case deathSignal = "death signal"
        case noNewPrivileges = "no new privileges"
        case preparation = "prepare"
    }

    /// Makes the child and returns when it runs the program.
    ///
    /// The calling thread stands still meanwhile, about a tenth of a millisecond.
    public func spawn() throws(Failure) -> SpawnedProcess {
        let arguments = CStrings(arguments)
        let environment = CStrings(environment)
        let placed = descriptors.map { cloop_descriptor(parent: $0.value, child: $0.key) }
        let bounds = limits.map { cloop_limit(resource: $0.resource, value: $0.value) }
        let result = unsafe path.withCString { path in
            unsafe withOptionalCString(directory) { directory in
                unsafe placed.withUnsafeBufferPointer { placed in
                    unsafe bounds.withUnsafeBufferPointer { bounds in
                        var plan = unsafe cloop_spawn_plan(
                            path: path,
                            arguments: arguments.pointers,
                            environment: environment.pointers,
                            directory: directory,
                            descriptors: placed.baseAddress,
                            descriptor_count: CInt(placed.count),
                            limits: bounds.baseAddress,
                            limit_count: CInt(bounds.count),
                            new_session: hasNewSession ? 1 : 0,
                            no_new_privileges: hasNoNewPrivileges ? 1 : 0,
                            death_signal: deathSignal ?? 0,
                            clone_flags: cloneFlags,
                            prepare: preparation?.function,
                            prepare_argument: preparation?.argument,
                            executable: executable ?? -1
                        )
                        // Made and noted in one: between the two it would pass for an orphan.
                        return SpawnedProcess.owned.withLock { owned in
                            let result = unsafe cloop_spawn(&plan)
                            if result.pid > 0 { owned.insert(result.pid) }
                            return result
                        }
                    }
                }
            }
        }
        guard result.pid > 0 else {
            let number = CInt(CLOOP_STEP_PREPARE.rawValue)
            throw Failure(
                step: Self.step(result.step),
                code: result.error,
                path: path,
                preparationStep: max(0, result.step - number)
            )
        }
        return SpawnedProcess(id: result.pid, descriptor: FileDescriptor(owning: result.pidfd))
    }

    private static func step(_ number: CInt) -> Step {
        if number > CInt(CLOOP_STEP_PREPARE.rawValue) { return .preparation }
        return switch cloop_spawn_step(UInt32(number)) {
        case CLOOP_STEP_SESSION: .session
        case CLOOP_STEP_DEATH_SIGNAL: .deathSignal
        case CLOOP_STEP_DESCRIPTORS: .descriptors
        case CLOOP_STEP_DIRECTORY: .directory
        case CLOOP_STEP_LIMITS: .limits
        case CLOOP_STEP_NO_NEW_PRIVILEGES: .noNewPrivileges
        case CLOOP_STEP_EXEC: .exec
        default: .clone
        }
    }
}

private func withOptionalCString<R>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> R) -> R {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
}

// Safety (@safe): allocated in init, freed in deinit, lent out only while the object lives.

/// A list of C strings that ends with NULL, as execve(2) takes it.
@safe private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        unsafe pointers = .allocate(capacity: count + 1)
        for (place, string) in strings.enumerated() { unsafe pointers[place] = strdup(string) }
        unsafe pointers[count] = nil
    }

    deinit {
        for place in 0..<count { unsafe free(pointers[place]) }
        unsafe pointers.deallocate()
    }
}
