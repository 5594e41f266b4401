"""Work of the worker process: forgetting answers that are kept for repeated calls."""

from procrastinate.contrib.django import app

from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.tokens.services import forget_answers, forget_wrong

NIGHTLY = "40 18 * * *"
"""02:40 in China, written in UTC as the queue reads it."""


@app.periodic(cron=NIGHTLY)
@app.task(
    name="qingshan.commons.tokens.tasks.forget_old_answers",
    queue="tokens",
    queueing_lock="forget_old_answers",
    pass_context=False,
)
def forget_old_answers(timestamp: int) -> None:
    """Delete stored answers older than a week and counts that are over.

    ``timestamp`` is the queue's own, the clock's moment counts.
    """
    del timestamp
    with system_scope():
        forget_answers(now=server_clock()())
        forget_wrong(now=server_clock()())
