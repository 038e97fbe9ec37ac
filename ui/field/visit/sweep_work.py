"""The sweep: open marks in view one by one as they are seen, or take all expected items with one key."""

from __future__ import annotations

from PySide6.QtCore import QObject

from eum_app.domain.errors import KnownError
from eum_app.domain.matches import MatchKind
from eum_app.domain.visits import TO_CHECK, Outcome, ReadBy
from ui.field.parts import png_of
from ui.field.visit.current_work import Event, State
from ui.field.visit.draft import Draft
from ui.field.visit.match_words import tag_of
from ui.field.visit.offer_work import OfferWork
from ui.field.visit.opening import Opening
from ui.field.visit.recorder import Recorder
from ui.field.visit.sightings import Key, Sighting, Sightings
from ui.field.visit.workspace import Workspace
from ui.kit import words


class SweepWork(QObject):
    """Show a verdict on each mark in the picture, open marks, and take the expected items in view as a group."""

    def __init__(
        self, at: Workspace, sightings: Sightings, recorder: Recorder, opening: Opening, offers: OfferWork
    ) -> None:
        super().__init__(at)
        self._at, self._work, self._scan = at, at.work, at.scan
        self._sightings, self._recorder = sightings, recorder
        self._opening, self._offers = opening, offers
        at.scan.seen.view_changed.connect(sightings.look)
        at.scan.seen.mark_chosen.connect(self._open_mark)
        at.scan.take_requested.connect(self.take_in_view)
        at.column.group.item_chosen.connect(self._open_from_group)
        sightings.found.connect(self._sighted)
        sightings.refused.connect(self._mark_refused)
        sightings.counted.connect(self._count_view)

    def _sighted(self, sightings: list[Sighting]) -> None:
        """Show new verdicts on their marks at once. The right column follows after that."""
        for sighting in sightings:
            state, text, _ = tag_of(sighting.match)
            shown = text if sighting.is_sure else self.tr("{text}?").format(text=text)
            self._scan.seen.set_known(sighting.key, state, shown)
        self._scan.viewfinder.repaint()
        for sighting in sightings:
            self._follow(sighting)

    def _follow(self, sighting: Sighting) -> None:
        """Show a verdict in the right column if the current work allows it."""
        if self._identifies_open_item(sighting):
            self._opening.identify(sighting.match, png_of(sighting.picture), keeps_focus=True)
            return
        if not self._at.send(Event.SIGHT):
            return
        match = sighting.match
        _, text, tone = tag_of(match)
        draft, is_alone = self._work.draft, self._sightings.in_view == 1
        is_photo = match.read.read_by == ReadBy.PHOTO
        if is_alone or is_photo:
            self._scan.say(text, tone)
        if is_alone and is_photo:
            self._open_sighting(sighting)
        elif match.kind == "expected" and sighting.is_sure:
            # The first one stays open while it is in view, so that nothing jumps under the person's hand.
            if draft is None or (draft.mark.read_by == ReadBy.CAMERA and not self._sightings.shows(draft.item_id)):
                self._open_sighting(sighting)
        elif is_alone and draft is None and match.kind is not MatchKind.ALREADY_CHECKED:
            self._open_sighting(sighting)

    def _identifies_open_item(self, sighting: Sighting) -> bool:
        """Return whether the camera reads the mark of the open item, which no device has read before."""
        draft = self._work.draft
        is_open = self._work.state is State.ITEM and sighting.is_sure and self._opening.is_open(sighting.match)
        return is_open and draft is not None and draft.mark.read_by in {ReadBy.LIST, ReadBy.TYPED}

    def _mark_refused(self, key: Key, error: KnownError) -> None:
        self._scan.seen.set_known(key, "high", self.tr("cannot be read"))
        if self._sightings.in_view <= 1:
            self._opening.not_matched(ReadBy.CAMERA, error)

    def _open_mark(self, key: Key) -> None:
        """Open a mark that the person pressed in the picture."""
        sighting = self._sightings.sighting_of(key)
        if sighting is not None:
            is_again = self._opening.is_open(sighting.match)
            if not self._at.send(Event.PRESS_AGAIN if is_again else Event.PRESS, read=tag_of(sighting.match)[1]):
                return
            if is_again and sighting.is_sure:
                self._opening.identify(sighting.match, png_of(sighting.picture))
            else:
                self._open_sighting(sighting)

    def _open_sighting(self, sighting: Sighting) -> None:
        picture, match = png_of(sighting.picture), sighting.match
        if sighting.is_sure or match.item is None:
            self._opening.show_match(match, picture)
        else:  # one read of a symbol without a strong checksum
            self._offers.confirm(match, picture)

    def _count_view(self) -> None:
        taken = self._work.group.drafts
        new = [one for one in self._sightings.expected() if one.match.item and one.match.item.item_id not in taken]
        self._scan.show_counts(self._sightings.in_view, len(new) if self._takes_groups() else 0)

    def _takes_groups(self) -> bool:
        """Return whether the kind of visit records *verified*, the only outcome that a group can have."""
        return Outcome.VERIFIED in self._work.outcomes

    def take_in_view(self) -> None:
        """Add all expected items in view to the group, whose questions are answered together (F5).

        Where there is none, or this kind of visit takes no group, the scan column says so. Does nothing during a
        recording.
        """
        if self._recorder.is_busy:
            return
        if self._work.view is not None and not self._takes_groups():
            self._scan.say(self.tr("This kind of visit records its items one by one."), "warn")
            return
        drafts = [
            Draft(one.match.read, one.match.item, mark_picture=png_of(one.picture))
            for one in self._sightings.expected()
        ]
        held = len(self._work.group.drafts)
        if not drafts and not held and self._work.allows(Event.TAKE):
            self._scan.say(self.tr("No expected item is in view."), "warn")
        elif self._at.send(Event.TAKE, taken=drafts):
            taken = len(self._work.group.drafts) - held
            if held:  # else it is shown already, with its state
                self._at.column.group.show_group(self._work.checklist)
            self._scan.say(self.tr("{count} selected").format(count=words.count(taken)), "accent")
            self._count_view()
            self._at.show_column(keeps_photo=True)

    def _open_from_group(self, item_id: str) -> None:
        """Open one item of the group separately; the others wait."""
        draft = self._work.group.drafts.get(item_id)
        if draft is not None and self._work.state is State.GROUP and self._at.send(Event.OPEN_ONE, draft=draft):
            self._opening.open_item(draft, TO_CHECK)
