import asyncio
import io
import pathlib
import sqlite3
import tempfile


def store(path):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("create table notes (text)")
        connection.execute("insert into notes values ('kept')")
    found = connection.execute("select * from notes").fetchall()
    connection.close()
    return found


async def main():
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as file:
        path = pathlib.Path(folder, "notes")
        await asyncio.to_thread(path.write_text, "hello")
        print(await asyncio.to_thread(path.read_text))
        file.write(b"x")
        print(await asyncio.to_thread(store, pathlib.Path(folder, "base")))


asyncio.run(main())
kept = io.StringIO("open until the end")
more = io.TextIOWrapper(io.BytesIO(b"x"))
