"""Addresses of long work: one's jobs, one job, its progress, its file."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import jobs

urlpatterns: list[URLPattern] = [
    path("jobs/", jobs.job_list, name="job_list"),
    path("jobs/running/", jobs.job_running, name="job_running"),
    path("jobs/<uuid:job_id>/", jobs.job_detail, name="job_detail"),
    path("jobs/<uuid:job_id>/progress/", jobs.job_progress, name="job_progress"),
    path("jobs/<uuid:job_id>/file/", jobs.job_file, name="job_file"),
    path("jobs/<uuid:job_id>/retry/", jobs.job_retry, name="job_retry"),
]
