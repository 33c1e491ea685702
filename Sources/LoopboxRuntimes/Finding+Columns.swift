// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension Finding {
    /// Makes columns that count what a person takes for letters into such that count scalars, as a
    /// report has them. Fixes are looked for before, letter by letter.
    mutating func countScalars() {
        location?.countScalars()
        for place in stack.indices { stack[place].countScalars() }
        for place in creation.indices { creation[place].countScalars() }
        exception?.countScalars()
        if let place = edit,
            let location = ([location].compactMap { $0 } + stack).first(where: {
                $0.path == place.path && $0.line == place.line
            })
        {
            edit?.column = location.scalarColumn(place.column)
            edit?.endColumn = location.scalarColumn(place.endColumn)
        }
    }
}

extension ExceptionReport {
    fileprivate mutating func countScalars() {
        for place in frames.indices { frames[place].countScalars() }
        for place in group.indices { group[place].countScalars() }
        guard let previous, var earlier = previous.exceptions.first else { return }
        earlier.countScalars()
        self.previous = Previous(relation: previous.relation, exception: earlier)
    }
}

extension Location {
    fileprivate mutating func countScalars() {
        // In ASCII, the two are the same.
        guard column != nil, !snippet.utf8.allSatisfy({ $0 < 0x80 }) else { return }
        column = column.map(scalarColumn)
        endColumn = endColumn.map(scalarColumn)
    }

    fileprivate func scalarColumn(_ column: Int) -> Int {
        snippet.prefix(max(column - 1, 0)).unicodeScalars.count + 1
    }
}
