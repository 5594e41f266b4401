"""Work of the worker process: forgetting ids of forms that nobody hands in again."""

from datetime import timedelta

from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.once import forget_keys
from qingshan.commons.base.scope import system_scope

NIGHTLY = "50 18 * * *"
"""02:50 in China, written in UTC as the queue reads it."""
KEPT = timedelta(days=30)
"""Much longer than anybody leaves a form open: a session ends after hours."""


@app.periodic(cron=NIGHTLY)
@app.task(name="qingshan.commons.base.tasks.forget_old_keys", queueing_lock="forget_old_keys", pass_context=False)
def forget_old_keys(timestamp: int) -> None:
    """Delete ids of forms older than `KEPT`. ``timestamp`` is the queue's own, the clock's moment counts."""
    del timestamp
    with system_scope():
        forget_keys(before=server_clock()() - KEPT)
