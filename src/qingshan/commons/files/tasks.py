"""Work of the worker process: deleting copies whose time is over, and what belongs to nobody."""

import time

from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.files.leftovers import wipe_leftovers
from qingshan.commons.files.services import forget_expired

NIGHTLY = "20 18 * * *"
"""02:20 in China, written in UTC as the queue reads it."""
DAY = 24 * 3600


@app.periodic(cron=NIGHTLY)
@app.task(
    name="qingshan.commons.files.tasks.forget_expired_copies",
    queueing_lock="forget_expired_copies",
    pass_context=False,
)
def forget_expired_copies(timestamp: int) -> None:
    """Delete what has expired. ``timestamp`` is the queue's own, the clock's moment counts."""
    del timestamp
    with system_scope():
        forget_expired(now=server_clock()())


@app.periodic(cron=NIGHTLY)
@app.task(name="qingshan.commons.files.tasks.forget_leftovers", queueing_lock="forget_leftovers", pass_context=False)
def forget_leftovers(timestamp: int) -> None:
    """Delete bytes of refused and broken uploads older than a day by the machine's clock, as the file system has it."""
    del timestamp
    wipe_leftovers(before=time.time() - DAY)
