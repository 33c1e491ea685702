import asyncio
import unittest
from unittest import mock


class Case(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.fetch = mock.AsyncMock(return_value=3)

    async def test_fetch(self):
        self.assertEqual(await self.fetch("a"), 3)
        self.fetch.assert_awaited_once_with("a")


suite = unittest.defaultTestLoader.loadTestsFromTestCase(Case)
result = unittest.TextTestRunner(stream=open("out", "w")).run(suite)
print(result.wasSuccessful(), result.testsRun)
result.stream.stream.close()
