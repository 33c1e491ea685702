# SPDX-License-Identifier: Apache-2.0
"""Hostile and honest jobs side by side: `mixed_jobs.py LOOPBOX [COUNT] [LEVEL]`.

Submits COUNT hostile and COUNT honest jobs in turns to a server with two slots. Each honest job has to
print what it was given, and no job may wait longer than the jobs before it may take: their limits of
time, the grace, and two seconds each, over two slots. /livez is asked all the while.
"""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from digest_growth import HEAD, KINDS, TAIL, Watch, ask

TIME, GRACE, SLACK, SLOTS = 1.0, 0.2, 2.0, 2
GREEDY = [
    "import os\nwhile True: os.fork()",
    "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,)).start()",
    "kept = []\nwhile True: kept.append(bytearray(b'x') * (1 << 20))",
    "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "import os\nwhile True: os.open('/dev/null', os.O_RDONLY)",
    "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)",
    "for n in range(1_000_000): open(f'{n}', 'w').close()",
    "import os\nfor n in range(300): os.mkdir('d'); os.chdir('d')",
    "while True: pass",
    "import os\nos.kill(-1, 9)",
]


def main():
    binary = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    level = sys.argv[3] if len(sys.argv) > 3 else "standard"
    hostile = GREEDY + [HEAD.replace("SIZE", "16") + code + TAIL for code in KINDS.values()]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        server = subprocess.Popen(
            [binary, "serve", "--sandbox", level, "--listen", "127.0.0.1:0",
             "--data", folder + "/data", "--slots", str(SLOTS)],
            stdout=subprocess.PIPE, stderr=open(folder + "/log", "w"), text=True)
        words = server.stdout.readline().split()
        port = int(words[words.index("at") + 1].rsplit(":", 1)[1])
        limits = {"time": "1s", "grace": "200ms"}
        jobs = []
        watch = Watch(port)
        watch.start()
        begin = time.monotonic()
        for number in range(count):
            for source in (hostile[number % len(hostile)], "print(%d)" % number):
                # An honest job may take as long as a busy machine needs.
                own = limits if source is not None and not source.startswith("print") else {"time": "30s"}
                spec = {"program": {"files": {"main.py": source}}, "limits": own}
                status, data = ask(port, "POST", "/v1/jobs", json.dumps(spec))
                assert status == 202, data
                honest = source.startswith("print")
                jobs.append((json.loads(data)["id"], number if honest else None))
        wrong, late, longest = [], [], 0.0
        for place, (job, number) in enumerate(jobs):
            while True:
                status, data = ask(port, "GET", "/v1/jobs/%s?wait=60s" % job)
                found = json.loads(data)
                if found.get("state") == "completed":
                    break
            queued = found["times"]["queued"]
            longest = max(longest, queued)
            if queued > (place + 1) * (TIME + GRACE + SLACK) / SLOTS + SLACK:
                late.append((place, queued))
            if number is not None:
                output = ask(port, "GET", "/v1/jobs/%s/output?stream=stdout" % job)[1]
                if output != b"%d\n" % number:
                    wrong.append((number, found["outcome"], output[:80]))
        took = time.monotonic() - begin
        watch.going = False
        watch.join()
        times = sorted(watch.times)
        print("level %s, %d hostile and %d honest jobs in %.0f s" % (level, count, count, took))
        print("honest jobs that are wrong: %d %s" % (len(wrong), wrong[:5]))
        print("jobs that waited too long: %d %s; longest wait %.1f s" % (len(late), late[:5], longest))
        print("/livez: p50 %.1f ms, p99 %.1f ms, longest %.1f ms, %d times" % (
            times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000, times[-1] * 1000, len(times)))
        server.terminate()
        server.wait()


main()
