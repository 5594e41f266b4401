"""Table of saved views."""

from django.db import models

from qingshan.commons.base.ids import new_id


class SavedView(models.Model):
    """A named view of a list (视图): its address without page and panel. Its owner's, and seen by a unit when shared.

    ``list_slug`` names the list (``leads``, ``cases``), ``query`` is the canonical query string, ``unit_id`` the unit
    whose people see it too, ``is_default`` opens the list with it for its owner.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    list_slug = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    query = models.TextField(blank=True)
    account_id = models.UUIDField()
    owner_name = models.CharField(max_length=60)
    unit_id = models.UUIDField(null=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        """A name once per person and list; one default view each."""

        indexes = [models.Index(fields=["list_slug", "unit_id"], name="saved_view_unit")]
        constraints = [
            models.UniqueConstraint(fields=["account_id", "list_slug", "name"], name="saved_view_name_once"),
            models.UniqueConstraint(
                fields=["account_id", "list_slug"], condition=models.Q(is_default=True), name="saved_view_one_default"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_view_has_name"),
        ]
