"""Attribution: checks whose account has signed no head over them yet, and accounts that belong to one person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from db.author_tables import account_links, attribution_starts, check_authors, signed_heads
from db.disposition_tables import dispositions
from db.queries.checks import OWN_NAME, is_attributed, is_withdrawn
from db.queries.findings import is_open
from db.tables import accounts, checks, findings, journal, visits
from eum_app.domain.facts import Fact, HeadSigned, SiteAssessed, VisitStarted, decode_fact
from eum_app.domain.people import folded


@dataclass(frozen=True)
class Author:
    """An account of one chain, and the number of an entry that it made. `origin` is a device or HQ itself."""

    origin: str
    epoch: int
    account: str
    seq: int


@dataclass(frozen=True)
class UnsignedCheck:
    """A check that counts and whose account has not signed a head over it."""

    check_id: str
    author: Author


def has_begun(connection: Connection) -> bool:
    """Whether this HQ recorded from which entries on it expects signed heads."""
    return connection.execute(select(attribution_starts.c.seq).limit(1)).first() is not None


def owing_authors(connection: Connection) -> list[Author]:
    """Return the accounts of other stores whose newest check no signed head covers, with that check's number."""
    rows = connection.execute(
        select(check_authors)
        .outerjoin(
            signed_heads,
            and_(
                signed_heads.c.origin == check_authors.c.origin,
                signed_heads.c.epoch == check_authors.c.epoch,
                signed_heads.c.account == check_authors.c.account,
            ),
        )
        .where(
            check_authors.c.origin != OWN_NAME,
            or_(signed_heads.c.seq.is_(None), signed_heads.c.seq < check_authors.c.seq),
        )
        .order_by(check_authors.c.origin, check_authors.c.epoch, check_authors.c.account)
    )
    return [Author(row.origin, row.epoch, row.account, row.seq) for row in rows]


def _is_due() -> ColumnElement[bool]:
    """Return the condition that a check is newer than the rule, not withdrawn, and not covered by a signed head."""
    start = (
        select(attribution_starts.c.seq)
        .where(attribution_starts.c.origin == checks.c.origin, attribution_starts.c.epoch == checks.c.epoch)
        .scalar_subquery()
    )
    return and_(checks.c.seq > func.coalesce(start, 0), ~is_attributed(), ~is_withdrawn())


def unsigned_checks(connection: Connection, visit_id: str) -> list[UnsignedCheck]:
    """Return the unsigned checks of a visit that are newer than the rule, by chain and number."""
    rows = connection.execute(
        select(checks.c.check_id, checks.c.origin, checks.c.epoch, checks.c.actor, checks.c.seq)
        .where(checks.c.visit_id == visit_id, _is_due())
        .order_by(checks.c.origin, checks.c.epoch, checks.c.seq)
    )
    return [UnsignedCheck(row.check_id, Author(row.origin, row.epoch, row.actor, row.seq)) for row in rows]


def visits_owing(connection: Connection, authors: list[Author]) -> set[str]:
    """Return the ids of the visits of these authors' devices in which a check is unsigned and newer than the rule.

    Visits that HQ has not adopted are left out: they are judged when it does.
    """
    found: set[str] = set()
    for device in sorted({author.origin for author in authors}):
        of_device = select(visits.c.visit_id).where(visits.c.device == device, ~visits.c.is_pending)
        owing = select(checks.c.visit_id).where(checks.c.visit_id.in_(of_device), _is_due()).distinct()
        found.update(connection.execute(owing).scalars())
    return found


def visits_with_finding(connection: Connection, rule_id: str, device: str) -> set[str]:
    """Return the ids of the visits of a device for which a finding of this rule is open."""
    question = (
        select(findings.c.visit_id)
        .join(visits, visits.c.visit_id == findings.c.visit_id)
        .where(findings.c.rule_id == rule_id, visits.c.device == device, is_open())
    )
    return set(connection.execute(question).scalars())


