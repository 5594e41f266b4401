"""Calls made up from the description (schemathesis): whatever is sent, the answer is one that the description promises.

Every operation, right and wrong content, with the tokens of a bureau officer and of a township officer, on matters that
exist. Each call is taken back, so that every one meets the same county. The same calls on every run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from qingshan.commons.assignments.models import AssignmentLine
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.people.models import Unit
from qingshan.config.wsgi import application
from qingshan.contexts.leads.public import ask_units
from qingshan.domain.joint import JointForm
from tests import cast
from tests.fixtures_api import Caller
from tests.support.making import World

EXAMPLES = 3
CHECKED = ["not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"]
MEMBERS = (cast.BUREAU_OFFICER, cast.TOWNSHIP_OFFICER)


@pytest.fixture
def known(world: World) -> dict[str, list[str]]:
    """Keys that lead somewhere, by name of the path parameter."""
    leads = [world.make_lead(state=s) for s in ("dispatched", "under_verification", "in_review", "substantiated")]
    cases = [world.make_case(upto=stop) for stop in ("open", "tracks", "city_passed")]
    batch = world.register(b'{"type":"FeatureCollection","features":[]}')
    photo = world.photo(cast.TOWNSHIP_OFFICER, lon=114.1, lat=38.1)
    order, line = _order(world)
    unit = Unit.objects.get(slug=cast.SUCUN)
    other = world.make_lead(state="under_verification", township=cast.HEISHUIHE)
    form = JointForm(task="核对（演示）")
    tasks = world.perform(cast.BUREAU_OFFICER, ask_units, lead_id=other.id, unit_ids=[unit.id], form=form)
    return {
        "assignment_id": [str(order)],
        "line_id": [str(line)],
        "lead_id": [*(str(lead.id) for lead in leads), str(other.id)],
        "task_id": [str(task.id) for task in tasks],
        "sheet_id": [str(UUID(int=3))],
        "case_id": [str(case.id) for case in cases],
        "batch_id": [str(batch.id)],
        "file_id": [str(photo), str(UUID(int=1))],
        "job_id": [str(UUID(int=2))],
        "slug": [cast.SUCUN],
        "track": ["enforcement", "site_closure"],
        "station": ["stop_notice", "people_gone"],
    }


def _order(world: World) -> tuple[UUID, UUID]:
    unit = Unit.objects.get(slug=cast.SUCUN)
    due_at = world.clock.now + timedelta(days=9)
    form = OrderForm(kind="order", title="排查（演示）", text="请排查（演示）", unit_ids=(unit.id,), due_at=due_at)
    pattern = world.in_force().plan.numbering["assignment"].pattern
    order = world.perform(cast.BUREAU_OFFICER, issue_assignment, form=form, numbering=pattern)
    with world.seeing_all():
        return order.id, AssignmentLine.objects.get(assignment=order).id


@pytest.fixture
def open_connection() -> Iterator[None]:
    """The server's habit of dropping the connection around a request would end the test's own transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _call(case: Any, call: Caller, known: dict[str, list[str]], draw: Any) -> int:
    for name in list(case.path_parameters or {}):
        if draw.draw(st.integers(0, 3), label="known") and name in known:
            case.path_parameters[name] = draw.draw(st.sampled_from(known[name]), label=name)
    checks = CHECKS.get_by_names(CHECKED)
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {call.token}"})
        transaction.set_rollback(True)
    assert response.status_code != 429
    case.validate_response(response, checks=checks)
    return int(response.status_code)


# The stand-in for a client leaves the bodies of files unread and unclosed; a server closes them.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("member", MEMBERS, ids=[m.role for m in MEMBERS])
def test_every_answer_is_one_that_was_promised(
    world: World,
    caller: Callable[..., Caller],
    known: dict[str, list[str]],
    open_connection: None,
    settings: Any,
    member: cast.Member,
    mode: GenerationMode,
) -> None:
    settings.QINGSHAN_API_RATE = 1_000_000
    call = caller(member)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    told: Counter[int] = Counter()
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        _try(operation.as_strategy(generation_mode=mode), call, known, told)
    assert len(operations) > 45
    # Not everything is refused at the door: matters are read and acts are judged.
    assert told[200] > (EXAMPLES * 10 if mode is GenerationMode.POSITIVE else 0)
    assert told[422] > EXAMPLES


def _try(strategy: Any, call: Caller, known: dict[str, list[str]], told: Counter[int]) -> None:
    @seed(20240801)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, data=st.data())
    def run(case: Any, data: Any) -> None:
        told[_call(case, call, known, data)] += 1

    run()
