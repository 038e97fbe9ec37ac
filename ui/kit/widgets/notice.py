"""The line that shows the result of an action in place: recorded, attention, stopped. Never a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from eum_app.domain.errors import KnownError
from ui.kit.guard import guarded
from ui.kit.messages import sentence
from ui.kit.widgets.base import Button, IconLabel, button, hbox, label, set_look, vbox

translate = QCoreApplication.translate


_ICONS = {
    "ok": ("check", "ok"),
    "info": ("info", "accent"),
    "attention": ("triangle-alert", "warn"),
    "stop": ("octagon-x", "bad"),
}


_AIMED_MS = 500
"""A click within this time after a message appeared was aimed at what it covers: it goes there."""
_MOVES = frozenset({QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.LayoutRequest, QEvent.Type.Show})


@guarded
class NoticeBar(QFrame):
    """One line: icon, text, one action (e.g. `Recorded · 786953 verified`, Undo). Hidden while empty.

    Kinds: ok, info, attention, stop. `ok` and `info` disappear after ten seconds. The others stay until they are
    closed or the next act succeeds, because a failure must not vanish unread. The bar lies over its page
    (`lie_over`), so that no control moves away from under a click.
    """

    placed = Signal()
    """The bar was shown, moved or hidden."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "notice")
        self._icon = IconLabel("info", "accent", size=20)
        self._words = label("", "strong", wrap=True)
        self._detail = label("", "sub", wrap=True)
        self._detail.hide()
        self._action: Button = button("")
        self._action.hide()
        self._run: Callable[[], object] | None = None
        self._action.clicked.connect(self._act)
        close = button("", self.dismiss, kind="quiet", icon="x", name=translate("kit", "Close message"))
        words = vbox(self._words, self._detail, spacing=2)
        line = hbox(self._icon, margins=(14, 5, 6, 5), spacing=12)
        line.addLayout(words, 1)
        line.addWidget(self._action)
        line.addWidget(close)
        line.setAlignment(self._icon, Qt.AlignmentFlag.AlignVCenter)
        self.setLayout(line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._where: Callable[[], QRect] | None = None
        self._aimed = QTimer(self)
        self._aimed.setSingleShot(True)
        self._aimed.setInterval(_AIMED_MS)
        self._aimed.timeout.connect(lambda: self._let_clicks_through(is_on=False))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def lie_over(self, page: QWidget, where: Callable[[], QRect]) -> None:
        """Become a child of `page` that covers `where()`, in the page's coordinates, outside every layout.

        A text that needs more height grows downward. Where the page scrolls, the bar stays in sight.
        """
        self.setParent(page)
        self.hide()
        self._where = where
        page.installEventFilter(self)

    @property
    def text(self) -> str:
        """Return the text shown; empty while the bar is hidden."""
        return self._words.text() if not self.isHidden() else ""

    def show_message(
        self,
        kind: str,
        text: str,
        *,
        detail: str = "",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        stays: bool | None = None,
    ) -> None:
        """Show `text` in place of any earlier message. `action` labels the button and `on_action` is its callback; the
        bar closes first.

        `stays` replaces the rule of the kind. During the first half second, clicks go through the bar to what it
        covers. Raises KeyError for an unknown kind.
        """
        icon, ink = _ICONS[kind]
        self._icon.set_icon(icon, ink)
        set_look(self, "tone", kind)
        self._words.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._run = on_action
        self.setAccessibleName(f"{text} {detail}".strip())
        self._let_clicks_through(is_on=True)
        self._aimed.start()
        self._place()
        self.show()
        self.raise_()
        self.placed.emit()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self._timer.stop()
        if not (kind in {"attention", "stop"} if stays is None else stays):
            self._timer.start(10_000)

    def show_error(self, error: KnownError) -> None:
        """Show what happened, whether the data is safe, and what to do next."""
        message = sentence(error)
        kind = "stop" if message.is_trouble else "attention"
        self.show_message(kind, message.what, detail=f"{message.safe} {message.next}".strip())

    def dismiss(self) -> None:
        """Hide the bar and forget its action."""
        self._timer.stop()
        self._run = None
        self.hide()
        self.placed.emit()

    def place_again(self) -> None:
        """Move to where the bar has to be now, because something beside it moved."""
        if not self.isHidden():
            self._place()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES and watched is self.parent() and not self.isHidden():
            # The layouts of the page have not answered the event yet.
            QTimer.singleShot(0, self, self._place)
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        page = self.parentWidget()
        if self._where is None or page is None:
            return
        self.ensurePolished()
        seen = page.visibleRegion().boundingRect() if page.isVisible() else page.rect()
        where = self._where()
        wide = min(max(where.width(), self.minimumSizeHint().width()), page.width())  # no button is cut
        if self.isRightToLeft():
            where.setLeft(where.right() + 1 - wide)
        else:
            where.setWidth(wide)
        height = self.heightForWidth(where.width())
        top = where.top() + max(0, where.height() - height) // 2
        top = max(seen.top(), min(top, seen.bottom() + 1 - height))
        self.setGeometry(where.left(), top, where.width(), height)
        self.placed.emit()

    def _let_clicks_through(self, *, is_on: bool) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, is_on)

    def _act(self) -> None:
        run = self._run
        self.dismiss()
        if run is not None:
            run()
