// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct OutputTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a job with that output and reads it back.
    func roundTrip(_ output: CapturedOutput) throws -> CapturedOutput? {
        let database = try directory.open()
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        _ = try database.finish([finish(claim, stderr: output)])
        return try database.output(claim.id, run: 1, .stderr)
    }

    @Test func `an output of the inline size is in the database, one byte more is a file`() throws {
        let most = JobDatabase.outputInlineMax.bytes
        let inline = CapturedOutput(
            head: [UInt8](repeating: 1, count: most - 1),
            tail: [2],
            dropped: 5
        )
        #expect(try roundTrip(inline) == inline)
        #expect(directory.outputFiles == [])
        let large = CapturedOutput(
            head: [UInt8](repeating: 1, count: most - 1),
            tail: [2, 3],
            dropped: 5
        )
        #expect(try roundTrip(large) == large)
        #expect(directory.outputFiles.count == 1)
    }

    @Test func `an output of which only the number of dropped bytes is left is kept`() throws {
        let dropped = CapturedOutput(dropped: 1000)
        #expect(try roundTrip(dropped) == dropped)
    }

    @Test func `a large output survives reopening, a file that no row names does not`() throws {
        let large = CapturedOutput(head: (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) })
        var database: JobDatabase? = try directory.open()
        _ = try database!.submit([newJob()])
        let claim = try database!.claimOne()
        _ = try database!.finish([finish(claim, stdout: large)])
        // What a death between the file and its row leaves behind.
        _ = try database!.stage(finish(claim, stdout: large))
        #expect(directory.outputFiles.count == 2)
        database = nil
        let reopened = try directory.open()
        #expect(directory.outputFiles.count == 1)
        #expect(try reopened.output(claim.id, run: 1, .stdout) == large)
    }

    @Test func `a file that was taken away is an error that names it`() throws {
        let database = try directory.open()
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        let large = CapturedOutput(head: [UInt8](repeating: 1, count: 70_000))
        _ = try database.finish([finish(claim, stdout: large)])
        let file = try #require(directory.outputFiles.first)
        try FileManager.default.removeItem(atPath: "\(directory.path)/outputs/\(file)")
        #expect(
            throws: StoreError.unreadable(
                subject: claim.id.description,
                detail: "\(directory.path)/outputs/\(file) is missing"
            )
        ) {
            try database.output(claim.id, run: 1, .stdout)
        }
    }

    @Test func `the data is for its owner only`() throws {
        let path = directory.path + "/a/b"
        let database = try JobDatabase(JobDatabase.Configuration(directory: path))
        for made in [path, path + "/outputs", directory.path + "/a"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: made)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
        }
        _ = database
    }
}
