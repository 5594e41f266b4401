"""Signing in, passwords, devices, second factor, slips, stopping: through the pages, as people meet it."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from click.testing import CliRunner
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from qingshan.commons.accounts.models import SecondFactor, SessionRecord, SignInRecord, UsedPassword
from qingshan.commons.people.models import Account
from qingshan.commons.tokens.models import Token
from qingshan.commons.tokens.services import revoke_tokens_of
from qingshan.domain.onetime import PERIOD, code_at
from qingshan.interfaces.cli.accounts import command
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

NEW = "雨后Green山-7x"
SignIn = Callable[[cast.Member], Client]
pytestmark = pytest.mark.usefixtures("world")


def account_of(member: cast.Member) -> Account:
    return Account.objects.get(username=member.username)


def enter(member: cast.Member, password: str = cast.PASSWORD, client: Client | None = None) -> tuple[Client, Any]:
    """Sign in through the page."""
    client = client or Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537"})
    return client, client.post("/sign-in/", {"username": member.username, "password": password})


def events(world: World, member: cast.Member) -> list[str]:
    with world.seeing_all():
        rows = SignInRecord.objects.filter(account=account_of(member)).order_by("id")
        return list(rows.values_list("event", flat=True))


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def slip_of(sign_in: SignIn, member: cast.Member) -> str:
    """A first password as it stands on the printed slip."""
    shown = sign_in(cast.SYSTEM_ADMIN).post("/accounts/slips/", {"id": [str(account_of(member).id)]})
    assert shown.status_code == 200
    assert "no-store" in shown.headers["Cache-Control"]
    found = re.search(r"\b\w{4}-\w{4}-\w{4}\b", shown.content.decode())
    assert found is not None
    return found[0]


def test_sign_in_and_out_are_written_down_with_device(world: World) -> None:
    client, answer = enter(cast.TOWNSHIP_OFFICER)
    assert answer.headers["Location"] == "/"
    shown = text(client.get("/me/"))
    assert "Chrome · Windows" in shown
    assert "本机" in shown
    client.post("/sign-out/")
    assert events(world, cast.TOWNSHIP_OFFICER) == ["sign_in", "sign_out"]


def test_a_name_that_is_nobodys_is_not_kept(world: World) -> None:
    Client().post("/sign-in/", {"username": "Geheim-Passwort-1", "password": "x"})
    with world.seeing_all():
        assert not SignInRecord.objects.filter(username__contains="Geheim").exists()
        assert SignInRecord.objects.get().event == "failure"


def test_five_failures_lock_and_the_system_administrator_unlocks(world: World, sign_in: SignIn, settings: Any) -> None:
    settings.AXES_ENABLED = True
    for _ in range(5):
        _client, answer = enter(cast.TOWNSHIP_OFFICER, "falsch")
    assert answer.status_code == 429
    assert "已锁定半小时" in text(answer)
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 429
    admin, account = sign_in(cast.SYSTEM_ADMIN), account_of(cast.TOWNSHIP_OFFICER)
    assert cast.TOWNSHIP_OFFICER.username in text(admin.get("/accounts/?only=locked"))
    assert admin.post(f"/accounts/{account.id}/unlock/").status_code == 302
    assert admin.post(f"/accounts/{account.id}/unlock/").status_code == 409
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 302
    assert {"failure", "locked", "unlocked", "sign_in"} <= set(events(world, cast.TOWNSHIP_OFFICER))


def test_a_first_password_must_be_changed_before_anything_else(world: World, sign_in: SignIn) -> None:
    first = slip_of(sign_in, cast.TOWNSHIP_OFFICER)
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 422
    client, answer = enter(cast.TOWNSHIP_OFFICER, first)
    assert answer.status_code == 302
    for path in ("/", "/leads/", "/me/", "/units/"):
        assert client.get(path).headers["Location"] == "/me/password/"
    htmx = client.get("/leads/", headers={"hx-request": "true"})
    assert htmx.headers["HX-Redirect"] == "/me/password/"
    done = client.post("/me/password/", {"old": first, "new": NEW, "again": NEW})
    assert done.status_code == 302
    assert client.get("/leads/").status_code == 200
    account = account_of(cast.TOWNSHIP_OFFICER)
    assert not account.must_change
    assert first not in account.password


def test_a_first_password_is_void_after_a_week(world: World, sign_in: SignIn, clock: cast.Clock) -> None:
    first = slip_of(sign_in, cast.TOWNSHIP_OFFICER)
    clock.tick(days=7, minutes=1)
    _client, answer = enter(cast.TOWNSHIP_OFFICER, first)
    assert answer.status_code == 422
    assert "已过期" in text(answer)
    assert events(world, cast.TOWNSHIP_OFFICER)[-1] == "void"


def test_printing_again_voids_the_slip_before(sign_in: SignIn) -> None:
    first, second = slip_of(sign_in, cast.TOWNSHIP_OFFICER), slip_of(sign_in, cast.TOWNSHIP_OFFICER)
    assert first != second
    assert enter(cast.TOWNSHIP_OFFICER, first)[1].status_code == 422
    assert enter(cast.TOWNSHIP_OFFICER, second)[1].status_code == 302


def test_administrators_get_no_slip_from_the_page(sign_in: SignIn) -> None:
    admin = sign_in(cast.SYSTEM_ADMIN)
    for member in (cast.RIGHTS_ADMIN, cast.AUDIT_ADMIN, cast.SYSTEM_ADMIN):
        before = account_of(member).password
        ids = [str(account_of(member).id), str(account_of(cast.TOWNSHIP_OFFICER).id)]
        refused = admin.post("/accounts/slips/", {"id": ids})
        assert refused.status_code == 422
        assert member.username in text(refused)
        assert account_of(member).password == before
    assert not account_of(cast.TOWNSHIP_OFFICER).must_change


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("falsch", NEW, NEW, "原口令不对"),
        (cast.PASSWORD, NEW, NEW + "x", "不一样"),
        (cast.PASSWORD, cast.PASSWORD, cast.PASSWORD, "最近用过"),
        (cast.PASSWORD, "kurz-7Q", "kurz-7Q", "至少 10"),
        (cast.PASSWORD, "sucun-officer-A1", "sucun-officer-A1", "用户名或姓名"),
        (cast.PASSWORD, "", "", "至少 10"),
    ],
)
def test_what_is_refused_when_changing_a_password(old: str, new: str, again: str, said: str) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    refused = client.post("/me/password/", {"old": old, "new": new, "again": again})
    assert refused.status_code == 422
    assert said in text(refused)
    assert new == "" or new not in refused.content.decode()
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 302


def test_the_last_five_passwords_do_not_come_back_and_the_sixth_does(world: World) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    used = [cast.PASSWORD, *(f"雨后Green山-{n}x" for n in range(1, 6))]
    for old, new in pairwise(used):
        assert client.post("/me/password/", {"old": old, "new": new, "again": new}).status_code == 302
    for back in used[1:5]:
        assert client.post("/me/password/", {"old": used[-1], "new": back, "again": back}).status_code == 422
    assert client.post("/me/password/", {"old": used[-1], "new": used[0], "again": used[0]}).status_code == 302
    with world.seeing_all():
        assert UsedPassword.objects.filter(account=account_of(cast.TOWNSHIP_OFFICER)).count() == 4


def test_changing_the_password_signs_other_devices_out_and_keeps_this_one() -> None:
    here, _a = enter(cast.TOWNSHIP_OFFICER)
    there, _b = enter(cast.TOWNSHIP_OFFICER)
    assert here.post("/me/password/", {"old": cast.PASSWORD, "new": NEW, "again": NEW}).status_code == 302
    assert here.get("/leads/").status_code == 200
    assert there.get("/leads/").headers["Location"].startswith("/sign-in/")
    assert "本机" in text(here.get("/me/"))


def test_a_password_ages(settings: Any, clock: cast.Clock) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    client.post("/me/password/", {"old": cast.PASSWORD, "new": NEW, "again": NEW})
    clock.tick(days=89)
    assert client.get("/leads/").status_code == 200
    clock.tick(days=1)
    assert client.get("/leads/").headers["Location"] == "/me/password/"
    settings.QINGSHAN_PASSWORD_DAYS = 0
    assert client.get("/leads/").status_code == 200


def test_an_idle_session_ends(world: World) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    session = client.session
    session["seen"] = int(time.time()) - 29 * 60
    session.save()
    assert client.get("/leads/").status_code == 200
    session = client.session
    assert session["seen"] > time.time() - 60
    session["seen"] = int(time.time()) - 31 * 60
    session.save()
    assert client.get("/leads/").headers["Location"].startswith("/sign-in/")
    assert events(world, cast.TOWNSHIP_OFFICER)[-1] == "idle"
    assert client.get("/leads/").headers["Location"].startswith("/sign-in/")


def test_one_ends_ones_own_device_and_nobody_elses(world: World) -> None:
    here, _a = enter(cast.TOWNSHIP_OFFICER)
    there, _b = enter(cast.TOWNSHIP_OFFICER)
    stranger, _c = enter(cast.OTHER_TOWNSHIP_OFFICER)
    with world.seeing_all():
        row = SessionRecord.objects.get(key=there.session.session_key)
    assert stranger.post(f"/sessions/{row.id}/end/").status_code == 422
    assert there.get("/leads/").status_code == 200
    assert here.post(f"/sessions/{row.id}/end/").status_code == 302
    assert there.get("/leads/").headers["Location"].startswith("/sign-in/")
    assert here.post(f"/sessions/{row.id}/end/").status_code == 409
    assert here.get("/leads/").status_code == 200


def test_somebody_elses_device_is_ended_on_record(world: World, sign_in: SignIn) -> None:
    here, _answer = enter(cast.TOWNSHIP_OFFICER)
    with world.seeing_all():
        row = SessionRecord.objects.get(key=here.session.session_key)
    assert sign_in(cast.SYSTEM_ADMIN).post(f"/sessions/{row.id}/end/").status_code == 302
    assert here.get("/leads/").headers["Location"].startswith("/sign-in/")
    [entry] = world.entries(account_of(cast.TOWNSHIP_OFFICER).person_id)
    assert (entry.act, cast.SYSTEM_ADMIN.name in entry.actor) == ("person.end_session", True)
    assert "Chrome" in entry.payload


def test_stopping_an_account_ends_its_sessions_at_once(world: World, sign_in: SignIn) -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    admin, account = sign_in(cast.SYSTEM_ADMIN), account_of(cast.TOWNSHIP_OFFICER)
    path = f"/accounts/{account.id}/state/"
    assert admin.post(path, {"active": "0", "reason": ""}).status_code == 422
    assert client.get("/leads/").status_code == 200
    assert admin.post(path, {"active": "0", "reason": "离岗"}).status_code == 302
    assert not Session.objects.filter(session_key=client.session.session_key).exists()
    assert client.get("/leads/").status_code == 302
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 422
    assert admin.post(path, {"active": "0", "reason": "离岗"}).status_code == 409
    assert admin.post(path, {"active": "1", "reason": "返岗"}).status_code == 302
    assert enter(cast.TOWNSHIP_OFFICER)[1].status_code == 302
    me = account_of(cast.SYSTEM_ADMIN)
    assert admin.post(f"/accounts/{me.id}/state/", {"active": "0", "reason": "x"}).status_code == 422
    assert [e.act for e in world.entries(account.person_id)] == ["person.stop_account", "person.resume_account"]


def test_administrators_are_left_to_the_operator(world: World, sign_in: SignIn) -> None:
    target, account, admin = cast.RIGHTS_ADMIN, account_of(cast.RIGHTS_ADMIN), sign_in(cast.SYSTEM_ADMIN)
    client, _answer = enter(target)
    switch_on(client)
    with world.seeing_all():
        row = SessionRecord.objects.get(key=client.session.session_key)
    paths = [f"/accounts/{account.id}/{last}/" for last in ("state", "sign-out", "second-factor")]
    for path in [*paths, f"/sessions/{row.id}/end/"]:
        refused = admin.post(path, {"active": "0", "reason": "离岗"})
        assert refused.status_code == 422, path
        assert "由服务器操作员办理" in text(refused)
    assert client.get("/me/").status_code == 200
    assert SecondFactor.objects.filter(account=account).exists()
    for words, said in (
        (["drop-second-factor"], "已取消第二道验证"),
        (["sign-out"], "设备已全部退出"),
        (["stop", "--reason", "离岗"], "账号已停用"),
    ):
        done = CliRunner().invoke(command, [words[0], target.username, *words[1:]])
        assert (done.exit_code, said in done.output) == (0, True), done.output
    assert client.get("/me/").status_code == 302
    assert admin.post(paths[0], {"active": "1", "reason": "返岗"}).status_code == 422
    assert CliRunner().invoke(command, ["stop", target.username, "--reason", "x"]).exit_code == 1
    assert CliRunner().invoke(command, ["resume", target.username, "--reason", "返岗"]).exit_code == 0
    assert enter(target)[1].status_code == 302


def test_an_administrator_ends_his_own_devices() -> None:
    here, _a = enter(cast.SYSTEM_ADMIN)
    there, _b = enter(cast.SYSTEM_ADMIN)
    row = SessionRecord.objects.get(key=there.session.session_key)
    assert here.post(f"/sessions/{row.id}/end/").status_code == 302
    assert there.get("/me/").status_code == 302
    assert here.post(f"/accounts/{account_of(cast.SYSTEM_ADMIN).id}/sign-out/").status_code == 302
    assert here.get("/me/").status_code == 302


@pytest.mark.parametrize("how", ["password", "first_password", "stopped", "ended"])
def test_tokens_end_with_whatever_ends_the_sessions(
    how: str, world: World, sign_in: SignIn, caller: Callable[..., Caller]
) -> None:
    member, account = cast.TOWNSHIP_OFFICER, account_of(cast.TOWNSHIP_OFFICER)
    call, other = caller(member, ["leads:read"]), caller(cast.OTHER_TOWNSHIP_OFFICER, ["leads:read"])
    assert call.get("/me").status_code == 200
    admin, path = sign_in(cast.SYSTEM_ADMIN), f"/accounts/{account.id}"
    if how == "password":
        answer = enter(member)[0].post("/me/password/", {"old": cast.PASSWORD, "new": NEW, "again": NEW})
        assert answer.status_code == 302
    elif how == "first_password":
        slip_of(sign_in, member)
    elif how == "ended":
        assert admin.post(f"{path}/sign-out/").status_code == 302
        assert admin.post(f"{path}/sign-out/").status_code == 409
    else:
        for active in ("0", "1"):
            assert admin.post(f"{path}/state/", {"active": active, "reason": "离岗"}).status_code == 302
    assert call.get("/me").status_code == 401
    assert other.get("/me").status_code == 200
    with world.seeing_all():
        by = Token.objects.get(account=account).revoked_by
    assert by.startswith(member.name if how == "password" else cast.SYSTEM_ADMIN.name)
    assert events(world, member).count("token_ended") == 1


def test_ending_the_tokens_of_others_leaves_the_scope_as_it_was(world: World, caller: Callable[..., Caller]) -> None:
    caller(cast.TOWNSHIP_OFFICER)
    caller(cast.OTHER_TOWNSHIP_OFFICER)
    with world.seeing(cast.SYSTEM_ADMIN):
        values = {"account_id": account_of(cast.TOWNSHIP_OFFICER).id, "now": world.clock(), "by": "测试"}
        assert len(revoke_tokens_of(**values)) == 1
        assert revoke_tokens_of(**values) == []
        assert Token.objects.count() == 0


def switch_on(client: Client) -> tuple[bytes, str]:
    """Switch the second factor on; returns the secret and a spare code."""
    client.get("/me/second-factor/")
    secret = base64.b32decode(client.session["second_factor_secret"])
    wrong = client.post("/me/second-factor/on/", {"code": "abcdef"})
    assert wrong.status_code == 422
    shown = client.post("/me/second-factor/on/", {"code": code_at(secret, int(time.time()) // PERIOD)})
    found = re.search(r"\b[0-9a-f]{4}-[0-9a-f]{4}\b", shown.content.decode())
    assert found is not None
    return secret, found[0]


def test_the_second_factor_is_asked_after_the_password(world: World) -> None:
    client, _answer = enter(cast.BUREAU_LEADER)
    secret, spare = switch_on(client)
    with world.seeing_all():
        row = SecondFactor.objects.get()
        assert secret not in bytes(row.secret)
        assert spare not in str(row.spare)
    again, answer = enter(cast.BUREAU_LEADER)
    assert answer.headers["Location"] == "/sign-in/code/"
    assert again.get("/leads/").status_code == 302
    used = code_at(secret, int(time.time()) // PERIOD)
    assert again.post("/sign-in/code/", {"code": used}).status_code == 422
    assert again.post("/sign-in/code/", {"code": spare}).headers["Location"] == "/"
    assert again.get("/leads/").status_code == 200
    third, _answer = enter(cast.BUREAU_LEADER)
    assert third.post("/sign-in/code/", {"code": spare}).status_code == 422
    assert third.post("/sign-in/code/", {"code": code_at(secret, int(time.time()) // PERIOD + 1)}).status_code == 302


def test_five_wrong_codes_lock_for_half_an_hour(world: World, clock: cast.Clock) -> None:
    client, _answer = enter(cast.BUREAU_LEADER)
    _secret, spare = switch_on(client)
    other, _answer = enter(cast.BUREAU_LEADER)
    for _ in range(5):
        assert other.post("/sign-in/code/", {"code": "000"}).status_code == 422
    refused = other.post("/sign-in/code/", {"code": spare})
    assert "已锁定" in text(refused)
    clock.tick(minutes=31)
    assert other.post("/sign-in/code/", {"code": spare}).status_code == 302
    assert events(world, cast.BUREAU_LEADER).count("second_failure") == 5


def test_roles_that_must_have_a_second_factor(settings: Any, sign_in: SignIn) -> None:
    settings.QINGSHAN_MFA_ROLES = frozenset({"bureau_leader"})
    client, _answer = enter(cast.BUREAU_LEADER)
    assert client.get("/leads/").headers["Location"] == "/me/second-factor/"
    _secret, spare = switch_on(client)
    assert client.get("/leads/").status_code == 200
    assert client.post("/me/second-factor/off/", {"code": spare}).status_code == 422
    assert enter(cast.TOWNSHIP_OFFICER)[0].get("/leads/").status_code == 200
    admin, account = sign_in(cast.SYSTEM_ADMIN), account_of(cast.BUREAU_LEADER)
    assert admin.post(f"/accounts/{account.id}/second-factor/").status_code == 302
    assert enter(cast.BUREAU_LEADER)[0].get("/leads/").headers["Location"] == "/me/second-factor/"


def test_the_audit_administrator_reads_and_changes_nothing(sign_in: SignIn) -> None:
    enter(cast.TOWNSHIP_OFFICER)
    audit, account = sign_in(cast.AUDIT_ADMIN), account_of(cast.TOWNSHIP_OFFICER)
    assert cast.TOWNSHIP_OFFICER.username in text(audit.get("/accounts/sign-ins/"))
    detail = audit.get(f"/accounts/{account.id}/")
    assert "停用账号" not in text(detail)
    assert "退出此设备" not in text(detail)
    for path in ("state", "unlock", "sign-out", "second-factor"):
        assert audit.post(f"/accounts/{account.id}/{path}/").status_code == 403


def test_the_sign_in_log_cannot_be_changed_or_read_by_others(world: World) -> None:
    enter(cast.TOWNSHIP_OFFICER)
    with world.seeing(cast.OTHER_TOWNSHIP_OFFICER):
        assert not SignInRecord.objects.exists()
        assert not SessionRecord.objects.exists()
    with world.seeing(cast.BUREAU_LEADER):
        assert not SignInRecord.objects.exists()
    with world.seeing_all():
        assert SignInRecord.objects.update(event="sign_out") == 0
        assert SignInRecord.objects.all().delete()[0] == 0
        assert SignInRecord.objects.get().event == "sign_in"


def test_lists_go_by_key_and_stay_within_their_budget(
    world: World, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    with world.seeing_all():
        account = account_of(cast.TOWNSHIP_OFFICER)
        SignInRecord.objects.bulk_create(
            [
                SignInRecord(at=world.clock.now, account=account, username=account.username, event="failure")
                for _ in range(120)
            ]
        )
    client, seen, url = sign_in(cast.AUDIT_ADMIN), 0, "?"
    while url:
        shown = client.get(f"/accounts/sign-ins/{url}")
        seen, url = seen + len(shown.context["log"]), shown.context["next_url"]
    assert seen == 120
    for member, path in (
        (cast.SYSTEM_ADMIN, "/accounts/"),
        (cast.SYSTEM_ADMIN, "/accounts/sessions/"),
        (cast.AUDIT_ADMIN, "/accounts/sign-ins/"),
        (cast.RIGHTS_ADMIN, "/accounts/acts/"),
    ):
        client = sign_in(member)
        with django_assert_max_num_queries(14):
            client.get(path)


def test_a_page_asks_for_its_viewer_with_few_queries() -> None:
    client, _answer = enter(cast.TOWNSHIP_OFFICER)
    client.get("/me/second-factor/")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        client.get("/posts/00000000-0000-7000-8000-000000000000/")
    asked = [q["sql"] for q in caught.captured_queries if "SAVEPOINT" not in q["sql"]]
    assert sum("people_held" in sql for sql in asked) == 1
    assert not any("accounts_" in sql for sql in asked)


def test_accounts_are_found_by_name_post_and_state(sign_in: SignIn) -> None:
    admin = sign_in(cast.SYSTEM_ADMIN)

    def names(query: str) -> set[str]:
        return {row["account"].username for row in admin.get(f"/accounts/{query}").context["rows"]}

    assert names("?q=苏甲") == {cast.TOWNSHIP_OFFICER.username}
    assert names("?only=no_post") == {cast.FORMER_OFFICER.username}
    assert names("?q=%00") == names("")
    assert cast.TOWNSHIP_OFFICER.username in names("?only=never")
    admin.post("/accounts/new/", {"name": "演示·新甲", "username": "new-one", "phone": ""})
    assert names("?only=no_password") == {"new-one"}
    again = admin.post("/accounts/new/", {"name": "演示·新乙", "username": "new-one", "phone": ""})
    assert again.status_code == 409
    assert admin.post("/accounts/new/", {"name": "=x", "username": "A", "phone": "x"}).status_code == 422


def test_handing_over_lists_the_work_first_and_moves_it(world: World, sign_in: SignIn) -> None:
    world.make_lead()
    admin, giver = sign_in(cast.RIGHTS_ADMIN), account_of(cast.TOWNSHIP_OFFICER).person_id
    receiver = account_of(cast.FORMER_OFFICER).person_id
    page = admin.get(f"/persons/{giver}/hand-over/")
    [line] = page.context["lines"]
    assert line["leads"] == 1
    form = {"holding": [str(line["row"].id)], "receiver": str(receiver), "since": "2024-08-01", "reason": "调离"}
    assert admin.post(f"/persons/{giver}/hand-over/", {**form, "reason": ""}).status_code == 422
    assert admin.post(f"/persons/{giver}/hand-over/", form).status_code == 302
    assert admin.post(f"/persons/{giver}/hand-over/", form).status_code == 409
    assert sign_in(cast.TOWNSHIP_OFFICER).get("/leads/").headers["Location"] == "/no-post/"
    assert sign_in(cast.FORMER_OFFICER).get("/leads/").context["rows"]


def test_a_substitute_sees_both_posts_and_is_announced(sign_in: SignIn, world: World) -> None:
    admin = sign_in(cast.RIGHTS_ADMIN)
    [row] = world.viewer(cast.TOWNSHIP_LEADER).posts
    page = admin.get(f"/posts/{row[0]}/")
    holding = page.context["current"]
    stand_in = account_of(cast.TOWNSHIP_OFFICER).person_id
    form = {"person": str(stand_in), "since": "2024-08-01", "until": "2024-08-03", "reason": "请假"}
    assert admin.post(f"/holdings/{holding.id}/substitute/", {**form, "until": ""}).status_code == 422
    assert admin.post(f"/holdings/{holding.id}/substitute/", form).status_code == 302
    client = sign_in(cast.TOWNSHIP_OFFICER)
    assert f"代 {cast.TOWNSHIP_LEADER.name}" in text(client.get("/me/"))
    client.post("/post/", {"post": str(row[0])})
    assert f"代 {cast.TOWNSHIP_LEADER.name}" in client.get("/me/").context["viewer"].post_title
    assert "代岗" in text(client.get("/units/sucun/"))
    [found] = client.get("/units/?only=substitute").context["found"]
    assert found.substitute == cast.TOWNSHIP_OFFICER.name
