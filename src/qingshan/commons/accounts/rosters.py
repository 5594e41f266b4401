"""Taking in a roster (按名册批量开户): the system administrator uploads it, the rights administrator accepts it.

Accepting judges every row anew: a roster accepted twice, or after somebody was appointed, changes nothing twice.
"""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from qingshan.commons.accounts.keeping import keep_phone_refs, new_account
from qingshan.commons.accounts.models import Roster, RosterRow
from qingshan.commons.accounts.posts import APPOINTER
from qingshan.commons.accounts.recording import local_day, lock_persons, post_text, record_on_persons, require
from qingshan.commons.accounts.roster_rows import Judged, RowInput, judge
from qingshan.commons.accounts.second_factor import seal, unseal
from qingshan.commons.files.models import StoredFile
from qingshan.commons.files.services import wipe_bytes
from qingshan.commons.jobs.models import Job
from qingshan.commons.jobs.services import start_job
from qingshan.commons.journal.services import act_transaction, actor_text
from qingshan.commons.people.models import Account, Holding, Person, Post
from qingshan.commons.people.viewer import Acting
from qingshan.domain.acts import ActRefused

READ_TASK = "qingshan.commons.accounts.tasks.read_roster"
ACCEPT_TASK = "qingshan.commons.accounts.tasks.accept_roster"
MOST_UPLOAD = 5 * 1024 * 1024


def register_roster(*, file: StoredFile, acting: Acting) -> Roster:
    """Note an uploaded file and let the worker read it."""
    require(acting, "system_admin")
    if acting.viewer.account_id is None:
        raise ActRefused("account", "名册由系统管理员在网页上传")
    roster = Roster.objects.create(
        name=file.original_name[:120],
        file_id=file.id,
        sha256=file.sha256,
        created_by=acting.viewer.account_id,
        created_by_text=actor_text(acting),
        created_at=acting.now(),
    )
    _start(roster, "read_roster", READ_TASK, f"读取名册 {roster.name}", acting)
    return roster


def _start(roster: Roster, kind: str, task: str, title: str, acting: Acting) -> Job:
    return start_job(
        kind=kind,
        task=task,
        title=title[:200],
        subject_id=roster.id,
        created_by=acting.viewer.account_id,
        post_id=acting.viewer.post_id,
        now=acting.now(),
    )


def store_rows(*, roster_id: UUID, rows: Sequence[RowInput], acting: Acting) -> dict[str, int]:
    """Keep what was read with its judgement, and wipe the original: it holds phone numbers in clear."""
    roster = Roster.objects.select_for_update().get(id=roster_id)
    if roster.state != "received":
        raise ActRefused("done", "名册已经读过")
    judged = judge(rows, today=local_day(acting.now()))
    RosterRow.objects.bulk_create([_row(roster, one) for one in judged])
    Roster.objects.filter(id=roster.id).update(state="read", file_id=None)
    wipe_original(roster)
    return {word: sum(j.outcome == word for j in judged) for word in ("new", "same", "refused")}


def _row(roster: Roster, judged: Judged) -> RosterRow:
    row = RosterRow(roster=roster, number=judged.row.number, name=judged.row.name[:60])
    row.unit_text, row.post_text = judged.row.unit[:120], judged.row.post[:120]
    if judged.row.phone and judged.outcome == "new":
        row.phone = seal(judged.row.phone.encode(), row.id)
    _write_judgement(row, judged)
    return row


def _write_judgement(row: RosterRow, judged: Judged) -> None:
    row.unit, row.post, row.account = judged.unit, judged.post, judged.account
    row.username, row.outcome, row.note = judged.username[:60], judged.outcome, judged.note


def wipe_original(roster: Roster) -> None:
    """Delete the uploaded file; its bytes go with it, unless anybody uploaded the same elsewhere."""
    if roster.file_id is not None:
        StoredFile.objects.filter(id=roster.file_id).delete()
    wipe_bytes(roster.sha256)


def fail_roster(*, roster_id: UUID, problem: str) -> None:
    """Keep with a roster why it could not be read, and wipe the original."""
    roster = Roster.objects.filter(id=roster_id, state="received").first()
    if roster is not None:
        Roster.objects.filter(id=roster.id).update(state="failed", problem=problem, file_id=None)
        wipe_original(roster)


