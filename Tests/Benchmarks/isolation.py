# SPDX-License-Identifier: Apache-2.0
"""What isolation adds to a job: the same program at each level, in turns, by one server each.

Usage: isolation.py LOOPBOX [ROUNDS]

Prints the median of ROUNDS answers to `POST /v1/jobs?wait`, and what each level adds to it. The
machine's speed changes while this runs, so the levels take turns, and the differences count.
"""
import http.client
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time

LEVELS = {"none": "none-i-know", "standard": "standard", "strict": "strict"}
WARM_UP = 5  # rounds: what a server makes once
# Debian's own: every user can read it.
SPEC = b'program: {source: "pass", runtime: debian}\n'


def start(loopbox, level, folder):
    """A server and a connection to it."""
    process = subprocess.Popen(
        [loopbox, "serve", "--listen", "127.0.0.1:0", "--data", folder, "--log-level", "error",
         "--drain-delay", "0s", "--runtime", "debian=/usr/bin/python3", "--sandbox", level],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in process.stdout:
        address = re.search(r"127\.0\.0\.1:\d+", line)
        if address:
            return process, http.client.HTTPConnection(address.group())
    sys.exit(f"error: level {level} can't be had here: loopbox doctor")


def measure(connection):
    """Milliseconds until the answer."""
    begun = time.perf_counter()
    connection.request("POST", "/v1/jobs?wait=30s", SPEC)
    job = json.loads(connection.getresponse().read())
    took = time.perf_counter() - begun
    if job.get("outcome") != "exited":
        sys.exit(f"error: {job}")
    return took * 1000


def main():
    loopbox = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["chmod", "711", folder], check=True)
        servers = {name: start(loopbox, level, f"{folder}/{name}")
                   for name, level in LEVELS.items()}
        try:
            times = {name: [] for name in servers}
            for number in range(WARM_UP + rounds):
                for name, (_, connection) in servers.items():
                    took = measure(connection)
                    if number >= WARM_UP:
                        times[name].append(took)
        finally:
            for process, _ in servers.values():
                process.terminate()
                process.wait()
    plain = statistics.median(times["none"])
    print("| level | median, ms | adds, ms |\n|---|---|---|")
    for name, took in times.items():
        middle = statistics.median(took)
        print(f"| {name} | {middle:.2f} | {middle - plain:+.2f} |")


main()
