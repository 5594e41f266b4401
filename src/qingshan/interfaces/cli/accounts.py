"""Command ``accounts`` (账号): the first administrators of an installation, and all that is done to their accounts."""

import getpass
from collections.abc import Callable
from functools import partial
from uuid import UUID

import click
from django.db import transaction
from django.utils import timezone

from qingshan.commons.accounts.keeping import open_account, set_account_active
from qingshan.commons.accounts.passwords import Slip, issue_first_passwords
from qingshan.commons.accounts.posts import appoint_person
from qingshan.commons.accounts.second_factor import drop_second_factor
from qingshan.commons.accounts.sessions import end_all_sessions
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
    return Acting(viewer=system_viewer(f"服务器操作员 {getpass.getuser()}"), clock=server_clock(), door="cli")


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


def _on_account(username: str, run: Callable[[UUID], object], done: str) -> None:
    """An act on one account in one transaction; a refusal is told and nothing is done."""
    try:
        with transaction.atomic(), system_scope():
            account = Account.objects.filter(username=username).first()
            if account is None:
                raise click.ClickException(f"没有账号“{username}”")
            run(account.id)
    except ActRefused as refusal:
        raise click.ClickException("；".join([refusal.message, *refusal.missing])) from refusal
    click.echo(f"{username}：{done}")


@command.command(name="stop")
@click.argument("username")
@click.option("--reason", required=True, help="原因，200 字以内。")
def stop(username: str, reason: str) -> None:
    """停用一个账号（含管理人员的），登录中的设备和令牌立即失效。"""
    act = partial(set_account_active, active=False, reason=reason, acting=_acting())
    _on_account(username, lambda i: act(account_id=i), "账号已停用")


@command.command(name="resume")
@click.argument("username")
@click.option("--reason", required=True, help="原因，200 字以内。")
def resume(username: str, reason: str) -> None:
    """启用一个停用的账号（含管理人员的）。"""
    act = partial(set_account_active, active=True, reason=reason, acting=_acting())
    _on_account(username, lambda i: act(account_id=i), "账号已启用")


@command.command(name="sign-out")
@click.argument("username")
def sign_out(username: str) -> None:
    """退出一个账号（含管理人员的）的全部设备，停用其全部令牌。"""
    _on_account(username, lambda i: end_all_sessions(account_id=i, acting=_acting()), "设备已全部退出，令牌已停用")


@command.command(name="drop-second-factor")
@click.argument("username")
def drop_factor(username: str) -> None:
    """手机丢失时取消一个账号（含管理人员的）的第二道验证。"""
    _on_account(username, lambda i: drop_second_factor(account_id=i, acting=_acting()), "已取消第二道验证")


def _show(slip: Slip) -> None:
    click.echo(f"{slip.name}  {slip.unit} {slip.post}")
    click.echo(f"用户名 {slip.username}  初始口令 {slip.password}")
    click.echo(f"{timezone.localtime(slip.until):%Y-%m-%d %H:%M} 前登录有效，首次登录须改口令")
