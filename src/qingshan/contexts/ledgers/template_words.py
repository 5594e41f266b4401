"""Words of the codes that a ledger template may word its own way (代码用语)."""

from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.ledgers.fields import FIELD_BY_KEY


def words_of(field: str) -> dict[str, str]:
    """Code → word of a field; categories are named by the plan in force. Empty for a field without codes."""
    if field == "category":
        return {category.slug: category.label for category in campaign_in_force().plan.categories}
    return dict(FIELD_BY_KEY[field].words) if field in FIELD_BY_KEY else {}
