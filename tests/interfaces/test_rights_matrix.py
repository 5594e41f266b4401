"""The rights matrix: every address × every role × own and other division. An address without a row here fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from qingshan.interfaces.web.urls import urlpatterns
from tests import cast
from tests.cast import Member
from tests.support.making import World
from tests.support.matters import Matters, Row, _matters

MATTER = frozenset(
    {
        "village_patroller", "township_officer", "township_leader", "bureau_officer", "bureau_leader",
        "taskforce_office", "county_leader", "city_reviewer", "discipline", "province_reader", "department_officer",
        "department_leader", "police", "procuratorate", "court", "finance_reviewer", "hotline_desk",
    }
)  # fmt: skip
ALL = MATTER | {"audit_admin", "rights_admin", "system_admin"}
BUREAU = frozenset({"bureau_officer", "bureau_leader"})
OFFICE = BUREAU | {"taskforce_office"}
TOWNSHIP = frozenset({"township_officer", "township_leader"})
DESK = OFFICE | {"hotline_desk"}
ENTERING = DESK | TOWNSHIP | {"village_patroller", "department_officer", "department_leader", "police"}
ISSUERS = OFFICE | {"county_leader", "township_leader"}
BATCH_READERS = OFFICE | {"county_leader", "discipline", "city_reviewer", "province_reader"}
COUNTY_READERS = OFFICE | {"county_leader", "discipline"}
COUNTY_WIDE = OFFICE | {"county_leader", "discipline", "city_reviewer", "province_reader"}


OPEN = {"sign_in", "sign_out", "no_post", "language", "second_step"}
STATION = (("track", "enforcement"), ("station", "stop_notice"))
ADMINS = frozenset({"system_admin", "rights_admin", "audit_admin"})
SYSTEM, RIGHTS = frozenset({"system_admin"}), frozenset({"rights_admin"})
ROWS: dict[str, Row] = {
    # accounts and posts
    "post_detail": Row(ALL, "post"),
    "post_appoint": Row(RIGHTS, "post"),
    "holding_end": Row(RIGHTS, "holding"),
    "holding_substitute": Row(RIGHTS, "holding"),
    "holding_transfer": Row(RIGHTS, "holding"),
    "person_detail": Row(ADMINS, "person"),
    "person_hand_over": Row(RIGHTS, "person"),
    "account_list": Row(ADMINS),
    "account_new": Row(SYSTEM),
    "account_slips": Row(SYSTEM, method="post"),
    "account_detail": Row(ADMINS, "account"),
    "account_state": Row(SYSTEM, "account", "post"),
    "account_unlock": Row(SYSTEM, "account", "post"),
    "account_sign_out": Row(SYSTEM, "account", "post"),
    "account_drop_factor": Row(SYSTEM, "account", "post"),
    "session_list": Row(SYSTEM),
    "session_end": Row(ALL, "session", "post"),
    "sign_in_list": Row(SYSTEM | {"audit_admin"}),
    "account_acts": Row(ADMINS),
    "roster_list": Row(SYSTEM | RIGHTS),
    "roster_upload": Row(SYSTEM),
    "roster_template": Row(SYSTEM | RIGHTS),
    "roster_detail": Row(SYSTEM | RIGHTS, "roster"),
    "roster_progress": Row(SYSTEM | RIGHTS, "roster"),
    "roster_accept": Row(RIGHTS, "roster", "post"),
    "my_account": Row(ALL),
    "my_password": Row(ALL),
    "my_second_factor": Row(ALL),
    "my_second_factor_on": Row(ALL),
    "my_second_factor_off": Row(ALL, method="post"),
    "workbench": Row(ALL),
    "post": Row(ALL, method="post"),
    "lead_list": Row(MATTER),
    "lead_new": Row(ENTERING),
    # sources, answers, hand-overs
    "source_list": Row(MATTER),
    "hotline": Row(DESK),
    "hotline_places": Row(DESK),
    "hotline_alike": Row(DESK),
    "hotline_draft": Row(DESK, method="post"),
    "informant_list": Row(frozenset({"custodian"})),
    "informant_open": Row(DESK | {"custodian"}, more=(("source_id", "01890a5d-ac96-774b-bcce-b302099a8057"),)),
    "source_reply": Row(DESK, "source"),
    "source_waive": Row(frozenset({"bureau_leader", "taskforce_office"}), "source"),
    "source_platform": Row(DESK, "source"),
    "source_sign": Row(OFFICE, "source", "post"),
    "lead_source_add": Row(DESK, "lead"),
    "lead_hand_over": Row(MATTER, "handed_lead"),
    "lead_detail": Row(MATTER, "lead"),
    "lead_geometry": Row(MATTER, "lead"),
    "lead_stop_notice": Row(MATTER, "active_lead"),
    "lead_dispatch": Row(OFFICE, "lead"),
    "lead_receive": Row(TOWNSHIP, "lead", "post"),
    "lead_return": Row(TOWNSHIP, "lead"),
    "lead_verify": Row(TOWNSHIP, "lead"),
    "lead_review": Row(BUREAU, "lead"),
    "lead_recheck": Row(BUREAU | {"city_reviewer"}, "lead", more=(("level", "county"),)),
    "lead_resume": Row(TOWNSHIP, "lead"),
    "lead_flag_active": Row(DESK | TOWNSHIP, "lead"),
    "lead_correct": Row(BUREAU, "lead"),
    "batch_list": Row(BATCH_READERS),
    "batch_upload": Row(OFFICE),
    "batch_detail": Row(BATCH_READERS, "batch"),
    "batch_progress": Row(BATCH_READERS, "batch"),
    "batch_accept": Row(OFFICE, "batch", "post"),
    "batch_columns": Row(OFFICE, "batch", "post"),
    "batch_refused": Row(OFFICE, "batch"),
    "batch_reread": Row(OFFICE, "batch", "post"),
    "batch_rows": Row(BATCH_READERS, "batch"),
    "batch_report": Row(BATCH_READERS, "batch"),
    # pictures, paper sheets, entry from paper
    "batch_pictures": Row(OFFICE, "batch", "post"),
    "lead_sheets": Row(MATTER),
    "lead_sheet": Row(MATTER, "lead"),
    # own pictures on the map; a layer that is not there: test_image_layers
    "image_layers": Row(BUREAU),
    "image_layer_new": Row(BUREAU),
    "image_layer": Row(BUREAU, "picture"),
    "image_layer_publish": Row(BUREAU, "picture", "post"),
    "image_layer_withdraw": Row(BUREAU, "picture", "post"),
    "image_tile": Row(MATTER, "picture", more=(("z", 9), ("x", 418), ("y", 198))),
    # the map
    "map": Row(MATTER),
    "map_counts": Row(MATTER),
    "map_list": Row(MATTER, more=(("kind", "leads"),)),
    "map_lead": Row(MATTER, "lead"),
    "map_case": Row(MATTER, "case"),
    "areas": Row(ALL),
    "tile": Row(MATTER, more=(("layer", "matters"), ("z", 8), ("x", 209), ("y", 98))),
    "file": Row(MATTER, "photo"),
    "file_small": Row(MATTER, "photo"),
    "case_open": Row(BUREAU, "lead"),
    "case_list": Row(MATTER),
    "case_report_city": Row(OFFICE),
    "case_detail": Row(MATTER, "case"),
    "case_accept": Row(frozenset({"bureau_leader"}), "case"),
    "case_city_check": Row(frozenset({"city_reviewer"}), "case"),
    "case_close_out": Row(BUREAU, "case"),
    "case_reopen": Row(frozenset({"bureau_leader"}), "case"),
    "case_correct": Row(BUREAU, "case"),
    "case_station": Row(MATTER, "case", more=STATION),
    "case_correct_station": Row(BUREAU, "case", more=STATION),
    "ledger": Row(MATTER),
    "ledger_download": Row(MATTER),
    # the ledger's file, print and templates
    "ledger_make": Row(MATTER, method="post"),
    "ledger_print": Row(MATTER),
    "ledger_templates": Row(OFFICE),
    "ledger_template_new": Row(OFFICE),
    "ledger_template": Row(OFFICE, "template"),
    "ledger_template_map": Row(OFFICE, "template", "post"),
    "ledger_template_propose": Row(OFFICE, "template", "post"),
    "ledger_template_decide": Row(frozenset({"bureau_leader"}), "template", "post"),
    "ledger_returns": Row(TOWNSHIP),
    "ledger_return_download": Row(TOWNSHIP),
    "ledger_return": Row(TOWNSHIP, "return_sheet"),
    "ledger_return_apply": Row(TOWNSHIP, "return_sheet", "post"),
    "ledger_template_try": Row(OFFICE, "template"),
    "journal": Row(MATTER | {"audit_admin"}),
    "journal_seals": Row(MATTER | {"audit_admin"}),
    "journal_seal_print": Row(MATTER | {"audit_admin"}),
    "progress": Row(MATTER),
    "search": Row(ALL),
    # long work
    "job_list": Row(ALL),
    "job_running": Row(ALL),
    "job_detail": Row(ALL, "job"),
    "job_progress": Row(ALL, "job"),
    "job_file": Row(ALL, "job"),
    "job_retry": Row(ALL, "job", "post"),
    # registers: side panels, acts on many rows, export, saved views
    "lead_panel": Row(MATTER, "lead"),
    "lead_bulk": Row(OFFICE | TOWNSHIP, method="post", more=(("act", "receive"),)),
    "lead_export": Row(MATTER, method="post"),
    "case_panel": Row(MATTER, "case"),
    "case_bulk_report": Row(OFFICE, method="post"),
    "case_export": Row(MATTER, method="post"),
    "view_save": Row(MATTER, method="post", more=(("slug", "leads"),)),
    "view_change": Row(MATTER, "view", "post"),
    "view_delete": Row(MATTER, "view", "post"),
    "units": Row(ALL),
    "unit_detail": Row(ALL, more=(("slug", "sucun"),)),
    "clause": Row(ALL, more=(("clause_id", "三-1-2①c"),)),
    "campaign": Row(ALL),
    # clauses, plan on paper, basis documents
    "clause_list": Row(ALL),
    "campaign_print": Row(ALL),
    "basis_new": Row(OFFICE),
    "basis_document": Row(ALL, "basis_document"),
    "basis_original": Row(ALL, "basis_document"),
    # Tokens: nobody sees the token of another, so revoking an unknown one only says so.
    "token_list": Row(ALL),
    "token_list_all": Row(frozenset({"system_admin"})),
    "token_revoke": Row(ALL, method="post", more=(("token_id", "01890a5d-ac96-774b-bcce-b302099a8057"),)),
    # Orders
    "assignment_list": Row(MATTER),
    "assignment_new": Row(ISSUERS),
    "assignment_detail": Row(MATTER, "order"),
    "assignment_print": Row(MATTER, "order"),
    "assignment_steer": Row(ISSUERS, "order", more=(("act", "extend"),)),
    "assignment_line": Row(MATTER, "order_line"),
    "assignment_receive": Row(MATTER, "order_line", "post"),
    "assignment_reply": Row(MATTER, "order_line"),
    "assignment_transfer": Row(MATTER, "order_line"),
    # taking an old ledger over
    "take_over_list": Row(COUNTY_READERS),
    "take_over_upload": Row(BUREAU),
    "take_over_detail": Row(COUNTY_READERS, "take_over"),
    "take_over_progress": Row(COUNTY_READERS, "take_over"),
    "take_over_mapping": Row(BUREAU, "take_over"),
    "take_over_rows": Row(COUNTY_READERS, "take_over"),
    "take_over_report": Row(BUREAU, "take_over"),
    "take_over_submit": Row(BUREAU, "take_over", "post"),
    "take_over_approve": Row(frozenset({"bureau_leader"}), "take_over", "post"),
    "take_over_send_back": Row(frozenset({"bureau_leader"}), "take_over", "post"),
    # leads that are one: suggestions, merging, separating, splitting
    "lead_related": Row(MATTER, "lead"),
    "lead_merge": Row(OFFICE, "lead"),
    "lead_separate": Row(OFFICE, "lead"),
    "lead_apart": Row(OFFICE, "lead", "post"),
    "lead_split": Row(OFFICE, "lead"),
    "pair_list": Row(OFFICE),
    # files exchanged with the provincial system and the petition platform
    "exchange": Row(BUREAU),
    "exchange_export": Row(BUREAU, method="post", more=(("system", "province"),)),
    "exchange_sheet": Row(BUREAU, "exchange_sheet"),
    "exchange_accept": Row(BUREAU, "exchange_sheet", "post"),
    # joint handling, another lead unit, leads handed to another county
    "joint_ask": Row(OFFICE | TOWNSHIP, "lead"),
    "joint_receive": Row(ENTERING, "joint_task", "post"),
    "joint_answer": Row(ENTERING, "joint_task"),
    "joint_return": Row(ENTERING, "joint_task"),
    "joint_waive": Row(OFFICE | TOWNSHIP, "joint_task"),
    "lead_change_unit": Row(OFFICE, "lead"),
    "lead_transfer": Row(OFFICE, "lead"),
    "lead_transfer_receipt": Row(OFFICE, "lead"),
    "lead_transfer_answer": Row(OFFICE, "lead"),
    # the completeness proof
    "completeness": Row(BATCH_READERS | TOWNSHIP),
    "coverage": Row(BATCH_READERS | TOWNSHIP),
    "coverage_order": Row(OFFICE | {"county_leader"}, method="post"),
    "completeness_rows": Row(BATCH_READERS | TOWNSHIP),
    "completeness_export": Row(BATCH_READERS | TOWNSHIP, method="post"),
}
NAMES = sorted(p.name for p in urlpatterns if isinstance(p, URLPattern) and p.name)
DONE_OR_ASKED = frozenset({200, 204, 302, 304, 405, 409, 422})
"""Answers of a page that let the person in: shown, done, asked for more, or not the moment for it."""


def test_every_address_has_a_row() -> None:
    assert set(NAMES) == set(ROWS) | OPEN


@pytest.fixture
def own(world: World) -> Matters:
    return _matters(world, cast.SUCUN)


@pytest.fixture
def other(world: World) -> Matters:
    return _matters(world, cast.HEISHUIHE)


def _sees(member: Member, matters: Matters, township: str) -> bool:
    """Whether the matters of a township are in this member's scope, told by the rules and not by the code."""
    if member is cast.STRANGER:
        return False
    if member.role in COUNTY_WIDE:
        return True
    if member.role in TOWNSHIP:
        return member.post.startswith(f"{township}.")
    return member.role == "village_patroller" and member.post.startswith(f"v{matters.village}")


