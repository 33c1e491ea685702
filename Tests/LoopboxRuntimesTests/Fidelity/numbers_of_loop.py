import asyncio, json, pickle, copy
async def main():
    loop = asyncio.get_running_loop()
    x = loop.slow_callback_duration
    print(type(x), repr(x), str(x), f"{x:.3f}", x == 0.1, hash(x) == hash(0.1), json.dumps({"x": x}), x * 2, -x, x + 1, 1 + x, x / 2, 1 / x)
    print(type(copy.copy(x)), type(copy.deepcopy(x)), pickle.loads(pickle.dumps(x)))
    loop.slow_callback_duration = 1
    y = loop.slow_callback_duration
    print(type(y), y, isinstance(y, int), y // 1)
    try: print(range(y), y << 1, y.bit_length())
    except Exception as e: print(type(e), e)
    loop.slow_callback_duration = 0.25
    print(min(loop.slow_callback_duration, 0.3), max([loop.slow_callback_duration, 0.1]), sorted([loop.slow_callback_duration, 0.1]))
    print(type(loop._clock_resolution), 1.0 + loop._clock_resolution, loop._clock_resolution + 1.0, loop.time() + loop._clock_resolution > 0)
    print(sorted(vars(asyncio.BaseEventLoop))[:12], hasattr(asyncio.BaseEventLoop, "slow_callback_duration"), hasattr(asyncio.BaseEventLoop, "_thread_id"))
asyncio.run(main())
