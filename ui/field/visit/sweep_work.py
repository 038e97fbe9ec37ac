"""The sweep: what is done about the marks in view, one by one as they are seen or all at once with one key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from eum_app.domain.errors import KnownError
from eum_app.domain.matches import MatchKind
from eum_app.domain.visits import TO_CHECK, ReadBy
from eum_app.usecases.visits.record_check import RecordedChecks
from ui.field.parts import png_of
from ui.field.visit.draft import Draft
from ui.field.visit.match_words import confirm_offer, tag_of
from ui.field.visit.sightings import Key, Sighting
from ui.kit import words

if TYPE_CHECKING:
    from ui.field.visit.visit_page import VisitPage


class SweepWork(QObject):
    """Works on the workspace `page`: its picture, its group of items taken, its item at hand."""

    def __init__(self, page: VisitPage) -> None:
        super().__init__(page)
        self._page = page
        page.scan.view_changed.connect(page.sightings.look)
        page.scan.mark_chosen.connect(self._open_mark)
        page.scan.take_requested.connect(self.take_in_view)
        page.sightings.found.connect(self._sighted)
        page.sightings.refused.connect(self._mark_refused)
        page.sightings.counted.connect(self._count_view)
        page.recorder.group_recorded.connect(self._group_recorded)
        page.group.record_requested.connect(self.record_group)
        page.group.item_chosen.connect(self._open_from_group)

    def _sighted(self, sightings: list[Sighting]) -> None:
        """Verdicts about marks in view. Each is shown on its mark, at once; the right column follows after that."""
        for sighting in sightings:
            state, text, _ = tag_of(sighting.match)
            shown = text if sighting.is_sure else self.tr("{text}?").format(text=text)
            self._page.scan.set_known(sighting.key, state, shown)
        self._page.scan.viewfinder.repaint()
        for sighting in sightings:
            self._follow(sighting)

    def _follow(self, sighting: Sighting) -> None:
        """The right column follows a verdict only where it is free."""
        if self._page.view is None or self._page.is_begun() or self._page.refuses():
            return
        match = sighting.match
        _, text, tone = tag_of(match)
        draft, is_alone = self._page.item.draft, self._page.sightings.in_view == 1
        is_photo = match.read.read_by == ReadBy.PHOTO
        if is_alone or is_photo:
            self._page.scan.say(text, tone)
        if is_alone and is_photo:
            self._open_sighting(sighting)
        elif match.kind == "expected" and sighting.is_sure:
            # The first one stays at hand while it is in view, so that nothing jumps under the person's hand.
            if draft is None or (draft.mark.read_by == ReadBy.CAMERA and not self._page.sightings.shows(draft.item_id)):
                self._open_sighting(sighting)
        elif is_alone and draft is None and match.kind is not MatchKind.ALREADY_CHECKED:
            self._open_sighting(sighting)

    def _mark_refused(self, key: Key, error: KnownError) -> None:
        self._page.scan.set_known(key, "high", self.tr("cannot be read"))
        if self._page.sightings.in_view <= 1:
            self._page.not_matched(ReadBy.CAMERA, error)

    def _open_mark(self, key: Key) -> None:
        """The person pressed a mark in the picture."""
        sighting = self._page.sightings.sighting_of(key)
        if (
            sighting is not None
            and not self._page.refuses()
            and not self._page.must_wait(sighting.match, tag_of(sighting.match)[1])
        ):
            self._open_sighting(sighting)

    def _open_sighting(self, sighting: Sighting) -> None:
        picture, match = png_of(sighting.picture), sighting.match
        if sighting.is_sure or match.item is None:
            self._page.show_match(match, picture)
            return
        # One read of a symbol without a strong checksum: a person compares it with the plate before it counts.
        self._page.show_item_place()
        self._page.offers.candidate = match.read, picture
        offer = confirm_offer(match)
        self._page.item.show_offer(offer.title, offer.text, read=offer.read, candidates=[match.item], picture=picture)
        self._page.to_item_column()

    def _count_view(self) -> None:
        new = [
            one
            for one in self._page.sightings.expected()
            if one.match.item and one.match.item.item_id not in self._page.group.drafts
        ]
        self._page.scan.show_counts(self._page.sightings.in_view, len(new))

    def take_in_view(self) -> None:
        """The sighting of all expected items in view (F5): they join the group whose questions are asked at once."""
        if self._page.view is None or self._page.recorder.is_busy or self._page.refuses():
            return
        draft = self._page.item.draft
        if draft is not None and self._page.is_begun():  # also one that was opened from the group: it would be lost
            self._page.scan.say(
                self.tr("First finish {serial}, or put it away (Esc)").format(serial=draft.serial), "warn"
            )
            return
        drafts = [
            Draft(one.match.read, one.match.item, mark_picture=png_of(one.picture))
            for one in self._page.sightings.expected()
        ]
        taken = self._page.group.take(drafts, self._page.view.item_checklist)
        if not self._page.group.is_open:
            self._page.scan.say(self.tr("No expected item is in view."), "warn")
            return
        self._page.item.show_nothing()
        self._page.items.set_in_view("")
        self._page.scan.say(self.tr("{count} taken").format(count=words.count(taken)), "accent")
        self._count_view()
        self._page.right.setCurrentWidget(self._page.group)
        self._page.columns.bring_to_front("item")
        self._page.group.focus_first()

    def record_group(self) -> None:
        if self._page.view is not None and self._page.group.is_open:
            drafts, checklist = list(self._page.group.drafts.values()), self._page.view.item_checklist
            if self._page.recorder.record_group(self._page.visit_id, drafts, self._page.group.answers, checklist):
                self._page.group.set_busy(True)

    def _group_recorded(self, result: RecordedChecks) -> None:
        self._page.group.clear()
        count = words.count(len(result.checks))
        self._page.say_recorded(
            self.tr("{count} items verified").format(count=count), [one.check_id for one in result.checks]
        )

    def _open_from_group(self, item_id: str) -> None:
        """One item of the group is looked at by itself; the others wait."""
        draft = self._page.group.drafts.get(item_id)
        if draft is not None and draft.item is not None and self._page.view is not None:
            self._page.group.drop(item_id)
            self._page.right.setCurrentWidget(self._page.item)
            self._page.open_item(draft, TO_CHECK)
