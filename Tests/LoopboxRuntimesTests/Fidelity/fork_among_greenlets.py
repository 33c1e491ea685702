from gevent import monkey; monkey.patch_all()
import gevent, os, asyncio, time
log = []
def other():
    while True: log.append("x"); gevent.sleep(0)
g = gevent.spawn(other); gevent.sleep(0)
n = len(log)
pid = os.fork()
if pid == 0: os._exit(0)
print("other greenlets ran during fork()", len(log) > n)
os.waitpid(pid, 0)
# needs: gevent
