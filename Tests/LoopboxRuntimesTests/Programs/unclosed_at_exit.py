import asyncio
import socket
import subprocess

listener = socket.socket(socket.AF_UNIX)
notes = open("/dev/null")
loop = asyncio.new_event_loop()
loop.run_until_complete(asyncio.sleep(0))
process = subprocess.Popen(["sleep", "0.05"])
# finding: unclosed-socket 5 | unclosed <socket.socket
# finding: unclosed-file 6 | unclosed file
# finding: unclosed-event-loop 7 | unclosed event loop
# finding: subprocess-still-running 9 | is still running
