"""Parts of the review page: evidence, an enlarged picture, the decision."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QImage, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QPlainTextEdit, QSizePolicy, QWidget

from eum_app.domain.dispositions import Disposition
from eum_app.domain.findings import Decision
from eum_app.domain.visits import Party
from ui.hq.review_data import FindingDetail, Picture
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.theme import theme
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
from ui.kit.words import count, joined, moment, word
from ui.shared.mark_view import mark_notes, mark_picture, mark_text
from ui.shared.page_parts import choices, fill_choices, named

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
            text = self._rows.add(self.tr("Mark read"), mark_text(detail.mark.raw), mono=True)
            text.setObjectName("evidence_mark_text")
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
            self._failed.setText(f"{caption}: {why}")
            self._failed.show()
        else:
            strip.add(picture.evidence.object_id, image, caption)


@guarded
class PictureView(QWidget):
    """One picture across the page. Wheel, + and − zoom; dragging and arrows move; the page handles Esc."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("picture_view")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self._image = QImage()
        self._zoom = 1.0
        self._offset = QPointF()
        self._held: QPointF | None = None

    @property
    def zoom(self) -> float:
        """Return the zoom; 1 fits the page."""
        return self._zoom

    def show_image(self, image: QImage, caption: str) -> None:
        """Show a picture, fitted to the page."""
        self._image, self._zoom, self._offset = image, 1.0, QPointF()
        self.setAccessibleName(caption)
        self.update()

    def zoom_by(self, factor: float) -> None:
        """Multiply the zoom, clamped to 1 (fits the page) to 12."""
        before, self._zoom = self._zoom, min(12.0, max(1.0, self._zoom * factor))
        self._offset *= self._zoom / before if self._zoom > 1 else 0
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        area = QRectF(self.rect())
        if not self._image.isNull():
            size = self._image.size().toSizeF().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio) * self._zoom
            place = QRectF(QPointF(), size)
            place.moveCenter(area.center() + self._offset)
            painter.drawImage(place, self._image)
        if self.hasFocus():
            painter.setPen(theme().color("accent"))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(1.2 if event.angleDelta().y() > 0 else 1 / 1.2)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._offset += event.position() - self._held
            self._held = event.position()
            self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._held = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = theme().dp(60)
        moves = {
            Qt.Key.Key_Left: QPointF(step, 0),
            Qt.Key.Key_Right: QPointF(-step, 0),
            Qt.Key.Key_Up: QPointF(0, step),
            Qt.Key.Key_Down: QPointF(0, -step),
        }
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Plus, Qt.Key.Key_Equal}:
            self.zoom_by(1.25)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(0.8)
        elif key in moves:
            self._offset += moves[key]
            self.update()
        else:
            super().keyPressEvent(event)


class DecisionPanel(Card):
    """Ask for a decision's comment, which is required. Nothing is pre-chosen; Ctrl+Enter records."""

    confirmed = Signal(str, str, str)
    """(decision, comment, disposition or empty)"""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__(self.tr("Decision"))
        self._decision = ""
        self._says = label("", "sub", wrap=True)
        self.disposition = choices("review_disposition", self.tr("Disposition, if settled"))
        self.disposition.setAccessibleName(self.tr("Disposition to record with the decision"))
        fill_choices(self.disposition, [(word("disposition", entry.value), entry.value) for entry in Disposition])
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
        self.add_padded(self._says, self.disposition, self.comment)
        self.add_foot(hbox(cancel, 1, self.confirm_button))
        for keys, run in (("Ctrl+Return", self._confirm), ("Ctrl+Enter", self._confirm)):
            action = QAction(self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(run)
            self.addAction(action)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        theme().changed.connect(self._fit)
        self._fit()

    def start(self, decision: str, title: str, says: str, confirm: str) -> None:
        """Show the form for one decision, with its title, its explanation and the text of its button."""
        self._decision = decision
        self.set_title(title)
        self._says.setText(says)
        self.disposition.setCurrentIndex(-1)
        self.disposition.setVisible(decision == Decision.RESOLVE)
        self.comment.clear()
        self.confirm_button.setText(confirm)
        self.confirm_button.setToolTip(self.tr("{confirm} (Ctrl+Enter)").format(confirm=confirm))
        self.confirm_button.setProperty("kind", "danger" if decision == Decision.ESCALATE else "primary")
        self.confirm_button.style().unpolish(self.confirm_button)
        self.confirm_button.style().polish(self.confirm_button)
        self._follow()
        self.show()
        self.comment.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fit(self) -> None:
        self.comment.setFixedHeight(theme().dp(96))

    def _follow(self) -> None:
        self.confirm_button.setEnabled(bool(self.comment.toPlainText().strip()))

    def _confirm(self) -> None:
        if self.confirm_button.isEnabled():
            self.confirm_button.setEnabled(False)  # once: the page hides this panel when it is on record
            disposition = self.disposition.currentData() if self._decision == Decision.RESOLVE else ""
            self.confirmed.emit(self._decision, self.comment.toPlainText().strip(), disposition or "")

    def let_try_again(self) -> None:
        """Enable the form again after a refusal. The comment stays and can be changed."""
        self._follow()


def caption_of(detail: FindingDetail, picture: Picture, number: int) -> str:
    """Return `Photo 2, 21 Nov 2026, 14:21 UTC` or `Signature, host`."""
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
