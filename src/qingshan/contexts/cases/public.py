"""The door of cases."""

from qingshan.contexts.cases.deadlines import case_duties
from qingshan.contexts.cases.exporting import CASE_EXPORT_COLUMNS
from qingshan.contexts.cases.ledger import CASE_TABLE
from qingshan.contexts.cases.listing import (
    CASE_SORTS,
    PAGE,
    CaseFilter,
    case_counts,
    case_labels,
    case_labels_of,
    case_rows,
    tracks_of,
)
from qingshan.contexts.cases.listing import (
    MOST_AT_ONCE as MOST_CASES_AT_ONCE,
)
from qingshan.contexts.cases.mapping import CaseMapFilter, case_map_counts, case_tile, cases_in_view
from qingshan.contexts.cases.models import Case, CityReport, Track, TrackStep
from qingshan.contexts.cases.movements import LANES, lane_counts, movements, open_cases_by_unit
from qingshan.contexts.cases.policy import may_read_persons, visible_cases
from qingshan.contexts.cases.selectors import (
    CaseDetail,
    CaseFound,
    accepted_cases,
    case_detail,
    case_of_lead,
    cases_of_leads,
    cases_on_turn,
    cases_said,
    category_counts,
    duties_of_cases,
    overdue_cases,
    search_cases,
    without_case,
)
from qingshan.contexts.cases.services.bulk import export_cases, report_cases
from qingshan.contexts.cases.services.correcting import correct_case, correct_station
from qingshan.contexts.cases.services.gates import (
    accept_case,
    check_by_city,
    close_out,
    reopen_case,
    report_to_city,
    track_facts,
)
from qingshan.contexts.cases.services.merging import merge_into
from qingshan.contexts.cases.services.opening import OpeningForm, open_case, subcode_needs, subcodes_of
from qingshan.contexts.cases.services.personal_fields import index_missing_names
from qingshan.contexts.cases.services.stepping import finish_station, station_needs

__all__ = [
    "CASE_EXPORT_COLUMNS",
    "CASE_SORTS",
    "CASE_TABLE",
    "LANES",
    "MOST_CASES_AT_ONCE",
    "PAGE",
    "Case",
    "CaseDetail",
    "CaseFilter",
    "CaseFound",
    "CaseMapFilter",
    "CityReport",
    "OpeningForm",
    "Track",
    "TrackStep",
    "accept_case",
    "accepted_cases",
    "case_counts",
    "case_detail",
    "case_duties",
    "case_labels",
    "case_labels_of",
    "case_map_counts",
    "case_of_lead",
    "case_rows",
    "case_tile",
    "cases_in_view",
    "cases_of_leads",
    "cases_on_turn",
    "cases_said",
    "category_counts",
    "check_by_city",
    "close_out",
    "correct_case",
    "correct_station",
    "duties_of_cases",
    "export_cases",
    "finish_station",
    "index_missing_names",
    "lane_counts",
    "may_read_persons",
    "merge_into",
    "movements",
    "open_case",
    "open_cases_by_unit",
    "overdue_cases",
    "reopen_case",
    "report_cases",
    "report_to_city",
    "search_cases",
    "station_needs",
    "subcode_needs",
    "subcodes_of",
    "track_facts",
    "tracks_of",
    "visible_cases",
    "without_case",
]
