// SPDX-License-Identifier: Apache-2.0

import LoopboxModel

extension SpecError {
    /// How it is cured, in one line; nil where `detail` says it.
    public var hint: String? {
        switch self {
        case .tooLarge: "shorten the files and the stdin of the program"
        case .encoding(let encoding):
            "convert it: iconv -f \(encoding.rawValue) -t UTF-8 job.yaml"
        case .invalidUTF8: "save the file as UTF-8; other bytes are written as {base64: …}"
        case .controlCharacter(let scalar):
            scalar == "\u{FEFF}"
                ? "remove it; it is only allowed as the first character"
                : "write \"\(Excerpt.escape(of: scalar))\" in double quotes, or {base64: …}"
        case .lineBreaksLost: "curl --data-binary @job.yaml URL   or   curl -T job.yaml URL"
        case .pythonSource:
            "put it, indented, below the two lines \"program:\" and \"  source: |\""
        case .percentEncoded: "send the file as it is: curl --data-binary @job.yaml URL"
        case .yaml(let problem): problem.hint
        case .json(let problem): problem.hint
        case .empty, .notAMap: "the smallest one: program: {source: \"print('hello')\"}"
        case .severalDocuments: "send each job on its own"
        case .tooManyNodes: "put large data into one text, such as a file of the program"
        case .tooDeep: "no key of a spec is deeper than 5; text with brackets needs quotes"
        case .yamlFeature(let feature, let text): feature.hint(text)
        case .duplicateKey: "keep one of them"
        case .keyNotText(found: .nothing): "write a key before the \":\""
        case .keyNotText: "text that starts with { or [ needs quotes; other keys are not taken"

        case .unknownKey(_, _, _, advice: .note(_, let hint)): hint
        case .unknownKey(_, _, let keys, advice: .key(let key)):
            "did you mean \"\(key)\"? Keys here: \(keys.joined(separator: ", "))"
        case .unknownKey(_, _, let keys, nil): "keys here: \(keys.joined(separator: ", "))"
        case .missingKey(_, _, let example): "for example \(example)"
        case .bothKeys(_, _, _, let cure), .neitherKey(_, _, _, let cure): cure

        case .noValue(_, let example): "for example \(example); or leave it out"
        case .wrongKind(_, _, _, let example): "for example \(example)"
        case .notTrueOrFalse(_, let found, let isQuoted):
            Self.truth(found).map { "write \($0)\(isQuoted ? " without quotes" : "")" }
        case .notAnInteger(_, let found, let isQuoted):
            Self.digits(found).map { "write \($0)\(isQuoted ? " without quotes" : "")" }
                ?? "write decimal digits"
        case .outOfRange(_, _, let lowest, let highest, _): "allowed: \(lowest) to \(highest)"
        case .aboveServerMaximum(_, _, _, let flag): "the operator can raise it with \(flag)"
        case .unitMissing(_, _, let choices): Self.oneOf(choices)
        case .unitUnknown(_, _, _, let units, let suggestions):
            suggestions.isEmpty
                ? "units: \(units)"
                : "write \(suggestions.joined(separator: " or ")); units: \(units)"
        case .notADuration:
            "write numbers with units, the largest first: 250ms, 10s, 1m30s"
        case .notASize(_, _, let suggestion):
            "write \(suggestion ?? "a whole number with a unit, such as 512KiB or 1MiB")"
        case .ambiguousSize(_, let found, let binary, let decimal):
            "write \(binary) (Docker's \(Excerpt.quoted(found.suffix(1).lowercased()))) "
                + "or \(decimal)"
        case .tooLong, .tooMany: nil
        case .nothingIn(_, let cure): cure
        case .unprintable: "remove it"
        case .listedTwice: "list it once"
        case .notBase64: "as it is printed by: base64 -w0 FILE"

        case .version(let found):
            found.contains(".")
                ? "this is the version of the spec's format; an interpreter is named by "
                    + "program.runtime: python\(found.utf8.count < 8 ? found : "3.13")"
                : "this is the version of the spec's format; write 1 or remove the key"
        case .labelKey(_, let suggestion):
            Self.instead(
                suggestion,
                or: "keys are 1 to 63 of a-z 0-9 . _ / - and start with a letter or digit"
            )
        case .notHere(_, let found, let level):
            found == "none"
                ? "remove it where the program may use the machine's network"
                : level == .none
                    ? "remove it, or have the server isolate programs: loopbox doctor says how far it can"
                    : "remove it, or run the server at level strict: loopbox doctor says what is missing"
        case .runtimeName(_, let suggestion):
            suggestion.map { "write \($0)" }
                ?? "as the executable is called: python, python3.13, pypy3.11"
        case .runtimeMissing(_, let installed, let defaultRuntime, let suggestion):
            Self.installed(installed, defaultRuntime, suggestion)
        case .loopMissing(_, let having):
            having.isEmpty
                ? "no interpreter here has it: install uvloop for one (Debian: python3-uvloop), or name "
                    + "one with --runtime"
                : "as program.runtime, write one that has it: \(Excerpt.list(having))"
        case .path(_, let problem, let suggestion):
            suggestion.map { "write \(Excerpt.quoted($0))" } ?? problem.hint
        case .pathsDifferInCase: "rename one of them"
        case .fileIsDirectory: "rename one of them"
        case .filesTooLarge: "have the program make its large files itself"
        case .entryMissing(_, let files, let isSource, let suggestion):
            isSource
                ? "remove \"entry\", or write the file under program.files"
                : Self.instead(suggestion, or: "files: \(Excerpt.list(files))")
        case .entryUnclear(let candidates):
            "write program.entry: one of \(Excerpt.list(candidates))"
        case .entryAbsent: "name it main.py, or write program.entry or program.module"
        case .module(_, let suggestion):
            suggestion.map { "write \($0)" } ?? "write it as after python -m: package.module"
        case .environmentName(_, let suggestion):
            suggestion.map { "write \($0)" }
                ?? "names are letters, digits and _ and don't start with a digit"
        case .environmentReserved(let name, let owner): Self.reserved(name, owner)
        case .warningFilter(_, _, let problem, let suggestion): problem.hint(suggestion)
        case .url(_, let problem): problem.hint
        case .webhookRefused(_, let reason):
            reason.firstRange(of: "; ").map { String(reason[$0.upperBound...]) }
        case .schemeNotAllowed(_, let scheme):
            scheme == "http"
                ? "write https://…; the operator can allow http with --webhook-allow-http"
                : "write http://…"
        case .secret: "whsec_ and 24 to 64 random bytes: echo whsec_$(openssl rand -base64 32)"
        case .rule(_, _, let suggestion): Self.rules(suggestion)
        case .exit(_, _, let suggestion):
            suggestion.map { "write \($0)" }
                ?? "write a status from 0 to 255, a list of them, any, or signal:SIGTERM"
        case .pattern:
            "the syntax is RE2's, without back-references and looking around; \\ in double quotes is \\\\"
        case .fileUnknown(_, _, let files, let suggestion):
            Self.instead(suggestion, or: "files: \(Excerpt.list(files))")
        case .outputsTooLarge(_, _, let most):
            "write at most \(most), or have fewer runs; all of them may keep \(Repetition.outputsMax)"
        case .neverHolds(_, let problem): problem.hint
        case .notOneOf(_, _, _, let suggestion): suggestion.map { "did you mean \"\($0)\"?" }
        }
    }