def queue_acceptance(*, roster_id: UUID, acting: Acting) -> Job:
    """Let the worker create accounts and appointments of the new rows."""
    require(acting, APPOINTER)
    roster = Roster.objects.filter(id=roster_id).first()
    if roster is None:
        raise ActRefused("roster", "没有这份名册")
    if roster.state != "read":
        raise ActRefused("done", "名册已经办理，或不能办理")
    return _start(roster, "accept_roster", ACCEPT_TASK, f"按名册开户 {roster.name}", acting)


def accept_roster(*, roster_id: UUID, acting: Acting) -> dict[str, int]:
    """Create persons, accounts and appointments of all new rows in one act; the others stay as they are."""
    require(acting, APPOINTER)
    with act_transaction():
        roster = Roster.objects.select_for_update().filter(id=roster_id).first()
        if roster is None or roster.state != "read":
            raise ActRefused("done", "名册已经办理，或不能办理")
        stored = {row.number: row for row in RosterRow.objects.filter(roster=roster)}
        _lock(stored.values())
        today = local_day(acting.now())
        judged = judge([_input(row) for _n, row in sorted(stored.items())], today=today)
        _take_in(judged, stored, today, acting)
        for one in judged:
            _write_judgement(stored[one.row.number], one)
        fields = ["unit", "post", "account", "username", "outcome", "note", "phone"]
        RosterRow.objects.bulk_update(stored.values(), fields, batch_size=500)
        Roster.objects.filter(id=roster.id).update(
            state="done", accepted_at=acting.now(), accepted_by_text=actor_text(acting)
        )
    return {word: sum(j.outcome == word for j in judged) for word in ("new", "same", "refused")}


def _lock(rows: Collection[RosterRow]) -> None:
    """Hold the persons and posts of these rows, in the order of every appointment: what is judged now stays so."""
    accounts, posts = {row.account_id for row in rows}, {row.post_id for row in rows}
    persons = Account.objects.filter(id__in=accounts - {None}, person__isnull=False).values_list("person_id", flat=True)
    lock_persons(persons)
    list(Post.objects.select_for_update(of=("self",)).filter(id__in=posts - {None}).order_by("id"))


def _input(row: RosterRow) -> RowInput:
    phone = unseal(bytes(row.phone), row.id).decode() if row.phone else ""
    username = "" if row.account_id is None and _generated(row) else row.username
    return RowInput(
        number=row.number, name=row.name, unit=row.unit_text, post=row.post_text, username=username, phone=phone
    )


def _generated(row: RosterRow) -> bool:
    """A name the program made itself is made anew when somebody took it meanwhile."""
    stem, _, number = row.username.rpartition("-")
    made = row.unit is not None and stem == row.unit.slug and number.isdigit()
    return made and Account.objects.filter(username=row.username).exists()


def _take_in(judged: Sequence[Judged], stored: dict[int, RosterRow], today: date, acting: Acting) -> None:
    persons: dict[str, Person] = {}
    said: dict[UUID, dict[str, str]] = {}
    personal: dict[UUID, dict[str, str]] = {}
    for one in judged:
        if one.outcome == "new":
            _refuse_oneself(one, acting)
            person = persons.get(one.username) or _person(one)
            persons[one.username] = person
            one.account = one.account or _account(person, one.username, acting)
            _appoint(person, one, today)
            if one.row.phone:
                personal[person.id] = {"phone": one.row.phone}
            posts = said.get(person.id, {}).get("post")
            text = post_text(one.post)
            said[person.id] = {"username": one.username, "post": f"{posts}、{text}" if posts else text}
        stored[one.row.number].phone = None
    if said:
        receipt = record_on_persons(act="person.take_in_roster", acting=acting, details=said, personal=personal)
        keep_phone_refs(receipt.personal)


def _refuse_oneself(one: Judged, acting: Acting) -> None:
    if one.person_id is not None and one.person_id == acting.viewer.person_id:
        raise ActRefused("self", f"第 {one.row.number} 行给您自己安排职务，请由另一名权限管理员办理")


def _person(one: Judged) -> Person:
    if one.person_id is not None:
        return Person.objects.select_for_update().get(id=one.person_id)
    return Person.objects.create(name=one.row.name)


def _account(person: Person, username: str, acting: Acting) -> Account:
    return Account.objects.filter(person=person).first() or new_account(person=person, username=username, acting=acting)


def _appoint(person: Person, one: Judged, today: date) -> None:
    if one.post is None:
        raise LookupError("a new row has a post")
    held = Holding.objects.filter(person=person, post=one.post, kind="holder", until__isnull=True)
    if not held.exists():
        Holding.objects.create(person=person, post=one.post, since=today)
