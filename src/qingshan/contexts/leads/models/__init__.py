"""Tables of leads."""

from qingshan.contexts.leads.models.leads import Dispatch, Lead, Source
from qingshan.contexts.leads.models.pairs import LeadPair, PairSweep
from qingshan.contexts.leads.models.verifications import (
    Recheck,
    StopNoticeDraft,
    Verification,
    VerificationPhoto,
)

__all__ = [
    "Dispatch",
    "Lead",
    "LeadPair",
    "PairSweep",
    "Recheck",
    "Source",
    "StopNoticeDraft",
    "Verification",
    "VerificationPhoto",
]
