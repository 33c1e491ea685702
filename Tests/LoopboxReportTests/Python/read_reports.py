# SPDX-License-Identifier: Apache-2.0
"""Reads reports in every format with programs that other people wrote, and compares them.

    read_reports.py FOLDER SARIF-SCHEMA JUNIT-SCHEMA

FOLDER holds NAME.json, NAME.yaml and so on. Each fault is a line of the output; the last line says how
many reports were read.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree

import jsonschema
import junitparser
import sarif.loader
import xmlschema
import yaml

folder, sarif_schema, junit_schema = sys.argv[1:]
schema = json.loads(pathlib.Path(sarif_schema).read_text())
validator = jsonschema.validators.validator_for(schema)(schema)
junit = xmlschema.XMLSchema(junit_schema)
loaders = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])
faults = 0


def fault(path, text):
    global faults
    faults += 1
    print(f"{path.name}: {text}"[:500])


def read_yaml(path, job):
    for loader in loaders:
        found = yaml.load(path.read_bytes(), Loader=loader)
        if found != job:
            fault(path, f"{loader.__name__} reads another value than json")


def folded(findings):
    """Those of several runs that are one and the same thing, once: as a job has it."""
    seen = set()
    for finding in findings:
        place = finding["location"] or {}
        name = finding["fingerprint"] or (
            finding["rule"], place.get("path"), place.get("line"), finding["message"]
        )
        number = sum(1 for run, other, _ in seen if run == finding["run"] and other == name)
        if not any((other, count) == (name, number) for _, other, count in seen):
            yield finding
        seen.add((finding["run"], name, number))


def read_sarif(path, job):
    text = path.read_text()
    log = json.loads(text)
    for error in validator.iter_errors(log):
        fault(path, f"{list(error.path)}: {error.message}")
    [run] = log["runs"]
    findings = list(folded(job["findings"]))
    if len(run["results"]) != len(findings):
        fault(path, "has another number of results")
    rules = run["tool"]["driver"]["rules"]
    notices = run["tool"]["driver"].get("notifications", [])
    if len({rule["id"] for rule in rules}) != len(rules):
        fault(path, "a rule is there twice")
    # What the standard says in words: 3.27.7, 3.4.5, 3.48.5.
    for result, finding in zip(run["results"], findings):
        if rules[result["ruleIndex"]]["id"] != result["ruleId"] != finding["rule"]:
            fault(path, "a result's rule is another one")
        if result["level"] != finding["severity"]:
            fault(path, "a result's level is another one")
        if not 0 <= result["provenance"]["invocationIndex"] < len(run["invocations"]):
            fault(path, "a result has no invocation")
        place = finding["location"]
        location = result["locations"][0]["physicalLocation"]
        uri = location["artifactLocation"]["uri"]
        if place and place["path"] and not place["path"].startswith("<"):
            wanted = place["path"]
            read = urllib.parse.urlsplit(uri)
            if urllib.parse.unquote(read.path) != wanted or read.query or read.fragment:
                fault(path, f"{uri!r} does not lead to {wanted!r}")
            region = location.get("region", {})
            if place["line"] and region["startLine"] != place["line"]:
                fault(path, "a line is another one")
            if place["line"] and place["column"] and region["startColumn"] != place["column"]:
                fault(path, "a column is another one")
    places = []

    def walk(value):
        if isinstance(value, dict):
            if "uri" in value and "index" in value:
                places.append(value)
            if "descriptor" in value:
                kind = value["descriptor"]
                if notices[kind["index"]]["id"] != kind["id"]:
                    fault(path, "a notification's kind is another one")
            for item in value.values():
                if item is None:
                    fault(path, "null stands for what is not there")
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(log)
    for place in places:
        if run["artifacts"][place["index"]]["location"]["uri"] != place["uri"]:
            fault(path, "a place's file is another one")
    found = sarif.loader.load_sarif_file(str(path))
    counts = found.get_report().get_issue_type_histogram_for_severity
    for severity in ("error", "warning", "note"):
        if sum(counts(severity).values()) != sum(f["severity"] == severity for f in findings):
            fault(path, f"sarif-tools counts other results of level {severity}")


def read_junit(path, job):
    for error in junit.iter_errors(str(path)):
        fault(path, f"{error.path}: {error.reason}")
    root = xml.etree.ElementTree.parse(path).getroot()
    suites = junitparser.JUnitXml.fromfile(str(path))
    [suite] = suites
    tests = list(suite)
    numbers = [suite.tests, suite.failures, suite.errors, suite.skipped]
    kinds = [len(root.findall(f".//{name}")) for name in ("testcase", "failure", "error", "skipped")]
    if numbers != kinds:
        fault(path, f"counts {numbers} where there are {kinds}")
    broken = {(f["run"], f["rule"]) for f in job["findings"] if f["severity"] == "error"}
    plain = [r["outcome"] == "exited" and r["exit"] == 0 for r in job["runs"]]
    bad = [t for t in tests if any(isinstance(r, (junitparser.Failure, junitparser.Error)) for r in t.result)]
    if job["failures"]:
        wanted = sum(len(failure["runs"]) for failure in job["failures"])
        if suites.failures + suites.errors != len(bad) or len(bad) != wanted:
            fault(path, f"{len(bad)} tests fail, not {wanted} expectations")
    elif job["state"] == "completed" and len(bad) != len(broken) + plain.count(False):
        fault(path, f"{len(bad)} tests fail, not {len(broken)} and {plain.count(False)}")
    if len({(t.classname, t.name) for t in tests}) != len(tests):
        fault(path, "two tests have the same name")


def read_jsonl(path, job):
    text = path.read_bytes().decode()
    # Splits at everything that anybody takes for the end of a line.
    lines = [json.loads(line) for line in text.splitlines()]
    if len(lines) != text.count("\n"):
        fault(path, "a line has the end of a line in it")
    kinds = [line.pop("kind") for line in lines]
    if kinds.count("job") != 1 or kinds.count("run") != len(job["runs"]):
        fault(path, f"has lines of the kinds {kinds}")
    found = [line for line, kind in zip(lines, kinds) if kind == "finding"]
    for line in found:
        if line.pop("job") != job["id"]:
            fault(path, "a finding's job is another one")
    if found != job["findings"]:
        fault(path, "has other findings than json")


# What the runner does with each line of a step's output, written after its documentation.
def read_github(path, job):
    stop, commands, plain = None, [], []
    for line in path.read_bytes().decode().replace("\r", "\n").split("\n"):
        line = line.lstrip()
        if stop is not None:
            if line == f"::{stop}::":
                stop = None
            continue
        if line.startswith("::"):
            command, _, data = line[2:].partition("::")
            name, _, rest = command.partition(" ")
            properties = dict(item.split("=", 1) for item in rest.split(",") if item)
            if name == "stop-commands":
                stop = data
            else:
                commands.append((name, properties, data))
        elif line:
            plain.append(line)
    if stop is not None or plain:
        fault(path, f"text stands where commands are read: {plain[:1]}")
    levels = {"error": "error", "warning": "warning", "note": "notice"}
    findings = sorted(job["findings"], key=lambda f: list(levels).index(f["severity"]))
    own = [c for c in commands if c[1].get("title") not in ("run-ended", "report-incomplete", "no-result")]
    if [c[0] for c in own] != [levels[f["severity"]] for f in findings] + ["group", "endgroup"]:
        fault(path, f"has the commands {[c[0] for c in own]}")
        return

    def read(text, codes):
        for code, sign in codes + [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]:
            text = text.replace(code, sign)
        return text

    for (_, properties, data), finding in zip(own, findings):
        place = finding["location"]
        if place and place["path"] and not place["path"].startswith("<") and place["path"].isprintable():
            file = read(properties["file"], [("%3A", ":"), ("%2C", ",")])
            if file != place["path"] or int(properties["line"]) != place["line"]:
                fault(path, f"{file!r} is not {place['path']!r}")
        message = read(data, []).split("\n")[0]
        if finding["message"].isascii() and finding["message"].isprintable() and len(message) < 900:
            if message != finding["message"]:
                fault(path, f"{message!r} is not {finding['message']!r}")


readers = {"yaml": read_yaml, "sarif": read_sarif, "junit": read_junit, "jsonl": read_jsonl, "github": read_github}
count = 0
for file in sorted(pathlib.Path(folder).glob("*.json")):
    job = json.loads(file.read_bytes())
    count += 1
    for kind, reader in readers.items():
        path = file.with_suffix(f".{kind}")
        try:
            reader(path, job)
        except Exception as error:
            fault(path, f"{type(error).__name__}: {error}")
print(f"{count} reports, {faults} faults")
