# SPDX-License-Identifier: Apache-2.0
"""Stands outside of the sandbox and is attacked: a process that listens.

Its argument is the name of its abstract sockets. It prints its port once it listens, answers UDP
until its input ends, and then prints `unharmed`. It also has shared memory of that name.
"""

import os
import select
import socket
import sys

os.setsid()
name = "\0" + sys.argv[1]
stream = socket.socket(socket.AF_UNIX)
stream.bind(name)
stream.listen()
datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
datagrams.bind(name + "-datagram")
tcp = socket.socket()
tcp.bind(("127.0.0.1", 0))
tcp.listen(100)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(tcp.getsockname())
shared = "/dev/shm/" + sys.argv[1]
os.close(os.open(shared, os.O_CREAT | os.O_EXCL, 0o600))
print(tcp.getsockname()[1], flush=True)
while True:
    ready, _, _ = select.select([sys.stdin, udp], [], [])
    if udp in ready:
        data, address = udp.recvfrom(16)
        udp.sendto(data, address)
    if sys.stdin in ready:
        break
os.unlink(shared)
print("unharmed", flush=True)
