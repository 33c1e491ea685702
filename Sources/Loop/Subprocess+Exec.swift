// SPDX-License-Identifier: Apache-2.0

import Glibc
import LoopSystem

extension Subprocess {
    /// Where one of a child's standard descriptors leads.
    ///
    /// Source: `PIPE`, `DEVNULL` and `STDOUT` of asyncio.subprocess.
    public enum Redirection: Hashable, Sendable {
        /// Where this process's own leads.
        case inherit
        /// To this process, which reads or writes it as a stream.
        case pipe
        /// Nowhere.
        case null
        /// To the file that this process knows by that number, which stays the caller's.
        case descriptor(CInt)
        /// For standard error: where the child's standard output leads.
        case stdout
    }

    /// Runs `program` with `arguments`. On the loop.
    ///
    /// - Parameters:
    ///   - program: a path, or a name that is looked for in the PATH of the child's environment.
    ///   - environment: nil: this process's.
    ///   - workingDirectory: nil: this process's.
    /// - Throws: ``LoopError/spawn(_:)`` where the program can't be run;
    ///   ``LoopError/system(_:)`` where no pipe can be had.
    ///
    /// Source: `asyncio.create_subprocess_exec`.
    public static func exec(
        _ program: String,
        _ arguments: [String] = [],
        on loop: EventLoop,
        stdin: Redirection = .inherit,
        stdout: Redirection = .inherit,
        stderr: Redirection = .inherit,
        environment: [String: String]? = nil,
        workingDirectory: String? = nil,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) -> Subprocess {
        let variables =
            environment.map { $0.map { "\($0.key)=\($0.value)" } } ?? currentEnvironment()
        var plan = ProcessPlan(
            path: find(program, in: variables),
            arguments: [program] + arguments,
            environment: variables
        )
        plan.directory = workingDirectory
        let input = try StandardDescriptor(stdin, number: 0, on: loop)
        let output = try StandardDescriptor(stdout, number: 1, on: loop)
        let errors = try StandardDescriptor(stderr, number: 2, on: loop)
        plan.descriptors[0] = input.childsNumber
        plan.descriptors[1] = output.childsNumber
        plan.descriptors[2] = stderr == .stdout ? output.childsNumber : errors.childsNumber
        // Before the child, so that nothing can fail once it runs.
        let writer = input.stream.map { StreamWriter($0) }
        let reader = output.stream.map { StreamReader($0, limit: limit) }
        let errorReader = errors.stream.map { StreamReader($0, limit: limit) }
        let subprocess = try Subprocess(plan, on: loop, fileID: fileID, line: line)
        subprocess.attach(stdin: writer, stdout: reader, stderr: errorReader)
        return subprocess
    }

    /// Runs `command` with /bin/sh. On the loop. Quote what does not come from the program itself.
    ///
    /// - Throws: as ``exec(_:_:on:stdin:stdout:stderr:environment:workingDirectory:limit:fileID:line:)``.
    ///
    /// Source: `asyncio.create_subprocess_shell`.
    public static func shell(
        _ command: String,
        on loop: EventLoop,
        stdin: Redirection = .inherit,
        stdout: Redirection = .inherit,
        stderr: Redirection = .inherit,
        environment: [String: String]? = nil,
        workingDirectory: String? = nil,
        limit: Int = StreamReader.limitDefault,
        fileID: StaticString = #fileID,
        line: UInt = #line
    ) throws(LoopError) -> Subprocess {
        try exec(
            "/bin/sh",
            ["-c", command],
            on: loop,
            stdin: stdin,
            stdout: stdout,
            stderr: stderr,
            environment: environment,
            workingDirectory: workingDirectory,
            limit: limit,
            fileID: fileID,
            line: line
        )
    }

    /// Writes `input` to the child and closes its standard input, reads its standard output and
    /// error to their ends, and waits for its end. What is not a pipe is left alone, and nil.
    ///
    /// A child that does not take all of the input is no error.
    ///
    /// - Throws: `CancellationError`; the child runs on then, and gets no more input.
    ///
    /// Source: `asyncio.subprocess.Process.communicate`.
    public func communicate(
        _ input: [UInt8] = []
    ) async throws -> (stdout: [UInt8]?, stderr: [UInt8]?) {
        // Written in the background: nobody has to wait for it, since the child's end tells all.
        stdin?.write(input)
        stdin?.close()
        let errors = stderr.map { stderr in
            exited.loop.createTask(name: "communicate") { try await stderr.readToEnd() }
        }
        do {
            let output = try await stdout?.readToEnd()
            let told = try await errors?.value
            _ = try await wait()
            return (output, told)
        } catch {
            errors?.cancel()
            stdin?.abort()
            throw error
        }
    }

    /// The file of `program`: itself where it is a path, else the first of that name in PATH that
    /// may be run; the bare name where there is none, and the child then says so.
    private static func find(_ program: String, in environment: [String]) -> String {
        guard !program.utf8.contains(UInt8(ascii: "/")) else { return program }
        let path = environment.last { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/bin:/bin"
        for directory in path.split(separator: ":") {
            let file = "\(directory)/\(program)"
            if unsafe access(file, X_OK) == 0 { return file }
        }
        return program
    }
}

/// One of a child's three standard descriptors, while the child is made.
private struct StandardDescriptor: ~Copyable {
    /// The number that this process knows the child's side by.
    let childsNumber: CInt
    /// This process's end; nil where there is no pipe.
    let stream: StreamTransport?
    private let childsEnd: FileDescriptor?

    init(
        _ redirection: Subprocess.Redirection,
        number: CInt,
        on loop: EventLoop
    ) throws(LoopError) {
        var end: FileDescriptor?
        var transport: StreamTransport?
        let given: CInt
        switch redirection {
        case .inherit, .stdout: given = number
        case .descriptor(let other): given = other
        case .null:
            let null = try Self.refusals { () throws(SystemError) in try FileDescriptor.null() }
            given = null.number
            end = consume null
        case .pipe:
            let pipe = try Self.refusals { () throws(SystemError) in try FileDescriptor.pipe() }
            let (reading, writing) = pipe.split { ($0.release(), $1.release()) }
            given = number == 0 ? reading : writing
            end = FileDescriptor(owning: given)
            // The child's owner answers for the stream.
            transport = try StreamTransport(
                on: loop,
                FileDescriptor(owning: number == 0 ? writing : reading),
                kind: .pipe,
                origin: nil
            )
        }
        childsNumber = given
        stream = transport
        childsEnd = consume end
    }

    private static func refusals<Value: ~Copyable>(
        _ call: () throws(SystemError) -> Value
    ) throws(LoopError) -> Value {
        do {
            return try call()
        } catch {
            throw .system(error)
        }
    }
}
