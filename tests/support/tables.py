"""What leads and cases may undergo, written down once more, apart from the program: the measure for its tables."""

from __future__ import annotations

ROLES = (
    "village_patroller",
    "township_officer",
    "township_leader",
    "bureau_officer",
    "bureau_leader",
    "taskforce_office",
    "hotline_desk",
    "custodian",
    "department_officer",
    "department_leader",
    "finance_reviewer",
    "police",
    "procuratorate",
    "court",
    "discipline",
    "county_leader",
    "city_reviewer",
    "province_reader",
    "system_admin",
    "rights_admin",
    "audit_admin",
)
COUNTY = {"bureau_officer", "bureau_leader", "taskforce_office"}
REVIEWERS = {"bureau_officer", "bureau_leader"}
TOWN = {"township_officer", "township_leader"}
REVIEW = {"substantiated": "substantiated", "unfounded": "county_recheck", "inconclusive": "inconclusive"}
# act: from, outcome → to, who, only the unit it was given to
LEAD_ACTS: dict[str, tuple[set[str], dict[str, str], set[str], bool]] = {
    "lead.dispatch": ({"received", "returned"}, {"": "dispatched"}, COUNTY, False),
    "lead.receive": ({"dispatched"}, {"": "under_verification"}, TOWN, True),
    "lead.return": ({"dispatched", "under_verification"}, {"": "returned"}, TOWN, True),
    "lead.verify": ({"under_verification"}, {"": "in_review"}, TOWN, True),
    "lead.review_approve": ({"in_review"}, REVIEW, REVIEWERS, False),
    "lead.review_reject": ({"in_review"}, {"": "under_verification"}, REVIEWERS, False),
    "lead.county_recheck": (
        {"county_recheck"},
        {"confirmed": "city_recheck", "overturned": "substantiated"},
        REVIEWERS,
        False,
    ),
    "lead.city_recheck": (
        {"city_recheck"},
        {"confirmed": "archived", "overturned": "substantiated"},
        {"city_reviewer"},
        False,
    ),
    "lead.resume": ({"inconclusive"}, {"": "under_verification"}, TOWN, True),
    "lead.transfer_receipt": ({"transferred"}, {"accepted": "handed_over", "refused": "returned"}, COUNTY, False),
}

CASE_ACTS: dict[str, tuple[set[str], dict[str, str], set[str]]] = {
    "case.accept": ({"open"}, {"": "accepted"}, {"bureau_leader"}),
    "case.report_city": ({"accepted"}, {"": "reported"}, {"bureau_officer", "bureau_leader", "taskforce_office"}),
    "case.city_check": ({"reported"}, {"pass": "city_passed", "fail": "open"}, {"city_reviewer"}),
    "case.close_out": ({"city_passed"}, {"": "closed"}, {"bureau_officer", "bureau_leader"}),
    "case.reopen": (
        {"accepted", "reported", "city_passed", "closed", "closed_before"},
        {"": "open"},
        {"bureau_leader"},
    ),
}
