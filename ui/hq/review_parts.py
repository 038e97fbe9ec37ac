"""Parts of the review page: evidence, an enlarged picture, the decision."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeySequence, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from db.queries.findings import FindingRow
from db.queries.items import ItemRow
from eum_app.domain.disposition_list import State
from eum_app.domain.dispositions import TERMINAL
from eum_app.domain.findings import Decision
from eum_app.domain.visits import Party
from ui.hq.review_data import FindingDetail, Picture
from ui.kit.messages import sentence
from ui.kit.theme import theme
from ui.kit.tips import set_tip
from ui.kit.widgets import (
    Card,
    Chip,
    KeyValueGrid,
    PhotoStrip,
    button,
    flow,
    hbox,
    label,
    panel,
    scrolled,
    vbox,
)
from ui.kit.words import count, joined, moment
from ui.shared.disposition_fields import DispositionFields
from ui.shared.mark_view import mark_notes, mark_picture, reading_rows
from ui.shared.page_parts import named

translate = QCoreApplication.translate


class EvidenceCard(Card):
    """Photos and signatures, decrypted, and statements about their origin."""

    picture_opened = Signal(str)

    def __init__(self) -> None:
        self._count = Chip("0")
        super().__init__(self.tr("Evidence"))
        self._head_line.insertWidget(1, self._count)
        self.photos = PhotoStrip(width=104, height=124)
        self.photos.opened.connect(self.picture_opened)
        self.photos.setAccessibleName(self.tr("Photos"))
        self.signatures = PhotoStrip()
        self._none = label(self.tr("No photo was taken."), "sub", wrap=True)
        self._failed = label("", "sub", tone="warn", wrap=True)
        self._rows = KeyValueGrid(margins=(0, 4, 0, 0))
        # Its chips wrap: with the grid's own policy a second line would have no room.
        self._rows.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        column = vbox(
            self._none,
            self.photos,
            self._failed,
            self._rows,
            1,
            margins=(16, 12, 16, 12),
            spacing=8,
        )
        self.add(scrolled(column), 1)

    def show_detail(self, detail: FindingDetail) -> None:
        """Show the statements now; pictures follow by `add_picture` as they are decrypted."""
        self._count.set(count(len(detail.photos)))
        self._count.setAccessibleName(self.tr("%Ln photos", "", len(detail.photos)))
        self.photos.clear()
        self.photos.setVisible(bool(detail.photos))
        self._none.setVisible(not detail.photos)
        self._failed.clear()
        self._failed.hide()
        self._rows.clear()
        self._show_mark(detail)
        for statement in detail.statements:
            pieces = statement.words.split(" · ") if statement.words else []
            parts: list[QWidget] = [label(f"· {text}" if at else text) for at, text in enumerate(pieces)]
            if statement.chip:
                parts.append(Chip(statement.chip.text, statement.chip.tone, statement.chip.icon))
            value = panel(flow(*parts, spacing=6))
            words = joined(statement.words, statement.chip.text if statement.chip else "")
            value.setAccessibleName(f"{statement.name}: {words}")
            self._rows.add(statement.name, value)
        self.signatures = PhotoStrip(width=96, height=40)
        self.signatures.opened.connect(self.picture_opened)
        if detail.signatures:
            self._rows.add(self.tr("Close-out"), self.signatures)

    def _show_mark(self, detail: FindingDetail) -> None:
        """Show the data of the mark beside its picture, if one was kept, so that a person can compare them."""
        self._mark_place = vbox()
        if detail.mark_pictures:
            self._rows.add(self.tr("Picture of it"), panel(self._mark_place))
        if detail.mark is not None and detail.mark.raw:
            for at, (name, value) in enumerate(reading_rows(detail.mark)):
                text = self._rows.add(name, value, mono=True)
                text.setObjectName("evidence_mark_why" if at else "evidence_mark_text")
            for note in mark_notes(detail.mark):
                self._rows.add(self.tr("Warning about it"), note)

    def add_picture(self, picture: Picture, image: QImage, caption: str) -> None:
        """Add a picture to the mark, the signatures or the photos, or the reason why it cannot be shown."""
        if picture.evidence.role == "mark" and not image.isNull():
            shown = mark_picture(image, 72)
            shown.setObjectName("evidence_mark_picture")
            self._mark_place.addWidget(shown)
            return
        strip = self.signatures if picture.evidence.role.startswith("signature:") else self.photos
        if image.isNull():
            why = sentence(picture.error).what if picture.error else self.tr("This is not a picture that can be read.")
            self._failed.setText("\n".join(filter(None, (self._failed.text(), f"{caption}: {why}"))))
            self._failed.show()
        else:
            strip.add(picture.evidence.object_id, image, caption)


class DecisionPanel(Card):
    """Ask for a decision's comment, which is required. Nothing is pre-chosen; Ctrl+Enter records.

    A comment that was started is kept for its finding until a decision is recorded or its text is deleted.
    """

    confirmed = Signal(str, str, object)
    """(decision, comment, NewDisposition or None)"""
    cancelled = Signal()

    def __init__(self, states: Sequence[State]) -> None:
        super().__init__(self.tr("Decision"))
        self._decision = self._about = self._item_id = ""
        self._begun: dict[str, str] = {}
        """Comments that are not recorded yet, by finding."""
        self._says = label("", "sub", wrap=True)
        self.fields = DispositionFields("review", states)
        self.disposition = self.fields.disposition
        self.disposition.setPlaceholderText(self.tr("What became of the item, if settled"))
        self.disposition.setAccessibleName(self.tr("Disposition to record with the decision"))
        self.fields.changed.connect(self._follow)
        self._missing = label("", "sub", wrap=True)
        self._missing.setObjectName("review_missing")
        self._missing.hide()
        self.comment = QPlainTextEdit()
        self.comment.setObjectName("review_comment")
        self.comment.setTabChangesFocus(True)
        self.comment.setPlaceholderText(self.tr("Why? This is recorded."))
        self.comment.setAccessibleName(self.tr("Comment"))
        self.comment.textChanged.connect(self._follow)
        self.confirm_button = button(self.tr("Record"), self._confirm, kind="primary")
        named(self.confirm_button, "review_confirm")
        cancel = button(self.tr("Cancel"), self.cancelled.emit, tip=self.tr("Cancel (Esc)"))
        named(cancel, "review_cancel")
        self._form = scrolled(vbox(self._says, self.comment, self.fields, margins=(16, 12, 16, 12), spacing=10))
        self.add(self._form, 1)
        self.add_foot(self._missing, hbox(cancel, 1, self.confirm_button))
        for keys, run in (("Ctrl+Return", self._confirm), ("Ctrl+Enter", self._confirm)):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(run)
            self.addAction(action)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme().changed.connect(self._fit)
        self._fit()

    def start(self, row: FindingRow, item: ItemRow | None, decision: str, title: str, says: str, confirm: str) -> None:
        """Show the form for a decision about a finding, with the comment that was started for it; focus the comment.

        The texts are its title, its explanation and that of its button. A resolved finding about one item of the book
        may say what became of it: these fields keep what was entered while the finding stays the same, and are emptied
        for another.
        """
        about = row.finding_id
        if about != self._about:  # what was entered about this finding before stays
            self.fields.clear(is_gone=item is not None and item.disposition in TERMINAL)
        self._about, self._decision = about, decision
        self._item_id = item.item_id if item is not None and decision == Decision.RESOLVE else ""
        self.set_title(title)
        self._says.setText(says)
        self.fields.setVisible(bool(self._item_id))
        self.comment.setPlainText(self._begun.get(about, ""))
        self.comment.moveCursor(QTextCursor.MoveOperation.End)
        self.confirm_button.setText(confirm)
        set_tip(self.confirm_button, self.tr("{confirm} (Ctrl+Enter)").format(confirm=confirm))
        self.confirm_button.setProperty("kind", "danger" if decision == Decision.ESCALATE else "primary")
        self.confirm_button.style().unpolish(self.confirm_button)
        self.confirm_button.style().polish(self.confirm_button)
        self._follow()
        self.show()
        self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        self.comment.setFixedHeight(theme().dp(96))
        self._form.setMinimumHeight(theme().dp(184))  # the comment is in sight whole, also on a small screen

    @property
    def is_begun(self) -> bool:
        """Return whether the comment has a text."""
        return bool(self.comment.toPlainText().strip())

    def end(self, about: str) -> None:
        """Forget the comment about a finding: it is recorded."""
        self._begun.pop(about, None)
        self._about = ""

    def _follow(self) -> None:
        self._begun[self._about] = self.comment.toPlainText()
        missing = self.fields.missing() if self._states_item else []
        self._missing.setText(self.tr("Still to fill in: {names}").format(names=", ".join(missing)))
        self._missing.setVisible(bool(missing))
        self.confirm_button.setEnabled(self.is_begun and not missing)

    @property
    def _states_item(self) -> bool:
        return bool(self._item_id) and self.fields.is_begun

    def _confirm(self) -> None:
        if self.confirm_button.isEnabled():
            self.confirm_button.setEnabled(False)  # once: the page hides this panel when it is on record
            stated = self.fields.entered(self._item_id) if self._states_item else None
            self.confirmed.emit(self._decision, self.comment.toPlainText().strip(), stated)

    def let_try_again(self) -> None:
        """Enable the form again after a refusal. The comment stays and can be changed."""
        self._follow()


def caption_of(detail: FindingDetail, picture: Picture, number: int) -> str:
    """Return `Photo 2, 21 Nov 2026, 14:21 UTC`, for an answer with its question; or which signature or mark it is."""
    role = picture.evidence.role
    if role.startswith("signature:"):
        party = role.partition(":")[2]
        words: dict[str, str] = {
            Party.INSPECTOR: translate("hq", "Signature of the inspector"),
            Party.HOST: translate("hq", "Signature of the host"),
        }
        return words.get(party, party)
    if role == "mark":
        return translate("hq", "Picture of the mark")
    if asked := picture.evidence.question_id:
        return translate("hq", "Photo {number}, answer to “{question}”").format(
            number=count(number), question=detail.questions.get(asked, asked)
        )
    return translate("hq", "Photo {number}, {when}").format(
        number=count(number), when=moment(detail.check.observed_at if detail.check else "")
    )
