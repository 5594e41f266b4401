"""The committed description of the interface is the one that the program gives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from ninja import Schema

from qingshan.config.commands.api import command
from qingshan.interfaces.api.openapi import document, document_text
from qingshan.interfaces.api.specs import SPECS
from tests import cast

COMMITTED = Path(cast.__file__).parents[1] / "docs" / "api" / "openapi.json"


def test_the_committed_description_is_up_to_date() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == document_text(), (
        "run: qingshan api schema --out docs/api/openapi.json"
    )


def test_the_command_writes_it(tmp_path: Path) -> None:
    out = tmp_path / "openapi.json"
    result = CliRunner().invoke(command, ["schema", "--out", str(out)])
    assert result.exit_code == 0
    assert out.read_text(encoding="utf-8") == document_text()


@pytest.mark.usefixtures("world")
def test_it_is_served_without_sign_in() -> None:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    assert json.loads(response.content) == document()


def test_every_operation_tells_its_refusals() -> None:
    operations = [o for path in document()["paths"].values() for o in path.values()]
    assert len(operations) == len(SPECS)
    for operation in operations:
        wanted = {"400", "401", "403", "404", "409", "422", "429"}
        assert wanted <= set(operation["responses"]), operation["operationId"]
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"]


def test_nothing_of_it_comes_from_another_host() -> None:
    assert "http://" not in document_text()
    assert "https://" not in document_text()


def test_no_two_forms_share_a_name() -> None:
    """Of two classes with one name the description would tell only one."""
    found: dict[str, str] = {}
    waiting: list[type[Schema]] = [Schema]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            if kind.__module__.startswith("qingshan.interfaces.api."):
                assert found.setdefault(kind.__name__, kind.__module__) == kind.__module__, kind.__name__
    assert len(found) > 60