    /// The word that was probably meant, alone; nil where nothing is near.
    public var suggestion: String? {
        switch self {
        case .unknownKey(_, _, _, advice: .key(let key)): key
        case .notOneOf(_, _, _, let suggestion), .labelKey(_, let suggestion),
            .runtimeName(_, let suggestion), .runtimeMissing(_, _, _, let suggestion),
            .path(_, _, let suggestion), .entryMissing(_, _, _, let suggestion),
            .module(_, let suggestion), .environmentName(_, let suggestion),
            .notASize(_, _, let suggestion), .warningFilter(_, _, _, let suggestion),
            .rule(_, _, let suggestion), .exit(_, _, let suggestion),
            .fileUnknown(_, _, _, let suggestion):
            suggestion
        case .unitMissing(_, _, let choices): choices.first
        case .unitUnknown(_, _, _, _, let suggestions): suggestions.first
        case .ambiguousSize(_, _, let binary, _): binary
        case .notTrueOrFalse(_, let found, _): Self.truth(found)
        case .notAnInteger(_, let found, _): Self.digits(found)
        default: nil
        }
    }

    private static func oneOf(_ choices: [String]) -> String {
        let others = choices.dropFirst().joined(separator: ", ")
        return "write \"\(choices.first ?? "")\"" + (others.isEmpty ? "" : " (or \(others))")
    }

