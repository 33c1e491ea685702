# SPDX-License-Identifier: Apache-2.0
"""Receives one webhook, verifies its signature, prints it, and ends.

The secret comes in the environment as DEMO_SECRET. The first line printed is the port that it
listens on. The check follows Standard Webhooks 1.0.0 and needs the standard library alone.
"""

import base64
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

SECRET = base64.b64decode(os.environ["DEMO_SECRET"].partition("whsec_")[2])
# How far a message's time may be from ours, in seconds: an old one may have been overheard.
TOLERANCE = 300


def is_genuine(headers, body):
    """Whether one of the signatures is HMAC-SHA256 over id, time and body with our secret."""
    timestamp = headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > TOLERANCE:
        return False
    content = "{}.{}.".format(headers["webhook-id"], timestamp).encode() + body
    expected = base64.b64encode(hmac.new(SECRET, content, hashlib.sha256).digest()).decode()
    signatures = headers["webhook-signature"].split()
    return any(hmac.compare_digest("v1," + expected, signature) for signature in signatures)


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        genuine = is_genuine(self.headers, body)
        self.send_response(204 if genuine else 401)
        self.end_headers()
        print(self.requestline)
        for name in ("user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"):
            print("  {}: {}".format(name, self.headers[name]))
        print("  -> the signature is", "genuine" if genuine else "WRONG")
        message = json.loads(body)
        data = message["data"]
        print("{}, {} bytes of JSON".format(message["type"], len(body)))
        print("  outcome: {}".format(data["outcome"]))
        for finding in data["findings"]:
            place = finding["location"]
            print(
                "  {}: {} at {}:{}".format(
                    finding["severity"], finding["rule"], place["path"], place["line"]
                )
            )
        self.server.exit_status = 0 if genuine else 1

    def log_message(self, format, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Receiver)
server.timeout = 30
server.exit_status = 1
print(server.server_port, flush=True)
server.handle_request()
sys.exit(server.exit_status)
