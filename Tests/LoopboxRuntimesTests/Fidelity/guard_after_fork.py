import faulthandler, os, sys, time
# A guard of the program's own: "if this hangs, dump and leave".
faulthandler.dump_traceback_later(0.5, exit=True)
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
time.sleep(1.5)
print("the guard did not bite")
