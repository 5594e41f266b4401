"""Splitting a patch (拆分图斑): parts with outlines of their own; the patch stays and is settled when all parts are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

from qingshan.commons.journal.services import act_transaction, actor_text, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.deadlines import next_due
from qingshan.contexts.leads.models import Dispatch, Lead, Source
from qingshan.contexts.leads.services.acting import change_of, find_lead, set_with_due
from qingshan.contexts.leads.services.joint_ending import end_joint_tasks
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.registering import Fresh, Place, build_leads
from qingshan.domain.acts import ActRefused
from qingshan.domain.lead import JOIN_ROLES, SPLIT_STATES, LeadState
from qingshan.geo.crs import areas_m2
from qingshan.geo.cutting import Line, cut, parts_problems
from qingshan.geo.fingerprint import geometry_digest


def split_lead(
    *, lead_id: UUID, lines: Sequence[Line], reason: str, acting: Acting, outlines: Sequence[BaseGeometry] = ()
) -> list[Lead]:
    """Cut a patch along ``lines`` (CGCS2000 degrees), or by ``outlines`` of one's own, into parts.

    Each part is a lead with its own number (母图斑编号-1 …), outline, area, place and unit, given to that unit at once.
    Refused unless the parts make up the whole patch.
    """
    if not acting.viewer.roles & JOIN_ROLES:
        raise ActRefused("role", "并入、拆分由县自然资源部门或专班办公室办理")
    if not reason.strip():
        raise ActRefused("reason", "拆分须写明理由")
    with act_transaction():
        parent = find_lead(lead_id, acting)
        _check(parent)
        whole = shapely.from_wkb(bytes(parent.geom.wkb))
        shapes = list(outlines) or cut(whole, lines)
        problems = parts_problems(whole, shapes)
        if problems:
            raise ActRefused("incomplete", "图斑还不能拆分", problems)
        in_force = campaign_in_force()
        parts = _parts(parent, shapes, in_force, acting)
        Lead.objects.bulk_create(parts)
        Source.objects.bulk_create([_source(one, shape) for one, shape in zip(parts, shapes, strict=True)])
        Dispatch.objects.bulk_create(
            [
                Dispatch(lead=one, unit=one.unit, dispatched_at=acting.now(), dispatched_by=actor_text(acting))
                for one in parts
            ]
        )
        _set_split(parent, in_force, acting)
        told = {"reason": reason.strip()}
        ended = end_joint_tasks(parent, acting, "已拆分，由各子图斑办理")
        changes = [change_of(parent, in_force, {**told, **ended, "parts": [one.number for one in parts]})]
        changes += [
            change_of(one, in_force, {**told, "of": parent.number, "dispatched_to": one.unit.name, "area": _area(one)})
            for one in parts
        ]
        record_act(act="lead.split", acting=acting, changes=changes)
        return parts


def _check(parent: Lead) -> None:
    if LeadState(parent.state) not in SPLIT_STATES:
        raise ActRefused("state", "已提交核查、已有结论、已并入或已拆分的线索不能拆分，请刷新后再看")
    if parent.parent_id is not None:
        raise ActRefused("state", "子图斑不能再拆分：请在母图斑上一次拆好")
    if parent.geom.geom_type not in ("Polygon", "MultiPolygon"):
        raise ActRefused("state", "这条线索只有点位，没有图斑范围，不能拆分")


def _set_split(parent: Lead, in_force: InForce, acting: Acting) -> None:
    now = acting.now()
    events = {**parent.events, "lead.split": acting.claimed_at().isoformat()}
    set_with_due(parent, {"state": LeadState.SPLIT.value, "state_since": now, "events": events}, in_force, now)


def _parts(parent: Lead, shapes: Sequence[BaseGeometry], in_force: InForce, acting: Acting) -> list[Lead]:
    now, areas = acting.now(), areas_m2(list(shapes))
    places = gazetteer_of(in_force).place_many(list(shapes))
    wrong = [f"第 {n} 块：{place}" for n, place in enumerate(places, start=1) if isinstance(place, str)]
    if wrong:
        raise ActRefused("place", "图斑还不能拆分", tuple(wrong))
    fresh = [
        _fresh(parent, shape, float(area), place, number)
        for number, (shape, area, place) in enumerate(zip(shapes, areas, places, strict=True), start=1)
        if isinstance(place, Place)
    ]
    numbers = [f"{parent.number}-{n}" for n in range(1, len(fresh) + 1)]
    parts = build_leads(
        fresh=fresh, numbers=numbers, state="dispatched", now=now, claimed_at=acting.claimed_at(), due_at=None,
        in_force=in_force, campaign_id=parent.campaign_id, batch_id=parent.batch_id, batch_name=parent.batch_name,
    )  # fmt: skip
    for one in parts:
        one.parent, one.received_at, one.active_since = parent, parent.received_at, parent.active_since
        one.events = _events(parent.events, acting.claimed_at())
        one.due_at = next_due(one, in_force, now)
    return parts


def _events(of_parent: Mapping[str, str], at: datetime) -> dict[str, str]:
    """Clocks of a part: registered when the patch was, given to its unit now."""
    kept = {name: moment for name, moment in of_parent.items() if name in ("lead.register", "lead.flag_active")}
    return {**kept, "lead.dispatch": at.isoformat()}


def _fresh(parent: Lead, shape: BaseGeometry, area: float, place: Place, number: int) -> Fresh:
    return Fresh(
        channel=parent.channel,
        geometry=shape,
        place=place,
        discovered_at=parent.discovered_at,
        source_no=f"{parent.source_no}-{number}"[:120] if parent.source_no else "",
        patch_type=parent.patch_type,
        area_m2=area,
        earlier_image=parent.earlier_image,
        later_image=parent.later_image,
        description=parent.description,
        place_text=parent.place_text,
        attributes=parent.attributes,
        notes=(f"由 {parent.number} 拆分，第 {number} 块",),
    )


def _source(part: Lead, shape: BaseGeometry) -> Source:
    """The part's own source; by its number among all leads, so that it never takes a number of a coming file."""
    return Source(lead=part, channel=part.channel, key=f"part:{part.number}", geometry_digest=geometry_digest(shape))


def _area(part: Lead) -> str:
    return f"{part.area_m2:.2f}" if part.area_m2 is not None else ""
