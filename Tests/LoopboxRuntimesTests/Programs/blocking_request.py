import asyncio
import http.server
import threading
import time
import urllib.request


class Slow(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(0.4)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def get(url):
    with urllib.request.urlopen(url) as answer:
        return answer.status


class Api:
    def __init__(self, base):
        self.base = base

    def status(self, path):
        return get(self.base + path)


async def check(api):
    return api.status("/health")


server = http.server.HTTPServer(("127.0.0.1", 0), Slow)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(asyncio.run(check(Api(f"http://127.0.0.1:{server.server_port}"))))
server.shutdown()
server.server_close()
# slow
# finding: slow-callback 19 | check() held the event loop for | Write `await asyncio.to_thread(api.status, "/health")` in place of `api.status("/health")` (line 32).
