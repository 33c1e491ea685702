import asyncio
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


async def answer(reader, writer):
    writer.close()


async def main():
    with open("identity", "w") as file:
        file.write(IDENTITY)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain("identity")
    trusting = ssl.create_default_context(cafile="identity")
    server = await asyncio.start_unix_server(answer, "socket", ssl=serving)
    try:
        await asyncio.open_unix_connection("socket", ssl=trusting, server_hostname="shop.example")
    except ssl.SSLError:
        print("another name")
    await asyncio.sleep(0.1)
    reader, writer = await asyncio.open_unix_connection("socket")
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    await reader.read()
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.1)
    server.close()
    await server.wait_closed()


asyncio.run(main())
# finding: incoming-connection-error - | ConnectionResetError | The client left during the TLS handshake
# finding: incoming-connection-error - | ssl.SSLError: [SSL: HTTP_REQUEST] | Check certificates, host name and protocol versions.
