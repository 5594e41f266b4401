"""Acting from the command line: as a named account, or as the operator of the server."""

import getpass
from datetime import datetime

import click
from django.utils import timezone

from qingshan.commons.base.clock import server_clock
from qingshan.commons.people.models import Account
from qingshan.commons.people.viewer import Acting, Viewer, system_viewer, viewer_of


def acting_as(username: str | None, *, acted_at: datetime | None = None) -> Acting:
    """The person behind ``--as NAME`` with his scope and rights; without it the operator, named by his system login."""
    return Acting(viewer=viewer_named(username), clock=server_clock(), acted_at=acted_at, door="cli")


def viewer_named(username: str | None) -> Viewer:
    """The viewer of an account, or the operator."""
    if username is None:
        return system_viewer(f"命令行操作员 {getpass.getuser()}")
    account = Account.objects.filter(username=username, is_active=True).first()
    viewer = viewer_of(account, today=timezone.localdate(server_clock()())) if account else None
    if viewer is None:
        raise click.ClickException(f"账号“{username}”不存在、已停用或当前没有任职")
    return viewer
