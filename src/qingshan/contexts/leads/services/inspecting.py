"""Reading a batch for its preview: the same sorting as the intake, nothing written but the preview. Worker only."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import shapely

from qingshan.commons.base.bulk import Beside
from qingshan.commons.base.collecting import collector_paused, collector_slowed
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.services.naming import PlaceNames
from qingshan.contexts.leads.services.opening import OpenedBatch, open_batch
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.plausible import Plausibility, file_facts
from qingshan.contexts.leads.services.reading import Patch, RowReader, read_ahead
from qingshan.contexts.leads.services.refused_rows import store_refused
from qingshan.contexts.leads.services.sorting import RowSorter, Sorted, ask_beside

SHOWN = 400
"""Shapes and refused rows kept in a preview; the counts are over all rows."""


def inspect_batch(*, batch_id: UUID, acting: Acting, progress: Progress) -> dict[str, Any]:
    """Sort every row without writing any, and store what the page shows before accepting."""
    batch = Batch.objects.get(id=batch_id)
    if batch.state == "done":
        return dict(batch.preview)
    in_force = campaign_in_force()
    preview, opened = _Preview(), open_batch(batch, in_force.plan)
    gazetteer, source = gazetteer_of(in_force), opened.file
    names = PlaceNames() if opened.table is not None else None
    plausible = Plausibility(in_force.plan)
    reader = RowReader(
        plan=in_force.plan,
        gazetteer=gazetteer,
        now=acting.claimed_at(),
        zone=in_force.zone,
        aliases=opened.aliases,
        names=names,
        marks_known=opened.table is not None,
    )
    with (
        collector_paused() if opened.table else collector_slowed(),
        read_ahead(reader, source) as pieces,
        Beside() as beside,
    ):
        for rows in RowSorter(channel=batch.channel, lookup=ask_beside(beside)).sort(pieces):
            preview.add(rows)
            plausible.add(rows)
            progress.report(preview.received, max(source.count or 0, preview.received))
    told: dict[str, Any] = {}
    if opened.table is not None:
        file = store_refused(batch=batch, table=opened.table, refused=preview.reasons, in_force=in_force, acting=acting)
        told = {"table": dict(opened.table.content), "refused_file": file}
    content = preview.content() | told | file_facts(source) | plausible.judge(source, gazetteer)
    Batch.objects.filter(id=batch_id).exclude(state="done").update(
        preview=content, state="inspected", problem="", received=preview.received, **_mapping_of(opened)
    )
    return content


def _mapping_of(opened: OpenedBatch) -> dict[str, Any]:
    """What was decided about the columns, so that the acceptance reads the table as the preview did."""
    return {} if opened.table is None else {"mapping": opened.table.choices.as_json()}


def only_duplicates(content: Mapping[str, Any]) -> bool:
    """Whether a preview holds nothing but rows that are known already (全部重复)."""
    outcomes: dict[str, int] = content.get("outcomes", {})
    return bool(outcomes.get("duplicate")) and outcomes.get("duplicate") == content.get("received")


class _Preview:
    """Collects counts over all rows and the first shapes."""

    def __init__(self) -> None:
        self.received = 0
        self.outcomes: Counter[str] = Counter()
        self.townships: Counter[str] = Counter()
        self.features: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.reasons: list[tuple[int, str]] = []
        self.unplaced = 0

    def add(self, rows: list[Sorted]) -> None:
        for row in rows:
            self.received += 1
            self.outcomes[row.outcome] += 1
            if row.place is not None:
                self.townships[row.place.unit.name] += 1
                self.unplaced += row.by_name
                self._shape(row, row.patch)
                continue
            if row.outcome == "rejected":
                self.reasons.append((row.row_no, row.reason))
                self._shape(row, row.patch)
            if len(self.refused) < SHOWN:
                self.refused.append(
                    {"row": row.row_no, "outcome": row.outcome, "source_no": row.source_no, "reason": row.reason}
                )

    def _shape(self, row: Sorted, patch: Patch | None) -> None:
        if patch is None or len(self.features) >= SHOWN:
            return
        geometry, place = shapely.set_precision(patch.geometry.simplify(0.00002), 0.000001), row.place
        self.features.append(
            {
                "type": "Feature",
                "geometry": json.loads(shapely.to_geojson(geometry)),
                "properties": {
                    "row": row.row_no,
                    "source_no": row.source_no,
                    "outcome": row.outcome,
                    "unit": place.unit.name if place else "",
                    "village": place.village_name if place else "",
                    "border": bool(place and place.border),
                },
            }
        )

    def content(self) -> dict[str, Any]:
        return {
            "received": self.received,
            "outcomes": {name: self.outcomes[name] for name in ("accepted", "duplicate", "rejected")},
            "townships": dict(self.townships.most_common()),
            "features": {"type": "FeatureCollection", "features": self.features},
            "refused": self.refused,
            "unplaced": self.unplaced,
        }
