"""Tables of cases."""

from qingshan.contexts.cases.models.cases import Case, Track, TrackStep
from qingshan.contexts.cases.models.gates import Acceptance, CityAnswer, CityCheck, CityReport, CityReportItem, CloseOut

__all__ = [
    "Acceptance",
    "Case",
    "CityAnswer",
    "CityCheck",
    "CityReport",
    "CityReportItem",
    "CloseOut",
    "Track",
    "TrackStep",
]
