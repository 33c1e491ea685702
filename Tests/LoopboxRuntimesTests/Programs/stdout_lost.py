import os

print("hello")
os.dup2(os.open("/dev/full", os.O_WRONLY), 1)
# finding: stdout-flush-failed - | No space left on device
