"""Reading saved views: one's own and those shared with one's unit; row security decides which."""

from uuid import UUID

from qingshan.commons.people.viewer import Viewer
from qingshan.commons.savedviews.models import SavedView

MOST_SHOWN = 40


def views_of(viewer: Viewer, list_slug: str) -> list[SavedView]:
    """Views of a list: one's own by name, then those shared with the acting unit."""
    rows = list(SavedView.objects.filter(list_slug=list_slug).order_by("name", "id")[: 4 * MOST_SHOWN])
    own = [row for row in rows if row.account_id == viewer.account_id]
    shared = [row for row in rows if row.account_id != viewer.account_id and row.unit_id == viewer.unit_id]
    return [*own, *shared][:MOST_SHOWN]


def view_by_id(view_id: UUID) -> SavedView | None:
    """One view, when row security shows it."""
    return SavedView.objects.filter(id=view_id).first()
