"""Addresses of the office pages, by page family. A new address needs a row in the rights matrix of the tests."""

from django.urls import path

from qingshan.interfaces.web.urls_accounts import urlpatterns as account_urls
from qingshan.interfaces.web.urls_assignments import urlpatterns as assignment_urls
from qingshan.interfaces.web.urls_cases import urlpatterns as case_urls
from qingshan.interfaces.web.urls_completeness import urlpatterns as completeness_urls
from qingshan.interfaces.web.urls_exchange import urlpatterns as exchange_urls
from qingshan.interfaces.web.urls_images import urlpatterns as image_urls
from qingshan.interfaces.web.urls_jobs import urlpatterns as job_urls
from qingshan.interfaces.web.urls_joint import urlpatterns as joint_urls
from qingshan.interfaces.web.urls_leads import urlpatterns as lead_urls
from qingshan.interfaces.web.urls_ledgers import urlpatterns as ledger_urls
from qingshan.interfaces.web.urls_lists import urlpatterns as list_urls
from qingshan.interfaces.web.urls_map import urlpatterns as map_urls
from qingshan.interfaces.web.urls_paper import urlpatterns as paper_urls
from qingshan.interfaces.web.urls_progress import urlpatterns as progress_urls
from qingshan.interfaces.web.urls_related import urlpatterns as related_urls
from qingshan.interfaces.web.urls_search import urlpatterns as search_urls
from qingshan.interfaces.web.urls_sources import urlpatterns as source_urls
from qingshan.interfaces.web.urls_takeover import urlpatterns as takeover_urls
from qingshan.interfaces.web.urls_tokens import urlpatterns as token_urls
from qingshan.interfaces.web.views import session, workbench

app_name = "web"
urlpatterns = [
    path("", workbench.workbench, name="workbench"),
    path("sign-in/", session.sign_in, name="sign_in"),
    path("sign-out/", session.sign_out, name="sign_out"),
    path("no-post/", session.no_post, name="no_post"),
    path("post/", session.choose_post, name="post"),
    path("language/", session.choose_language, name="language"),
    *account_urls,
    *lead_urls,
    *source_urls,
    *joint_urls,
    *paper_urls,
    *map_urls,
    *image_urls,
    *ledger_urls,
    *case_urls,
    *job_urls,
    *list_urls,
    *progress_urls,
    *search_urls,
    *takeover_urls,
    *token_urls,
    *assignment_urls,
    *related_urls,
    *completeness_urls,
    *exchange_urls,
]
