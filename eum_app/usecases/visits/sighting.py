"""Ask for what a check needs before its item counts as sighted; see `domain.sighting`."""

from __future__ import annotations

from collections.abc import Iterable

from db.queries.checklists import site_answers_of
from db.queries.checks import checks_with_one_entry
from db.queries.items import identity
from db.queries.visits import purpose_of
from db.store import Connection
from eum_app.domain.checklists import Answer
from eum_app.domain.errors import Refusal
from eum_app.domain.facts import MarkRead
from eum_app.domain.sighting import Identity, SightingTerms, require_witness_words
from eum_app.domain.visit_kinds import sighting_policy_of


def sighting_terms(connection: Connection, visit_id: str) -> SightingTerms:
    """Return what a visit asks for, by its kind and the answers about its site.

    A visit or kind that is unknown gets the strictest ones.
    """
    return terms_of_purpose(connection, visit_id, purpose_of(connection, visit_id))


def terms_of_purpose(connection: Connection, visit_id: str, purpose: str) -> SightingTerms:
    """Return what `sighting_terms` does, for a visit whose purpose was read already."""
    policy = sighting_policy_of(purpose)
    return SightingTerms(policy, visit_id, policy.bans_scanner(site_answers_of(connection, visit_id)))


def require_sighted(terms: SightingTerms, item: Identity, *, outcome: str, grade: str, mark: MarkRead) -> None:
    """Require a check of `item` to be identified as its visit asks for. The item is empty if it is not in the book.

    Raises Refusal `sighting.mark_unread`, `sighting.other_serial`, `sighting.no_reason`, `sighting.enter_again`,
    `sighting.no_witness`, `sighting.witness_words`.
    """
    require_witness_words((mark.saw, mark.saw_for, mark.saw_how))
    lack = terms.lack(item, outcome=outcome, grade=grade, mark=mark)
    if lack is not None:
        serial = item.serial or item.uii or mark.serial or mark.raw.decode("utf-8", "replace")
        raise Refusal(lack, serial=serial[:78])


def entries_wanted(connection: Connection, visit_id: str, item_ids: Iterable[str]) -> dict[str, int]:
    """Return item id → how many entries of its serial by hand verify it: 2, 1, or 0 where none is asked for.

    Items that the book does not have are asked for none.
    """
    terms = sighting_terms(connection, visit_id)
    return {item_id: terms.entries_wanted(identity(connection, item_id)) for item_id in item_ids}


def require_ban_kept(connection: Connection, terms: SightingTerms, answers: Iterable[Answer]) -> None:
    """Require that new answers about a site leave the ground of its checks.

    Raises Refusal `site.scanner_relied_on` if they no longer say that scanners are not allowed, and checks with one
    entry of the serial rest on that.
    """
    given = [one for one in answers if one.question_id == terms.policy.scanner_question]
    if not given or not terms.bans_scanner or terms.policy.bans_scanner(given):
        return
    count = checks_with_one_entry(connection, terms.visit_id, terms.policy.levels)
    if count:
        raise Refusal("site.scanner_relied_on", count=count)
