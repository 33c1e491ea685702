import atexit


def leave():
    raise OSError("nothing to leave")


atexit.register(leave)
# finding: atexit-exception 5 | OSError: nothing to leave
