"""Registering one lead by hand (单条登记): a call, a letter, a patrol's find, by map or typed degrees."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.public import Lead, LeadForm, register_lead
from qingshan.domain.lead import FORM_ROLES
from qingshan.domain.sources import channels_for
from qingshan.interfaces.web import formats
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of, perform, read_day, read_degrees, read_moment
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.once import FormKey
from qingshan.interfaces.web.views.lead_acts import detail_url
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.maps import box_text

NAMES = ("channel", "source_no", "discovered_at", "lon", "lat", "place_text", "description", "origin", "dated")


@page(*FORM_ROLES)
@require_http_methods(["GET", "POST"])
def lead_new(request: OfficeRequest) -> HttpResponse:
    """Register one lead; it goes to the township of its place at once (三-1-2②a)."""
    texts = {name: request.POST.get(name, request.GET.get(name, "")) for name in NAMES}
    in_force = campaign_in_force()
    key = FormKey(request)
    registered: list[Lead] = []

    def context() -> dict[str, object]:
        fields = {
            name: {"name": name, "value": texts[name], **made} for name, made in _fields(request, in_force).items()
        }
        taken_url = detail_url(key.taken) if key.taken else ""
        return {"fields": fields, "now": request.now, "bbox": box_text(), "once": key, "taken_url": taken_url}

    if request.method != "POST":
        return render(request, "web/leads/new.html", context())
    form = _form(texts)

    def run() -> None:
        registered.append(register_lead(form=form, acting=acting_of(request), lead_id=key.value))

    return _to_the_lead(
        perform(
            request,
            key.guarded(run),
            done=_("线索已登记，并按位置分派"),
            to="",
            template="web/leads/new.html",
            context=context,
            refused_first=_bad_degrees(texts),
        ),
        registered,
    )


def _to_the_lead(response: HttpResponse, registered: list[Lead]) -> HttpResponse:
    """Lead on to the new lead, whose address is known only now."""
    if registered:
        name = "HX-Redirect" if "HX-Redirect" in response.headers else "Location"
        response.headers[name] = detail_url(registered[0].id)
    return response


def _form(texts: dict[str, str]) -> LeadForm:
    lon, lat = read_degrees(texts["lon"], texts["lat"])
    return LeadForm(
        channel=texts["channel"],
        lon=lon,
        lat=lat,
        place_text=texts["place_text"],
        description=texts["description"],
        source_no=texts["source_no"],
        discovered_at=read_moment(texts["discovered_at"]),
        origin=texts["origin"],
        dated=read_day(texts["dated"]),
    )


def _bad_degrees(texts: dict[str, str]) -> list[str]:
    if not (texts["lon"].strip() or texts["lat"].strip()) or read_degrees(texts["lon"], texts["lat"])[0] is not None:
        return []
    return [
        _("经纬度“%(lon)s，%(lat)s”不是有效的度数：请填十进制度，例如 114.380000 和 37.660000，或在图上点选")
        % {"lon": texts["lon"], "lat": texts["lat"]}
    ]


def _fields(request: OfficeRequest, in_force: InForce) -> dict[str, dict[str, object]]:
    channels = channels_for(in_force.plan.channels, request.viewer.roles)
    options = [(c.slug, channel_text(c.slug, in_force)) for c in channels]
    number = {"inputmode": "decimal", "autocomplete": "off"}
    latest = formats.local(request.now).strftime("%Y-%m-%dT%H:%M")
    return {
        "channel": {
            "label": _("线索渠道"),
            "kind": "select",
            "options": options if len(options) == 1 else [("", _("请选择")), *options],
        },
        "origin": {
            "label": _("来源单位"),
            "kind": "text",
            "required": False,
            "help": _("移交单位、媒体名称等；部门、公安移交的自动写本单位"),
        },
        "dated": {
            "label": _("来件日期"),
            "kind": "date",
            "required": False,
            "help": _("信访、媒体、互联网+督查等必填"),
        },
        "source_no": {
            "label": _("来源编号"),
            "kind": "text",
            "required": False,
            "help": _("该渠道自己的编号，如来电号、信访件号；同一编号不会登记两次"),
        },
        "discovered_at": {"label": _("发现时间"), "kind": "datetime-local", "attrs": {"max": latest}},
        "lon": {"label": _("经度"), "kind": "text", "attrs": number | {"placeholder": "114.380000"}},
        "lat": {"label": _("纬度"), "kind": "text", "attrs": number | {"placeholder": "37.660000"}},
        "place_text": {
            "label": _("地点描述"),
            "kind": "text",
            "required": False,
            "help": _("例如：村北 500 米河滩"),
        },
        "description": {
            "label": _("线索内容"),
            "kind": "textarea",
            "help": _("看到或听到什么：人、机械、何时、多大范围"),
        },
    }
