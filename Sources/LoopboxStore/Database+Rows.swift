// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import GRDB
import LoopboxModel

/// Statements of constant text are compiled once a connection; the lists' are not constant and
/// don't come here.
extension Database {
    /// Runs a statement that gives no rows.
    ///
    /// - Returns: how many rows it changed, those of other tables that followed not counted.
    @discardableResult
    func change(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try cachedStatement(sql: sql).execute(arguments: arguments)
        return changesCount
    }

    /// All rows that a query gives.
    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The first row that a query gives.
    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// The number that a query gives.
    func count(_ sql: String, _ arguments: StatementArguments = []) throws -> Int {
        try Int.fetchOne(cachedStatement(sql: sql), arguments: arguments) ?? 0
    }
}

/// Columns as values of the model. `subject` is what an error speaks of.
extension Row {
    func time(_ column: String) -> Timestamp? {
        (self[column] as Int64?).map { Timestamp(milliseconds: $0) }
    }

    func id<ID: PrefixedID>(_ column: String) throws(StoreError) -> ID {
        let text: String = self[column]
        guard let id = ID(text) else {
            throw .unreadable(subject: text, detail: "no \(ID.prefix) identifier")
        }
        return id
    }

    func word<Word: RawRepresentable<String>>(
        _ column: String,
        of subject: String
    ) throws(StoreError) -> Word? {
        guard let text = self[column] as String? else { return nil }
        guard let word = Word(rawValue: text) else {
            throw .unreadable(subject: subject, detail: "\(column) is \(text)")
        }
        return word
    }

    func requiredWord<Word: RawRepresentable<String>>(
        _ column: String,
        of subject: String
    ) throws(StoreError) -> Word {
        guard let word: Word = try word(column, of: subject) else {
            throw .unreadable(subject: subject, detail: "\(column) is missing")
        }
        return word
    }

    func json<Value: Decodable>(
        _ column: String,
        of subject: String
    ) throws(StoreError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: self[column] as Data)
        } catch {
            throw .unreadable(subject: subject, detail: "\(column): \(error)")
        }
    }

    func bytes(_ column: String) -> [UInt8] { Array(self[column] as Data) }
}

/// The JSON of `value` as it is stored. `subject` is what an error speaks of.
func json(_ value: some Encodable, of subject: String) throws(StoreError) -> Data {
    do {
        return Data(try JSONText().encode(value))
    } catch {
        throw .unwritable(subject: subject, detail: "\(error)")
    }
}
