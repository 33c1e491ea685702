# SPDX-License-Identifier: Apache-2.0
"""Measures what a timeline adds to debug mode, and writes RESULTS-OVERHEAD.md beside this file.

Usage: overhead.py [ROUNDS [PYTHON...]]

Each program runs plain, in debug mode and without Loopbox, then watched with each kind of timeline; one
round after the other, as the machine's speed changes while this runs. Counted is processor time, of
which others on the machine take none. The ratios are medians over the rounds.
"""
import datetime
import os
import pathlib
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "Sources" / "LoopboxRuntimes"
PROGRAMS = ("never_awaited", "slow_callback", "streams", "many_tasks", "many_steps")
MODES = ("off", "tasks", "callbacks")


def install(folder):
    """Puts the harness together, from the list in PythonHarness.swift."""
    listed = (SOURCES / "PythonHarness.swift").read_text().split("parts:", 1)[1]
    names = [word[: -len("_py,")] for word in listed.replace("PackageResources.", " ").split()
             if word.endswith("_py,")]
    parts = [(SOURCES / "Python" / "inside" / f"{name}.py").read_text() for name in names]
    (folder / "loopbox_inside.py").write_text("\n\n".join(parts))
    shutil.copy(SOURCES / "Python" / "sitecustomize.py", folder)


def measure(python, program, mode, folder):
    """Seconds of processor time."""
    environment = {"PATH": os.environ["PATH"], "PYTHONASYNCIODEBUG": "1", "LANG": "C.UTF-8"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(os.devnull, "wb") as report:
        if mode != "plain":
            environment.update({
                "PYTHONPATH": str(folder),
                "LOOPBOX_REPORT_FD": str(report.fileno()),
                "LOOPBOX_CONFIG": '{"timeline":"%s"}' % mode,
            })
        subprocess.run([python, "-X", "dev", HERE / "Overhead" / f"{program}.py"], check=True,
                       env=environment, pass_fds=[report.fileno()], stdout=report, stderr=report)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table(python, rounds, folder):
    yield "| program | plain, s | off / plain | tasks / off | callbacks / off |"
    yield "|---|--:|--:|--:|--:|"
    for program in PROGRAMS:
        times = {mode: [] for mode in ("plain", *MODES)}
        for _ in range(rounds):
            for mode in times:
                times[mode].append(measure(python, program, mode, folder))
        ratios = [
            statistics.median(one / other for one, other in zip(times[mode], times[base]))
            for mode, base in (("off", "plain"), ("tasks", "off"), ("callbacks", "off"))
        ]
        plain = statistics.median(times["plain"])
        yield f"| {program} | {plain:.2f} | " + " | ".join(f"{ratio:.3f}" for ratio in ratios) + " |"


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    lines = [
        "# What watching costs\n",
        f"Processor time of the programs in `Overhead` on {datetime.date.today()}: plain is debug mode"
        " without Loopbox, off is watched without a timeline. Medians of"
        f" {rounds} rounds, {os.cpu_count()} processors. `make bench-overhead` makes this file.\n",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        install(folder)
        for python in sys.argv[2:] or ["python3"]:
            version = subprocess.run([python, "-c", "import platform; print(platform.python_version())"],
                                     check=True, text=True, stdout=subprocess.PIPE).stdout.strip()
            lines.append(f"## CPython {version}\n")
            for line in table(python, rounds, folder):
                lines.append(line)
                print(line, flush=True)
            lines.append("")
    (HERE / "RESULTS-OVERHEAD.md").write_text("\n".join(lines))


main()
