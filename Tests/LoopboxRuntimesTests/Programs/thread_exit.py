import sys
import threading

thread = threading.Thread(target=sys.exit)
thread.start()
thread.join()
