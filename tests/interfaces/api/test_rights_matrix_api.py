"""The rights matrix of the interface: every operation × every role × own and other township.

A row says which roles an operation opens to and on which matter; an operation without a row fails. The scope of the
token is complete here, so what is refused is refused by the post.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from qingshan.commons.assignments.models import AssignmentLine
from qingshan.commons.assignments.services.issuing import OrderForm, issue_assignment
from qingshan.commons.people.models import Unit
from qingshan.contexts.leads.public import Source, VerificationPhoto, ask_units
from qingshan.domain.joint import JointForm
from qingshan.interfaces.api.openapi import document
from tests import cast
from tests.cast import Member
from tests.fixtures_api import Caller
from tests.support.making import World

MATTER = frozenset(
    {
        "village_patroller", "township_officer", "township_leader", "bureau_officer", "bureau_leader",
        "taskforce_office", "county_leader", "city_reviewer", "discipline", "province_reader", "department_officer",
        "department_leader", "police", "procuratorate", "court", "finance_reviewer", "hotline_desk",
    }
)  # fmt: skip
ALL = MATTER | {"audit_admin", "rights_admin", "system_admin"}
BUREAU = frozenset({"bureau_officer", "bureau_leader"})
LEADER = frozenset({"bureau_leader"})
OFFICE = BUREAU | {"taskforce_office"}
OLD_READERS = OFFICE | {"county_leader", "discipline"}
UPLOADS = (
    "upload_batch",
    "upload_file",
    "upload_exchange_sheet",
    "upload_image_layer",
    "upload_take_over",
    "upload_template",
)
TOWNSHIP = frozenset({"township_officer", "township_leader"})
COUNTY_WIDE = OFFICE | {"county_leader", "discipline", "city_reviewer", "province_reader"}
ISSUERS = OFFICE | {"county_leader", "township_leader"}
CITY = frozenset({"city_reviewer"})
ANY_UUID = "01890a5d-ac96-774b-bcce-b302099a8057"


@dataclass(frozen=True)
class Row:
    """Who may call an operation, on what (``lead``, ``case``, ``batch``, ``photo``), with which content."""

    roles: frozenset[str]
    on: str = ""
    body: Any = None
    more: dict[str, str] = field(default_factory=dict)


DESK = OFFICE | {"hotline_desk"}
ASSISTING = DESK | TOWNSHIP | {"village_patroller", "department_officer", "department_leader", "police"}
PROOF = COUNTY_WIDE | TOWNSHIP
ANSWER = {"final": False, "text": " ", "to_whom": "举报人", "replied_at": "2024-07-01T08:00:00+08:00"}
REASON = {"reason": "理由（演示）"}
VISIT = {"persons": ["甲", "乙"], "visited_at": "2024-07-01T08:00:00+08:00", "finding": "现场（演示）"}
STATION = {"track": "enforcement", "station": "stop_notice"}
ROWS: dict[str, Row] = {
    "get_me": Row(ALL),
    "list_units": Row(ALL),
    "get_unit": Row(ALL, more={"slug": cast.SUCUN}),
    "get_plan": Row(ALL),
    "list_jobs": Row(ALL),
    "get_job": Row(ALL, more={"job_id": ANY_UUID}),
    "list_job_items": Row(ALL, more={"job_id": ANY_UUID}),
    "fetch_job_file": Row(ALL, more={"job_id": ANY_UUID}),
    "retry": Row(ALL, more={"job_id": ANY_UUID}),
    "receive_many": Row(TOWNSHIP, body={"view": ""}),
    "dispatch_many": Row(OFFICE, body={"view": ""}),
    "report_many": Row(OFFICE, body={"view": "", "number": "1", "reported_on": "2024-08-01"}),
    "export_lead_list": Row(MATTER, body={}),
    "export_case_list": Row(MATTER, body={"format": "csv"}),
    "list_views": Row(MATTER, more={"?list": "leads"}),
    "keep_view": Row(MATTER, body={"list": "leads", "name": "演示", "query": "overdue=1"}),
    "drop_view": Row(MATTER, more={"view_id": ANY_UUID}),
    "list_leads": Row(MATTER),
    "get_lead": Row(MATTER, "lead"),
    "list_lead_entries": Row(MATTER, "lead"),
    "get_lead_geometry": Row(MATTER, "lead"),
    "list_lead_sources": Row(MATTER, "lead"),
    "note_source": Row(DESK, "lead", {"channel": "x"}),
    "answer_source": Row(DESK, "source", ANSWER),
    "waive_source": Row(LEADER | {"taskforce_office"}, "source", REASON),
    "number_source": Row(DESK, "source", {"number": " "}),
    "sign_source": Row(OFFICE, "source"),
    "get_joint": Row(MATTER, "lead"),
    "ask_joint": Row(OFFICE | TOWNSHIP, "lead", {"unit_ids": [ANY_UUID], "task": "核对（演示）"}),
    "receive_joint": Row(ASSISTING, "joint"),
    "answer_joint": Row(ASSISTING, "joint", {"opinion": " "}),
    "return_joint": Row(ASSISTING, "joint", REASON),
    "waive_joint": Row(OFFICE | TOWNSHIP, "joint", {"reason": " "}),
    "list_joint_tasks": Row(MATTER),
    "change_unit": Row(OFFICE, "lead", {"unit_id": ANY_UUID, **REASON}),
    "list_transfers": Row(MATTER, "lead"),
    "send_to_county": Row(
        OFFICE, "lead", {"number": "1", "recipient": "邻县", "sent_on": "2024-08-01", "file_id": ANY_UUID, **REASON}
    ),
    "receive_receipt": Row(OFFICE, "lead", {"accepted": True, "dated": "2024-08-01"}),
    "receive_outcome": Row(OFFICE, "lead", {"text": "查实（演示）", "dated": "2024-08-01"}),
    "get_related": Row(MATTER, "lead"),
    "list_pairs": Row(OFFICE),
    "merge": Row(OFFICE, "lead", {"into_id": ANY_UUID, "reason": " "}),
    "separate": Row(OFFICE, "lead", REASON),
    "distinguish": Row(OFFICE, "lead", {"other_id": ANY_UUID}),
    "split": Row(OFFICE, "lead", {"lines": [[{"lon": 1.0, "lat": 1.0}, {"lon": 2.0, "lat": 2.0}]], **REASON}),
    "get_proof": Row(PROOF),
    "list_proof_rows": Row(PROOF),
    "export_proof": Row(PROOF, body={}),
    "export_exchange": Row(BUREAU, body={"system": "petition"}),
    "list_exchange_sheets": Row(BUREAU),
    "upload_exchange_sheet": Row(BUREAU),
    "get_exchange_sheet": Row(BUREAU, more={"sheet_id": ANY_UUID}),
    "accept_exchange_rows": Row(BUREAU, body={"rows": [ANY_UUID]}, more={"sheet_id": ANY_UUID}),
    "create_lead": Row(
        DESK | TOWNSHIP | {"village_patroller", "department_officer", "department_leader", "police"},
        body={"channel": "x", "lon": 1.0, "lat": 1.0, "description": "d", "discovered_at": "2024-07-01T08:00:00Z"},
    ),
    "dispatch": Row(OFFICE, "lead", {"unit_id": ANY_UUID}),
    "receive": Row(TOWNSHIP, "lead"),
    "give_back": Row(TOWNSHIP, "lead", REASON),
    "verify": Row(TOWNSHIP, "lead", {"verdict": "substantiated", **VISIT}),
    "review": Row(BUREAU, "lead", {"passed": False}),
    "recheck": Row(BUREAU | CITY, "lead", {"level": "county", "outcome": "confirmed", **VISIT}),
    "resume": Row(TOWNSHIP, "lead", {}),
    "mark_active": Row(DESK | TOWNSHIP, "lead", {"facts": " "}),
    "correct": Row(BUREAU, "lead", REASON),
    "open_case_on_lead": Row(
        BUREAU,
        "lead",
        {
            "category": "unlicensed",
            "subcode": "A1",
            "rectification_mode": "enforce",
            "responsible_person": "甲",
            "due_on": "2024-09-01",
            "milestones": [{"on": "2024-09-01", "what": "完"}],
        },
    ),
    "list_cases": Row(MATTER),
    "get_case": Row(MATTER, "case"),
    "list_case_entries": Row(MATTER, "case"),
    "get_case_geometry": Row(MATTER, "case"),
    "list_case_files": Row(MATTER, "case"),
    "finish": Row(MATTER, "case", {}, STATION),
    "correct_finished": Row(BUREAU, "case", {"fields": {}, **REASON}, STATION),
    "accept": Row(LEADER, "case", {"members": [], "opinion": "", "accepted_on": "2024-08-01"}),
    "report_cases": Row(OFFICE, body={"case_ids": [ANY_UUID], "number": "1", "reported_on": "2024-08-01"}),
    "check": Row(CITY, "case", {"answers": [], "checked_on": "2024-08-01"}),
    "close": Row(BUREAU, "case"),
    "reopen": Row(LEADER, "case", {**REASON, "tracks": ["enforcement"]}),
    "correct_fields": Row(BUREAU, "case", REASON),
    "list_batches": Row(COUNTY_WIDE),
    "upload_batch": Row(OFFICE),
    "upload_batch_raw": Row(OFFICE),
    "get_batch": Row(COUNTY_WIDE, "batch"),
    "accept_batch": Row(OFFICE, "batch"),
    "list_batch_rows": Row(COUNTY_WIDE, "batch"),
    "get_batch_report": Row(COUNTY_WIDE, "batch"),
    "upload_file": Row(MATTER),
    "fetch_file": Row(MATTER, "photo"),
    "fetch_small": Row(MATTER, "photo"),
    "list_assignments": Row(MATTER),
    "list_assignment_lines": Row(MATTER),
    "get_assignment": Row(MATTER, "order"),
    "list_assignment_entries": Row(MATTER, "order"),
    "get_assignment_line": Row(MATTER, "line"),
    "create_assignment": Row(ISSUERS, body={"kind": "order", "title": "", "text": ""}),
    "receive_line": Row(MATTER, "line"),
    "reply_line": Row(MATTER, "line", {"text": "已办（演示）"}),
    "hand_on": Row(MATTER, "line", {"unit_id": ANY_UUID, "reason": "理由（演示）"}),
    "steer": Row(ISSUERS, "order", {"act": "accept"}),
    "search": Row(MATTER, more={"?q": "演示"}),
    "get_ledger": Row(MATTER),
    "get_progress": Row(MATTER),
    "get_lead_tile": Row(MATTER, more={"z": "9", "x": "418", "y": "198"}),
    "get_case_tile": Row(MATTER, more={"z": "9", "x": "418", "y": "198"}),
    "count_leads_on_map": Row(MATTER),
    "count_cases_on_map": Row(MATTER),
    "list_leads_in_box": Row(MATTER, more={"?box": "114.2,37.6,114.6,37.9"}),
    "list_cases_in_box": Row(MATTER, more={"?box": "114.2,37.6,114.6,37.9"}),
    "get_areas": Row(MATTER),
    "export_ledger": Row(MATTER, body={}),
    # own imagery
    "list_image_layers": Row(MATTER),
    "upload_image_layer": Row(BUREAU),
    "get_image_layer": Row(MATTER, more={"layer_id": ANY_UUID}),
    "publish_image_layer": Row(BUREAU, body={}, more={"layer_id": ANY_UUID}),
    "withdraw_image_layer": Row(BUREAU, body=REASON, more={"layer_id": ANY_UUID}),
    "get_image_tile": Row(MATTER, more={"layer_id": ANY_UUID, "z": "1", "x": "1", "y": "1"}),
    # taking over an old ledger
    "list_take_overs": Row(OLD_READERS),
    "upload_take_over": Row(BUREAU),
    "get_take_over": Row(OLD_READERS, more={"take_over_id": ANY_UUID}),
    "get_take_over_columns": Row(BUREAU, more={"take_over_id": ANY_UUID}),
    "list_take_over_rows": Row(OLD_READERS, more={"take_over_id": ANY_UUID}),
    "map_take_over": Row(
        BUREAU, body={"round": 0, "sheets": ["a"], "columns": {}, "year": 2024}, more={"take_over_id": ANY_UUID}
    ),
    "hand_in_take_over": Row(BUREAU, body={"round": 0}, more={"take_over_id": ANY_UUID}),
    "approve_old_ledger": Row(LEADER, body={"round": 0}, more={"take_over_id": ANY_UUID}),
    "send_back_old_ledger": Row(LEADER, body={"round": 0}, more={"take_over_id": ANY_UUID}),
    # the bureau's own form of the ledger
    "list_templates": Row(OFFICE),
    "upload_template": Row(OFFICE),
    "get_template": Row(OFFICE, more={"template_id": ANY_UUID}),
    "map_columns": Row(
        OFFICE, body={"changed_at": "2024-07-01T08:00:00Z", "columns": []}, more={"template_id": ANY_UUID}
    ),
    "propose_version": Row(OFFICE, more={"template_id": ANY_UUID}),
    "decide_version": Row(LEADER, body={"passed": False}, more={"template_id": ANY_UUID}),
    "list_entries": Row(MATTER | {"audit_admin"}),
    "list_seals": Row(MATTER | {"audit_admin"}),
}
OPERATIONS = {
    operation["operationId"]: (method, path)
    for path, operations in document()["paths"].items()
    for method, operation in operations.items()
}
IN = frozenset({200, 201, 202, 409, 422})
"""Answers that let the caller in: done, not the moment, not complete."""


def test_every_operation_has_a_row() -> None:
    assert set(OPERATIONS) == set(ROWS)


def test_the_description_says_the_same_roles() -> None:
    for path in document()["paths"].values():
        for operation in path.values():
            told = set(operation.get("x-roles", ALL))
            assert told <= ALL
            assert told == ROWS[operation["operationId"]].roles, operation["operationId"]


@dataclass(frozen=True)
class Matters:
    """One set of matters of a township."""

    keys: dict[str, UUID]
    village: str


@pytest.fixture
def own(world: World) -> Matters:
    return _matters(world, cast.SUCUN)


@pytest.fixture
def other(world: World) -> Matters:
    return _matters(world, cast.HEISHUIHE)


def _matters(world: World, township: str) -> Matters:
    lead = world.make_lead(state="in_review", township=township)
    case = world.make_case(upto="tracks", township=township)
    order, line = _order(world, township)
    held = world.make_lead(state="under_verification", township=township)
    joint = _joint_task(world, held.id)
    with world.seeing_all():
        source = Source.objects.get(lead=lead).id
        photo = VerificationPhoto.objects.filter(lead_id=lead.id).values_list("file_id", flat=True)[0]
    assert lead.batch_id is not None
    return Matters(
        keys={"lead": lead.id, "case": case.id, "batch": lead.batch_id, "photo": photo, "order": order, "line": line}
        | {"source": source, "joint": joint, "held": held.id},
        village=lead.division,
    )


def _joint_task(world: World, lead_id: UUID) -> UUID:
    """A department of which nobody here is asked to assist."""
    unit, form = Unit.objects.get(slug="ecology"), JointForm(task="核对（演示）")
    return world.perform(cast.BUREAU_OFFICER, ask_units, lead_id=lead_id, unit_ids=[unit.id], form=form)[0].id


def _order(world: World, township: str) -> tuple[UUID, UUID]:
    """An order of the task-force office to one township."""
    form = OrderForm(
        kind="order",
        title="排查（演示）",
        text="请排查（演示）",
        unit_ids=(Unit.objects.get(slug=township).id,),
        due_at=world.clock.now + timedelta(days=9),
    )
    pattern = world.in_force().plan.numbering["assignment"].pattern
    order = world.perform(cast.TASKFORCE_OFFICE, issue_assignment, form=form, numbering=pattern)
    with world.seeing_all():
        return order.id, AssignmentLine.objects.get(assignment=order).id


def _sees(member: Member, matters: Matters, township: str) -> bool:
    """Whether the matters of a township are in this member's scope, told by the rules and not by the code."""
    if member is cast.STRANGER:
        return False
    if member.role in COUNTY_WIDE:
        return True
    if member.role in TOWNSHIP:
        return member.post.startswith(f"{township}.")
    return member.role == "village_patroller" and member.post.startswith(f"v{matters.village}")


