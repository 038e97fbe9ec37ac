"""Make a proof slip about one record: what it shows, then its files and its QR symbol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from db.queries.visits import VisitRow
from eum_app.domain.errors import KnownError
from eum_app.domain.people import Permission
from eum_app.usecases.calls import child
from eum_app.usecases.children import write_slip_child
from eum_app.usecases.proofs.make_slip import SlipWritten, Subject
from ui.hq.review_data import FindingDetail
from ui.kit.desk import Desk
from ui.kit.guard import guarded
from ui.kit.tips import set_tip
from ui.kit.widgets import Button, button, label
from ui.kit.window_dialog import WindowDialog
from ui.kit.words import moment, rule_title
from ui.shared.page_parts import Job, why_not

translate = QCoreApplication.translate

_SHRUNK = 2
"""The symbol is shown at this fraction of its file: two pixels a module, which a phone reads from the screen."""


@dataclass(frozen=True)
class SlipSubject:
    """The record to prove. `about` names it for people: a serial number, a site, a rule."""

    subject: Subject
    subject_id: str
    about: str


def finding_subject(detail: FindingDetail | None) -> SlipSubject | None:
    """Return the subject of a slip about a finding; None without one."""
    row = detail.finding if detail else None
    return SlipSubject(Subject.FINDING, row.finding_id, row.serial or rule_title(row.rule_id)) if row else None


def slip_button(desk: Desk, object_name: str, wanted: Callable[[], SlipSubject | None]) -> Button:
    """Return a button that opens the dialog about the record that `wanted` returns; None opens none.

    Disabled, with the reason as its tip, for an account that may not export.
    """
    made = button(translate("proof", "Make a proof slip…"), lambda: _open(desk, made, wanted()), icon="shield-check")
    made.setObjectName(object_name)
    denied = why_not(desk.session, Permission.REPORT_EXPORT)
    made.setEnabled(not denied)
    set_tip(made, denied or translate("proof", "Prove this record to an outsider without showing any other"))
    return made


def visit_slip_button(desk: Desk, wanted: Callable[[], VisitRow | None]) -> Button:
    """Return a button that opens the dialog about the visit that `wanted` returns; see `slip_button`."""

    def subject() -> SlipSubject | None:
        row = wanted()
        return SlipSubject(Subject.VISIT, row.visit_id, row.site) if row else None

    return slip_button(desk, "visit_slip_button", subject)


def _open(desk: Desk, opened_by: QWidget, wanted: SlipSubject | None) -> None:
    if wanted is not None:
        SlipDialog(desk, wanted, opened_by).open()


@guarded
class SlipDialog(WindowDialog):
    """Say what the slip proves and shows, make it in a child process, and show its QR symbol."""

    def __init__(self, desk: Desk, wanted: SlipSubject, parent: QWidget) -> None:
        title = translate("proof", "Proof slip: {about}").format(about=wanted.about)
        super().__init__("slip_dialog", title, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._desk, self._wanted = desk, wanted
        proves = {
            Subject.ITEM: self.tr("It proves the last check of this item, as it was recorded."),
            Subject.VISIT: self.tr("It proves the close-out of this visit, as it was signed."),
            Subject.FINDING: self.tr("It proves this finding, or the newest decision about it."),
        }[wanted.subject]
        self._before = [
            label(proves, "body", wrap=True),
            label(
                self.tr(
                    "The reader sees this whole record: serial numbers, answers, comments, the account and the time. "
                    "Photos and notes are not in it, and nothing about any other record is."
                ),
                "body",
                wrap=True,
            ),
            label(self.tr("The slip is written to {path}").format(path=desk.outbox), "sub", wrap=True),
        ]
        for part in self._before:
            self.words.addWidget(part)
        self._said = label("", "body", tone="warn", wrap=True)
        self._said.setObjectName("slip_refused")
        self._said.hide()
        self._done = label("", "body", wrap=True, selectable=True)
        self._done.setObjectName("slip_done")
        self._done.hide()
        self._symbol = QLabel()
        self._symbol.setObjectName("slip_symbol")
        self._symbol.setAccessibleName(self.tr("QR symbol of the slip"))
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._symbol.hide()
        for shown in (self._said, self._done, self._symbol):
            self.words.addWidget(shown)
        self.words.addStretch(1)
        self.job = Job("slip_job")
        self.foot.addWidget(self.job)
        self._close = button(self.tr("Close"), self.reject)
        self._close.setObjectName("slip_close_button")
        self._make = button(self.tr("Make the slip"), self.make, kind="primary")
        self._make.setObjectName("slip_make_button")
        self.add_buttons(self._close, self._make)
        self._make.setFocus(Qt.FocusReason.OtherFocusReason)

    def make(self) -> None:
        """Make the slip in a child process, and write it into the outbox. Does nothing while it is being made.

        Returns before it is made: the dialog then shows the files and the symbol, or the error.
        """
        if self.is_busy:
            return
        self.is_busy = True
        self._said.hide()
        self._make.setEnabled(False)
        self._close.setEnabled(False)
        self.job.run(
            self._desk,
            self.tr("Making the slip"),
            child(write_slip_child, self._wanted.subject, self._wanted.subject_id, self._desk.outbox),
            then=self._made,
            failed=self._refused,
            stopped=self._over,
        )
        self.fit()

    def _made(self, done: SlipWritten) -> None:
        self._over()
        for part in self._before:
            part.hide()
        self._make.hide()
        lines = [self.tr("Written to {path}").format(path=done.path)]
        made = done.made
        signed = self.tr("It is proved by HQ's head of %Ln entries, signed {when}.", "", made.slip.size)
        lines.append(signed.format(when=moment(made.signed_at)))
        names = ", ".join(made.witnesses)
        lines.append(
            self.tr("Witnessed by {names}.").format(names=names)
            if names
            else self.tr("No witness has cosigned this head: its time is HQ's claim.")
        )
        if made.shows_journal_hash:
            lines.append(
                self.tr(
                    "An earlier version closed this visit out, so the record holds a hash of the device's journal. "
                    "With it, a reader who has a copy of that journal can confirm that copy."
                )
            )
        if done.picture is None:
            lines.append(self.tr("The record is too long for a QR symbol."))
        else:
            lines.append(
                self.tr("The symbol holds the same record for readers who keep that head. It is in {name}.").format(
                    name=done.picture_path.name if done.picture_path else ""
                )
            )
            self._show_symbol(done.picture)
        self._done.setText("\n".join(lines))
        self._done.show()
        self._close.setFocus(Qt.FocusReason.OtherFocusReason)
        self.fit()

    def _show_symbol(self, png: bytes) -> None:
        picture = QPixmap()
        picture.loadFromData(png, "PNG")
        size = picture.size() / _SHRUNK
        self._symbol.setPixmap(picture.scaled(size))
        self._symbol.setMinimumSize(size)
        self._symbol.show()

    def _refused(self, error: KnownError) -> None:
        self._over()
        self.say_refusal(self._said, error)

    def _over(self) -> None:
        self.is_busy = False
        self._make.setEnabled(True)
        self._close.setEnabled(True)
        self.fit()
