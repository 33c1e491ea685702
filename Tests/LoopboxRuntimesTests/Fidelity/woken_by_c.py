# A C library's own thread wakes the loop (glibc's SIGEV_THREAD timer stands for grpc, librdkafka, ...).
import asyncio, ctypes, ctypes.util, time
libc = ctypes.CDLL(None)
class sigevent(ctypes.Structure):
    _fields_ = [("value", ctypes.c_void_p), ("signo", ctypes.c_int), ("notify", ctypes.c_int), ("function", ctypes.c_void_p), ("attr", ctypes.c_void_p), ("pad", ctypes.c_char * 40)]
class itimerspec(ctypes.Structure):
    _fields_ = [(n, ctypes.c_long) for n in ("isec", "insec", "vsec", "vnsec")]
CB = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
async def main():
    loop = asyncio.get_running_loop(); fut = loop.create_future()
    cb = CB(lambda v: loop.call_soon_threadsafe(fut.set_result, "woken by C"))
    ev = sigevent(notify=2, function=ctypes.cast(cb, ctypes.c_void_p).value); tid = ctypes.c_void_p()
    assert libc.timer_create(1, ctypes.byref(ev), ctypes.byref(tid)) == 0
    its = itimerspec(0, 0, 1, 0); assert libc.timer_settime(tid, 0, ctypes.byref(its), None) == 0
    print(await fut)
asyncio.run(main())
# needs: ctypes
