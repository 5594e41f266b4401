"""Reading long work: one's own jobs by key, one job, its items with what was refused first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, IntegerField, Q, Value, When

from qingshan.commons.base.prepared import Prepared
from qingshan.commons.jobs.models import Job, JobItem

PAGE = 50
ACTIVE = ("waiting", "running")
RANKS: Mapping[str, int] = {"refused": 0, "waiting": 1, "done": 2}
"""Order of the outcomes on the page of a job: what somebody must look at comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One page of jobs, newest first, by key."""

    rows: list[Job]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemKey:
    """Place of an item in the order of the page: rank of its outcome, position in the job."""

    rank: int
    position: int

    def __str__(self) -> str:
        """As it stands in an address."""
        return f"{self.rank}-{self.position}"

    @classmethod
    def read(cls, text: str) -> "ItemKey | None":
        """From an address; None for what is no key."""
        rank, _, position = text.partition("-")
        if rank not in {"0", "1", "2"} or not (position.isascii() and position.isdigit() and len(position) < 10):
            return None
        return cls(rank=int(rank), position=int(position))


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPage:
    """One page of a job's items; ``next`` is the key of the page below."""

    rows: Sequence[JobItem]
    next: ItemKey | None


def own_jobs(account_id: UUID | None, *, state: str = "", before: UUID | None = None) -> JobPage:
    """Jobs of an account, newest first."""
    rows = Job.objects.filter(created_by=account_id).order_by("-id")
    if state == "active":
        rows = rows.filter(state__in=ACTIVE)
    elif state == "refused":
        rows = rows.filter(Q(refused__gt=0) | Q(state="failed"))
    elif state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows[: PAGE + 1])
    return JobPage(rows=found[:PAGE], more=len(found) > PAGE)


def active_jobs(account_id: UUID | None) -> list[Job]:
    """Work of an account that waits or runs, the newest first: id and progress of a handful at most."""
    if account_id is None:
        return []
    return [Job(id=job_id, done=done, total=total) for job_id, done, total in _ACTIVE.rows(account_id, list(ACTIVE))]


_ACTIVE = Prepared(
    "jobs_active",
    ["uuid", "text[]"],
    "SELECT id, done, total FROM jobs_job WHERE created_by = $1 AND state = ANY ($2) ORDER BY id DESC LIMIT 10",
)
"""Every page asks it."""


def job_by_id(job_id: UUID) -> Job | None:
    """One job, when row security lets the viewer see it."""
    return Job.objects.filter(id=job_id).first()


def item_counts(job_id: UUID) -> dict[str, int]:
    """Items by outcome."""
    rows = JobItem.objects.filter(job=job_id).values("outcome").annotate(n=Count("id")).order_by()
    return {row["outcome"]: row["n"] for row in rows}


def items_of(job_id: UUID, *, outcome: str = "", after: ItemKey | None = None) -> ItemPage:
    """Items of a job: refused, waiting, done, each by position; one page by key."""
    rank = Case(*(When(outcome=o, then=Value(r)) for o, r in RANKS.items()), output_field=IntegerField())
    rows = JobItem.objects.filter(job=job_id).annotate(rank=rank)
    if outcome:
        rows = rows.filter(outcome=outcome)
    if after is not None:
        rows = rows.filter(Q(rank__gt=after.rank) | Q(rank=after.rank, position__gt=after.position))
    found = list(rows.order_by("rank", "position")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    key = None if last is None else ItemKey(rank=RANKS[last.outcome], position=last.position)
    return ItemPage(rows=found[:PAGE], next=key)
