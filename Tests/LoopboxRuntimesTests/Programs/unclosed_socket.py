import socket


def work():
    left = socket.socket(socket.AF_UNIX)
    return left.fileno() >= 0


work()
# finding: unclosed-socket 5 | unclosed <socket.socket | Write `with socket.socket(socket.AF_UNIX) as left:` round its use
