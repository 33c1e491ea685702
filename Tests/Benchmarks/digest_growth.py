# SPDX-License-Identifier: Apache-2.0
"""How the cost of digesting a report grows with the report: `digest_growth.py LOOPBOX [KIND ...]`.

For each kind of message a hostile program writes 1, 2, 4, ... 64 times as much of it to its report. For each job the table has how long the report took to be collected, how much the server itself grew,
the 99th percentile of the time in which it answered /livez meanwhile, and the size and time of the
report as text. What grows with the square of the bytes,
or in the server, shows at once.
"""
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

SIZES = [1, 2, 4, 8, 16, 32, 64]

# Each writes its messages to the report; N is the size, a unit some 16 to 200 KB.
HEAD = '''
import json, os, time
N = SIZE
def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False
# The harness keeps the report at the highest number that it may have.
R = next(n for n in range(min(os.sysconf("SC_OPEN_MAX"), 4096) - 1, 2, -1) if is_open(n))
def send(**fact):
    data = json.dumps(fact).encode()
    data = len(data).to_bytes(4, "big") + data
    while data:
        data = data[os.write(R, data):]
now = time.monotonic_ns()
def fact(kind, **rest):
    send(k=kind, seq=1, at=now, **rest)
main = os.path.abspath("main.py")
fact("hello", version="3.13.0", born=now, cwd=os.path.dirname(main), library="/usr/lib/python3")
'''
TAIL = '''
fact("bye")
os._exit(0)
'''
KINDS = {
    "frames that name a long line": '''
x = "%s"
frames = [[main, 16, "f"]] * 1000
for _ in range(N):
    fact("uncaught", exception={"type": "E", "id": 1, "message": "m", "frames": frames})
''' % ("y" * 200_000),
    "exceptions at many places": '''
for i in range(200 * N):
    fact("uncaught", exception={"type": "E%d" % i, "id": i, "message": "m%d" % i,
                                "frames": [[main, i % 20 + 1, "f%d" % i]]})
''',
    "exceptions on many lines": '''
for i in range(200 * N):
    fact("uncaught", exception={"type": "E", "id": i, "message": "m%d" % i,
                                "frames": [[main, i + 1, "f"]]})
''' + "#\\n" * 13_000,
    "messages with open brackets": '''
for i in range(N):
    fact("log", message="<a pending " * 2000, exception=None, said="x")
    fact("context", message="<a pending " * 2000)
''',
    "one message with open brackets": '''
fact("context", message="<a pending " * min(300 * N, 21000))
''',
    "a chain of tasks": '''
tasks = [{"id": i, "name": "t%d" % i, "waits": True, "for": [i + 1],
          "coroutine": {"name": "c", "id": i, "stands": [[main, 1, "f"]]}} for i in range(80 * min(N, 16))]
for _ in range(max(1, N // 16)):
    fact("standing", reason="time", tasks=tasks, total=len(tasks), threads=[])
''',
    "warnings of many coroutines": '''
for i in range(200 * N):
    fact("warning", message="coroutine 'c%d' was never awaited" % i, category="RuntimeWarning",
         bases=["Warning"], file=main, line=i % 9 + 1,
         coroutine={"name": "c%d" % i, "id": i, "origin": [[main, i % 9 + 1, "main"]]})
''',
    "tasks that were left": '''
for i in range(200 * N):
    fact("leaked_task", task={"id": i, "name": "t%d" % i, "coroutine": {"name": "c%d" % i, "id": i,
         "stands": [[main, i % 9 + 1, "f"]]}, "created": [[main, i % 9 + 1, "main"]]})
''',
    "raw texts": '''
for i in range(N):
    fact("raw", of=1, raw="<" * 60_000)
    fact("uncaught", exception={"type": "E%d" % i, "id": i, "message": "m" * 60_000, "frames": []})
''',
    "a timeline with long texts": '''
fact("timeline", timeline={"texts": ["t" * 100_000], "loops": ",".join(["1"] + ["1"] * 40)})
for i in range(N):
    fact("timeline", timeline={"tasks": ",".join("%d,1,0,1,1,1,1,1,1,1,1,1,1,1,1" % (j + i * 400) for j in range(400))})
''',
    "steps with long texts": '''
fact("timeline", timeline={"texts": ["t" * 100_000], "loops": ",".join(["1"] + ["1"] * 40)})
for i in range(N):
    fact("timeline", timeline={"steps": ",".join("1,0,1,1,1,1" for j in range(700))})
''',
    "groups of exceptions": '''
one = {"type": "E", "id": 1, "message": "m", "frames": [[main, 1, "f"]]}
for i in range(N):
    fact("uncaught", exception={"type": "G%d" % i, "id": i, "message": "m", "frames": [], "group": [one] * 300})
''',
    "stacks of threads": '''
os.write(R, b"T" + b"hread 0x0 (most recent call first):\\n" + (b'  File "' + main.encode() + b'", line 1 in f\\n') * (100 * N) + b"\\0" * 1)
''',
    "random messages": '''
import random
dice = random.Random(4711)
KINDS = ["hello", "warning", "context", "log", "slow", "blocking", "uncaught", "thread", "unraisable",
         "timeline", "standing", "leaked_task", "leaked_thread", "leaked_object", "raw", "count"]
def frame():
    return [dice.choice([main, "/usr/lib/python3/asyncio/tasks.py", "<x>"]), dice.randrange(40), "f"]
def text():
    return dice.choice(["x", "<a pending ", "coroutine 'f' was never awaited", "unclosed file", "fd=7 "]) * dice.choice([1, 1, 9, 99])
def coroutine():
    return {"name": text(), "id": dice.randrange(999), "def": frame(), "origin": frames(), "stands": frames()}
def frames():
    return [frame() for _ in range(dice.randrange(5))]
def task():
    return {"id": dice.randrange(999), "name": text(), "coroutine": coroutine(), "created": frames(),
            "waits": True, "for": [dice.randrange(999)]}
def exception(depth=3):
    made = {"type": text(), "id": dice.randrange(999), "message": text(), "frames": frames()}
    if depth and dice.random() < 0.3: made["cause"] = exception(depth - 1)
    if depth and dice.random() < 0.3: made["group"] = [exception(depth - 1) for _ in range(3)]
    return made
for _ in range(100 * N):
    fields = {"message": text(), "category": text(), "bases": [text()], "file": main,
              "line": dice.randrange(40), "coroutine": coroutine(), "stack": frames(), "created": frames(),
              "exception": exception(), "task": task(), "future": task(), "seconds": dice.random(),
              "thread": text(), "said": text(), "reason": "time", "tasks": [task() for _ in range(5)],
              "threads": [{"name": text(), "stack": frames()}], "raw": text(), "of": dice.randrange(99),
              "key": dice.randrange(99), "n": dice.randrange(99), "handle_id": dice.randrange(99)}
    fact(dice.choice(KINDS), **{k: v for k, v in fields.items() if dice.random() < 0.7})
''',
    "frames without end": '''
for i in range(N):
    os.write(R, (b"\\0\\0\\0\\2{}") * 20000)
''',
}


