"""Addresses of joint handling, another lead unit, and leads handed to another county."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import lead_joint, lead_transfers

urlpatterns: list[URLPattern] = [
    path("leads/<uuid:lead_id>/joint/", lead_joint.joint_ask, name="joint_ask"),
    path("leads/<uuid:lead_id>/change-unit/", lead_joint.lead_change_unit, name="lead_change_unit"),
    path("leads/<uuid:lead_id>/transfer/", lead_transfers.lead_transfer, name="lead_transfer"),
    path("leads/<uuid:lead_id>/transfer/receipt/", lead_transfers.lead_transfer_receipt, name="lead_transfer_receipt"),
    path("leads/<uuid:lead_id>/transfer/answer/", lead_transfers.lead_transfer_answer, name="lead_transfer_answer"),
    path("joint/<uuid:task_id>/receive/", lead_joint.joint_receive, name="joint_receive"),
    path("joint/<uuid:task_id>/answer/", lead_joint.joint_answer, name="joint_answer"),
    path("joint/<uuid:task_id>/return/", lead_joint.joint_return, name="joint_return"),
    path("joint/<uuid:task_id>/waive/", lead_joint.joint_waive, name="joint_waive"),
]