def _expected(row: Row, member: Member, matters: Matters, township: str) -> frozenset[int]:
    if member.role not in row.roles:
        return frozenset({403})
    if (
        row.more.keys() & {"job_id", "view_id", "sheet_id", "layer_id", "take_over_id", "template_id"}
        or row.body == ROWS["report_cases"].body
    ):
        return frozenset({404})
    if not row.on:
        return IN
    if row.on == "batch":
        return frozenset({404}) if member is cast.STRANGER else IN
    # An order was given to the township, not to its villages.
    passed_by = row.on in ("order", "line") and member.role == "village_patroller"
    if passed_by or not _sees(member, matters, township):
        return frozenset({404})
    # A station belongs to the post that the plan names, a lead to the unit it was given to: told after it was found.
    return IN | {403} if row.body is not None or row.on in ("case", "line", "joint") else IN


def _call(call: Caller, name: str, row: Row, matters: Matters) -> Any:
    method, path = OPERATIONS[name]
    names = {"lead": "lead_id", "case": "case_id", "batch": "batch_id", "photo": "file_id"}
    names |= {"source": "source_id", "order": "assignment_id", "line": "line_id", "joint": "task_id"}
    keys = {
        "lead_id": str(matters.keys["held" if row.on == "joint" else "lead"]),
        **row.more,
        **({names[row.on]: str(matters.keys[row.on])} if row.on else {}),
    }
    path = path.removeprefix("/api/v1").format(**keys)
    if name in UPLOADS:
        return call.form(path, {})
    query = {k[1:]: v for k, v in row.more.items() if k.startswith("?")}
    return (
        call.get(path, query)
        if method == "get"
        else call.post(path, {"other_id": keys["lead_id"]} if name == "distinguish" else row.body)
    )


