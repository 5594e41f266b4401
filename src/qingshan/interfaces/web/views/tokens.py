"""Personal tokens (我的令牌): made here and shown once, revoked here; the administrator of the system sees them all."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qingshan.commons.accounts.sign_ins import write_sign_in
from qingshan.commons.people.opening import everything_visible
from qingshan.commons.tokens.models import LONGEST, Token
from qingshan.commons.tokens.scopes import SCOPES
from qingshan.commons.tokens.selectors import all_tokens, tokens_of
from qingshan.commons.tokens.services import ADMIN, make_token, revoke_token
from qingshan.domain.acts import ActRefused
from qingshan.interfaces.web.access import page
from qingshan.interfaces.web.acting import acting_of
from qingshan.interfaces.web.gatekeeping import client_of
from qingshan.interfaces.web.middleware import OfficeRequest

SCOPE_WORDS: dict[str, Promise] = {
    "leads:read": gettext_lazy("查看线索"),
    "leads:write": gettext_lazy("办理线索"),
    "cases:read": gettext_lazy("查看台账问题"),
    "cases:write": gettext_lazy("办理台账问题"),
    "batches:read": gettext_lazy("查看批次"),
    "batches:write": gettext_lazy("导入批次"),
    "assignments:read": gettext_lazy("查看交办"),
    "assignments:write": gettext_lazy("交办与反馈"),
    "ledger:read": gettext_lazy("读取总台账"),
    "ledger:write": gettext_lazy("接管旧台账、台账模板"),
    "images:read": gettext_lazy("查看影像图层"),
    "images:write": gettext_lazy("上传与发布影像"),
    "journal:read": gettext_lazy("读取办理留痕"),
    "files:read": gettext_lazy("下载证据原件"),
    "files:write": gettext_lazy("上传证据"),
}
"""What each scope allows, in the words of the office."""
DAYS = (30, 90, 180, 365)


@page()
@never_cache
@require_http_methods(["GET", "POST"])
def token_list(request: OfficeRequest) -> HttpResponse:
    """Own tokens, and the form for another one; a new token's text is on the answer to the form and nowhere else."""
    texts = {"name": request.POST.get("name", ""), "days": request.POST.get("days", "90")}
    scopes = request.POST.getlist("scopes")
    refusal: ActRefused | None = None
    text = ""
    if request.method == "POST":
        days = int(texts["days"]) if texts["days"].isdecimal() and len(texts["days"]) < 5 else 0
        try:
            with transaction.atomic():
                token, text = make_token(name=texts["name"], scopes=scopes, days=days, acting=acting_of(request))
                _note(request, "token_made", token)
        except ActRefused as error:
            refusal = error
    made = bool(text)
    context = {
        "rows": _rows(tokens_of(request.viewer.account_id), request.now),
        "fields": _fields({"name": "", "days": "90"} if made else texts, [] if made else scopes),
        "secret": text,
        "refusal": refusal,
        "may_see_all": request.viewer.has(ADMIN),
        "now": request.now,
    }
    return render(request, "web/tokens/list.html", context, status=422 if refusal else 200)


def _note(request: OfficeRequest, event: str, token: Token) -> None:
    """A line in the sign-in log of the token's owner; whoever else ended it is named."""
    by = "" if token.account_id == request.viewer.account_id else f"，{request.viewer.name}"
    write_sign_in(
        event=event,
        account=token.account,
        client=client_of(request),
        now=request.now,
        note=f"{token.name}（qs_{token.public_id}）{by}",
    )


def _fields(texts: dict[str, str], scopes: Sequence[str]) -> list[dict[str, object]]:
    return [
        {
            "name": "name",
            "label": _("用途"),
            "kind": "text",
            "value": texts["name"],
            "help": _("哪个程序用、做什么，例如“每日取台账的脚本”"),
        },
        {
            "name": "scopes",
            "label": _("权限"),
            "kind": "checkboxes",
            "value": list(scopes),
            "options": [(scope, str(SCOPE_WORDS[scope])) for scope in SCOPES],
            "help": _("只选程序用得到的。令牌永远超不出您现在这个职务的权限"),
        },
        {
            "name": "days",
            "label": _("有效期"),
            "kind": "select",
            "value": texts["days"],
            "options": [(str(n), _("%(n)s 天") % {"n": n}) for n in DAYS if n <= LONGEST.days],
        },
    ]


def _rows(tokens: Sequence[Token], now: datetime) -> list[dict[str, object]]:
    return [
        {
            "token": token,
            "state": _state(token, now),
            "live": token.revoked_at is None and token.expires_at > now,
            "scopes": _("、").join(str(SCOPE_WORDS.get(scope, scope)) for scope in token.scopes),
            "post": f"{token.post.unit.short}·{token.post.title}",
        }
        for token in tokens
    ]


def _state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return _("已停用")
    return _("有效") if token.expires_at > now else _("已过期")


@page(ADMIN)
@never_cache
@require_safe
def token_list_all(request: OfficeRequest) -> HttpResponse:
    """Everybody's tokens, for the administrator of the system; their texts are known to nobody."""
    with everything_visible(request.viewer):
        rows = _rows(all_tokens(), request.now)
    return render(request, "web/tokens/all.html", {"rows": rows, "now": request.now})


@page()
@require_POST
def token_revoke(request: OfficeRequest, token_id: UUID) -> HttpResponse:
    """End a token at once: one's own, or anybody's for the administrator of the system."""
    own = any(token.id == token_id for token in tokens_of(request.viewer.account_id))
    to = reverse("web:token_list")
    try:
        with transaction.atomic():
            if own or not request.viewer.has(ADMIN):
                _note(request, "token_ended", revoke_token(token_id=token_id, acting=acting_of(request)))
            else:
                to = reverse("web:token_list_all")
                with everything_visible(request.viewer):
                    _note(request, "token_ended", revoke_token(token_id=token_id, acting=acting_of(request)))
    except ActRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("令牌已停用，用它的程序从现在起登录不了"))
    return HttpResponseRedirect(to)
