"""What bulk doors put together by hand is, to the letter, what the slow way makes."""

from __future__ import annotations

import json
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from qingshan.commons.base.bulk import field, fields, json_field
from qingshan.commons.journal.openings import EntryForm
from qingshan.commons.journal.payloads import payload_of
from qingshan.domain.journal import canonical, text_form

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_VALUES = st.one_of(_TEXTS, st.integers(), st.booleans(), st.none(), st.floats(allow_nan=False), st.lists(_TEXTS))


@given(st.dictionaries(_TEXTS, _VALUES, max_size=5))
def test_json_is_the_same_whether_put_together_or_encoded(value: dict[str, object]) -> None:
    encoded = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert json_field(value) == encoded.replace("\\", "\\\\")


@given(st.lists(_TEXTS, max_size=6))
def test_fields_looked_through_at_once_are_fields(texts: list[str]) -> None:
    assert list(fields(tuple(texts))) == [field(text) for text in texts]


@given(_TEXTS, _TEXTS, st.lists(_TEXTS, max_size=3), st.sampled_from(["", "village"]))
def test_a_filled_form_is_the_canonical_payload(title: str, number: str, notes: list[str], precision: str) -> None:
    columns = {"id": "", "matter_id": "", "seq": 1, "act": "lead.register", "actor": "100% %s 甲", "account_id": None}
    ledger = {"title": "", "state": "received", "batch": "含%与“引号”\\的批次"}
    own = ("ledger.title", "details.row", "details.notes", *(("ledger.precision",) if precision else ()))
    form = EntryForm(kind="lead", columns=columns, ledger=ledger, details={"file": "f"}, own=own)
    entry_id, lead_id, unit_id = str(uuid4()), str(uuid4()), uuid4()
    made = form.payload(
        {
            "id": text_form(entry_id),
            "matter_id": text_form(lead_id),
            "number": text_form(number),
            "division": text_form("130132100201"),
            "unit_id": text_form(str(unit_id)),
            "ledger.title": text_form(title),
            "ledger.precision": text_form(precision),
            "details.row": "7",
            "details.notes": f"[{','.join(map(text_form, notes))}]",
        }
    )
    told = {**ledger, "title": title, **({"precision": precision} if precision else {})}
    assert made == canonical(
        payload_of(
            {**columns, "id": entry_id, "matter_id": lead_id},
            kind="lead",
            number=number,
            division="130132100201",
            unit_id=unit_id,
            also_unit_id=None,
            ledger=told,
            details={"file": "f", "row": 7, "notes": notes},
        )
    )
