// SPDX-License-Identifier: Apache-2.0

// Safety (@safe): a continuation is resumed once: where the waiter is taken out.

/// Who waits for a future.
@safe enum FutureWaiter {
    case callback(Handle, () -> Void)
    case continuation(UnsafeContinuation<Void, Never>)
}

/// All who wait for a future, in the order in which they came. Most have one, which needs no
/// allocation.
///
/// Not generic, as everything of a ``Future`` but its value: in a generic type each use of a type
/// that depends on the parameter looks that type up, which was a sixth of a task's cost.
struct FutureWaiters {
    private var first: FutureWaiter?
    private var others: [FutureWaiter] = []

    mutating func append(_ waiter: FutureWaiter) {
        if first == nil { first = waiter } else { others.append(waiter) }
    }

    /// Takes out the callback that `handle` stands for.
    ///
    /// - Returns: whether it was there.
    mutating func remove(_ handle: Handle) -> Bool {
        var all = others
        if let first { all.insert(first, at: 0) }
        let place = all.firstIndex { waiter in
            if case .callback(let known, _) = waiter { known === handle } else { false }
        }
        guard let place else { return false }
        all.remove(at: place)
        first = all.isEmpty ? nil : all.removeFirst()
        others = all
        return true
    }

    /// Takes all out.
    mutating func takeAll() -> FutureWaiters {
        let all = self
        self = FutureWaiters()
        return all
    }

    func forEach(_ body: (FutureWaiter) -> Void) {
        guard let first else { return }
        body(first)
        for waiter in others { body(waiter) }
    }
}
