"""Before and after pictures that came with a batch (前后时相影像): each to the lead of its patch. Worker only."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from qingshan.commons.files.services import path_of, store_file, use_file
from qingshan.commons.inbox.models import Batch
from qingshan.commons.jobs.progress import Progress
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.viewer import Acting
from qingshan.contexts.campaigns.public import InForce, campaign_in_force
from qingshan.contexts.leads.models import Lead, LeadPicture, Source
from qingshan.contexts.leads.policy import visible_leads
from qingshan.contexts.leads.services.acting import LeadAct, write_entry
from qingshan.contexts.leads.services.chip_packages import Chip, ChipPackage, ChipRefused
from qingshan.domain.chips import PHASE_WORDS
from qingshan.domain.lead import LeadState
from qingshan.geo.features import ReadError

LISTED = 300
"""Pictures named one by one in a report; the counts are over all."""
SAMPLES = 6
"""Pairs shown in the preview of a batch."""
_PIECE = 500
NAMELESS = "看不出图斑编号或前后时相：请命名为“图斑编号_前.jpg”，或放进“前时相”“后时相”文件夹"


@dataclass(slots=True, kw_only=True)
class ChipReport:
    """What became of the pictures of a package: attached, there before, and the rest one by one with the reason."""

    pictures: int = 0
    attached: int = 0
    repeated: int = 0
    leads: int = 0
    left: int = 0
    unknown: list[dict[str, str]] = field(default_factory=list)

    def leave(self, chip: Chip, reason: str) -> None:
        """Note a picture that went to no lead."""
        self.left += 1
        if len(self.unknown) < LISTED:
            self.unknown.append({"name": chip.path[-200:], "reason": reason})

    def content(self) -> dict[str, Any]:
        """The report as it is kept with the batch."""
        return {
            "pictures": self.pictures,
            "attached": self.attached,
            "repeated": self.repeated,
            "leads": self.leads,
            "left": self.left,
            "unknown": self.unknown,
        }


def holds_pictures(path: Path) -> bool:
    """Whether a stored original is a package with pictures in it."""
    try:
        return bool(path.is_file() and ChipPackage(path).chips())
    except ReadError:
        return False


def attach_chips(*, batch_id: UUID, sha256: str, acting: Acting, progress: Progress) -> ChipReport:
    """Give each picture of a package to the lead with its number in the batch's channel (三-1-2①b).

    The originals stay as they are; pages show a smaller copy. A picture that a lead has already is not added again.
    Unknown and broken ones are listed, each for itself; nothing else is held up by them.
    """
    batch = Batch.objects.get(id=batch_id)
    package, report, in_force = ChipPackage(path_of(sha256)), ChipReport(), campaign_in_force()
    chips = package.chips()
    report.pictures = len(chips)
    by_number: dict[str, list[Chip]] = {}
    for chip in chips:
        if chip.told is None:
            report.leave(chip, NAMELESS)
        else:
            by_number.setdefault(chip.told.number, []).append(chip)
    numbers, done = list(by_number), 0
    for start in range(0, len(numbers), _PIECE):
        piece = numbers[start : start + _PIECE]
        leads = _leads_of(batch, piece, acting)
        for number in piece:
            _give(leads.get(number), by_number[number], package, report, batch, in_force, acting)
            done += len(by_number[number])
            progress.report(done, report.pictures)
    _keep(batch, report)
    return report


def _leads_of(batch: Batch, numbers: Sequence[str], acting: Acting) -> Mapping[str, UUID]:
    """Leads by their own number, those with the batch's pushed number first; a wrong case of letters is forgiven."""
    rows = Source.objects.filter(lead__in=visible_leads(acting.viewer), channel=batch.channel)
    exact = dict(rows.filter(number__in=numbers).values_list("number", "lead_id"))
    missing = {number.upper(): number for number in numbers if number not in exact}
    if missing:
        raised = rows.filter(number__in=[*missing, *(n.lower() for n in missing)]).values_list("number", "lead_id")
        exact |= {missing[number.upper()]: lead_id for number, lead_id in raised}
    return exact


