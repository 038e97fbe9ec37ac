"""A late bundle in the Inbox: what it claims, who accepted it, and one person's acceptance with a reason."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QSizePolicy, QWidget

from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission, folded
from eum_app.usecases.calls import call
from eum_app.usecases.exchange.late_bundles import PEOPLE_NEEDED, Accepted, LateBundle, accept_late
from ui.kit.delegates import ChipSpec
from ui.kit.desk import Desk
from ui.kit.widgets import Chip, NoticeBar, button, flow, label, panel, scrolled, vbox
from ui.kit.widgets.reasoned_act import ActWords, ReasonedAct
from ui.kit.words import count, moment
from ui.shared.page_parts import may

translate = QCoreApplication.translate


def late_chip(late: LateBundle) -> ChipSpec:
    """Return icon, text and tone of a late bundle's state: imported since, accepted by two, or how many accepted it."""
    if late.is_imported:
        return ChipSpec(translate("hq", "Imported since"), "ok", "check")
    if late.is_admitted:
        return ChipSpec(translate("hq", "Accepted by two"), "warn", "clock")
    words = translate("hq", "Waits: {count} of {needed}")
    return ChipSpec(words.format(count=count(len(late.accepted_by)), needed=count(PEOPLE_NEEDED)), "warn", "clock")


class LatePart(QWidget):
    """Shown under the list while a late bundle is selected."""

    admitted = Signal(object)
    """Path of the kept copy to import: enough people accepted it."""

    def __init__(self, desk: Desk, notice: NoticeBar) -> None:
        super().__init__()
        self._desk, self._notice = desk, notice
        self._late: LateBundle | None = None
        self._state = Chip("", "warn", "clock")
        self._name = label("", "strong", selectable=True)
        self._claim = label("", "body", wrap=True, selectable=True)
        self._people = label("", "sub", wrap=True, selectable=True)
        self._people.setObjectName("late_people")
        self._own = label(self.tr("You accepted it. Another person has to accept it too."), "sub", wrap=True)
        self.act = ReasonedAct(
            ActWords(
                object_name="late",
                begin=self.tr("Accept it…"),
                placeholder=self.tr("Who saw the device or the paper record, and when?"),
                reason=self.tr("Reason for accepting the late bundle"),
                confirm=self.tr("Accept"),
                explanation=self.tr(
                    "Accept it only if you know that it was sealed before: anyone who has the device could have "
                    "written it. It is imported once two people accepted it, and both names stay in the log."
                ),
            )
        )
        self.act.requested.connect(self._accept)
        self.import_button = button(self.tr("Import the kept copy"), self._import, icon="download")
        self.import_button.setObjectName("late_import_button")
        lines = vbox(
            panel(flow(self._state, self._name)),
            self._claim,
            self._people,
            self._own,
            self.import_button,
            self.act,
            1,
            margins=(16, 10, 16, 10),
            spacing=6,
        )
        self.setLayout(vbox(scrolled(lines)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.hide()

    def show_late(self, late: LateBundle | None, claim: str) -> None:
        """Show a late bundle, with the sentence about it. What was typed for another one is dropped."""
        is_same = late is not None and self._late is not None and late.row.quarantine_id == self._late.row.quarantine_id
        self._late = late
        if not is_same:
            self.act.close_form()
        self.setVisible(late is not None)
        if late is None:
            return
        spec = late_chip(late)
        self._state.set(spec.text, spec.tone, spec.icon)
        self._name.setText(late.row.file_name)
        self._claim.setText(claim)
        people = [
            self.tr("Accepted by {person} on {at}: {reason}").format(
                person=one.actor, at=moment(one.at), reason=one.reason
            )
            for one in late.accepted_by
        ]
        self._people.setText("\n".join(people))
        self._people.setVisible(bool(people))
        is_own = any(folded(one.actor) == folded(self._desk.session.account) for one in late.accepted_by)
        is_open = not late.is_imported and not late.is_admitted
        self._own.setVisible(is_own and is_open)
        self.act.setVisible(is_open and not is_own and may(self._desk.session, Permission.DEVICE_ENROL))
        self.import_button.setVisible(late.is_admitted and not late.is_imported and self._kept() is not None)

    def _kept(self) -> Path | None:
        return self._late.kept if self._late is not None else None

    def _import(self) -> None:
        if (path := self._kept()) is not None:
            self.admitted.emit(path)

    def _accept(self, reason: str) -> None:
        if self._late is not None:
            quarantine_id = self._late.row.quarantine_id
            self._desk.do(
                call(accept_late, quarantine_id, reason),
                then=partial(self._accepted, quarantine_id),
                failed=partial(self._refused, quarantine_id),
            )

    def _is_shown(self, quarantine_id: str) -> bool:
        """Return whether this bundle is still shown: another may be, with its own reason in the form."""
        return self._late is not None and self._late.row.quarantine_id == quarantine_id

    def _accepted(self, quarantine_id: str, accepted: Accepted) -> None:
        if self._is_shown(quarantine_id):
            self.act.close_form()
        if accepted.path is not None:
            self.admitted.emit(accepted.path)
            return
        detail = (
            self.tr("No copy of it was kept: import the file from where it is.")
            if accepted.is_admitted
            else self.tr("Another person has to accept it too; then it is imported.")
        )
        self._notice.show_message("ok", self.tr("Accepted"), detail=detail, stays=True)

    def _refused(self, quarantine_id: str, error: KnownError) -> None:
        if self._is_shown(quarantine_id):
            self.act.set_retry()
        self._notice.show_error(error)
