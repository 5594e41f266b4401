"""Tables of leads."""

from qingshan.contexts.leads.models.calls import CallDraft, Informant
from qingshan.contexts.leads.models.joint import JointTask, Transfer
from qingshan.contexts.leads.models.leads import Dispatch, Lead
from qingshan.contexts.leads.models.pairs import LeadPair, PairSweep
from qingshan.contexts.leads.models.pictures import LeadPicture
from qingshan.contexts.leads.models.sources import Source, SourceReply
from qingshan.contexts.leads.models.verifications import (
    Recheck,
    StopNoticeDraft,
    Verification,
    VerificationPhoto,
)

__all__ = [
    "CallDraft",
    "Dispatch",
    "Informant",
    "JointTask",
    "Lead",
    "LeadPair",
    "LeadPicture",
    "PairSweep",
    "Recheck",
    "Source",
    "SourceReply",
    "StopNoticeDraft",
    "Transfer",
    "Verification",
    "VerificationPhoto",
]
