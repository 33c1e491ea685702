# SPDX-License-Identifier: Apache-2.0
"""Runs the programs beside it, one after the other, and prints what each of them printed.

One process for all of them: an interpreter takes longer to start than most of them take to run.
"""

import contextlib
import io
import pathlib
import sys
import traceback


def runs_here(source):
    for line in source.splitlines():
        if line.startswith("# since: "):
            return sys.version_info >= tuple(int(part) for part in line[9:].split("."))
    return True


def main():
    for path in sorted(pathlib.Path(__file__).parent.glob("[0-9]*.py")):
        source = path.read_text()
        if not runs_here(source):
            continue
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            try:
                exec(compile(source, str(path), "exec"), {"__name__": "__main__"})
            except BaseException:
                output.write(traceback.format_exc())
        print("=====", path.stem)
        print(output.getvalue(), end="")


main()
