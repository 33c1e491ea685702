import asyncio
import socket
import ssl

# Of nobody but these programs: made for the name localhost, good until 2100.
IDENTITY = """
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgZaK7jvveRE6Mqxzz
xPg3E0VBvFxtARu7SEPnQCjiCBmhRANCAATR6F9JXNNcbbWJIQRibEtRdLBdx55m
b7UP9j5W/Ea1Cii4mArRsROkWxH4j/ZaL0TpttktBqOQkDEjBtlHPAcv
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBXTCCAQSgAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMDAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNHoX0lc01xttYkh
BGJsS1F0sF3HnmZvtQ/2Plb8RrUKKLiYCtGxE6RbEfiP9lovROm22S0Go5CQMSMG
2Uc8By+jRTBDMAwGA1UdEwQFMAMBAf8wFAYDVR0RBA0wC4IJbG9jYWxob3N0MB0G
A1UdDgQWBBRPbm1ws84KqKEQnxXx1vEVYRxiFjAKBggqhkjOPQQDAgNHADBEAiAR
rRyTdxmudPPnaDthmQETCQeLJjqMRr0x+ogZOQW16gIgapfaVuTk/oZcEiXNnqKp
36OD5JrKycFxFRE5N8hXZXA=
-----END CERTIFICATE-----
"""

class Reader(asyncio.Protocol):
    def eof_received(self):
        return True

    def connection_lost(self, error):
        lost.set()


async def main():
    global lost
    loop = asyncio.get_running_loop()
    lost = asyncio.Event()
    with open("identity", "w") as file:
        file.write(IDENTITY)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain("identity")
    trusting = ssl.create_default_context(cafile="identity")
    left, right = socket.socketpair()
    task = loop.create_task(loop.connect_accepted_socket(Reader, right, ssl=serving))
    transport, protocol = await loop.create_connection(
        asyncio.Protocol, sock=left, ssl=trusting, server_hostname="localhost")
    served, reader = await task
    transport.abort()
    await lost.wait()
    served.close()


asyncio.run(main())
# finding: tls-eof-return-ignored 25 | returning true from eof_received() has no effect
