"""Addresses of posts, persons, accounts, rosters, the sign-in log, and of one's own account."""

from django.urls import URLPattern, path

from qingshan.interfaces.web.views import account_logs, accounts, me, persons, posts, rosters, session

urlpatterns: list[URLPattern] = [
    path("sign-in/code/", session.second_step, name="second_step"),
    path("posts/<uuid:post_id>/", posts.post_detail, name="post_detail"),
    path("posts/<uuid:post_id>/appoint/", posts.post_appoint, name="post_appoint"),
    path("holdings/<uuid:holding_id>/end/", posts.holding_end, name="holding_end"),
    path("holdings/<uuid:holding_id>/substitute/", posts.holding_substitute, name="holding_substitute"),
    path("holdings/<uuid:holding_id>/transfer/", posts.holding_transfer, name="holding_transfer"),
    path("persons/<uuid:person_id>/", persons.person_detail, name="person_detail"),
    path("persons/<uuid:person_id>/hand-over/", persons.person_hand_over, name="person_hand_over"),
    path("accounts/", accounts.account_list, name="account_list"),
    path("accounts/new/", accounts.account_new, name="account_new"),
    path("accounts/slips/", accounts.account_slips, name="account_slips"),
    path("accounts/sessions/", account_logs.session_list, name="session_list"),
    path("accounts/sign-ins/", account_logs.sign_in_list, name="sign_in_list"),
    path("accounts/acts/", account_logs.account_acts, name="account_acts"),
    path("accounts/rosters/", rosters.roster_list, name="roster_list"),
    path("accounts/rosters/new/", rosters.roster_upload, name="roster_upload"),
    path("accounts/rosters/template/", rosters.roster_template_file, name="roster_template"),
    path("accounts/rosters/<uuid:roster_id>/", rosters.roster_detail, name="roster_detail"),
    path("accounts/rosters/<uuid:roster_id>/progress/", rosters.roster_progress, name="roster_progress"),
    path("accounts/rosters/<uuid:roster_id>/accept/", rosters.roster_accept, name="roster_accept"),
    path("accounts/<uuid:account_id>/", accounts.account_detail, name="account_detail"),
    path("accounts/<uuid:account_id>/state/", accounts.account_state, name="account_state"),
    path("accounts/<uuid:account_id>/unlock/", accounts.account_unlock, name="account_unlock"),
    path("accounts/<uuid:account_id>/sign-out/", accounts.account_sign_out, name="account_sign_out"),
    path("accounts/<uuid:account_id>/second-factor/", accounts.account_drop_factor, name="account_drop_factor"),
    path("sessions/<uuid:session_id>/end/", me.session_end, name="session_end"),
    path("me/", me.my_account, name="my_account"),
    path("me/password/", me.my_password, name="my_password"),
    path("me/second-factor/", me.my_second_factor, name="my_second_factor"),
    path("me/second-factor/on/", me.my_second_factor_on, name="my_second_factor_on"),
    path("me/second-factor/off/", me.my_second_factor_off, name="my_second_factor_off"),
]
