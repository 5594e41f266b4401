"""Map, tiles, areas and originals: everyone sees what lies in his scope, and a file runs in no context of ours."""

import io
import json
from collections.abc import Callable
from math import asinh, floor, pi, radians, tan
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from qingshan.contexts.cases.public import Case
from qingshan.contexts.leads.public import Lead, VerificationPhoto
from tests import cast
from tests.support.making import World

SignIn = Callable[[cast.Member], Client]
MakeLead = Callable[..., Lead]
MakeCase = Callable[..., Case]


def tile_over(lead: Lead | Case, z: int) -> tuple[int, int, int]:
    """Address of the web-mercator tile over a matter's centre."""
    n = 2**z
    x = floor((lead.centre.x + 180) / 360 * n)
    y = floor((1 - asinh(tan(radians(lead.centre.y))) / pi) / 2 * n)
    return z, x, y


def tile(layer: str, z: int, x: int, y: int) -> str:
    return reverse("web:tile", args=[layer, z, x, y])


@pytest.mark.parametrize(
    ("member", "sees"),
    [
        (cast.BUREAU_OFFICER, True),
        (cast.TOWNSHIP_OFFICER, True),
        (cast.OTHER_TOWNSHIP_OFFICER, False),
        (cast.STRANGER, False),
    ],
)
@pytest.mark.parametrize("z", [9, 14])
def test_a_tile_holds_what_the_viewer_may_see(
    sign_in: SignIn, make_lead: MakeLead, member: cast.Member, sees: bool, z: int
) -> None:
    lead = make_lead()
    response = sign_in(member).get(tile("leads", *tile_over(lead, z)))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
    assert (len(response.content) > 0) is sees
    if z >= 12:
        assert (lead.number.encode() in response.content) is sees


