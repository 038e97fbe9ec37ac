"""One question's answer: Yes, No, or ⋯ for not applicable and not observed. Nothing is pre-chosen."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QMenu, QPushButton, QSizePolicy

from ui.kit.guard import guarded
from ui.kit.tips import set_tip
from ui.kit.widgets.base import hbox, set_look

translate = QCoreApplication.translate


ANSWERS: dict[str, str] = {
    "yes": str(QT_TRANSLATE_NOOP("answer", "Yes")),
    "no": str(QT_TRANSLATE_NOOP("answer", "No")),
    "not_applicable": str(QT_TRANSLATE_NOOP("answer", "Not applicable")),
    "not_observed": str(QT_TRANSLATE_NOOP("answer", "Not observed")),
}
_KEYS = {
    Qt.Key.Key_Y: "yes",
    Qt.Key.Key_N: "no",
    Qt.Key.Key_X: "not_applicable",
    Qt.Key.Key_O: "not_observed",
}


def answer_text(value: str) -> str:
    """Return an answer's word in the user's language. Raises KeyError for a value that is not in `ANSWERS`."""
    return translate("answer", ANSWERS[value])


@guarded
class SegmentedAnswer(QFrame):
    """Emit `answered(value)` with a key of `ANSWERS` each time the person answers, also on a change.

    The control is one tab stop; arrows move inside it; Y, N, X (not applicable) and O (not observed) answer directly.
    """

    answered = Signal(str)
    answer_keys = frozenset("ynxo")
    """The keys of `_KEYS` as text: a scanner must not press them."""

    def __init__(self, question: str, value: str | None = None) -> None:
        super().__init__()
        self._value: str | None = None
        # With their parent from the start: made a focus proxy later, they would fall out of the window's focus chain.
        self._yes, self._no, self._other = (QPushButton(self) for _ in range(3))
        self._segments = (self._yes, self._no, self._other)
        menu = QMenu(self)
        for key in ("not_applicable", "not_observed"):
            menu.addAction(answer_text(key)).triggered.connect(lambda _on=False, key=key: self._answer(key))
        self._menu = menu
        self._yes.clicked.connect(lambda: self._answer("yes"))
        self._no.clicked.connect(lambda: self._answer("no"))
        self._other.clicked.connect(self._open_menu)
        for part in self._segments:
            part.setCheckable(True)
            part.setAutoDefault(False)
            part.installEventFilter(self)
        self.setLayout(hbox(*self._segments, spacing=0))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._question = ""
        self.set_question(question)
        self.set_value(value)

    @property
    def value(self) -> str | None:
        """Return the answer, or None while the question is open."""
        return self._value

    def set_question(self, question: str) -> None:
        """Set the question's text, for screen readers."""
        self._question = question
        self._show()

    def set_value(self, value: str | None) -> None:
        """Show an answer that is already recorded, or none; emits nothing."""
        self._value = value
        self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Left and right are taken before the button, which would leave the question with them.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = event.key()
            if key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
                self._move(1 if (key == Qt.Key.Key_Right) == self.isLeftToRight() else -1)
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and key in _KEYS:
            if not event.isAutoRepeat():  # a key held down must not answer the questions that follow
                self._answer(_KEYS[key])
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        at = next((at for at, part in enumerate(self._segments) if part.hasFocus()), 0)
        self._segments[min(2, max(0, at + step))].setFocus(Qt.FocusReason.TabFocusReason)

    def _open_menu(self) -> None:
        self._show()  # the press itself is no answer
        self._menu.popup(self._other.mapToGlobal(self._other.rect().bottomLeft()))

    def _answer(self, value: str) -> None:
        self._value = value
        self._show()
        self.answered.emit(value)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LayoutDirectionChange:
            self._show()

    def _show(self) -> None:
        places = ("first", "middle", "last") if self.isLeftToRight() else ("last", "middle", "first")
        for part, place in zip(self._segments, places, strict=True):
            set_look(part, "seg", place)  # the style sheet's left and right do not mirror
        other = answer_text(self._value) if self._value in {"not_applicable", "not_observed"} else "⋯"
        for part, text, is_on, tone in (
            (self._yes, answer_text("yes"), self._value == "yes", "ok"),
            (self._no, answer_text("no"), self._value == "no", "bad"),
            (self._other, other, other != "⋯", "accent"),
        ):
            part.setText(text)
            part.setChecked(is_on)
            is_stop = is_on or (part is self._yes and self._value is None)
            part.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_stop else Qt.FocusPolicy.ClickFocus)
            if is_stop:
                self.setFocusProxy(part)
            set_look(part, "tone", tone if is_on else "")
        more = translate("kit", "Not applicable or not observed")
        self._yes.setAccessibleName(f"{answer_text('yes')}: {self._question}")
        self._no.setAccessibleName(f"{answer_text('no')}: {self._question}")
        self._other.setAccessibleName(f"{more if other == '⋯' else other}: {self._question}")
        set_tip(self._yes, f"{answer_text('yes')} (Y)")
        set_tip(self._no, f"{answer_text('no')} (N)")
        set_tip(self._other, f"{answer_text('not_applicable')} (X) · {answer_text('not_observed')} (O)")
        self.setAccessibleName(self._question)