def _sees_line(member: Member, matters: Matters, township: str) -> bool:
    """Whether the township's line of an order is in this member's scope: the village has a line of its own."""
    return member.role != "village_patroller" and _sees(member, matters, township)


def _expected(name: str, row: Row, member: Member, matters: Matters, township: str) -> frozenset[int]:
    if member.role not in row.roles:
        return frozenset({403})
    if not row.on or row.on in matters.kept:
        return DONE_OR_ASKED
    if row.on in ("picture", "basis_document"):
        return frozenset({404})  # ones that are there: test_image_layers, test_basis_documents
    if row.on in ("job", "view"):
        return frozenset({404})  # somebody else's work; one's own: test_jobs_pages
    if row.on in ("batch", "take_over", "exchange_sheet"):
        return frozenset({404}) if member is cast.STRANGER else DONE_OR_ASKED
    sees = {"order_line": _sees_line}.get(row.on, _sees)
    return DONE_OR_ASKED if sees(member, matters, township) else frozenset({404})


@pytest.mark.clause("三-1-3①c", "三-1-3①a")
def test_who_may_open_what(own: Matters, other: Matters, sign_in: Callable[[Member], Client]) -> None:
    shut, seats = cast.one_of_each(unit=False), cast.one_of_each(unit=True)
    wrong = [line for member in seats for line in _wrong_answers(sign_in(member), member, own, other, member in shut)]
    assert not wrong, "\n".join(wrong)


