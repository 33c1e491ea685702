# SPDX-License-Identifier: Apache-2.0
"""A webhook receiver on a port of its own.

    receiver.py LOG STATUS...

Writes its port to standard output, and each request to LOG as a line of JSON. The first request
with a certain webhook-id is answered with the first STATUS, the next with the second; the last
STATUS is for all that follow.
"""

import base64
import collections
import http.server
import json
import sys
import threading

log = open(sys.argv[1], "a", buffering=1)
answers = [int(status) for status in sys.argv[2:]]
seen = collections.Counter()
lock = threading.Lock()


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        identity = self.headers["webhook-id"]
        with lock:
            status = answers[min(seen[identity], len(answers) - 1)]
            seen[identity] += 1
            line = {
                "path": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": base64.b64encode(body).decode(),
                "json": json.loads(body),
                "answer": status,
            }
            log.write(json.dumps(line) + "\n")
        text = f"attempt {seen[identity]}".encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()
