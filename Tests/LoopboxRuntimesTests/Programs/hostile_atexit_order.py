import atexit
import sys
import threading

atexit.register(print, "first")
atexit.register(lambda: print("second", sys.exc_info()[0], threading.active_count()))


class Late:
    def __del__(self):
        print("late", sys.is_finalizing())


def last():
    atexit.register(print, "registered late")
    print(sorted(name for name in sys.modules if "box" in name))


atexit.register(last)
late = Late()
late.me = late
atexit.unregister(print)
