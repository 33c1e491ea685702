async def fetch():
    pass


coroutine = fetch()
coroutine.close()
kept = fetch()
try:
    kept.send(None)
except StopIteration:
    print("done")
