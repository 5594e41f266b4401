"""Taking an old ledger over, in the journal (接管留痕): who handed it in, who approved it, how it ended."""

from collections.abc import Mapping
from typing import Any

from qingshan.commons.journal.services import MatterChange, record_act
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.ledgers.models import TakeOver
from qingshan.domain.acts import MatterKind

NUMBER = 40


def record_take_over(act: str, row: TakeOver, acting: Acting, details: Mapping[str, Any]) -> None:
    """One entry of the take-over as the act left it; inside `act_transaction`. Its rows have entries of their own."""
    change = MatterChange(
        kind=MatterKind.TAKE_OVER.value,
        matter_id=row.id,
        number=row.file_name[:NUMBER],
        division=row.division,
        unit_id=None,
        ledger={
            "name": row.file_name,
            "sha256": row.sha256,
            "state": row.state,
            "round": row.round,
            "outcomes": row.counts.get("outcomes", {}),
            "explanation": row.explanation,
        },
        details=details,
    )
    record_act(act=act, acting=acting, changes=[change])
