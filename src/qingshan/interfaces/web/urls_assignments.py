"""Addresses of orders and their lines (交办)."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import assignment_acts, assignment_new, assignments

_ORDER, _LINE = "assignments/<uuid:assignment_id>", "assignments/lines/<uuid:line_id>"

urlpatterns: list[URLPattern] = [
    path("assignments/", assignments.assignment_list, name="assignment_list"),
    path("assignments/new/", assignment_new.assignment_new, name="assignment_new"),
    path(f"{_ORDER}/", assignments.assignment_detail, name="assignment_detail"),
    path(f"{_ORDER}/print/", assignments.assignment_print, name="assignment_print"),
    path(f"{_ORDER}/<slug:act>/", assignment_acts.assignment_steer, name="assignment_steer"),
    path(f"{_LINE}/", assignments.assignment_line, name="assignment_line"),
    path(f"{_LINE}/receive/", assignment_acts.line_receive, name="assignment_receive"),
    path(f"{_LINE}/reply/", assignment_acts.line_reply, name="assignment_reply"),
    path(f"{_LINE}/transfer/", assignment_acts.line_transfer, name="assignment_transfer"),
]
