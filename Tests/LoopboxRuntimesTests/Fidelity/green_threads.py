from gevent import monkey; monkey.patch_all()
import gevent, threading, time, queue, sys, subprocess
def w(n): time.sleep(0.01); print("w", n, threading.current_thread().name); return n
print([g.get() for g in [gevent.spawn(w, i) for i in range(3)]])
t = threading.Thread(target=w, args=(9,), name="T"); t.start(); t.join()
def boom(): raise ValueError("boom")
t = threading.Thread(target=boom, name="B"); t.start(); t.join()
gevent.spawn(boom).join()
print(subprocess.check_output([sys.executable, "-c", "print(3)"]))
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as p: print(list(p.map(lambda x: x * 2, range(4))))
# needs: gevent
