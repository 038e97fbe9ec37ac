"""Cards, the CUI banner, and the message for an empty page."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from ui.kit.theme import inset
from ui.kit.widgets.base import IconLabel, Margins, Part, button, fill, hbox, label, panel, vbox
from ui.kit.widgets.fit_area import FitArea

translate = QCoreApplication.translate


class Card(QFrame):
    """A box with an optional head (title, subtitle, trailing widgets), a body and an optional foot.

    `body` is the body's layout, without margins, so that rows reach from edge to edge; `add_padded` puts parts into it
    with the usual margins.
    """

    def __init__(self, title: str = "", subtitle: str = "", *trailing: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._title, self._subtitle = label(title, "cardtitle"), label(subtitle, "cardsub")
        self._subtitle.setWordWrap(bool(subtitle))
        if not subtitle:  # a widget that is made visible before it has a parent becomes a separate window
            self._subtitle.hide()
        self._head_line = hbox(self._title, spacing=10, margins=(16, 11, 16, 11))
        self._head_line.addWidget(self._subtitle, 1)
        self._head_line.addStretch(0)
        for widget in trailing:
            self._head_line.addWidget(widget)
        self._head = panel(self._head_line, "cardhead")
        if not (title or subtitle or trailing):
            self._head.hide()
        self._head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.body = vbox()
        self._whole = vbox(self._head, margins=(1, 1, 1, 1))
        self._whole.addLayout(self.body, 1)
        self._whole.addStretch(0)  # takes what a body of fixed height leaves
        self.setLayout(self._whole)
        self.setAccessibleName(title)

    def set_title(self, title: str, subtitle: str | None = None) -> None:
        """Set the title, which is also the accessible name, and, unless None, the subtitle."""
        self._title.setText(title)
        self.setAccessibleName(title)
        if subtitle is not None:
            self._subtitle.setText(subtitle)
            self._subtitle.setWordWrap(bool(subtitle))
            self._subtitle.setVisible(bool(subtitle))
        self._head.setVisible(True)

    def add(self, part: QWidget | QLayout, stretch: int = 0) -> None:
        """Add a part to the body, from edge to edge."""
        if isinstance(part, QWidget):
            self.body.addWidget(part, stretch)
        else:
            self.body.addLayout(part, stretch)

    def add_padded(self, *parts: Part, margins: Margins = (16, 12, 16, 12), spacing: float = 10) -> QVBoxLayout:
        """Add parts to the body, stacked, with the usual margins. Return their layout."""
        made = vbox(*parts, margins=margins, spacing=spacing)
        self.body.addLayout(made)
        return made

    def add_stretch(self) -> None:
        self.body.addStretch(1)

    def add_trailing(self, *widgets: QWidget) -> None:
        """Add widgets at the end of the head."""
        for widget in widgets:
            self._head_line.addWidget(widget)
        self._head.setVisible(True)

    def add_foot(self, *parts: Part, spacing: float = 10) -> QVBoxLayout:
        """Add a foot under a line, e.g. for the main buttons, with the usual margins, and return its layout.

        Parts are stacked, `spacing` pixels (at 100 %) apart. Each call adds another foot below the last.
        """
        layout = vbox(*parts, margins=(16, 12, 16, 14), spacing=spacing)
        self._whole.addWidget(panel(layout, "cardfoot"))
        return layout


class CuiBanner(QFrame):
    """The marking at top and bottom of every window; its text comes from the marking profile."""

    def __init__(self, text: str = "CUI") -> None:
        super().__init__()
        self.setProperty("kind", "cui")
        self._label = label(text)
        self._label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._label.setWordWrap(True)
        self.setLayout(vbox(self._label, margins=(8, 3, 8, 3)))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_text(self, text: str) -> None:
        """Set the marking, for the eye and for screen readers."""
        self._label.setText(text)
        self.setAccessibleName(translate("kit", "Marking: {marking}").format(marking=text))


class EmptyState(QWidget):
    """Say what will be shown here, and offer one next step. `action_button` exists only with `action`."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str = "",
        on_action: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self._title, self._text = label(title, "heading", wrap=True), label(text, "body", wrap=True)
        for words in (self._title, self._text):
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        parts: list[Part] = [1, hbox(1, IconLabel(icon, "ink3", size=40), 1), self._title, self._text]
        if action:
            self.action_button = button(action, on_action, kind="primary")
            parts.append(hbox(1, self.action_button, 1, margins=(0, 6, 0, 0)))
        parts.append(1)
        layout = vbox(*parts, margins=(28, 28, 28, 28), spacing=10)
        self.setLayout(layout)
        self.setAccessibleName(f"{title}. {text}")

    def set_text(self, title: str, text: str) -> None:
        """Set title and explanation, for the eye and for screen readers."""
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(f"{title}. {text}")


def scrolled(content: QWidget | QLayout, *, margins: Margins = (0, 0, 0, 0)) -> FitArea:
    """Return a column that scrolls vertically, never sideways, with a transparent background."""
    inner = QWidget()
    inner.setProperty("kind", "clear")
    layout = QVBoxLayout(inner)
    inset(layout, *margins)
    fill(layout, [content])
    return FitArea(inner, is_column=True)


def card_between_markings(page: QWidget, card: QWidget, marking: str) -> None:
    """Lay out a page with one card in the middle and the marking above and below."""
    middle = QGridLayout()
    inset(middle, 24, 24, 24, 24)
    for at in (0, 2):
        middle.setColumnStretch(at, 1)
        middle.setRowStretch(at, 1)
    middle.setColumnStretch(1, 2)
    middle.addWidget(card, 1, 1)
    whole = QVBoxLayout(page)
    inset(whole, 0, 0, 0, 0)
    whole.addWidget(CuiBanner(marking))
    whole.addWidget(scrolled(middle), 1)
    whole.addWidget(CuiBanner(marking))