@pytest.mark.clause("三-1-3①c", "三-1-3①a")
def test_who_may_call_what(own: Matters, other: Matters, caller: Callable[..., Caller], settings: Any) -> None:
    settings.QINGSHAN_API_RATE = 1_000_000
    shut, seats = cast.one_of_each(unit=False), cast.one_of_each(unit=True)
    wrong = [line for member in seats for line in _wrong(caller(member), member, own, other, member in shut)]
    assert not wrong, "\n".join(wrong)


def _wrong(call: Caller, member: Member, own: Matters, other: Matters, shut: bool) -> Iterator[str]:
    """Wrong answers to one program; an operation closed to its role is asked once per role (``shut``)."""
    for name, row in ROWS.items():
        barred = member.role not in row.roles
        if barred and not shut:
            continue
        for township, matters in ((cast.SUCUN, own), (cast.HEISHUIHE, other)):
            if (barred or not row.on) and matters is other:
                continue
            response = _call(call, name, row, matters)
            if response.streaming:
                b"".join(response.streaming_content)
            expected = _expected(row, member, matters, township)
            if response.status_code not in expected:
                yield f"{member.username}: {name} on {township}: {response.status_code}, not {sorted(expected)}"


def test_a_stranger_finds_every_list_empty(own: Matters, caller: Callable[..., Caller]) -> None:
    call = caller(cast.STRANGER)
    for path, key in (
        ("/leads", "leads"), ("/cases", "cases"), ("/batches", "batches"), ("/journal", "entries"),
        ("/jobs", "jobs"), ("/ledger", "rows"),
    ):  # fmt: skip
        assert call.get(path).json()[key] == [], path
    assert call.get("/leads").json()["counts"] == {}
