"""Rosters: judged to the row, taken in once however often they are uploaded, hostile files told apart and kept out."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import OperationalError, connection, transaction
from django.test import Client

from qingshan.commons.accounts.models import Roster, RosterRow
from qingshan.commons.accounts.posts import appoint_person
from qingshan.commons.accounts.roster_reading import RosterUnreadable, read_roster
from qingshan.commons.accounts.roster_rows import Judged, RowInput, judge
from qingshan.commons.accounts.rosters import accept_roster, register_roster
from qingshan.commons.accounts.tasks import read_roster_task
from qingshan.commons.files.leftovers import wipe_leftovers
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import path_of, store_file, wipe_bytes, wipe_unused
from qingshan.commons.jobs.models import Job
from qingshan.commons.journal.models import PersonalValue
from qingshan.commons.journal.personal import read_personal
from qingshan.commons.people.models import Account, Holding, Person, Post
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused
from tests import cast
from tests.support.making import World
from tests.support.rosters import bomb, packed, stretched, with_entities, workbook

TODAY = cast.START.date()
NEW = ("演示·新甲", "苏村", "乡长", "", "138-0000-0001")


def row(
    name: str = "演示·新甲", unit: str = "sucun", post: str = "sucun.township-head", number: int = 2, **more: str
) -> RowInput:
    return RowInput(number=number, name=name, unit=unit, post=post, **more)


def judged(*rows: RowInput) -> list[Judged]:
    return judge(rows, today=TODAY)


def test_a_vacant_post_makes_a_new_account_with_a_name_of_the_unit(world: World) -> None:
    [one] = judged(row())
    assert (one.outcome, one.username, one.note) == ("new", "sucun-01", "")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (row(unit="没有的单位"), "没有单位"),
        (row(unit=""), "没有填单位"),
        (row(post="没有的职务"), "没有职务"),
        (row(post=""), "没有填职务"),
        (row(post="sucun.township-deputy"), "已由 演示·苏长 担任"),
        (row(name="=cmd|' /C calc'!A0"), "不能用"),
        (row(username="A B"), "不能用"),
        (row(username="bureau-officer"), "已被别人使用"),
        (row(phone="电话"), "手机号码"),
    ],
)
def test_a_row_that_cannot_be_taken_in_says_why(world: World, bad: RowInput, said: str) -> None:
    [one] = judged(bad)
    assert one.outcome == "refused"
    assert said in one.note


def test_rows_of_one_file_are_judged_against_each_other(world: World) -> None:
    first = row(username="new-one")
    again = row(name="演示·新乙", number=3)
    taken = row(name="演示·新丙", post="sucun.township-liaison", username="new-one", number=4)
    second = row(post="sucun.township-liaison", username="new-one", number=5)
    results = judged(first, again, taken, second)
    assert [r.outcome for r in results] == ["new", "refused", "refused", "new"]
    assert "第 2 行重复" in results[1].note
    assert results[3].note == "同一人的又一职务"


def test_one_person_does_not_get_two_administrators_posts_by_a_file(world: World) -> None:
    Holding.objects.filter(
        post__slug__in=[f"natural-resources.{slug}" for slug in ("system-admin", "rights-admin", "hotline")]
    ).update(until=cast.SEATED_SINCE)
    unit = "natural-resources"
    results = judged(
        row(unit=unit, post="natural-resources.system-admin", username="both"),
        row(unit=unit, post="natural-resources.rights-admin", username="both", number=3),
        row(unit=unit, post="natural-resources.hotline", username="both", number=4),
    )
    assert [r.outcome for r in results] == ["new", "refused", "refused"]
    assert "同一人" in results[1].note
    assert "不能兼任" in results[2].note


def test_a_holder_with_an_account_stays_as_he_is(world: World) -> None:
    [one] = judged(row(name=cast.TOWNSHIP_LEADER.name, post="分管副职"))
    assert one.outcome == "same", one.note
    assert one.account is not None
    assert one.account.username == cast.TOWNSHIP_LEADER.username


def test_a_title_without_its_number_means_the_vacant_one(world: World) -> None:
    Holding.objects.filter(post__slug="sucun.township-officer").update(until=cast.SEATED_SINCE)
    [one] = judged(row(post="执法人员"))
    assert one.post is not None
    assert one.post.slug == "sucun.township-officer"


def upload(world: World, data: bytes, name: str = "名册.xlsx") -> Roster:
    """Upload as the page does, and let the worker read it."""
    acting = world.acting(cast.SYSTEM_ADMIN)

    def register(*, acting: object) -> Roster:
        file = store_file(
            chunks=[data], name=name, uploaded_by=world.viewer(cast.SYSTEM_ADMIN).account_id, now=world.clock.now
        )
        return register_roster(file=file, acting=world.acting(cast.SYSTEM_ADMIN))

    roster = world.perform(acting, register)
    with world.seeing_all():
        job = Job.objects.get(subject_id=roster.id)
    read_roster_task(str(job.id))
    with world.seeing(cast.RIGHTS_ADMIN):
        return Roster.objects.get(id=roster.id)


def unit_names(world: World) -> tuple[str, str]:
    post = Holding.objects.select_related("post__unit").get(post__slug="sucun.township-deputy").post
    return post.unit.name, post.title


def test_uploaded_twice_it_changes_nothing_twice(world: World) -> None:
    unit, _title = unit_names(world)
    data = workbook([("演示·新甲", unit, "sucun.township-head", "", "13800000001"), ("", unit, "空行不读", "", "")])
    first, second = upload(world, data), upload(world, data, "又一份.xlsx")
    numbers = world.perform(cast.RIGHTS_ADMIN, accept_roster, roster_id=first.id)
    assert numbers == {"new": 1, "same": 0, "refused": 0}
    assert world.perform(cast.RIGHTS_ADMIN, accept_roster, roster_id=second.id)["same"] == 1
    assert Person.objects.filter(name="演示·新甲").count() == 1
    with pytest.raises(ActRefused):
        world.perform(cast.RIGHTS_ADMIN, accept_roster, roster_id=first.id)
    account = Account.objects.get(username="sucun-01")
    assert not account.has_usable_password()
    assert account.must_change


def test_a_post_that_is_being_given_to_somebody_is_not_given_twice(world: World, transactional_db: None) -> None:
    """The appointment is written, not yet kept, when the roster is accepted: the roster waits, and its row says why."""
    unit, _title = unit_names(world)
    roster = upload(world, workbook([("演示·新甲", unit, "sucun.township-head", "", "")]))
    with world.seeing_all():
        head, other = Post.objects.get(slug="sucun.township-head"), Person.objects.create(name="演示·另任")
    written = threading.Event()

    def appointing(*, acting: Acting) -> None:
        appoint_person(person_id=other.id, post_id=head.id, since=TODAY, acting=acting)
        written.set()
        time.sleep(0.4)

    def appoint() -> None:
        try:
            world.perform(cast.RIGHTS_ADMIN, appointing)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(appoint)
        assert written.wait(timeout=20)
        numbers = world.perform(cast.RIGHTS_ADMIN, accept_roster, roster_id=roster.id)
        beside.result()
    assert numbers == {"new": 0, "same": 0, "refused": 1}
    with world.seeing(cast.RIGHTS_ADMIN):
        assert "已由 演示·另任 担任" in RosterRow.objects.get(roster=roster).note


def test_the_phone_number_is_nowhere_in_clear_and_the_original_is_gone(world: World) -> None:
    unit, _title = unit_names(world)
    roster = upload(world, workbook([("演示·新甲", unit, "sucun.township-head", "", "13800000001")]))
    assert roster.file_id is None
    assert not StoredFile.objects.filter(sha256=roster.sha256).exists()
    world.perform(cast.RIGHTS_ADMIN, accept_roster, roster_id=roster.id)
    person = Person.objects.get(name="演示·新甲")
    assert all("13800000001" not in entry.payload for entry in world.entries(person.id))
    with world.seeing(cast.SYSTEM_ADMIN):
        assert person.phone_ref is not None
        assert read_personal({person.phone_ref})[person.phone_ref] == "13800000001"
        assert not RosterRow.objects.filter(roster=roster).exclude(phone=None).exists()
    with world.seeing(cast.BUREAU_LEADER):
        assert not PersonalValue.objects.filter(id=person.phone_ref).exists()
        assert not Roster.objects.exists()


def test_reading_a_roster_does_not_delete_what_somebody_else_uploaded(world: World, transactional_db: None) -> None:
    unit, _title = unit_names(world)
    data = workbook([("演示·新甲", unit, "sucun.township-head", "", "13800000001")])
    officer = world.viewer(cast.BUREAU_OFFICER).account_id
    with world.seeing(cast.BUREAU_OFFICER):
        own = store_file(chunks=[data], name="附件.xlsx", uploaded_by=officer, now=world.clock.now)
    roster = upload(world, data)
    assert roster.state == "read"
    assert path_of(own.sha256).read_bytes() == data
    with world.seeing(cast.BUREAU_OFFICER):
        StoredFile.objects.filter(id=own.id).delete()
    wipe_bytes(own.sha256)
    assert not path_of(own.sha256).exists()


def test_wiping_waits_for_an_upload_of_the_same_bytes_under_way(world: World, transactional_db: None) -> None:
    def wipe() -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '100ms'")
                return wipe_unused(sha256)
        finally:
            connection.close()

    officer = world.viewer(cast.BUREAU_OFFICER).account_id
    with ThreadPoolExecutor(1) as pool:
        with world.seeing(cast.BUREAU_OFFICER):
            sha256 = store_file(chunks=[b"same"], name="x", uploaded_by=officer, now=world.clock.now).sha256
            with pytest.raises(OperationalError):
                pool.submit(wipe).result()
        assert pool.submit(wipe).result() is False
    assert path_of(sha256).exists()


def test_bytes_of_a_refused_upload_go_and_those_of_an_upload_stay(
    world: World, transactional_db: None, settings: Any, tmp_path: Path
) -> None:
    settings.QINGSHAN_FILES = tmp_path
    officer = world.viewer(cast.BUREAU_OFFICER).account_id
    with world.seeing(cast.BUREAU_OFFICER):
        kept = store_file(chunks=[b"kept"], name="x", uploaded_by=officer, now=world.clock.now)
    with contextlib.suppress(ActRefused), world.seeing(cast.BUREAU_OFFICER):
        undone = store_file(chunks=[b"13800000001"], name="x", uploaded_by=officer, now=world.clock.now)
        raise ActRefused("role", "不能办")
    root = path_of(kept.sha256).parents[2]
    (root / ".incoming-half").write_bytes(b"half")
    assert path_of(undone.sha256).exists()
    assert wipe_leftovers(before=0) == 0
    assert wipe_leftovers(before=time.time() + 60) == 2
    assert path_of(kept.sha256).exists()
    assert not path_of(undone.sha256).exists()
    assert not (root / ".incoming-half").exists()


def test_nothing_is_left_of_an_upload_that_breaks_off(world: World) -> None:
    def broken() -> Iterator[bytes]:
        yield b"first half"
        raise OSError("the browser went away")

    root = Path(django_settings.QINGSHAN_FILES)
    with pytest.raises(OSError, match="went away"):
        store_file(chunks=broken(), name="x", uploaded_by=None, now=world.clock.now)
    assert list(root.glob(".incoming-*")) == []


def test_who_uploads_does_not_accept(world: World) -> None:
    unit, _title = unit_names(world)
    roster = upload(world, workbook([("演示·新甲", unit, "sucun.township-head", "", "")]))
    with pytest.raises(ActRefused) as refusal:
        world.perform(cast.SYSTEM_ADMIN, accept_roster, roster_id=roster.id)
    assert refusal.value.code == "role"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 broken", "打不开"),
        (bomb(), "展开后过大"),
        (with_entities(), "外部引用"),
        (packed(**{f"part{n}": b"x" for n in range(300)}), "部件太多"),
        (packed(a__b=b"x"), "不是 Excel"),
        (stretched(), "范围过大"),
        (stretched("XL/Worksheets/SHEET1.XML"), "范围过大"),
        (workbook([("演示·新甲", 1)], head=("甲", "乙")), "没有找到表头"),
        (workbook([]), "没有填写姓名"),
        (workbook([("演示·新甲", "x", "y")] * 3001), "一次最多"),
    ],
    ids=[
        "broken",
        "bomb",
        "entities",
        "parts",
        "no-book",
        "stretched",
        "capitals",
        "no-heading",
        "empty",
        "long",
    ],
)
def test_a_hostile_or_wrong_file_is_refused_with_its_reason(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    with pytest.raises(RosterUnreadable) as refusal:
        read_roster(path)
    assert said in str(refusal.value)


def test_cells_of_wrong_kinds_are_read_as_text(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook([("演示·新甲\n", 12, True, 7.0, 13800000001)]))
    [one] = read_roster(path)
    assert (one.name, one.unit, one.post, one.username, one.phone) == ("演示·新甲", "12", "True", "7", "13800000001")
    path.write_bytes(workbook([("演示·新甲", "苏村", "乡长", "ｓｕ－１", "１３８００００１２３４")]))
    [one] = read_roster(path)
    assert (one.username, one.phone) == ("su-1", "13800001234")


def test_a_broken_file_is_told_on_its_page_and_wiped(world: World, sign_in: Callable[[cast.Member], Client]) -> None:
    roster = upload(world, b"PK\x03\x04 broken")
    assert roster.state == "failed"
    assert not path_of(roster.sha256).exists() or not StoredFile.objects.filter(sha256=roster.sha256).exists()
    shown = sign_in(cast.SYSTEM_ADMIN).get(f"/accounts/rosters/{roster.id}/").content.decode()
    assert "打不开" in shown


def test_the_template_lists_vacant_posts_and_comes_back_readable(
    world: World, sign_in: Callable[[cast.Member], Client], tmp_path: Path
) -> None:
    got = sign_in(cast.SYSTEM_ADMIN).get("/accounts/rosters/template/")
    path = tmp_path / "template.xlsx"
    path.write_bytes(got.content)
    with pytest.raises(RosterUnreadable, match="没有填写姓名"):
        read_roster(path)