def rss(pid, field="VmRSS"):
    for line in open("/proc/%d/status" % pid):
        if line.startswith(field):
            return int(line.split()[1])
    return 0


class Watch(threading.Thread):
    """Asks /livez all the time."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.times, self.peak, self.going = port, [], 0, True

    def run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while self.going:
            begin = time.monotonic()
            connection.request("GET", "/livez")
            connection.getresponse().read()
            self.times.append(time.monotonic() - begin)
            time.sleep(0.002)


def ask(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
    response = connection.getresponse()
    data = response.read()
    return response.status, data


def main():
    binary, wanted = sys.argv[1], sys.argv[2:]
    sizes = SIZES
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [binary, "serve", "--sandbox", os.environ.get("LEVEL", "none-i-know"), "--listen", "127.0.0.1:0", "--data", folder + "/data"],
            stdout=subprocess.PIPE, stderr=open(folder + "/log", "w"), text=True)
        words = server.stdout.readline().split()
        port = int(words[words.index("at") + 1].rsplit(":", 1)[1])
        try:
            for name, code in KINDS.items():
                if wanted and not any(word in name for word in wanted):
                    continue
                print("\n%s" % name)
                print("  size   collect s   server kB   livez p99 ms   answer kB  in s  outcome")
                for size in sizes:
                    with open("/proc/%d/clear_refs" % server.pid, "w") as file:
                        file.write("5")
                    before = rss(server.pid)
                    watch = Watch(port)
                    watch.start()
                    source = HEAD.replace("SIZE", str(size)) + code + TAIL
                    spec = {"program": {"files": {"main.py": source}}, "limits": {"time": "10s"}}
                    status, data = ask(port, "POST", "/v1/jobs?wait=60s", json.dumps(spec))
                    begin = time.monotonic()
                    job = json.loads(data)
                    took = 0
                    for _ in range(1):
                        begin = time.monotonic()
                        status, data = ask(port, "GET", "/v1/jobs/%s?format=text" % job["id"])
                        took = time.monotonic() - begin
                    watch.going = False
                    watch.join()
                    times = sorted(watch.times)
                    run = (job.get("runs") or [{}])[0]
                    print("  %4d  %9.3f  %10d  %13.1f  %10d  %5.2f  %s %s %s" % (
                        size, (run.get("times") or {}).get("collect") or -1,
                        rss(server.pid, "VmHWM") - before,
                        times[int(len(times) * 0.99)] * 1000, len(data) // 1024, took,
                        run.get("outcome"), run.get("report"), run.get("findings")), flush=True)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


if __name__ == "__main__":
    main()
