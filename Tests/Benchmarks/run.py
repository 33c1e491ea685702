# SPDX-License-Identifier: Apache-2.0
"""Runs LoopBench and its peers in turns, and writes the medians to RESULTS.md beside this file.

Usage: run.py PROGRAM [ROUNDS]

The machine's speed changes while this runs. So one round after the other measures everybody, and
the ratios of the table count, not its figures.
"""
import datetime
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIME_MAX = 180  # seconds for all rounds: who waits longer stops running it

DEBUG_TOPICS = ["callSoonChain", "callSoonBurst", "timers", "taskAwait", "sleepZero"]
TOPICS = {
    "callSoonChain": "Callbacks that each schedule the next",
    "callSoonBurst": "A thousand callbacks in each iteration",
    "timers": "100,000 timers, scheduled and cancelled",
    "threadsafe": "Calls from another thread",
    "taskAwait": "Tasks made and awaited",
    "sleepZero": "sleep(0)",
    "generator": "Elements of an asynchronous generator",
    "echo": "Round trips of 64 bytes on one connection",
    "spawn": "Child processes made and awaited",
}


def find_python():
    for name in ("python3.14", "python3.13", "python3"):
        if shutil.which(name) and subprocess.run(
                [name, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0:
            return name
    sys.exit("error: there is no Python to compare with")


def with_uvloop(python, folder):
    """The Python of a new environment that has uvloop; None where it can't be had."""
    try:
        subprocess.run([python, "-m", "venv", folder], check=True, capture_output=True)
        subprocess.run([f"{folder}/bin/pip", "-q", "install", "uvloop"],
                       check=True, capture_output=True, timeout=60)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return None
    return f"{folder}/bin/python"


def measure(subjects, rounds):
    """{topic: {subject: [per second]}}"""
    figures = {topic: {} for topic in TOPICS}
    start = datetime.datetime.now()
    for number in range(rounds):
        for subject, (command, topics) in subjects.items():
            output = subprocess.run([*command, *topics], check=True, text=True,
                                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
            for line in output.splitlines():
                topic, value = line.split()
                figures[topic].setdefault(subject, []).append(int(value))
        taken = (datetime.datetime.now() - start).total_seconds()
        print(f"round {number + 1} of {rounds}: {taken:.0f} s", file=sys.stderr)
        if taken * (number + 2) / (number + 1) > TIME_MAX:
            break
    return figures, number + 1


def tables(figures):
    for topic, title in TOPICS.items():
        medians = {who: statistics.median(values) for who, values in figures[topic].items()}
        yield f"\n## {title}\n"
        references = [who for who in ("asyncio", "uvloop") if who in medians]
        yield "| | a second | best |" + "".join(f" x {who} |" for who in references)
        yield "|---|--:|--:|" + "--:|" * len(references)
        for who, median in medians.items():
            ratios = "".join(f" {median / medians[other]:.2f} |" for other in references)
            best = max(figures[topic][who])
            yield f"| {who} | {median:,.0f} | {best:,} |{ratios}"


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    python = find_python()
    peers = str(HERE / "peers.py")
    with tempfile.TemporaryDirectory() as folder:
        subjects = {
            "Loop": ([program], list(TOPICS)),
            "asyncio": ([python, peers, "asyncio"], list(TOPICS)),
        }
        if uvloop := with_uvloop(python, folder):
            subjects["uvloop"] = ([uvloop, peers, "uvloop"], list(TOPICS))
        subjects["Loop, debug mode"] = ([program, "--debug"], DEBUG_TOPICS)
        subjects["asyncio, debug mode"] = ([python, peers, "asyncio-debug"], DEBUG_TOPICS)
        figures, done = measure(subjects, rounds)
        version = subprocess.run([python, "--version"], text=True, capture_output=True).stdout
    text = "\n".join([
        "# The loop against its peers",
        "",
        f"Written by `make bench`: medians of {done} rounds in turns, {version.strip()}, "
        f"Linux {platform.release()}, {datetime.date.today()}. Higher is better. Only ratios "
        "mean something: the figures are one machine's on one day.",
        *tables(figures),
        "",
    ])
    (HERE / "RESULTS.md").write_text(text)
    print(text)


main()
