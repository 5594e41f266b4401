"""Foreign keys point down only, and nothing below gets an attribute from above."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Field, ForeignObject, ManyToManyField

LOW_TO_HIGH = [
    {"contenttypes", "auth", "sessions"},
    {"base"}, {"places"}, {"people"}, {"journal"}, {"jobs", "files", "inbox", "search", "savedviews", "tokens"},
    {"accounts"}, {"assignments", "image_layers"}, {"notify"},
    {"campaigns"}, {"papers"}, {"mines", "projects"}, {"leads"}, {"cases"},
    {"inspections", "patrol", "sensing", "tips"}, {"oversight"}, {"ledgers"},
    {"web"},
]  # fmt: skip
HEIGHT = {label: height for height, labels in enumerate(LOW_TO_HIGH) for label in labels}


def relations() -> list[tuple[str, str, str, Field[object, object]]]:
    """(label of the holder, label of the target, readable name, field) for every relation of our own applications."""
    return [
        (config.label, field.related_model._meta.app_label, str(field), field)
        for config in apps.get_app_configs()
        if config.name.startswith("qingshan.")
        for model in config.get_models()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, ForeignObject | ManyToManyField) and field.model is model
    ]


def test_every_application_has_its_height() -> None:
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("qingshan.")}
    assert ours <= HEIGHT.keys()


def test_relations_point_down_or_stay_inside() -> None:
    upward = [name for holder, target, name, _ in relations() if holder != target and HEIGHT[target] >= HEIGHT[holder]]
    assert not upward, "\n".join(upward)


def test_relations_leave_nothing_on_their_target() -> None:
    # Django's own permission tables are related by its base class for accounts, not by us.
    named = [
        name
        for _, target, name, field in relations()
        if target != "auth" and not (field.remote_field.related_name or "").endswith("+")
    ]
    assert not named, "\n".join(named)
