// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import Testing

@testable import LoopboxStore

@Suite struct JobListTests {
    let directory: TemporaryDirectory
    let database: JobDatabase

    init() throws {
        directory = try TemporaryDirectory()
        database = try directory.open()
    }

    let start = Timestamp(milliseconds: 1_795_334_400_000)

    /// All pages after `cursor`.
    func pages(after cursor: JobCursor?, limit: Int) throws -> [JobID] {
        var ids: [JobID] = []
        var cursor = cursor
        repeat {
            let page = try database.list(after: cursor, limit: limit)
            ids += page.jobs.map(\.id)
            cursor = page.next
        } while cursor != nil
        return ids
    }

    @Test func `pages are whole and stable while jobs come and go`() throws {
        // Three jobs in each millisecond, so that time alone does not order them.
        let jobs = (0..<50).map {
            newJob(at: start.advanced(by: .milliseconds($0 / 3)))
        }
        _ = try database.submit(jobs)
        let expected = jobs.sorted {
            ($0.createdAt, $0.id.description) > ($1.createdAt, $1.id.description)
        }.map(\.id)
        #expect(try pages(after: nil, limit: 7) == expected)
        let first = try database.list(limit: 10)
        #expect(first.jobs.map(\.id) == Array(expected[..<10]))
        // New ones at the front, and the very job that the cursor names, which goes.
        _ = try database.submit([newJob(at: start.advanced(by: .seconds(9))), newJob(at: start)])
        _ = try database.delete(expected[9])
        let rest = try pages(after: first.next, limit: 7)
        #expect(rest.filter { expected.contains($0) } == Array(expected[10...]))
    }

    @Test func `the last page has no next one, even where it is full`() throws {
        _ = try database.submit((0..<4).map { _ in newJob() })
        #expect(try database.list(limit: 4).next == nil)
        #expect(try database.list(limit: 3).next != nil)
        #expect(try database.list(limit: 5).next == nil)
    }

    @Test func `a page has no more jobs than the maximum and at least one`() throws {
        _ = try database.submit((0..<201).map { _ in newJob() })
        #expect(try database.list(limit: 1000).jobs.count == JobDatabase.pageMax)
        #expect(try database.list(limit: 0).jobs.count == 1)
    }

    @Test func `each filter keeps what it names, and all of them apply`() throws {
        let specs = [
            spec(name: "a", labels: ["team": "x", "os": "linux"]), spec(name: "b"),
            spec(name: "a", labels: ["team": "y"]), spec(labels: ["team": "x"]),
        ]
        let jobs = specs.enumerated().map { place, spec in
            newJob(spec, at: start.advanced(by: .milliseconds(place)))
        }
        _ = try database.submit(jobs)
        _ = try database.cancel(jobs[1].id)
        let claim = try database.claimOne()
        _ = try database.finish([finish(claim)])
        _ = try database.claimOne()

        func places(_ change: (inout JobFilter) -> Void) throws -> [Int?] {
            var filter = JobFilter()
            change(&filter)
            return try database.list(filter, limit: 10).jobs.map { summary in
                jobs.firstIndex { $0.id == summary.id }
            }
        }
        #expect(try places { _ in } == [3, 2, 1, 0])
        #expect(try places { $0.state = .queued } == [3])
        #expect(try places { $0.state = .running } == [2])
        #expect(try places { $0.outcome = .cancelled } == [1])
        #expect(try places { $0.verdict = .passed } == [0])
        #expect(try places { $0.name = "a" } == [2, 0])
        #expect(try places { $0.name = "" } == [3])
        #expect(try places { $0.labels = ["team": "x"] } == [3, 0])
        #expect(try places { $0.labels = ["team": "x", "os": "linux"] } == [0])
        #expect(try places { $0.createdAfter = start.advanced(by: .milliseconds(1)) } == [3, 2])
        #expect(
            try places {
                $0.state = .completed
                $0.name = "a"
            } == [0]
        )
        #expect(try places { $0.name = "' OR 1 --" } == [])
    }

    @Test func `a summary says what the job says`() throws {
        let job = newJob(spec(name: "n", labels: ["k": "v", "l": "w"]))
        _ = try database.submit([job])
        _ = try database.finish([finish(database.claimOne())])
        let full = try #require(try database.job(job.id))
        let summary = try database.list(limit: 1).jobs[0]
        #expect(
            summary
                == JobSummary(
                    id: full.id,
                    name: "n",
                    labels: ["k": "v", "l": "w"],
                    state: .completed,
                    outcome: .exited,
                    verdict: .passed,
                    version: 3,
                    attempt: 1,
                    createdAt: full.createdAt,
                    startedAt: full.startedAt,
                    endedAt: full.endedAt
                )
        )
    }

    @Test func `a cursor is read back from its text, and nothing else is one`() throws {
        let cursor = JobCursor(createdAt: start, id: JobID(now: start))
        #expect(JobCursor(cursor.description) == cursor)
        for text in ["", ".", "1.", "x.\(JobID().uuid.text)", "1.\(JobID())", "1"] {
            #expect(JobCursor(text) == nil)
        }
    }
}
