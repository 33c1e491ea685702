import os
from multiprocessing import get_context, shared_memory


def load():
    prices = shared_memory.SharedMemory(create=True, size=100)
    prices.buf[0] = 1
    prices.close()


# For the tracker, which would say the same at a time of its own, if it is not killed before.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
load()
lock = get_context("spawn").Lock()
orders = shared_memory.SharedMemory(create=True, size=100)
again = shared_memory.SharedMemory(name=orders.name)
again.close()
orders.close()
orders.unlink()
# finding: leaked-ipc-objects 6:14-63 | shared memory was made and never unlinked | Call `prices.close()` and then `prices.unlink()`
