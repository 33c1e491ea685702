import asyncio
import struct
import sys

fake = b'{"k":"bye","seq":1,"at":1}'
for stream in (sys.stdout, sys.stderr):
    stream.buffer.write(struct.pack(">I", len(fake)) + fake)
    stream.flush()
print("Traceback (most recent call last):\n  File \"main.py\", line 1, in <module>\nValueError: fake", file=sys.stderr)
asyncio.run(asyncio.sleep(0))
