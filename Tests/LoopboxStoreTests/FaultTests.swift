// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import Glibc
import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct FaultTests {
    let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    var path: String { directory.path + "/loopbox.sqlite" }

    @Test func `a commit waits for the disk, and foreign keys are kept`() throws {
        let database = try directory.open()
        let settings = try database.pool.writeWithoutTransaction { db in
            try ["journal_mode", "synchronous", "busy_timeout", "foreign_keys"].map {
                try String.fetchOne(db, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["wal", "2", "5000", "1"])
    }

    @Test func `a database that may not grow refuses jobs, whole ones, until it may`() throws {
        let database = try directory.open { $0.outbox = oneDelivery }
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        func limitPages(_ sql: String) throws {
            try database.pool.writeWithoutTransaction { try $0.execute(sql: sql) }
        }
        let pages = try database.read { try $0.count("PRAGMA page_count") }
        try limitPages("PRAGMA max_page_count = \(pages + 8)")
        let batch = (0..<10).map { _ in newJob(spec(String(repeating: "x", count: 9000))) }
        #expect(throws: StoreError.diskFull(path: path)) { try database.submit(batch) }
        let output = CapturedOutput(head: [UInt8](repeating: 1, count: 60_000))
        #expect(throws: StoreError.diskFull(path: path)) {
            try database.finish([finish(claim, runs: 3, stdout: output)])
        }
        #expect(try database.counts() == StoreCounts(queued: 0, running: 1))
        #expect(try database.get(batch[0].id) == .unknown)
        try limitPages("PRAGMA max_page_count = 1000000")
        #expect(try database.submit(batch).last == .accepted(position: 10))
        #expect(try database.finish([finish(claim, runs: 3, stdout: output)])[0] != .leaseLost)
        #expect(
            try database.counts() == StoreCounts(queued: 10, completed: 1, deliveriesPending: 1)
        )
    }

    @Test(.enabled(if: SmallDisk.isPossible))
    func `a full disk gives an error with the path, and nothing is half-written`() throws {
        let disk = try SmallDisk(size: "3m", at: directory.path)
        defer { disk.unmount() }
        let database = try directory.open()
        _ = try database.submit([newJob()])
        let claim = try database.claimOne()
        let ballast = directory.path + "/ballast"
        try Data(count: 1_000_000).write(to: URL(filePath: ballast))

        var accepted = 0
        #expect(throws: StoreError.diskFull(path: path)) {
            while true {
                _ = try database.submit([newJob(spec(String(repeating: "x", count: 90_000)))])
                accepted += 1
            }
        }
        #expect(accepted > 0)
        #expect(try database.counts().queued == accepted)
        let large = CapturedOutput(head: [UInt8](repeating: 1, count: 500_000))
        #expect {
            try database.finish([finish(claim, stdout: large)])
        } throws: { error in
            guard case .diskFull(let path) = error as? StoreError else { return false }
            return path.hasPrefix(directory.path + "/outputs/")
        }
        #expect(directory.outputFiles == [])
        #expect(try database.get(claim.id) == .found(claim.job))

        try FileManager.default.removeItem(atPath: ballast)
        #expect(try database.finish([finish(claim, stdout: large)])[0] != .leaseLost)
        #expect(try database.output(claim.id, run: 1, .stdout) == large)
        #expect(try database.submit([newJob()]) == [.accepted(position: accepted + 1)])
    }

    @Test(.enabled(if: SmallDisk.isPossible))
    func `a read-only file system is named when the store is opened`() throws {
        let disk = try SmallDisk(size: "3m", at: directory.path)
        defer { disk.unmount() }
        _ = try directory.open()
        try disk.makeReadOnly()
        #expect(throws: StoreError.readOnly(path: directory.path + "/loopbox.lock")) {
            try directory.open()
        }
        #expect(throws: StoreError.readOnly(path: directory.path + "/new")) {
            try JobDatabase(JobDatabase.Configuration(directory: directory.path + "/new"))
        }
    }

    @Test func `a database that can't be written any more can still be read`() throws {
        let database = try directory.open()
        let job = newJob()
        _ = try database.submit([job])
        try database.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
        #expect(throws: StoreError.readOnly(path: path)) { try database.submit([newJob()]) }
        #expect(try database.job(job.id)?.state == .queued)
    }

    @Test func `a file that is no database is named`() throws {
        try Data("not a database, but long enough to be read as one.".utf8)
            .write(to: URL(filePath: path))
        #expect {
            try directory.open()
        } throws: { error in
            guard case .corrupt(path, _) = error as? StoreError else { return false }
            return "\(error)".contains(path)
        }
    }

    @Test func `damaged pages are an error that names the file`() throws {
        var database: JobDatabase? = try directory.open()
        _ = try database!.submit(
            (0..<200).map { _ in newJob(spec(String(repeating: "x", count: 5000))) }
        )
        database = nil
        var bytes = try Data(contentsOf: URL(filePath: path))
        for place in 4096 * 3..<bytes.count { bytes[place] = 0x5A }
        try bytes.write(to: URL(filePath: path))
        #expect {
            let database = try directory.open()
            _ = try database.claim(worker: "w", max: 200, lease: lease)
        } throws: { error in
            guard case .corrupt(path, _) = error as? StoreError else { return false }
            return true
        }
    }

    @Test func `a second store on the same data is refused until the first is gone`() throws {
        var database: JobDatabase? = try directory.open()
        #expect(throws: StoreError.inUse(path: directory.path)) { try directory.open() }
        #expect(database != nil)
        database = nil
        _ = try directory.open()
    }

    @Test func `a database of a later version is left alone`() throws {
        var database: JobDatabase? = try directory.open()
        try database!.pool.write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999')")
        }
        database = nil
        #expect(throws: StoreError.newerSchema(path: path)) { try directory.open() }
    }

    @Test func `errors say what, where and what to do`() {
        #expect(
            StoreError.diskFull(path: "/d").description
                == "no space is left on the disk of /d; free some, the store then goes on by itself"
        )
        #expect(
            StoreError(call: "open", path: "/d", errno: EACCES).description
                == "open /d: Permission denied"
        )
        #expect(StoreError(call: "open", path: "/d", errno: EDQUOT) == .diskFull(path: "/d"))
    }
}

/// A file system of its own in memory, which takes root to make.
struct SmallDisk {
    let path: String

    static let isPossible: Bool = {
        guard let directory = try? TemporaryDirectory(),
            let disk = try? SmallDisk(size: "1m", at: directory.path)
        else { return false }
        disk.unmount()
        return true
    }()

    init(size: String, at path: String) throws {
        self.path = path
        // Safety: the strings are lent for the length of the call.
        guard unsafe mount("loopbox", path, "tmpfs", 0, "size=" + size) == 0 else {
            throw StoreError(call: "mount", path: path, errno: errno)
        }
    }

    func makeReadOnly() throws {
        // Safety: the strings are lent for the length of the call.
        guard unsafe mount("loopbox", path, "tmpfs", UInt(MS_REMOUNT | MS_RDONLY), nil) == 0 else {
            throw StoreError(call: "mount", path: path, errno: errno)
        }
    }

    func unmount() {
        // Safety: the string is lent for the length of the call.
        unsafe _ = umount2(path, CInt(MNT_DETACH))
    }
}
