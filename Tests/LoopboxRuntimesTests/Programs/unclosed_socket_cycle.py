import socket


class Connection:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX)
        self.owner = self


Connection()
# finding: unclosed-socket 6 | unclosed <socket.socket