    /// The suggestion, if there is one, and then what holds in general.
    fileprivate static func instead(_ suggestion: String?, or rest: String) -> String {
        guard let suggestion else { return rest }
        return "did you mean \(Excerpt.quoted(suggestion))? "
            + rest.prefix(1).uppercased() + rest.dropFirst()
    }

    /// What YAML 1.1 would have read it as, and what people write for it.
    private static func truth(_ text: String) -> String? {
        switch text.lowercased() {
        case "true", "yes", "on", "y", "1", "enabled": "true"
        case "false", "no", "off", "n", "0", "disabled": "false"
        default: nil
        }
    }

    /// The whole number that `text` has in another form.
    private static func digits(_ text: String) -> String? {
        let plain = text.filter { $0 != "_" && $0 != "," && $0 != "+" }
        if let number = Int(plain) { return "\(number)" }
        if plain.lowercased().hasPrefix("0x") {
            return Int(plain.dropFirst(2), radix: 16).map { "\($0)" }
        }
        guard let number = Double(plain), number == number.rounded(), number.magnitude < 1e9 else {
            return nil
        }
        return "\(Int(number))"
    }

    private static func installed(
        _ runtimes: [String],
        _ defaultRuntime: String?,
        _ suggestion: String?
    ) -> String {
        guard !runtimes.isEmpty else { return "no runtime is installed. See GET /v1/runtimes" }
        let names = runtimes.map { $0 == defaultRuntime ? "\($0) (default)" : $0 }
        return instead(
            suggestion,
            or: "installed: \(Excerpt.list(names)). See GET /v1/runtimes"
        )
    }

    private static func rules(_ suggestion: String?) -> String {
        let meant = suggestion.map { "did you mean \"\($0)\"? " } ?? ""
        return "\(meant)GET /v1/rules and loopbox rules list them all"
    }

    private static func reserved(_ name: String, _ owner: String?) -> String {
        if let owner { return "remove it and write \(owner)" }
        return name.hasPrefix("LD_")
            ? "remove it; it would change what the runtime itself loads"
            : "rename it; names with LOOPBOX_ are the server's own"
    }
}

extension SpecError.YAMLFeature {
    fileprivate func hint(_ text: String) -> String {
        switch self {
        case .alias, .anchor: "write the value out where it is needed"
        case .tag:
            text == "!" || text.hasPrefix("!!")
                ? "remove it; each key knows the type of its value"
                : "remove it; text that starts with ! needs quotes"
        case .directive: "remove the line"
        case .mergeKey: "write the keys out where they are needed"
        }
    }
}

extension SpecError.PathProblem {
    fileprivate var hint: String? {
        switch self {
        case .empty: "write a path such as main.py or package/module.py"
        case .absolute, .upward: "paths are relative to the work directory: data/input.txt"
        case .notNormalised: "write it without \".\", \"//\" or a \"/\" at the end"
        case .backslash: "directories are parted by \"/\""
        case .tooLong, .tooDeep: "shorten it"
        case .unprintable: "remove it"
        }
    }
}

extension SpecError.WarningFilterProblem {
    fileprivate func hint(_ suggestion: String?) -> String {
        switch self {
        case .action:
            SpecError.instead(
                suggestion,
                or: "actions: \(WarningFilter.actions.joined(separator: ", "))"
            )
        case .severalFilters: "write each as an item of its own: [error, \"ignore::ImportWarning\"]"
        case .tooManyParts, .line: "the form is action:message:category:module:line"
        }
    }
}

extension SpecError.URLProblem {
    fileprivate var hint: String {
        switch self {
        case .noScheme, .scheme, .noHost, .host: "for example https://ci.example.com/hooks/loopbox"
        case .credentials: "remove them; messages are signed with the secret of the webhook"
        case .fragment: "remove it; it is never sent to a server"
        case .hostNotASCII: "write it as DNS has it: xn--…"
        case .port: "a port is a number from 1 to 65535"
        case .character(let scalar):
            "percent-encode it\(scalar == " " ? ": %20" : "")"
        }
    }
}

extension SpecError.Impossibility {
    fileprivate var hint: String {
        switch self {
        case .minAboveMax: "swap them, or remove one"
        case .requiredAndForbidden: "raise its max, or remove one of the two"
        case .shorterThanTimeLimit(let limit):
            "write more than \(limit), or remove one of expect.duration and expect.timeout"
        case .longerThanOutput: "raise limits.output, or write {contains: …}"
        case .lineBeyondFile: "write the line where the finding shall be, or remove it"
        case .flakyOnce: "write repeat: 25, or remove it"
        }
    }
}
