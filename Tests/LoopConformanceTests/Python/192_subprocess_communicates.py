# SPDX-License-Identifier: Apache-2.0

import asyncio


async def main():
    process = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        "cat; echo problem >&2; exit 3",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await process.communicate(b"hello")
    print(output.decode())
    print(errors.decode().strip())
    print(await process.wait())


asyncio.run(main())
