"""What every page shows around its content: who is looking, navigation, the campaign's day, the moment it is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.selectors import active_jobs
from qingshan.commons.people.viewer import Viewer
from qingshan.contexts.campaigns.public import NoCampaign, campaign_in_force
from qingshan.interfaces.web.access import MATTER_ROLES

COUNTY_READERS = ("bureau_officer", "bureau_leader", "taskforce_office", "county_leader", "discipline")


@dataclass(frozen=True, slots=True, kw_only=True)
class NavEntry:
    """One entry of the navigation; shown to the posts that may open it."""

    label: str | Promise
    name: str
    icon: str
    under: str
    roles: tuple[str, ...]


NAV: tuple[NavEntry, ...] = (
    NavEntry(label=_("工作台"), name="workbench", icon="home", under="", roles=()),
    NavEntry(label=_("接听登记"), name="hotline", icon="phone", under="/hotline/", roles=("hotline_desk",)),
    NavEntry(label=_("举报人信息"), name="informant_list", icon="key", under="/informants/", roles=("custodian",)),
    NavEntry(label=_("线索"), name="lead_list", icon="leads", under="/leads/", roles=tuple(MATTER_ROLES)),
    NavEntry(label=_("台账问题"), name="case_list", icon="cases", under="/cases/", roles=tuple(MATTER_ROLES)),
    NavEntry(label=_("地图"), name="map", icon="map", under="/map/", roles=tuple(MATTER_ROLES)),
    NavEntry(
        label=_("交办"),
        name="assignment_list",
        icon="assignments",
        under="/assignments/",
        roles=tuple(MATTER_ROLES),
    ),
    NavEntry(label=_("批次"), name="batch_list", icon="batches", under="/batches/", roles=COUNTY_READERS),
    NavEntry(label=_("总台账"), name="ledger", icon="ledger", under="/ledger/", roles=tuple(MATTER_ROLES)),
    NavEntry(label=_("进度总览"), name="progress", icon="progress", under="/progress/", roles=tuple(MATTER_ROLES)),
    NavEntry(
        label=_("留痕"), name="journal", icon="journal", under="/journal/", roles=(*COUNTY_READERS, "audit_admin")
    ),
    NavEntry(label=_("单位与职务"), name="units", icon="units", under="/units/", roles=()),
    NavEntry(
        label=_("账号与会话"),
        name="account_list",
        icon="key",
        under="/accounts/",
        roles=("system_admin", "rights_admin", "audit_admin"),
    ),
    NavEntry(label=_("行动方案"), name="campaign", icon="calendar", under="/campaign/", roles=()),
)


def office(request: HttpRequest) -> dict[str, Any]:
    """Context of every template; pages without sign-in get only the campaign's title."""
    viewer = getattr(request, "viewer", None)
    return {
        "viewer": viewer,
        "nav": _nav(request, viewer) if isinstance(viewer, Viewer) else [],
        "campaign": _campaign(request),
        "practice": settings.QINGSHAN_PRACTICE,
        "other_url": settings.QINGSHAN_OTHER_URL,
        "running_jobs": _running(viewer) if isinstance(viewer, Viewer) else (),
        "now": getattr(request, "now", None) or timezone.now(),
    }


def _nav(request: HttpRequest, viewer: Viewer) -> list[dict[str, Any]]:
    entries = []
    for entry in NAV:
        if entry.roles and not viewer.has(*entry.roles):
            continue
        url = reverse(f"web:{entry.name}")
        active = request.path.startswith(entry.under) if entry.under else request.path == url
        entries.append({"label": entry.label, "url": url, "icon": entry.icon, "active": active})
    return entries


def _running(viewer: Viewer) -> Callable[[], list[Job]]:
    """Own work under way; read only by the frame that shows it, not by the parts of a page."""
    return lambda: active_jobs(viewer.account_id)


def _campaign(request: HttpRequest) -> dict[str, Any] | None:
    try:
        in_force = getattr(request, "in_force", None) or campaign_in_force()
    except NoCampaign:
        return None
    today = timezone.localdate(getattr(request, "now", None))
    day = in_force.day_number(today)
    shown = 1 <= day <= in_force.days
    return {"title": in_force.title, "day": day if shown else None, "days": in_force.days, "over": day > in_force.days}
