# Objects that refer to each other and own a connection; sqlite3 refuses the hand of another thread.
import asyncio, sqlite3, time
class Repo:
    def __init__(self):
        self.db = sqlite3.connect(":memory:"); self.unit = Unit(self); self.cache = [[i] for i in range(40)]
    def __del__(self): self.db.close()
class Unit:
    def __init__(self, repo): self.repo = repo
def handle(n):
    if n: return handle(n - 1)
    Repo()
    time.sleep(0.12)            # a blocking driver
async def main():
    for n in range(8):
        handle(20)
        await asyncio.sleep(0)
asyncio.run(main())