def has_evidence_to_sign(connection: Connection, author: Author, kinds: tuple[str, ...]) -> bool:
    """Whether an account made entries of these kinds in a chain since the newest head that it signed."""
    signed = connection.execute(
        select(signed_heads.c.seq).where(
            signed_heads.c.origin == author.origin,
            signed_heads.c.epoch == author.epoch,
            signed_heads.c.account == author.account,
        )
    ).scalar()
    question = (
        select(journal.c.seq)
        .where(
            journal.c.origin == author.origin,
            journal.c.epoch == author.epoch,
            journal.c.seq > (signed or 0),
            journal.c.actor == author.account,
            journal.c.kind.in_(kinds),
        )
        .limit(1)
    )
    return connection.execute(question).first() is not None


# One person, several accounts


def checked_by(connection: Connection, visit_id: str, item_id: str, check_id: str) -> list[Author]:
    """Return the authors of the checks of an item in a visit, withdrawn checks included.

    For an unlisted item (`item_id` empty) it is the author of this check.
    """
    of_item = and_(checks.c.visit_id == visit_id, checks.c.item_id == item_id)
    chosen = or_(checks.c.check_id == check_id, of_item) if item_id else checks.c.check_id == check_id
    question = select(checks.c.origin, checks.c.epoch, checks.c.actor, checks.c.seq).where(chosen)
    return [Author(row.origin, row.epoch, row.actor, row.seq) for row in connection.execute(question)]


def stated_by(connection: Connection, visit_id: str, item_id: str) -> list[Author]:
    """Return the authors of the statements at a visit about what became of an item, ended ones included."""
    question = select(dispositions).where(dispositions.c.visit_id == visit_id, dispositions.c.item_id == item_id)
    return [Author(row.origin, row.epoch, row.actor, row.seq) for row in connection.execute(question)]


def answered_by(connection: Connection, visit_id: str) -> list[Author]:
    """Return the authors who ever answered a visit's site checklist.

    Reads the journals of its device and of this store, because the read table keeps only the newest answers.
    """
    device = select(visits.c.device).where(visits.c.visit_id == visit_id).scalar_subquery()
    by = or_(journal.c.origin == device, journal.c.origin == OWN_NAME)
    return _authors_of(connection, SiteAssessed, visit_id, by)


def _authors_of(connection: Connection, kind: type[Fact], visit_id: str, by: ColumnElement[bool]) -> list[Author]:
    return [
        Author(row.origin, row.epoch, row.actor, row.seq)
        for row in connection.execute(select(journal).where(by, journal.c.kind == kind.__name__))
        if getattr(decode_fact(row.kind, row.kind_version, row.payload), "visit_id", "") == visit_id
    ]


def started_by(connection: Connection, visit_id: str) -> list[Author]:
    """Return the author of the start of a visit without tasking, as its device names them; none for a planned visit."""
    device = select(visits.c.device).where(visits.c.visit_id == visit_id, visits.c.is_unplanned).scalar_subquery()
    return _authors_of(connection, VisitStarted, visit_id, journal.c.origin == device)


def linked_accounts(connection: Connection, account: str) -> set[tuple[str, str]]:
    """Return (device, folded account there) for the device accounts that belong to an account of this HQ."""
    rows = connection.execute(select(account_links))
    return {(row.device, folded(row.device_account)) for row in rows if folded(row.account) == folded(account)}


def heads_over(connection: Connection, author: Author) -> list[HeadSigned]:
    """Return the heads that an account signed in its chain at or after an entry, oldest first."""
    question = (
        select(journal)
        .where(
            journal.c.origin == author.origin,
            journal.c.epoch == author.epoch,
            journal.c.seq > author.seq,
            journal.c.kind == HeadSigned.__name__,
        )
        .order_by(journal.c.seq)
    )
    said = [decode_fact(row.kind, row.kind_version, row.payload) for row in connection.execute(question)]
    return [
        fact
        for fact in said
        if isinstance(fact, HeadSigned) and fact.account == author.account and fact.head_seq >= author.seq
    ]


def shared_names(connection: Connection) -> frozenset[str]:
    """Return the folded account names that more than one store uses: shown with the store's name."""
    rows = connection.execute(select(accounts.c.account, accounts.c.origin).distinct())
    stores: dict[str, set[str]] = {}
    for row in rows:
        stores.setdefault(folded(row.account), set()).add(row.origin)
    return frozenset(name for name, of_stores in stores.items() if len(of_stores) > 1)
