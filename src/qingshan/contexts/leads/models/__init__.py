"""Tables of leads."""

from qingshan.contexts.leads.models.leads import Dispatch, Lead, Source
from qingshan.contexts.leads.models.verifications import (
    Recheck,
    StopNoticeDraft,
    Verification,
    VerificationPhoto,
)

__all__ = ["Dispatch", "Lead", "Recheck", "Source", "StopNoticeDraft", "Verification", "VerificationPhoto"]
