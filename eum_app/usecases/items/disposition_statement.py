"""The statement of what became of an item: as a person enters it, checked, and recorded in a transaction."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Final

from db.queries.items import ItemRow, item
from db.transaction import Transaction
from eum_app.domain.clock import iso_day
from eum_app.domain.disposition_list import (
    DispositionList,
    Evidence,
    Need,
    ReportedBy,
    State,
    lacking,
    list_in_force,
    require_date,
)
from eum_app.domain.dispositions import TERMINAL
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import ContentRef, DispositionStated
from eum_app.domain.file_names import shown_name
from eum_app.domain.pictures import MAX_BYTES
from eum_app.domain.vocabulary import member_of
from eum_app.usecases.items.disposition_lists import shipped_lists
from eum_app.usecases.people.scopes import require_items
from eum_app.usecases.session import Session, new_id
from eum_app.usecases.visits.photos import check_photo, read_file

MAX_TEXT: Final = 2_000
"""Characters of each text of a statement."""
_PDF: Final = b"%PDF-"


_LACKING: Final = {
    Need.DOCUMENT: "disposition.lacks_document",
    Need.WITNESS: "disposition.lacks_witness",
    Need.AUTHORIZATION: "disposition.lacks_authorization",
}


@dataclass(frozen=True)
class NewDisposition:
    """A disposition as a person entered it; see `DispositionStated`.

    `document` is the path of a PDF, JPEG or PNG file that is kept with the statement; None for none.
    """

    item_id: str
    disposition: str
    happened_on: str
    reported_by: str
    reporter: str
    document: Path | None = None
    document_name: str = ""
    no_document_reason: str = ""
    witness: str = ""
    authorization: str = ""
    remark: str = ""
    correction: str = ""


def record_statement(
    session: Session,
    transaction: Transaction,
    new: NewDisposition,
    *,
    visit_id: str = "",
    finding_id: str = "",
    claim_id: str = "",
) -> str:
    """Check a statement, record it in a transaction, and return its id. Raises as `state_disposition` does."""
    require_items(session, transaction.connection, [new.item_id])
    row = item(transaction.connection, new.item_id)
    observed_at = session.observed_now()
    in_force = list_in_force(shipped_lists(), session.now().date())
    _require_whole(new, row, in_force, observed_at)
    fact = DispositionStated(
        observed_at=observed_at,
        statement_id=new_id(),
        item_id=new.item_id,
        disposition=new.disposition,
        happened_on=iso_day(new.happened_on),
        reported_by=new.reported_by,
        reporter=new.reporter.strip(),
        document=seal_document(transaction, new.document),
        document_name=new.document_name.strip() or (shown_name(new.document.name) if new.document else ""),
        no_document_reason=new.no_document_reason.strip(),
        witness=new.witness.strip(),
        authorization=new.authorization.strip(),
        remark=new.remark.strip(),
        correction=new.correction.strip(),
        list_version=in_force.version,
        visit_id=visit_id,
        finding_id=finding_id,
        claim_id=claim_id,
    )
    transaction.record(fact)
    return fact.statement_id


def _require_whole(new: NewDisposition, row: ItemRow, in_force: DispositionList, now: str) -> None:
    for field in fields(new):
        text = getattr(new, field.name)
        if isinstance(text, str):
            require_short(text)
    state = in_force.state(new.disposition)
    if state is None:
        known = ", ".join(one.code for one in in_force.states)
        raise Refusal("disposition.unknown", disposition=new.disposition[:40], known=known)
    if member_of(ReportedBy, new.reported_by) is None:
        raise Refusal("disposition.reported_by")
    if not new.reporter.strip():
        raise Refusal("disposition.reporter")
    require_date(new.happened_on.strip(), row.delivery_date, now)
    for need in lacking(state, evidence_in(new)):
        raise Refusal(_LACKING[need])
    if row.disposition in TERMINAL and not new.correction.strip():
        raise Refusal("disposition.correction")


def evidence_in(new: NewDisposition) -> Evidence:
    """Return the parts of an entry that its state may need."""
    return Evidence(
        has_document=new.document is not None or bool(new.document_name.strip()),
        no_document_reason=new.no_document_reason,
        witness=new.witness,
        authorization=new.authorization,
    )


def states_in_force(day: date) -> tuple[State, ...]:
    """Return the dispositions that can be stated on a day, in the order of the list."""
    return list_in_force(shipped_lists(), day).states


def require_short(text: str) -> None:
    """Raise Refusal `note.too_long` for a text of more than `MAX_TEXT` characters."""
    if len(text) > MAX_TEXT:
        raise Refusal("note.too_long", limit=MAX_TEXT)


def seal_document(transaction: Transaction, document: Path | None) -> ContentRef | None:
    """Keep a PDF, JPEG or PNG file and return its reference; None for None.

    Raises Refusal `document.too_large`, `document.kind`, `image.missing` or `image.unreadable`; Trouble for disk
    errors.
    """
    if document is None:
        return None
    data = read_file(document)
    if len(data) > MAX_BYTES:
        raise Refusal("document.too_large", megabytes=MAX_BYTES // 1_000_000)
    if data.startswith(_PDF):
        return transaction.seal_content(data, "application/pdf")
    try:
        return transaction.seal_content(data, check_photo(data))
    except Refusal as refusal:
        raise Refusal("document.kind", name=shown_name(document.name)) from refusal
