"""The catalogue of acts is closed: every act has a label and a version, anything else is unknown."""

from __future__ import annotations

import pytest

from qingshan.domain.acts import CATALOGUE, ActRefused, MatterKind, UnknownAct, act_kind


def test_every_act_belongs_to_a_kind_of_matter_and_has_label_and_version() -> None:
    kinds = {kind.value for kind in MatterKind}
    for name, kind in CATALOGUE.items():
        assert kind.name == name
        assert name.split(".")[0] in kinds
        assert kind.version >= 1
        assert kind.label


@pytest.mark.parametrize("name", ["", "lead", "lead.delete", "case.DELETE", "lead.verify "])
def test_an_act_that_is_not_in_it_is_unknown(name: str) -> None:
    with pytest.raises(UnknownAct) as unknown:
        act_kind(name)
    assert unknown.value.args == (name,)


def test_a_refusal_carries_code_text_and_list() -> None:
    refused = ActRefused("gate", "还缺", ("照片",))
    assert (refused.code, refused.message, refused.missing, str(refused)) == ("gate", "还缺", ("照片",), "还缺")
