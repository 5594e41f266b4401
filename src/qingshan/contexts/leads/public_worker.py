"""The second door of leads, for worker and command line only: what reads foreign files or brings whole histories."""

from qingshan.contexts.leads.services.batches import fail_batch
from qingshan.contexts.leads.services.inspecting import inspect_batch
from qingshan.contexts.leads.services.intake import ForbiddenFileError, accept_batch, wipe_forbidden
from qingshan.contexts.leads.services.naming import Named, PlaceNames
from qingshan.contexts.leads.services.placing import Gazetteer, gazetteer_of
from qingshan.contexts.leads.services.plausible import asked_of
from qingshan.contexts.leads.services.registering import Fresh, Place
from qingshan.contexts.leads.services.taking_over import (
    LEDGER_CHANNEL,
    TakenLead,
    known_sources,
    leads_at_place,
    leads_near,
    take_over_leads,
    wait_for_other_intakes,
)

__all__ = [
    "LEDGER_CHANNEL",
    "ForbiddenFileError",
    "Fresh",
    "Gazetteer",
    "Named",
    "Place",
    "PlaceNames",
    "TakenLead",
    "accept_batch",
    "asked_of",
    "fail_batch",
    "gazetteer_of",
    "inspect_batch",
    "known_sources",
    "leads_at_place",
    "leads_near",
    "take_over_leads",
    "wait_for_other_intakes",
    "wipe_forbidden",
]
