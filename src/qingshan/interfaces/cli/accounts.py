"""Command ``accounts`` (账号): the first administrators of an installation, and first passwords of administrators."""

import click
from django.db import transaction
from django.utils import timezone

from qingshan.commons.accounts.keeping import open_account
from qingshan.commons.accounts.passwords import Slip, issue_first_passwords
from qingshan.commons.accounts.posts import appoint_person
from qingshan.commons.base.clock import server_clock
from qingshan.commons.base.scope import system_scope
from qingshan.commons.people.models import Account, Post
from qingshan.commons.people.viewer import Acting, system_viewer
from qingshan.domain.acts import ActRefused
from qingshan.domain.posts import ADMINISTRATORS


@click.group(name="accounts")
def command() -> None:
    """服务器操作员办理：开设管理人员账号、发放管理人员的初始口令。"""


def _acting() -> Acting:
    return Acting(viewer=system_viewer("服务器操作员"), clock=server_clock(), door="cli")


@command.command(name="admin")
@click.option("--post", "post_slug", required=True, help="职务编号，例如 natural-resources.system-admin。")
@click.option("--name", required=True, help="姓名。")
@click.option("--username", required=True, help="用户名。")
def admin(post_slug: str, name: str, username: str) -> None:
    """开设一名管理人员的账号并任命；初始口令只显示一次。"""
    acting = _acting()
    try:
        with transaction.atomic(), system_scope():
            post = Post.objects.filter(slug=post_slug).first()
            if post is None or not set(post.roles) & ADMINISTRATORS:
                raise click.ClickException(f"“{post_slug}”不是管理职务；其他职务由权限管理员在网页上任命")
            account = open_account(name=name, username=username, phone="", acting=acting)
            if account.person_id is None:
                raise LookupError("an account opened here has a person")
            today = timezone.localdate(acting.now())
            appoint_person(person_id=account.person_id, post_id=post.id, since=today, acting=acting)
            [slip] = issue_first_passwords(account_ids=[account.id], acting=acting)
    except ActRefused as refusal:
        raise click.ClickException("；".join([refusal.message, *refusal.missing])) from refusal
    _show(slip)


@command.command(name="first-password")
@click.argument("username")
def first_password(username: str) -> None:
    """给一个账号发放新的初始口令，原口令立即失效；只显示一次。"""
    try:
        with transaction.atomic(), system_scope():
            account = Account.objects.filter(username=username).first()
            if account is None:
                raise click.ClickException(f"没有账号“{username}”")
            [slip] = issue_first_passwords(account_ids=[account.id], acting=_acting())
    except ActRefused as refusal:
        raise click.ClickException("；".join([refusal.message, *refusal.missing])) from refusal
    _show(slip)


def _show(slip: Slip) -> None:
    click.echo(f"{slip.name}  {slip.unit} {slip.post}")
    click.echo(f"用户名 {slip.username}  初始口令 {slip.password}")
    click.echo(f"{slip.until:%Y-%m-%d %H:%M} 前登录有效，首次登录须改口令")
