"""The stage of the demonstration: a simulated clock, invented people, and acts through the real services."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from qingshan.commons.files.services import store_evidence
from qingshan.commons.people.models import Account, Holding
from qingshan.commons.people.services import create_account
from qingshan.commons.people.viewer import Acting, Viewer, viewer_of
from qingshan.contexts.leads.public import Lead, PhotoInput
from qingshan.interfaces.cli.demo_photos import draw_photo

ZONE = ZoneInfo("Asia/Shanghai")
LEDGER, ENFORCER = "natural-resources.ledger", "natural-resources.enforcement-1"
LEADER, OFFICE, CITY = "natural-resources.deputy", "taskforce-office.clerk-1", "city-natural-resources.reviewer-1"
DIRECTIONS = ("north", "east", "south", "west", "near")


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """A moment of the played summer, local time."""
    return datetime(2024, month, day, hour, minute, tzinfo=ZONE)


@dataclass(slots=True)
class Stage:
    """Holds the moment it is, and who plays which post."""

    now: datetime
    viewers: dict[str, Viewer] = field(default_factory=dict)

    def clock(self) -> datetime:
        """The simulated moment."""
        return self.now

    def acting(self, post: str) -> Acting:
        """The holder of a post, about to act now."""
        if post not in self.viewers:
            self.viewers[post] = self._viewer(post)
        return Acting(viewer=self.viewers[post], clock=self.clock, door="cli")

    def _viewer(self, post: str) -> Viewer:
        holding = Holding.objects.select_related("person").get(post__slug=post, until__isnull=True)
        account = Account.objects.filter(person=holding.person).first()
        account = account or create_account(
            username=f"demo.{post}"[:60], password=None, person=holding.person, chosen_at=None
        )
        viewer = viewer_of(account, today=self.now.astimezone(ZONE).date(), post_id=holding.post_id)
        if viewer is None:
            raise LookupError(f"演示职务 {post} 没有任职")
        return viewer

    def perform(self, post: str, act: Callable[[Acting], object]) -> None:
        """Do one act in the scope of the post's holder, in a transaction of its own, as a request would."""
        acting = self.acting(post)
        with transaction.atomic():
            acting.viewer.apply_scope()
            act(acting)

    def names(self, *posts: str) -> tuple[str, ...]:
        """Names of the holders of posts."""
        return tuple(self.acting(post).viewer.name for post in posts)

    def photos(
        self, lead: Lead, acting: Acting, directions: Sequence[str] = DIRECTIONS, *, seed: str = ""
    ) -> tuple[PhotoInput, ...]:
        """Drawn photos taken a few minutes ago beside the patch."""
        made = []
        for direction in directions:
            data = draw_photo(
                lon=lead.centre.x,
                lat=lead.centre.y,
                direction=direction,
                taken_at=self.now,
                seed=f"{lead.number}{seed}",
            )
            row = store_evidence(
                chunks=[data], name=f"演示-{direction}.jpg", uploaded_by=acting.viewer.account_id, now=self.now
            )
            made.append(PhotoInput(file_id=row.id, direction=direction))
        return tuple(made)

    def paper(self, acting: Acting, name: str) -> UUID:
        """A one-page demonstration PDF."""
        data = demo_pdf(f"DEMONSTRATION PAPER {name.encode('ascii', 'ignore').decode()} {self.now:%Y-%m-%d %H:%M:%S}")
        row = store_evidence(chunks=[data], name=f"演示-{name}.pdf", uploaded_by=acting.viewer.account_id, now=self.now)
        return row.id

    def today(self) -> date:
        """The simulated local day."""
        return self.now.astimezone(ZONE).date()


def demo_pdf(text: str) -> bytes:
    """The smallest PDF with one line of text; it says what it is."""
    content = f"BT /F1 14 Tf 60 760 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
