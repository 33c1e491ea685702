import threading


def work():
    raise KeyError("missing")


thread = threading.Thread(target=work, name="worker")
thread.start()
thread.join()
# finding: thread-exception 5 | thread worker: KeyError: 'missing'
