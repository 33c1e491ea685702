import asyncio
import threading


async def fetch():
    pass


async def main():
    loop = asyncio.get_running_loop()

    def spawn():
        try:
            loop.create_task(fetch())
        except RuntimeError as error:
            print(error)

    thread = threading.Thread(target=spawn)
    thread.start()
    thread.join()


asyncio.run(main())
# finding: task-destroyed-pending 14 | the task of fetch() was destroyed before it finished
