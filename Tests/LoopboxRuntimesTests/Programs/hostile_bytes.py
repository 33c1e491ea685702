import os
import sys

sys.stdout.buffer.write(b"\0\xff\xfe\xc3\x28\r\n\x1b[2J\x85" * 3)
sys.stdout.flush()
os.write(2, b"\xf0\x28\x8c\x28\0partial")
os.write(1, b"no end of line")