def test_an_unchanged_tile_is_not_sent_again(sign_in: SignIn, make_lead: MakeLead) -> None:
    lead = make_lead()
    client, address = sign_in(cast.BUREAU_OFFICER), tile("leads", *tile_over(lead, 14))
    first = client.get(address)
    assert "private" in first["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    make_lead()
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_one_tile_holds_leads_and_cases(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case()
    content = sign_in(cast.BUREAU_OFFICER).get(tile("matters", *tile_over(case, 14))).content
    assert case.number.encode() in content
    assert b"leads" in content
    assert b"cases" in content


@pytest.mark.parametrize(
    ("layer", "z", "x", "y"), [("people", 9, 1, 1), ("leads", 23, 1, 1), ("leads", 3, 8, 1), ("leads", 3, 1, 8)]
)
def test_a_tile_that_cannot_be_is_not_found(sign_in: SignIn, layer: str, z: int, x: int, y: int) -> None:
    assert sign_in(cast.BUREAU_OFFICER).get(tile(layer, z, x, y)).status_code == 404


def test_areas_say_which_borders_are_synthetic(sign_in: SignIn) -> None:
    content = json.loads(sign_in(cast.VILLAGE_PATROLLER).get("/areas/").content)
    kinds = {f["properties"]["kind"]: f["properties"]["synthetic"] for f in content["features"]}
    assert kinds["county"] is False
    assert kinds["township"] is True
    assert kinds["village"] is True
    assert sum(f["properties"]["kind"] == "village" for f in content["features"]) == 216


def test_the_map_loads_nothing_from_another_host(sign_in: SignIn) -> None:
    response = sign_in(cast.BUREAU_OFFICER).get("/map/")
    assert "/tiles/matters/{z}/{x}/{y}.mvt" in response.content.decode()
    assert "http://" not in response["Content-Security-Policy"]
    assert "https://" not in response["Content-Security-Policy"]
    assert sign_in(cast.SYSTEM_ADMIN).get("/map/").status_code == 403


def test_the_map_opens_on_the_matter_of_its_address(sign_in: SignIn, make_case: MakeCase) -> None:
    case = make_case()
    client, wanted = sign_in(cast.BUREAU_OFFICER), reverse("web:lead_geometry", args=[case.lead_id])
    assert client.get(f"/map/?lead={case.lead_id}").context["focus"] == wanted
    assert client.get(f"/map/?case={case.id}").context["focus"] == wanted
    assert client.get("/map/?lead=none").context["focus"] == ""
    assert sign_in(cast.OTHER_TOWNSHIP_OFFICER).get(f"/map/?case={case.id}").context["focus"] == ""


# --- files -----------------------------------------------------------------------------------------------------------


def fetch(client: Client, name: str, file_id: UUID) -> Any:
    """Fetch a file to its end; a stream left open would keep its handle."""
    response = client.get(reverse(f"web:{name}", args=[file_id]))
    if response.streaming:
        assert b"".join(response.streaming_content)
    return response


@pytest.fixture
def evidence(make_lead: MakeLead, world: World) -> VerificationPhoto:
    """A photo that was handed in with a verification in Sucun."""
    lead = make_lead(state="in_review")
    with world.seeing_all():
        return VerificationPhoto.objects.filter(lead=lead).select_related("file").order_by("id")[0]


def test_an_original_comes_bit_for_bit_and_in_a_sandbox(sign_in: SignIn, evidence: VerificationPhoto) -> None:
    address = reverse("web:file", args=[evidence.file_id])
    client = sign_in(cast.BUREAU_OFFICER)
    response = client.get(address)
    assert len(b"".join(response.streaming_content)) == evidence.file.size
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"] == "sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline")
    assert response["ETag"] == f'"{evidence.file.sha256}"'
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("member", "status"),
    [
        (cast.TOWNSHIP_OFFICER, 200),
        (cast.TOWNSHIP_LEADER, 200),
        (cast.CITY_REVIEWER, 200),
        (cast.OTHER_TOWNSHIP_OFFICER, 404),
        (cast.DEPARTMENT_OFFICER, 404),
        (cast.STRANGER, 404),
        (cast.SYSTEM_ADMIN, 403),
    ],
)
def test_a_photo_is_seen_with_its_lead(
    sign_in: SignIn, evidence: VerificationPhoto, member: cast.Member, status: int
) -> None:
    for name in ("file", "file_small"):
        assert fetch(sign_in(member), name, evidence.file_id).status_code == status


def test_an_upload_not_yet_handed_in_is_its_owners_alone(sign_in: SignIn, world: World) -> None:
    own = world.photo(cast.TOWNSHIP_OFFICER, lon=None, lat=None)
    assert fetch(sign_in(cast.TOWNSHIP_OFFICER), "file", own).status_code == 200
    assert fetch(sign_in(cast.TOWNSHIP_LEADER), "file", own).status_code == 404


def test_a_paper_is_handed_out_as_a_download(sign_in: SignIn, world: World) -> None:
    paper = world.paper(cast.BUREAU_OFFICER)
    client = sign_in(cast.BUREAU_OFFICER)
    assert fetch(client, "file", paper)["Content-Disposition"].startswith("attachment")
    assert fetch(client, "file_small", paper).status_code == 404


def test_a_small_picture_is_small_and_tells_no_position(sign_in: SignIn, evidence: VerificationPhoto) -> None:
    response = sign_in(cast.BUREAU_OFFICER).get(reverse("web:file_small", args=[evidence.file_id]))
    with Image.open(io.BytesIO(response.content)) as image:
        assert image.width <= 640
        assert not image.getexif()
    assert response["Content-Security-Policy"] == "sandbox"


def test_a_lost_original_is_told_as_not_found(
    sign_in: SignIn, evidence: VerificationPhoto, settings: Any, tmp_path: Path
) -> None:
    settings.QINGSHAN_FILES = tmp_path
    assert sign_in(cast.BUREAU_OFFICER).get(reverse("web:file", args=[evidence.file_id])).status_code == 404
