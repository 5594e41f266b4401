"""The door of campaigns."""

from qingshan.contexts.campaigns.models import BasisDocument, Campaign
from qingshan.contexts.campaigns.selectors import (
    InForce,
    NoCampaign,
    basis_document,
    basis_documents,
    campaign_for,
    campaign_in_force,
    campaigns,
    one_reading,
)
from qingshan.contexts.campaigns.services.basis import BASIS_ROLES, BasisForm, attach_basis, withdraw_basis
from qingshan.contexts.campaigns.services.load import Loaded, load_campaign, mark_practice

__all__ = [
    "BASIS_ROLES",
    "BasisDocument",
    "BasisForm",
    "Campaign",
    "InForce",
    "Loaded",
    "NoCampaign",
    "attach_basis",
    "basis_document",
    "basis_documents",
    "campaign_for",
    "campaign_in_force",
    "campaigns",
    "load_campaign",
    "mark_practice",
    "one_reading",
    "withdraw_basis",
]
