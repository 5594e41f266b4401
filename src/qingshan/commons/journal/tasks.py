"""Work of the worker process: the seal at the end of every day (决定8)."""

from django.utils import timezone
from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.journal.sealing import make_seal

END_OF_DAY = "59 15 * * *"
"""23:59 in China, written in UTC as the queue reads it. A missed night loses nothing: the next seal covers it."""


@app.periodic(cron=END_OF_DAY)
@app.task(
    name="qingshan.commons.journal.tasks.daily_seal", queue="seals", queueing_lock="daily_seal", pass_context=False
)
def daily_seal(timestamp: int) -> None:
    """Seal everything recorded since the last seal. ``timestamp`` is the queue's own, the clock's moment counts."""
    now = server_clock()()
    with system_scope():
        make_seal(now=now, day=timezone.localdate(now), reason=f"每日封签 {timestamp}")
