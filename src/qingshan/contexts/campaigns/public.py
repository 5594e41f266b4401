"""The door of campaigns."""

from qingshan.contexts.campaigns.models import Campaign
from qingshan.contexts.campaigns.selectors import (
    InForce,
    NoCampaign,
    campaign_for,
    campaign_in_force,
    campaigns,
    one_reading,
)
from qingshan.contexts.campaigns.services.load import Loaded, load_campaign, mark_practice

__all__ = [
    "Campaign",
    "InForce",
    "Loaded",
    "NoCampaign",
    "campaign_for",
    "campaign_in_force",
    "campaigns",
    "load_campaign",
    "mark_practice",
    "one_reading",
]
