"""The command `qingshan accounts`: first administrators, stopping one; the journal names who sat at the server."""

from __future__ import annotations

import getpass
import re
from datetime import UTC, datetime

from click.testing import CliRunner, Result
from django.test import Client

from qingshan.commons.accounts.models import SignInRecord
from qingshan.commons.people.models import Account, Holding, Person
from qingshan.interfaces.cli.accounts import command
from tests import cast
from tests.support.making import World


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def test_the_first_administrator_is_opened_appointed_and_signs_in(world: World) -> None:
    world.clock.now = datetime(2024, 8, 1, 23, 30, tzinfo=UTC)
    Holding.objects.filter(post__slug=cast.SYSTEM_ADMIN.post).update(until=cast.SEATED_SINCE)
    made = run("admin", "--post", cast.SYSTEM_ADMIN.post, "--name", "演示·新管", "--username", "new-admin")
    assert made.exit_code == 0, made.output
    found = re.search(r"用户名 new-admin  初始口令 (\S+)", made.output)
    assert found is not None
    assert "2024-08-09 07:30 前登录有效" in made.output, "told by the clock on the wall"
    answer = Client().post("/sign-in/", {"username": "new-admin", "password": found[1]})
    assert answer.status_code == 302
    entries = world.entries(Person.objects.get(name="演示·新管").id)
    assert [e.act for e in entries] == ["person.open_account", "person.appoint", "person.first_password"]
    assert all(getpass.getuser() in e.actor for e in entries)


def test_only_administrators_posts_are_given_here(world: World) -> None:
    refused = run("admin", "--post", cast.BUREAU_OFFICER.post, "--name", "演示·新甲", "--username", "new-one")
    assert refused.exit_code == 1
    assert "不是管理职务" in refused.output
    assert not Account.objects.filter(username="new-one").exists()


def test_an_administrator_is_stopped_once_and_opened_again(world: World) -> None:
    name = cast.AUDIT_ADMIN.username
    assert run("stop", name, "--reason", "离岗（演示）").exit_code == 0
    again = run("stop", name, "--reason", "离岗（演示）")
    assert (again.exit_code, "已经是停用状态" in again.output) == (1, True)
    assert run("resume", name, "--reason", "回岗（演示）").exit_code == 0
    assert run("stop", "nobody", "--reason", "x").output.strip().endswith("没有账号“nobody”")
    account = Account.objects.get(username=name)
    with world.seeing_all():
        events = SignInRecord.objects.filter(account=account).order_by("id").values_list("event", flat=True)
        assert list(events) == ["stopped", "resumed"]
    assert [e.act for e in world.entries(account.person_id)] == ["person.stop_account", "person.resume_account"]