def _wrong_answers(client: Client, member: Member, own: Matters, other: Matters, shut: bool) -> Iterator[str]:
    """Wrong answers to one person.

    A page that his role may not open looks at no matter and no unit: asked once per role (``shut``), on one matter.
    """
    for name in sorted(ROWS):
        row = ROWS[name]
        barred = member.role not in row.roles
        if barred and not shut:
            continue
        for township, matters in ((cast.SUCUN, own), (cast.HEISHUIHE, other)):
            if (barred or not row.on) and matters is other:
                continue
            response = getattr(client, row.method)(reverse(f"web:{name}", kwargs=matters.arguments(row)))
            if response.streaming:
                b"".join(response.streaming_content)
            expected = _expected(name, row, member, matters, township)
            if response.status_code not in expected:
                got = f"{response.status_code}, not {sorted(expected)}"
                yield f"{member.username}: {row.method} {name} on {township}: {got}"


def test_without_sign_in_nothing_opens(own: Matters) -> None:
    client = Client()
    for name in sorted(ROWS):
        row = ROWS[name]
        response = getattr(client, row.method)(reverse(f"web:{name}", kwargs=own.arguments(row)))
        assert response.status_code == 302, name
        assert response.headers["Location"].startswith("/sign-in/"), name


def test_an_account_without_a_post_opens_nothing(own: Matters, sign_in: Callable[[Member], Client]) -> None:
    client = sign_in(cast.FORMER_OFFICER)
    for name in sorted(ROWS):
        row = ROWS[name]
        response = getattr(client, row.method)(reverse(f"web:{name}", kwargs=own.arguments(row)))
        assert response.status_code == 302, name
        assert response.headers["Location"] == "/no-post/", name
