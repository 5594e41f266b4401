"""The queue's worker inside a test run: does what is waiting, then ends."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.utils.module_loading import autodiscover_modules
from procrastinate.contrib.django import app


async def _work() -> None:
    worker = app.with_connector(app.connector.get_worker_connector())
    async with worker.open_async():
        await worker.run_worker_async(wait=False, concurrency=1, install_signal_handlers=False, listen_notify=False)


def run_waiting_jobs() -> None:
    """Run every job that waits now, as the worker process would; a failing job leaves its mark in the queue.

    In a thread of its own, because the browser's driver keeps an event loop running in the main thread.
    """
    autodiscover_modules("tasks")
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, _work()).result()