def _give(
    lead_id: UUID | None,
    chips: Sequence[Chip],
    package: ChipPackage,
    report: ChipReport,
    batch: Batch,
    in_force: InForce,
    acting: Acting,
) -> None:
    """All pictures of one patch in one act."""
    if lead_id is None:
        for chip in chips:
            number = chip.told.number if chip.told else ""
            report.leave(chip, f"本渠道没有编号为“{number[:60]}”的线索")
        return
    with act_transaction():
        lead = Lead.objects.select_related("unit").select_for_update(of=("self",)).get(id=lead_id)
        has = set(LeadPicture.objects.filter(lead=lead).values_list("phase", "file__sha256"))
        told = [one for chip in chips if (one := _attach(lead, chip, package, has, report, acting)) is not None]
        if not told:
            return
        report.leads += 1
        report.attached += len(told)
        step = LeadAct(lead=lead, acting=acting, in_force=in_force, now=acting.now(), target=LeadState(lead.state))
        write_entry(step, "lead.add_pictures", {"batch": batch.name, "pictures": told})


def _attach(
    lead: Lead, chip: Chip, package: ChipPackage, has: set[tuple[str, str]], report: ChipReport, acting: Acting
) -> dict[str, str] | None:
    if chip.told is None:
        return None
    try:
        data, small = package.read(chip)
    except ChipRefused as refusal:
        report.leave(chip, str(refusal))
        return None
    phase, name = chip.told.phase, chip.path.rpartition("/")[2]
    label = PHASE_WORDS[phase]
    digest = hashlib.sha256(data).hexdigest()
    if (phase, digest) in has:
        report.repeated += 1
        return None
    has.add((phase, digest))
    original = store_file(chunks=[data], name=name, uploaded_by=acting.viewer.account_id, now=acting.now())
    copy = store_file(
        chunks=[small], name=f"{label}-{name}.jpg", uploaded_by=acting.viewer.account_id, now=acting.now()
    )
    for file, purpose in ((original, f"{phase}_picture"), (copy, f"{phase}_picture_copy")):
        use_file(file_id=file.id, matter_id=lead.id, purpose=purpose, label=label, now=acting.now())
    LeadPicture.objects.create(
        lead=lead,
        phase=phase,
        file=original,
        small=copy,
        name=chip.path[-255:],
        added_at=acting.now(),
        added_by=actor_text(acting),
    )
    return {"phase": label, "name": name[:200], "sha256": original.sha256}


def _keep(batch: Batch, report: ChipReport) -> None:
    """Keep the report with the batch, beside how it was read."""
    held = Batch.objects.select_for_update().get(id=batch.id)
    Batch.objects.filter(id=batch.id).update(preview={**held.preview, "chips": report.content()})


def preview_chips(*, batch_id: UUID, acting: Acting) -> None:
    """Tell in the preview which pictures came along, and show the first pairs; nothing goes to a lead yet."""
    batch = Batch.objects.get(id=batch_id)
    try:
        package = ChipPackage(path_of(batch.sha256))
    except ReadError:
        return
    report, pairs = ChipReport(), dict[str, dict[str, str]]()
    for chip in package.chips():
        report.pictures += 1
        if chip.told is None:
            report.leave(chip, NAMELESS)
            continue
        if chip.told.number in pairs or len(pairs) < SAMPLES:
            _sample(chip, package, pairs.setdefault(chip.told.number, {}), report, acting)
    if report.pictures:
        seen = report.content() | {"pairs": [{"number": number, **pair} for number, pair in pairs.items()]}
        held = Batch.objects.select_for_update().get(id=batch_id)
        Batch.objects.filter(id=batch_id).update(preview={**held.preview, "chips_seen": seen})


def _sample(chip: Chip, package: ChipPackage, pair: dict[str, str], report: ChipReport, acting: Acting) -> None:
    if chip.told is None or chip.told.phase in pair:
        return
    try:
        _data, small = package.read(chip)
    except ChipRefused as refusal:
        report.leave(chip, str(refusal))
        return
    file = store_file(chunks=[small], name="预览.jpg", uploaded_by=acting.viewer.account_id, now=acting.now())
    pair[chip.told.phase] = str(file.id)
