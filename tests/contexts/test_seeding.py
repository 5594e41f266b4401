"""The invented matters of the measurements are whole: journal, ledger fields, due dates and states agree."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from bench.seeding import seed

from qingshan.commons.journal.models import Entry
from qingshan.commons.journal.verifying import verify_journal
from qingshan.contexts.cases.deadlines import next_due as next_due_of_case
from qingshan.contexts.cases.ledger import case_ledger
from qingshan.contexts.cases.models import Case
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.ledger import lead_ledger
from qingshan.contexts.leads.models import Lead
from tests import cast
from tests.support.making import World


def _ledgers() -> dict[str, dict[str, object]]:
    rows = Entry.objects.order_by("matter_id", "seq").values_list("matter_id", "payload")
    return {str(matter): json.loads(payload)["ledger"] for matter, payload in rows}


def test_seeded_matters_are_as_if_the_services_had_made_them(world: World) -> None:
    made = seed(leads=240, cases=60, seed=3, until=cast.START, days=20)
    in_force = world.in_force()
    with world.seeing_all():
        found = verify_journal()
        assert found.breaks == ()
        assert (found.entries, found.chains, found.seals) == (made.entries, 300, made.seals)
        ledgers = _ledgers()
        for lead in Lead.objects.select_related("unit"):
            assert ledgers[str(lead.id)] == lead_ledger(lead, in_force, unit_name=lead.unit.name)
            assert lead.due_at == next_due(lead, in_force, world.clock.now)
        for case in Case.objects.select_related("unit", "supervising_unit"):
            assert ledgers[str(case.id)] == case_ledger(case, in_force)
            assert case.next_due_at == next_due_of_case(case, in_force, world.clock.now)
        assert len(Counter(Lead.objects.values_list("state", flat=True))) >= 8
        assert len(Counter(Case.objects.values_list("state", flat=True))) == 5
        assert Lead.objects.filter(title__contains="合成").count() == 0
        assert Lead.objects.exclude(description__contains="合成").count() == 0
        assert max(Entry.objects.values_list("recorded_at", flat=True)) <= cast.START


def test_the_same_seed_gives_the_same_places(world: World) -> None:
    seed(leads=20, cases=4, seed=5, until=cast.START, days=2)
    with world.seeing_all():
        first = list(Lead.objects.order_by("number").values_list("division", "state", "unit_id"))
    with pytest.raises(ValueError, match="seal"):
        seed(leads=20, cases=4, seed=5, until=cast.START, days=2)
    seed(leads=20, cases=4, seed=5, until=cast.START + timedelta(days=3), days=2)
    with world.seeing_all():
        rows = list(Lead.objects.order_by("number").values_list("division", "state", "unit_id"))
    assert len(rows) == 40
    assert sorted(rows[20:]) == sorted(first)


def test_more_cases_than_leads_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        seed(leads=3, cases=4, until=cast.START)
