// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecSchema {
    /// `repeat`: a number, or a map.
    static let repetition = Codec<Repetition>(
        shape: .either([count.shape, repetitionMap.shape]),
        example: "25",
        read: { node, reading in
            if case .map = node.content { return repetitionMap.read(node, &reading) }
            return count.read(node, &reading).map(Repetition.init)
        },
        write: { repetition in
            repetition == Repetition(count: repetition.count)
                ? count.write(repetition.count) : repetitionMap.write(repetition)
        }
    )

    private static let count = Codec<Int>.integer(1...Repetition.countMax)

    private static let repetitionMap = Codec<Repetition>.map(
        [
            Field(
                "count",
                count,
                \.count,
                defaults: Repetition(),
                examples: [25],
                summary: "How often."
            ),
            Field(
                "stop_on_failure",
                .boolean,
                \.stopOnFailure,
                defaults: Repetition(),
                summary:
                    "Whether no further run is begun once one has failed: what is expected did "
                    + "not hold or, where nothing is, there was an error."
            ),
            Field(
                "parallel",
                .integer(1...Repetition.parallelMax),
                \.parallel,
                defaults: Repetition(),
                examples: [2],
                summary: "How many runs may go on at once, while slots of the server are free."
            ),
        ],
        example: "{count: 25, parallel: 2}",
        start: { Repetition() }
    )
}
