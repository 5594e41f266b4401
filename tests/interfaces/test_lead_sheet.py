"""The paper sheet of a lead: map, corners, code, form; seen with the lead only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]


@pytest.mark.clause("三-1-2①c")
def test_the_sheet_holds_what_is_needed_at_the_place(sign_in: SignIn, world: World) -> None:
    lead = world.make_lead()
    page = sign_in(cast.TOWNSHIP_OFFICER).get(f"/leads/{lead.id}/sheet/").content.decode()
    assert lead.number in page
    assert 'class="qs-a4__patch"' in page
    assert "data:image/svg+xml;base64," in page
    assert f"{lead.geom.coords[0][0][0]:.6f}" in page
    assert "核查人（签名）" in page
    assert sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(f"/leads/{lead.id}/sheet/").status_code == 404
