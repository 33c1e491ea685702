// SPDX-License-Identifier: Apache-2.0

import LoopboxModel
import LoopboxWebhooks
import Testing

@Suite struct RetryScheduleTests {
    let now = Timestamp(milliseconds: 1_800_000_000_000)

    func next(
        _ schedule: RetrySchedule,
        after attempt: Int,
        retryAfter: Duration? = nil
    ) -> Duration? {
        var random = SystemRandomNumberGenerator()
        return schedule.nextAttempt(
            after: attempt,
            failedAt: now,
            retryAfter: retryAfter,
            using: &random
        ).map { now.duration(to: $0) }
    }

    @Test func `the standard schedule has eight attempts`() {
        #expect(RetrySchedule.standard.description == "0s,5s,5m,30m,2h,5h,10h,10h")
        #expect(RetrySchedule.standard.firstAttempt(queuedAt: now) == now)
        #expect(next(.standard, after: 8) == nil)
        #expect(next(.standard, after: 99) == nil)
    }

    @Test func `each wait is up to a fifth longer or shorter, and both happen`() throws {
        for attempt in 1...7 {
            let wait = RetrySchedule.standard.delays[attempt]
            let waits = try (0..<200).map { _ in try #require(next(.standard, after: attempt)) }
            #expect(waits.allSatisfy { $0 >= wait * 0.799 && $0 <= wait * 1.2 })
            #expect(waits.contains { $0 < wait * 0.9 })
            #expect(waits.contains { $0 > wait * 1.1 })
        }
    }

    @Test func `the receiver's wish wins where it is later, up to a day`() throws {
        let schedule = RetrySchedule([.zero, .seconds(100), .seconds(100)])
        #expect(next(schedule, after: 1, retryAfter: .seconds(500)) == .seconds(500))
        #expect(try #require(next(schedule, after: 1, retryAfter: .seconds(10))) >= .seconds(80))
        #expect(next(schedule, after: 1, retryAfter: .seconds(86_400)) == .seconds(86_400))
        #expect(next(schedule, after: 1, retryAfter: .seconds(86_401)) == .seconds(86_400))
        #expect(next(schedule, after: 3, retryAfter: .seconds(10)) == nil)
    }

    @Test(arguments: ["0s", "0s,5s,5m,30m,2h,5h,10h,10h", "1s,1m,1h,168h"])
    func `a schedule is read and written as the same text`(text: String) throws {
        #expect(try RetrySchedule(parsing: text).description == text)
    }

    @Test func `times are read in their units`() throws {
        #expect(
            try RetrySchedule(parsing: "90s,0m,60m").delays == [
                .seconds(90), .zero, .seconds(3600),
            ]
        )
    }

    @Test(arguments: [
        "5", "s", "-5s", "+5s", "5d", "5 s", "1.5h", "169h", "604801s", "99999999999999999999h",
    ])
    func `what is no time is named`(entry: String) {
        #expect(throws: WebhookError.scheduleEntry(entry)) {
            try RetrySchedule(parsing: "0s,\(entry)")
        }
    }

    @Test func `a schedule has one to twenty times`() throws {
        let twenty = Array(repeating: "1s", count: 20).joined(separator: ",")
        #expect(try RetrySchedule(parsing: twenty).delays.count == 20)
        #expect(throws: WebhookError.scheduleCount(21)) {
            try RetrySchedule(parsing: twenty + ",1s")
        }
        #expect(throws: WebhookError.scheduleCount(0)) { try RetrySchedule(parsing: "") }
        #expect(throws: WebhookError.scheduleEntry("")) { try RetrySchedule(parsing: "1s,") }
    }
}
