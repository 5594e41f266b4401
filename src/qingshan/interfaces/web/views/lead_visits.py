"""The form of an on-site visit (实地核查、复核): two persons, time, position, finding, photos by direction.

Every direction has its own file field, so that each photo has its direction without any script; photos of a refused
try are kept and not asked for twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.public import PhotoInput
from qingshan.interfaces.web import formats, labels
from qingshan.interfaces.web.acting import Uploads, read_degrees, read_moment, read_uploads
from qingshan.interfaces.web.middleware import OfficeRequest

PERSONS = ("person_1", "person_2", "person_3")
TEXTS = (*PERSONS, "visited_at", "lon", "lat", "finding")
IMAGES = "image/jpeg,image/png"


def upload_name(direction: str) -> str:
    """Name of the file field of one direction."""
    return f"photo_{direction}"


@dataclass(slots=True, kw_only=True)
class Visit:
    """A visit as posted: typed texts as they were, what they mean, and the photos."""

    texts: dict[str, str]
    persons: tuple[str, ...] = ()
    visited_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    uploads: dict[str, Uploads] = field(default_factory=dict)

    @property
    def finding(self) -> str:
        """What was seen."""
        return self.texts.get("finding", "")

    @property
    def photos(self) -> list[PhotoInput]:
        """Photos with their directions, in the order of the form."""
        return [PhotoInput(file_id=i, direction=slug) for slug, group in self.uploads.items() for i in group.ids]

    @property
    def refused(self) -> list[str]:
        """Reasons of photos that were refused, and of a position that cannot be."""
        problems = [reason for group in self.uploads.values() for reason in group.refused]
        typed = self.texts.get("lon", "").strip() or self.texts.get("lat", "").strip()
        if typed and self.lon is None:
            problems.append(
                _("经纬度“%(lon)s，%(lat)s”不是有效的度数：请填十进制度（如 114.380000），或都留空取照片定位")
                % {"lon": self.texts.get("lon", ""), "lat": self.texts.get("lat", "")}
            )
        return problems


def read_visit(request: OfficeRequest, extra: Sequence[str] = ()) -> Visit:
    """Read a posted visit; ``extra`` are further text fields to keep."""
    texts = {name: request.POST.get(name, "") for name in (*TEXTS, *extra)}
    lon, lat = read_degrees(texts["lon"], texts["lat"])
    return Visit(
        texts=texts,
        persons=tuple(texts[name] for name in PERSONS),
        visited_at=read_moment(texts["visited_at"]),
        lon=lon,
        lat=lat,
        uploads={slug: read_uploads(request, upload_name(slug)) for slug in labels.PHOTO_DIRECTIONS},
    )


def blank_visit(request: OfficeRequest) -> Visit:
    """An empty form; whoever fills it in was usually there."""
    return Visit(texts={PERSONS[0]: request.viewer.name})


def visit_fields(visit: Visit, now: datetime, in_force: InForce) -> dict[str, dict[str, object]]:
    """Fields of the form as the page shows them, with what was typed."""
    fewest = _("至少 %(n)s 名不同的人到现场") % {"n": in_force.plan.figures["min_verifiers"].value}
    latest = formats.local(now).strftime("%Y-%m-%dT%H:%M")
    fields: dict[str, dict[str, object]] = {
        "person_1": {"label": _("现场人员一"), "kind": "text"},
        "person_2": {"label": _("现场人员二"), "kind": "text", "help": fewest},
        "person_3": {"label": _("其他现场人员"), "kind": "text", "required": False},
        "visited_at": {"label": _("到场时间"), "kind": "datetime-local", "attrs": {"max": latest}},
        "lon": {
            "label": _("经度"),
            "kind": "text",
            "required": False,
            "attrs": _NUMBER | {"placeholder": "114.380000"},
        },
        "lat": {"label": _("纬度"), "kind": "text", "required": False, "attrs": _NUMBER | {"placeholder": "37.660000"}},
        "finding": {
            "label": _("现场情况"),
            "kind": "textarea",
            "help": _("写看到的：有没有人、机械、堆料、新挖面，面积和深度大约多少"),
        },
    }
    return {name: {"name": name, "value": visit.texts.get(name, ""), **made} for name, made in fields.items()}


_NUMBER = {"inputmode": "decimal", "autocomplete": "off"}


def photo_fields(visit: Visit) -> list[dict[str, object]]:
    """One file field per direction, with the photos already sent."""
    return [
        {
            "field": {
                "name": upload_name(slug),
                "label": word,
                "kind": "file",
                "accept": IMAGES,
                "multiple": True,
                "required": False,
            },
            "kept_name": f"{upload_name(slug)}_kept",
            "kept": [upload.file for upload in visit.uploads[slug].kept] if slug in visit.uploads else [],
        }
        for slug, word in labels.PHOTO_DIRECTIONS.items()
    ]


def photo_wish(in_force: InForce) -> str:
    """What the plan asks of the photos, in a sentence."""
    rules = in_force.plan.photo_rules
    return _(
        "须有 %(sides)s 个方向各一张、近景 %(near)s 张；打开手机定位，距图斑 %(metres)s 米内拍，%(hours)s 小时内上传。"
    ) % {
        "sides": rules.min_directions,
        "near": rules.min_near,
        "metres": rules.max_distance_m,
        "hours": rules.upload_hours,
    }
