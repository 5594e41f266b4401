"""The summary of a lead that stands beside the list: where it is, what is owed, the next act, what happened last."""

from qingshan.commons.journal.selectors import history_of
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.cases.public import case_of_lead
from qingshan.contexts.leads.public import LeadDetail
from qingshan.interfaces.web.middleware import OfficeRequest
from qingshan.interfaces.web.views import lead_shown
from qingshan.interfaces.web.views.lead_filters import channel_text
from qingshan.interfaces.web.views.lead_history import history_entries

PHOTOS = 4
SHOWN = 4
"""Entries of the history in the summary."""


def panel_context(request: OfficeRequest, detail: LeadDetail) -> dict[str, object]:
    """What the summary shows."""
    lead, viewer, in_force = detail.lead, request.viewer, campaign_in_force()
    case = case_of_lead(viewer, lead.id)
    acts = lead_shown.acts_of(viewer, detail, case)
    return {
        "lead": lead,
        "case": case,
        "channel": channel_text(lead.channel, in_force),
        "primary": next((act for act in acts if act["name"] in lead_shown.NEXT), None),
        "waiting": lead_shown.waiting_for(lead),
        "duties": lead_shown.duties(lead, in_force, request.now, case_opened=case is not None),
        "photos": lead_shown.photo_items(detail.photos[-PHOTOS:]),
        "entries": history_entries(history_of(lead.id))[:SHOWN],
        "now": request.now,
    }
