"""Every state of a case has one word, and tables for people use it."""

from types import SimpleNamespace

from django.utils import translation

from qingshan.contexts.ledgers.fields import DIRECTION_LABELS, FIELDS
from qingshan.contexts.ledgers.layout import LayoutColumn
from qingshan.domain.case import CASE_WORDS, CLOSED_STATES, CaseState
from qingshan.domain.lead import DIRECTION_WORDS, LEAD_WORDS, VERDICT_WORDS, LeadState
from qingshan.domain.plan import load_plan
from qingshan.interfaces.web import labels
from tests.cast import PLAN


def test_each_state_has_its_word() -> None:
    assert set(CASE_WORDS) == set(CaseState)
    assert len(set(CASE_WORDS.values())) == len(CASE_WORDS)


def test_each_state_of_a_lead_has_its_word_and_the_pages_say_the_same() -> None:
    assert set(LEAD_WORDS) == set(LeadState)
    assert len(set(LEAD_WORDS.values())) == len(LEAD_WORDS)
    with translation.override("zh-hans"):
        for kind, words in (("lead", LEAD_WORDS), ("case", CASE_WORDS), ("verdict", VERDICT_WORDS)):
            assert {slug: str(labels.word(kind, slug)) for slug in words} == dict(words)
        assert {slug: str(word) for slug, word in labels.DIRECTIONS.items()} == dict(DIRECTION_WORDS)


def test_categories_are_named_by_the_plan_alone() -> None:
    category = next(f for f in FIELDS if f.key == "category")
    assert category.words == {}
    column = LayoutColumn(title="类别", kind="field", field="category")
    for one in load_plan(PLAN).categories:
        source = SimpleNamespace(case={"category": one.slug, "category_label": one.label})
        assert column.value(source, 1) == one.label


def test_directions_are_those_of_the_plan() -> None:
    assert {channel.direction for channel in load_plan(PLAN).channels} == set(DIRECTION_LABELS)


def test_closed_before_the_take_over_is_closed() -> None:
    assert {"closed", "closed_before"} == set(CLOSED_STATES)
    is_closed = next(f for f in FIELDS if f.key == "is_closed")
    for state, said in (("open", "no"), ("closed", "yes"), ("closed_before", "yes")):
        assert is_closed.value(SimpleNamespace(case={"state": state})) == said
