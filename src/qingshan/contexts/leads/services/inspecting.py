"""Reading a batch for its preview: the same sorting as the intake, nothing written but the preview. Worker only."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import shapely

from qingshan.commons.base.bulk import Beside
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import campaign_in_force
from qingshan.contexts.leads.services.intake import open_batch
from qingshan.contexts.leads.services.placing import gazetteer_of
from qingshan.contexts.leads.services.sorting import RowSorter, Sorted, ask_beside

SHOWN = 400
"""Shapes and refused rows kept in a preview; the counts are over all rows."""


def inspect_batch(*, batch_id: UUID, acting: Acting, progress: Progress) -> dict[str, Any]:
    """Sort every row without writing any, and store what the page shows before accepting."""
    batch = Batch.objects.get(id=batch_id)
    if batch.state == "done":
        return dict(batch.preview)
    in_force = campaign_in_force()
    gazetteer, preview, source = gazetteer_of(in_force), _Preview(), open_batch(batch)
    with Beside() as beside:
        sorter = RowSorter(
            plan=in_force.plan,
            channel=batch.channel,
            gazetteer=gazetteer,
            now=acting.claimed_at(),
            lookup=ask_beside(beside),
        )
        for rows in sorter.sort(iter(source.rows)):
            preview.add(rows)
            progress.report(preview.received, max(source.count or 0, preview.received))
    content = preview.content() | {
        "format": source.format,
        "crs": source.crs_text,
        "encoding": source.encoding or "",
        "layers": list(source.layers),
    }
    Batch.objects.filter(id=batch_id).exclude(state="done").update(
        preview=content, state="inspected", problem="", received=preview.received
    )
    return content


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

    def add(self, rows: list[Sorted]) -> None:
        for row in rows:
            self.received += 1
            self.outcomes[row.outcome] += 1
            if row.fresh is not None:
                self.townships[row.fresh.place.unit.name] += 1
                self._shape(row)
            elif len(self.refused) < SHOWN:
                self.refused.append(
                    {"row": row.row_no, "outcome": row.outcome, "source_no": row.source_no, "reason": row.reason}
                )

    def _shape(self, row: Sorted) -> None:
        if row.fresh is None or len(self.features) >= SHOWN:
            return
        geometry = shapely.set_precision(row.fresh.geometry.simplify(0.00002), 0.000001)
        self.features.append(
            {
                "type": "Feature",
                "geometry": json.loads(shapely.to_geojson(geometry)),
                "properties": {
                    "row": row.row_no,
                    "source_no": row.source_no,
                    "unit": row.fresh.place.unit.name,
                    "village": row.fresh.place.village_name,
                    "border": row.fresh.place.border,
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
        }
