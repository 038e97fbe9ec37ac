"""Facts about what became of an item. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import ContentRef
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class DispositionStated(Fact, frozen=True, kw_only=True):
    """A person stated the disposition of an item, with its evidence.

    `happened_on` is the day of the event (`YYYY-MM-DD`). `reported_by` is `us` or `partner`, `reporter` who that was.
    The `document` is named (`document_name`), attached, or both; else `no_document_reason` says why there is none.
    `authorization` is the reference of a consent to transfer. `list_version` names the version of the list of
    dispositions under which it was stated (`domain.disposition_list`). A statement that contradicts an earlier one
    says why (`correction`).

    It was made at a visit (`visit_id`, on its device), with the review of a finding (`finding_id`), by accepting a
    claim (`claim_id`), or none of these. Of all statements about an item and its rows in lists, the newest counts.
    """

    statement_id: str
    item_id: str
    disposition: str
    happened_on: str
    reported_by: str
    reporter: str
    document: ContentRef | None
    document_name: str
    no_document_reason: str
    witness: str
    authorization: str
    remark: str
    correction: str
    list_version: str
    visit_id: str = ""
    finding_id: str = ""
    claim_id: str = ""


class DispositionWithdrawn(Fact, frozen=True, kw_only=True):
    """A statement no longer counts. Only the store that recorded the statement can withdraw it."""

    statement_id: str
    item_id: str
    visit_id: str
    reason: str


class DispositionRejected(Fact, frozen=True, kw_only=True):
    """HQ set a statement of any store aside: it no longer counts."""

    statement_id: str
    item_id: str
    reason: str


def _content_of_statement(fact: DispositionStated) -> list[ContentRef]:
    return [fact.document] if fact.document else []


KINDS: Final = (
    FactKind(
        fact=DispositionStated,
        word=QT_TRANSLATE_NOOP("words", "Disposition stated"),
        area=Area.ITEMS,
        device_may_state=True,
        is_evidence=True,
        content=_content_of_statement,
    ),
    FactKind(
        fact=DispositionWithdrawn,
        word=QT_TRANSLATE_NOOP("words", "Disposition withdrawn"),
        area=Area.ITEMS,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(fact=DispositionRejected, word=QT_TRANSLATE_NOOP("words", "Disposition set aside"), area=Area.ITEMS),
)
