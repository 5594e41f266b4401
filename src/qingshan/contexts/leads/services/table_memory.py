"""What columns mean, remembered (列对应记忆): the next table of the same sender is read as the last one was."""

from collections.abc import Collection

from qingshan.commons.inbox.models import Batch, TableMapping
from qingshan.commons.journal.services import actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.geo.table_columns import EXTRA, TableChoices, choices_from

LOOKED_AT = 50
LONGEST_SENDER = 80


def remembered_choices(batch: Batch, headings: Collection[str]) -> TableChoices | None:
    """The newest memory of this channel whose columns all stand in the table; None when there is none."""
    rows = TableMapping.objects.filter(division=batch.division, channel=batch.channel).order_by("-saved_at", "-id")[
        :LOOKED_AT
    ]
    for row in rows:
        choices = choices_from(row.mapping)
        if choices is None:
            continue
        telling = {heading for heading, slug in choices.columns.items() if slug != EXTRA}
        if telling and telling <= set(headings):
            return TableChoices(columns=choices.columns, layout=choices.layout, origin="remembered", sender=row.sender)
    return None


def remember_choices(*, batch: Batch, choices: TableChoices, acting: Acting) -> None:
    """Keep the choices under the sender's name for this channel; the newest under a name counts."""
    sender = choices.sender.strip()[:LONGEST_SENDER]
    if not sender:
        return
    TableMapping.objects.update_or_create(
        division=batch.division,
        channel=batch.channel,
        sender=sender,
        defaults={
            "mapping": choices.as_json() | {"sheets": []},
            "saved_at": acting.now(),
            "saved_by": actor_text(acting),
        },
    )
