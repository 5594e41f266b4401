"""The proof on its page: figures that lead to their rows, red where it does not add up, and the workbook as a job."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qingshan.commons.files.models import StoredFile
from qingshan.commons.jobs.models import Job
from qingshan.interfaces.cli.completeness import command
from tests import cast
from tests.cast import Member
from tests.contexts.test_completeness import filled, own_numbers, removed
from tests.contexts.test_lead_likeness import call
from tests.support.making import World

SignIn = Callable[[Member], Client]
__all__ = ["own_numbers"]


def address(name: str = "completeness") -> str:
    return reverse(f"web:{name}")


def test_every_figure_leads_to_as_many_rows(world: World, sign_in: SignIn) -> None:
    filled(world)
    office = sign_in(cast.BUREAU_OFFICER)
    for by in ("batch", "channel", "unit"):
        page = office.get(address(), {"by": by}).content.decode()
        assert "逐条都有去向，合计相等" in page
        figures = re.findall(r'href="(/completeness/rows/\?[^"]*)">(\d+)<', page)
        assert len(figures) > 5
        for url, n in figures[:12]:
            rows = office.get(url.replace("&amp;", "&")).content.decode()
            assert rows.count('class="qs-main-cell"') == int(n), url


def test_a_lost_lead_turns_the_page_red_and_is_shown(world: World, sign_in: SignIn) -> None:
    lead = world.make_lead()
    world.make_lead()
    removed(world, lead)
    office = sign_in(cast.BUREAU_OFFICER)
    page = office.get(address()).content.decode()
    assert "收到数与去向不相等" in page
    assert "1 条线索有留痕而库中已不在" in page
    assert "qs-proof__bad" in page
    rows = office.get(address("completeness_rows"), {"cls": "lost"}).content.decode()
    assert lead.number in rows
    assert "丢失" in rows
    result = CliRunner().invoke(command, [])
    assert result.exit_code == 1
    assert "差额 1" in result.output


def test_a_past_moment_a_wrong_one_and_one_to_come(world: World, sign_in: SignIn) -> None:
    world.make_lead()
    world.clock.tick(days=3)
    call(world, *world.place_of(cast.SUCUN))
    office = sign_in(cast.BUREAU_OFFICER)
    assert "收到 2 条" in office.get(address()).content.decode()
    past = office.get(address(), {"at": "2024-08-02T09:00"}).content.decode()
    assert "收到 1 条" in past
    assert "at=2024-08-02T09%3A00" in past
    assert "不是时刻" in office.get(address(), {"at": "昨天"}).content.decode()
    assert "还没有到" in office.get(address(), {"at": "2031-01-01T00:00"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [{"by": "batch", "key": "x"}, {"cls": "'; --"}, {"by": "unit", "key": "没有"}, {"after": "％", "by": "channel"}],
    ids=["batch", "class", "unit", "channel"],
)
def test_addresses_typed_by_hand_do_no_harm(world: World, sign_in: SignIn, query: dict[str, str]) -> None:
    world.make_lead()
    assert sign_in(cast.BUREAU_OFFICER).get(address("completeness_rows"), query).status_code == 200


@pytest.mark.clause("三-1-2①c")
def test_what_is_missing_of_the_hundred_per_cent_is_one_click_away(world: World, sign_in: SignIn) -> None:
    world.make_lead(state="substantiated")
    waiting = world.make_lead()
    office = sign_in(cast.BUREAU_OFFICER)
    page = office.get(address()).content.decode()
    assert "2 条中还有 1 条没有到场结论" in page
    [url] = re.findall(r'href="(/completeness/rows/\?[^"]*onsite=1[^"]*)"', page)
    rows = office.get(url.replace("&amp;", "&")).content.decode()
    assert waiting.number in rows
    assert rows.count('class="qs-main-cell"') == 1


def test_the_workbook_is_made_as_a_job(world: World, sign_in: SignIn) -> None:
    from qingshan.commons.jobs.running import run_whole
    from qingshan.contexts.leads.services.proving import make_proof_file

    filled(world)
    office = sign_in(cast.BUREAU_OFFICER)
    answer = office.post(address("completeness_export"))
    assert answer.status_code == 302
    with world.seeing_all():
        job = Job.objects.get(kind="proof")
    run_whole(job.id, make_proof_file)
    with world.seeing_all():
        job.refresh_from_db()
        assert (job.state, job.result_file is not None) == ("done", True), job.message
        assert StoredFile.objects.get(id=job.result_file).expires_at is not None


def test_the_command_tells_the_same_and_ends_well(world: World, sign_in: SignIn) -> None:
    filled(world)
    result = CliRunner().invoke(command, ["--by", "channel"])
    assert result.exit_code == 0, result.output
    assert "每一行都相等" in result.output
    assert CliRunner().invoke(command, ["--as-of", "x"]).exit_code == 2
    as_json = CliRunner().invoke(command, ["--json"])
    assert '"holds": true' in as_json.output


def test_the_proof_stays_within_its_queries(world: World, sign_in: SignIn) -> None:
    filled(world)
    office = sign_in(cast.BUREAU_OFFICER)
    office.get(address())
    with CaptureQueriesContext(connection) as asked:
        office.get(address())
    assert len(asked) <= 16, [q["sql"][:90] for q in asked]
