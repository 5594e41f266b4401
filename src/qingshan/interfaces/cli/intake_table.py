"""How a received table is read, said on the command line (列对应): sheets, columns, layout, sender."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.leads.public import keep_choices
from qingshan.contexts.leads.public_worker import inspect_batch
from qingshan.domain.acts import ActRefused
from qingshan.geo.table_columns import EXTRA, LABELS, REPEATABLE, TableChoices, choices_from


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOptions:
    """What was said of a table: sheets, ``列=字段`` pairs, layout, the sender whose tables are read so from now on."""

    sheets: Sequence[str] = ()
    columns: Sequence[str] = ()
    layout: str = ""
    sender: str = ""

    @property
    def given(self) -> bool:
        """Whether anything was said."""
        return bool(self.sheets or self.columns or self.layout or self.sender)


def field_names() -> dict[str, str]:
    """Everything a field may be called → its slug: the slug, its Chinese name, the name before the bracket."""
    names = {slug: slug for slug in LABELS}
    for slug, label in LABELS.items():
        names[label] = slug
        names.setdefault(label.partition("（")[0], slug)
    return names


def choose_table(*, batch: Batch, options: TableOptions, acting: Acting) -> None:
    """Keep the choices with the batch; raises `ActRefused` naming the sheet, column or field that does not exist."""
    choices = _inspected(batch, acting)
    if options.sheets:
        _check_names("工作表", options.sheets, [one["name"] for one in batch.preview["table"]["sheets"]])
        Batch.objects.filter(id=batch.id).exclude(state="done").update(mapping={"sheets": list(options.sheets)})
        choices = _inspected(batch, acting)
    said = dict(_pair(text) for text in options.columns)
    _check_names("列", list(said), [one["name"] for one in batch.preview["table"]["columns"]])
    taken = {slug for slug in said.values() if slug not in REPEATABLE}
    guessed = {name: EXTRA if slug in taken else slug for name, slug in choices.columns.items()}
    made = replace(
        choices,
        columns={**guessed, **said},
        layout=options.layout or choices.layout,
        origin="person",
        sender=options.sender,
    )
    with transaction.atomic():
        acting.viewer.apply_scope()
        keep_choices(batch_id=batch.id, choices=made, acting=acting)


def _inspected(batch: Batch, acting: Acting) -> TableChoices:
    """Read the table once, so that its sheets and columns are known."""
    with transaction.atomic():
        acting.viewer.apply_scope()
        inspect_batch(batch_id=batch.id, acting=acting, progress=Progress(None, None, acting.clock))
        batch.refresh_from_db()
    choices = choices_from(batch.mapping)
    if "table" not in batch.preview or choices is None:
        raise ActRefused("mapping", "这份文件不是表格，--sheet、--column、--layout、--sender 对它没有意义")
    return choices


def _pair(text: str) -> tuple[str, str]:
    heading, sign, field = text.rpartition("=")
    if not sign or not heading.strip():
        raise ActRefused("mapping", f"--column “{text}”写法不对：请写成 列名=字段，例如 东坐标=lon")
    slug = field_names().get(field.strip())
    if slug is None:
        raise ActRefused("mapping", f"--column “{text}”的字段“{field.strip()}”不认识，可用：{'、'.join(LABELS)}")
    return heading.strip(), slug


def _check_names(what: str, said: Sequence[str], known: Sequence[str]) -> None:
    for name in said:
        if name not in known:
            raise ActRefused("mapping", f"表里没有{what}“{name}”，有：{'、'.join(known)}")
