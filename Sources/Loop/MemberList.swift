// SPDX-License-Identifier: Apache-2.0

/// What can stand in a ``MemberList``: it keeps its neighbours itself.
protocol ListMember: AnyObject {
    associatedtype Neighbour: AnyObject
    var previousInList: Neighbour? { get set }
    var nextInList: Neighbour? { get set }
}

/// Objects of a loop, the oldest first. Linked through the objects themselves, so that one comes and
/// goes without a search and without an allocation.
struct MemberList<Member: ListMember> where Member.Neighbour == Member {
    private var first: Member?
    private var last: Member?

    mutating func append(_ member: Member) {
        if let last {
            last.nextInList = member
            member.previousInList = last
        } else {
            first = member
        }
        last = member
    }

    /// Takes `member` out; no effect where it is not in.
    mutating func remove(_ member: Member) {
        guard member.previousInList != nil || first === member else { return }
        let previous = member.previousInList
        let next = member.nextInList
        if let previous { previous.nextInList = next } else { first = next }
        if let next { next.previousInList = previous } else { last = previous }
        member.previousInList = nil
        member.nextInList = nil
    }

    var all: [Member] {
        var members: [Member] = []
        var member = first
        while let current = member {
            members.append(current)
            member = current.nextInList
        }
        return members
    }
}
