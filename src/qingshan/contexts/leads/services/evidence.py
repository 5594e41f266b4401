"""Photos of an on-site visit: distance to the patch, doubts, attachment to the lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.files.selectors import own_uploads
from qingshan.commons.files.services import PHOTO_TYPES, use_file, was_used_elsewhere
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce
from qingshan.contexts.leads.models import Lead, VerificationPhoto
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import PhotoFacts, PhotoRules, photo_flags
from qingshan.geo.nearness import distance_to_m


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoInput:
    """A photo handed in: an upload of the acting person, and which way it looks (north … near, overview)."""

    file_id: UUID
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo with what is known of it."""

    file_id: UUID
    sha256: str
    facts: PhotoFacts


def read_photos(*, photos: Sequence[PhotoInput], lead: Lead, acting: Acting) -> list[Photo]:
    """Facts of the photos; refuses a file that this person did not upload (an id is a name, never a proof)."""
    rows = {row.id: row for row in own_uploads([p.file_id for p in photos], acting.viewer.account_id)}
    patch = patch_of(lead)
    found: list[Photo] = []
    for photo in photos:
        row = rows.get(photo.file_id)
        if row is None:
            raise ActRefused("photo", "照片不存在或不是您上传的，请重新选择照片")
        if row.media_type not in PHOTO_TYPES:
            raise ActRefused("photo", f"“{row.original_name}”不是照片，请换成 JPG 或 PNG")
        if any(row.sha256 == other.sha256 for other in found):
            raise ActRefused("photo", f"“{row.original_name}”与前面一张是同一张照片，每个方向请各拍一张")
        distance = distance_to_m(row.lon, row.lat, patch) if row.lon is not None and row.lat is not None else None
        found.append(
            Photo(
                file_id=row.id,
                sha256=row.sha256,
                facts=PhotoFacts(
                    direction=photo.direction,
                    lon=row.lon,
                    lat=row.lat,
                    azimuth=row.azimuth,
                    taken_at=row.taken_at,
                    distance_m=distance,
                    reused=was_used_elsewhere(sha256=row.sha256, matter_id=lead.id),
                ),
            )
        )
    return found


def patch_of(lead: Lead) -> BaseGeometry:
    """The lead's geometry for the pure functions (EPSG:4490)."""
    shape: BaseGeometry = shapely.from_wkb(bytes(lead.geom.wkb))
    return shape


def photo_rules(in_force: InForce) -> PhotoRules:
    """The plan's photo rules as the core takes them."""
    rules = in_force.plan.photo_rules
    return PhotoRules(
        max_distance_m=rules.max_distance_m,
        min_directions=rules.min_directions,
        min_near=rules.min_near,
        upload_hours=rules.upload_hours,
    )


def attach_photos(
    *, photos: Sequence[Photo], lead: Lead, act_id: UUID, purpose: str, rules: PhotoRules, now: datetime
) -> None:
    """Attach photos to the lead; must run after the act's journal entry opened the matter."""
    VerificationPhoto.objects.bulk_create(
        [
            VerificationPhoto(
                lead=lead,
                act_id=act_id,
                file_id=photo.file_id,
                direction=photo.facts.direction,
                distance_m=photo.facts.distance_m,
                flags=list(photo_flags(photo.facts, rules, uploaded_at=now)),
            )
            for photo in photos
        ]
    )
    for photo in photos:
        use_file(file_id=photo.file_id, matter_id=lead.id, purpose=purpose, label=photo.facts.direction, now=now)


def photo_details(photos: Sequence[Photo]) -> list[dict[str, str]]:
    """Photos as they stand in the journal: digest, direction, position."""
    return [
        {
            "sha256": p.sha256,
            "direction": p.facts.direction,
            "position": f"{p.facts.lon:.6f},{p.facts.lat:.6f}" if p.facts.lon is not None else "",
            "distance_m": f"{p.facts.distance_m:.0f}" if p.facts.distance_m is not None else "",
        }
        for p in photos
    ]
