"""The interface put together."""

from django.http import Http404
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from qingshan.interfaces.api import (
    routes_assignments,
    routes_batches,
    routes_case_acts,
    routes_exchange,
    routes_files,
    routes_images,
    routes_jobs,
    routes_joint,
    routes_journal,
    routes_lead_acts,
    routes_lead_sources,
    routes_ledger,
    routes_many,
    routes_map,
    routes_me,
    routes_progress,
    routes_proof,
    routes_related,
    routes_search,
    routes_take_over,
    routes_templates,
    routes_views,
)
from qingshan.interfaces.api.guard import reraise
from qingshan.interfaces.api.parsing import ReadAlready, Utf8Renderer

DESCRIPTION = (
    "青山县级打击非法采矿专项行动业务系统的程序接口。用个人令牌登录（Authorization: Bearer qs_…），"
    "权限为令牌所属职务的权限与令牌权限的交集。错误一律为 application/problem+json。"
)

api = NinjaAPI(
    title="青山接口",
    version="1",
    description=DESCRIPTION,
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
    parser=ReadAlready(),
    renderer=Utf8Renderer(),
)
for _kind in (Exception, Http404, HttpError, ValidationError):
    api.add_exception_handler(_kind, reraise)
_ROOMS = (
    routes_me,
    routes_jobs,
    routes_lead_acts,
    routes_lead_sources,
    routes_case_acts,
    routes_batches,
    routes_files,
    routes_ledger,
    routes_journal,
    routes_assignments,
    routes_search,
    routes_many,
    routes_views,
    routes_map,
    routes_progress,
    routes_joint,
    routes_related,
    routes_proof,
    routes_exchange,
    routes_images,
    routes_templates,
    routes_take_over,
)
for _room in _ROOMS:
    api.add_router("", _room.router)
