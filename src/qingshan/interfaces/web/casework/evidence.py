"""Photos and papers of a case as evidence: what each shows, distance to the patch, azimuth, digest."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import shapely
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingshan.commons.files.models import FileUse, StoredFile
from qingshan.commons.files.selectors import uses_of
from qingshan.contexts.cases.public import Case
from qingshan.geo.nearness import distance_to_m
from qingshan.interfaces.web import labels
from qingshan.interfaces.web.casework.reading import CaseView

LEAD_PURPOSES = {
    "verification": gettext_lazy("实地核查"),
    "county_recheck": gettext_lazy("县级复核"),
    "city_recheck": gettext_lazy("市级复核"),
}


@dataclass(slots=True, kw_only=True)
class EvidenceGroup:
    """Photos and papers handed in for one thing: a track, the acceptance, the on-site verification."""

    title: str
    photos: list[dict[str, object]] = field(default_factory=list)
    files: list[dict[str, object]] = field(default_factory=list)


class PhotoReader:
    """Facts of photos against the patch of one case."""

    def __init__(self, case: Case, max_distance_m: int) -> None:
        self._patch = shapely.from_wkb(bytes(case.geom.wkb))
        self._max = max_distance_m

    def photo(self, row: StoredFile, label: str) -> dict[str, object]:
        """A photo for the component `photos.html`."""
        distance = distance_to_m(row.lon, row.lat, self._patch) if row.lon is not None and row.lat is not None else None
        return {
            "label": label,
            "url": reverse("web:file", args=[row.id]),
            "thumb_url": reverse("web:file_small", args=[row.id]),
            "alt": f"{label} {row.original_name}",
            "taken_at": row.taken_at,
            "azimuth": row.azimuth,
            "distance_m": distance,
            "digest": row.sha256,
            "lon": row.lon,
            "lat": row.lat,
            "flags": self._flags(row, distance),
        }

    def _flags(self, row: StoredFile, distance: float | None) -> list[str]:
        flags = []
        if distance is None:
            flags.append(_("照片没有定位"))
        elif distance > self._max:
            flags.append(_("距图斑超过 %(n)s 米") % {"n": self._max})
        if row.taken_at is None:
            flags.append(_("没有拍摄时间"))
        return flags


def file_line(row: StoredFile, label: str = "") -> dict[str, object]:
    """A paper for the component `files.html`."""
    return {
        "name": row.original_name,
        "url": reverse("web:file", args=[row.id]),
        "kind": label,
        "size": row.size,
        "at": row.uploaded_at,
        "digest": row.sha256,
        "icon": "file-text",
    }


def is_photo(row: StoredFile) -> bool:
    """Whether a stored file is a picture."""
    return row.media_type.startswith("image/")


def evidence_of(view: CaseView) -> list[EvidenceGroup]:
    """Everything handed in for the case and for its lead, with the photos that are still missing. Two queries."""
    reader = PhotoReader(view.case, view.plan.photo_rules.max_distance_m)
    own = uses_of(view.case.id)
    groups = [_track_group(view, reader, kind, own) for kind in view.done]
    groups.append(_group(_("县级验收"), reader, (u for u in own if u.purpose == "acceptance")))
    from_lead = uses_of(view.case.lead_id)
    for purpose, title in LEAD_PURPOSES.items():
        groups.append(_group(str(title), reader, (u for u in from_lead if u.purpose == purpose)))
    return [g for g in groups if g.photos or g.files]


def station_evidence(view: CaseView, track: str, station: str) -> EvidenceGroup:
    """What was handed in for one station."""
    reader = PhotoReader(view.case, view.plan.photo_rules.max_distance_m)
    wanted = f"track:{track}:{station}"
    return _group("", reader, (u for u in uses_of(view.case.id) if u.purpose == wanted))


def count_of(groups: list[EvidenceGroup]) -> int:
    """Number of photos and papers that are there."""
    return sum(len(g.files) + sum(1 for p in g.photos if not p.get("missing")) for g in groups)


def _track_group(view: CaseView, reader: PhotoReader, kind: str, uses: list[FileUse]) -> EvidenceGroup:
    definition = view.plan.track_defs[kind]
    group = _group(definition.label, reader, (u for u in uses if u.purpose.startswith(f"track:{kind}:")))
    for station in definition.stations:
        if station.photos and station.slug not in view.done[kind] and view.case.state == "open":
            group.photos.append({"missing": True, "label": station.label})
    return group


def _group(title: str, reader: PhotoReader, uses: Iterable[FileUse]) -> EvidenceGroup:
    group = EvidenceGroup(title=title)
    for use in uses:
        label = str(labels.PHOTO_DIRECTIONS.get(use.label, use.label))
        if is_photo(use.file):
            group.photos.append(reader.photo(use.file, label))
        else:
            group.files.append(file_line(use.file, label))
    return group
