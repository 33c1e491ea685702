import os
import threading

done = threading.Event()
thread = threading.Thread(target=done.wait)
thread.start()
child = os.fork()
if not child:
    os._exit(0)
os.waitpid(child, 0)
done.set()
thread.join()
# finding[3.12-]: fork-in-multithreaded-process 7 | use of fork() may lead to deadlocks in the child
