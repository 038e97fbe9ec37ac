"""Facts about deficiencies of a site: stated, asked for at later visits, corrected, ended. See `facts`."""

from __future__ import annotations

from typing import Final

from eum_app.domain.areas import Area
from eum_app.domain.fact import Fact
from eum_app.domain.fact_kind import FactKind
from eum_app.domain.fact_parts import ContentRef
from eum_app.domain.translatable import QT_TRANSLATE_NOOP


class DeficiencyStated(Fact, frozen=True, kw_only=True):
    """Something at a site does not meet what is required of it.

    It was stated at a visit (`visit_id`, on its device) or at HQ (empty). The site is that of the visit; `site_id`
    counts without one. `item_id` names an item if it is about one, `question_id` the question of the site checklist
    whose answer it came from. `severity` is a code of the list of severities that `list_version` names
    (`domain.deficiencies`). `owner` is who has to correct it, `due_on` until when (`YYYY-MM-DD`).
    """

    deficiency_id: str
    visit_id: str
    site_id: str
    item_id: str
    question_id: str
    what: str
    place: str
    severity: str
    owner: str
    due_on: str
    photos: tuple[ContentRef, ...]
    list_version: str


class DeficiencyFollowedUp(Fact, frozen=True, kw_only=True):
    """A later visit asked for a deficiency and did not find it corrected.

    `state` is `still_open` or `not_looked_at`, which needs a `reason`. The newest of a visit counts for that visit.
    """

    deficiency_id: str
    visit_id: str
    state: str
    reason: str


class DeficiencyCorrected(Fact, frozen=True, kw_only=True):
    """A deficiency was corrected, with the proof.

    `what` was done, on the day `corrected_on` (`YYYY-MM-DD`), by `corrected_by`. The proof is a `document` (attached,
    named, or both), photos, or both; else `no_document_reason` says why there is none. Seen at a visit of the site
    (`visit_id`, on its device), or recorded at HQ (empty).
    """

    correction_id: str
    deficiency_id: str
    visit_id: str
    what: str
    corrected_on: str
    corrected_by: str
    document: ContentRef | None
    document_name: str
    no_document_reason: str
    photos: tuple[ContentRef, ...]


class DeficiencyWithdrawn(Fact, frozen=True, kw_only=True):
    """A deficiency or a correction (`record_id`) was a mistake. Only the store that recorded it can withdraw it."""

    record_id: str
    deficiency_id: str
    visit_id: str
    reason: str


class DeficiencySetAside(Fact, frozen=True, kw_only=True):
    """HQ set a deficiency or a correction (`record_id`) of any store aside: it no longer counts."""

    record_id: str
    deficiency_id: str
    reason: str


def _content_of_correction(fact: DeficiencyCorrected) -> list[ContentRef]:
    return [*([fact.document] if fact.document else []), *fact.photos]


KINDS: Final = (
    FactKind(
        fact=DeficiencyStated,
        word=QT_TRANSLATE_NOOP("words", "Deficiency stated"),
        area=Area.DEFICIENCIES,
        device_may_state=True,
        is_evidence=True,
        content=lambda fact: list(fact.photos),
    ),
    FactKind(
        fact=DeficiencyFollowedUp,
        word=QT_TRANSLATE_NOOP("words", "Deficiency asked for"),
        area=Area.DEFICIENCIES,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(
        fact=DeficiencyCorrected,
        word=QT_TRANSLATE_NOOP("words", "Deficiency corrected"),
        area=Area.DEFICIENCIES,
        device_may_state=True,
        is_evidence=True,
        content=_content_of_correction,
    ),
    FactKind(
        fact=DeficiencyWithdrawn,
        word=QT_TRANSLATE_NOOP("words", "Deficiency withdrawn"),
        area=Area.DEFICIENCIES,
        device_may_state=True,
        is_evidence=True,
    ),
    FactKind(
        fact=DeficiencySetAside,
        word=QT_TRANSLATE_NOOP("words", "Deficiency set aside"),
        area=Area.DEFICIENCIES,
    ),
)
